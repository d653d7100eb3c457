"""Style parameters for engines that have none: tempo, pauses, pitch and level changed in the sound itself.

Tempo by WSOLA (``core.tempo``), pitch by the WORLD vocoder (Morise et al. 2016), which costs some naturalness; what is
not asked for is not touched.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from likeness.core import tempo
from likeness.core.types import Audio, Samples
from likeness.speak import activity
from likeness.speak.plan import Style

_SHORTEST_PAUSE, _EDGE_SECONDS = 0.09, 0.02
Array = NDArray[np.float64]


def styled(audio: Audio, style: Style) -> Audio:
    """``audio`` (a whole sentence) in another style. Its length changes with ``rate`` and ``pauses``."""
    samples = audio.samples
    if style.pitch or style.pitch_range != 1.0:
        samples = _repitched(samples, audio.rate, style.pitch, style.pitch_range)
    if style.pauses != 1.0:
        samples = _with_pauses(Audio(samples, audio.rate), style.pauses)
    if style.rate != 1.0:
        samples = tempo.stretch(samples.astype(np.float64), audio.rate, style.rate).astype(np.float32)
    if style.energy:
        samples = samples * np.float32(10 ** (style.energy / 20))
    return Audio(np.ascontiguousarray(samples, dtype=np.float32), audio.rate)


def _repitched(samples: Samples, rate: int, semitones: float, excursion: float) -> Samples:
    import pyworld

    wave = samples.astype(np.float64)
    rough, times = pyworld.dio(wave, rate)
    pitch = pyworld.stonemask(wave, rough, times, rate)
    envelope = pyworld.cheaptrick(wave, pitch, times, rate)
    noise = pyworld.d4c(wave, pitch, times, rate)
    voiced = pitch > 0
    if not voiced.any():
        return samples
    log_pitch = np.log(pitch[voiced])
    middle = float(np.median(log_pitch))
    pitch[voiced] = np.exp(middle + (log_pitch - middle) * excursion + semitones * np.log(2) / 12)
    made: Array = pyworld.synthesize(pitch, envelope, noise, rate)
    return np.resize(made, len(samples)).astype(np.float32)


def _with_pauses(audio: Audio, factor: float) -> Samples:
    """The silences inside a sentence made ``factor`` times as long: their middles repeated, or left out."""
    mask = activity.speech_mask(activity.levels(audio))
    hop = round(activity.HOP_SECONDS * audio.rate)
    quiet = [(a, b) for a, b in activity.runs(~mask) if a > 0 and b < len(mask)]
    parts, at = [], 0
    for first, last in quiet:
        seconds = (last - first) * activity.HOP_SECONDS
        if seconds < _SHORTEST_PAUSE:
            continue
        edge = round(_EDGE_SECONDS * audio.rate)
        begin, end = first * hop + edge, last * hop - edge
        inner = audio.samples[begin:end]
        wanted = max(0, round(seconds * factor * audio.rate) - 2 * edge)
        # There and back again, so that no end meets a foreign beginning.
        mirrored = np.concatenate([inner, inner[::-1]])
        parts += [audio.samples[at:begin], np.resize(mirrored, wanted)]
        at = end
    return np.concatenate([*parts, audio.samples[at:]])
