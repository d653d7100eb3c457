"""Where somebody speaks in a sound: short-time levels, speech frames, pauses, and trimming.

Energy-based and adaptive to the recording's own noise; enough for one close voice, and the same on every machine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from likeness.core.types import Audio, Samples

HOP_SECONDS = 0.01
WINDOW_SECONDS = 0.025
FLOOR_DBFS = -100.0
RUMBLE_HZ = 50.0
_FRAMES_AT_ONCE = 500
_SAMPLES_AT_ONCE = 1 << 18
Levels = NDArray[np.float64]
Mask = NDArray[np.bool_]


def levels(audio: Audio) -> Levels:
    """RMS level in dBFS of each 25 ms window, one every 10 ms; at least one value for a sound that is not empty."""
    hop, window = _hop(audio.rate), round(WINDOW_SECONDS * audio.rate)
    count = max(1, 1 + (len(audio.samples) - window) // hop)
    mean = np.empty(count)
    for first in range(0, count, _FRAMES_AT_ONCE):
        last = min(count, first + _FRAMES_AT_ONCE)
        part = audio.samples[first * hop : (last - 1) * hop + window].astype(np.float64)
        power = np.concatenate([[0.0], np.cumsum(part**2)])
        start = np.minimum(np.arange(last - first) * hop, len(part))
        end = np.minimum(start + window, len(part))
        mean[first:last] = np.maximum(power[end] - power[start], 0.0) / np.maximum(end - start, 1)
    found: Levels = np.maximum(10 * np.log10(np.maximum(mean, 1e-12)), FLOOR_DBFS)
    return found


def without_rumble(audio: Audio) -> Audio:
    """``audio`` without what lies under 50 Hz (constant offset, rumble, wind): second-order Butterworth high-pass."""
    from scipy.signal import butter, sosfilt, sosfilt_zi

    if not len(audio.samples):
        return audio
    sections = butter(2, RUMBLE_HZ, "highpass", fs=audio.rate, output="sos")
    state = sosfilt_zi(sections) * float(audio.samples[0])
    clean = np.empty_like(audio.samples)
    for first in range(0, len(clean), _SAMPLES_AT_ONCE):
        block = slice(first, first + _SAMPLES_AT_ONCE)
        clean[block], state = sosfilt(sections, audio.samples[block].astype(np.float64), zi=state)
    return Audio(clean, audio.rate)


def speech_mask(frame_levels: Levels) -> Mask:
    """Which frames hold speech: louder than the recording's noise and within 35 dB of its loud frames.

    The threshold is 35 dB under the 95th percentile, or halfway up from the noise (10th percentile) where the noise is
    higher than that. Gaps under 80 ms between speech frames count as speech, bursts under 40 ms do not.
    """
    loud, quiet = np.percentile(frame_levels, [95, 10])
    if loud <= FLOOR_DBFS + 10:
        return np.zeros(len(frame_levels), dtype=bool)
    threshold = max(loud - 35.0, min(quiet + 8.0, (quiet + loud) / 2))
    mask = frame_levels > threshold
    mask = ~_without_short_runs(~mask, 8, edges=True)
    return _without_short_runs(mask, 4)


def trimmed(audio: Audio, *, margin: float = 0.1) -> Audio:
    """``audio`` without the silence before and after the speech, but for ``margin`` seconds on each side.

    Returned whole when no speech is found.
    """
    mask = speech_mask(levels(audio))
    spoken = np.flatnonzero(mask)
    if not len(spoken):
        return audio
    hop, keep = _hop(audio.rate), round(margin * audio.rate)
    start = max(0, spoken[0] * hop - keep)
    end = min(len(audio.samples), spoken[-1] * hop + round(WINDOW_SECONDS * audio.rate) + keep)
    return Audio(audio.samples[start:end], audio.rate)


def runs(mask: Mask) -> list[tuple[int, int]]:
    """The stretches of ``True`` in ``mask`` as (first, one past last)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def speech_level(audio: Audio, mask: Mask | None = None) -> float:
    """RMS level over the speech frames, in dBFS; of the whole where there is no speech."""
    frame_levels = levels(audio)
    mask = speech_mask(frame_levels) if mask is None else mask
    chosen = frame_levels[mask] if mask.any() else frame_levels
    return float(10 * np.log10(np.mean(10 ** (chosen / 10))))


def fade(samples: Samples, rate: int, seconds: float = 0.005) -> Samples:
    """``samples`` with a short linear fade at both ends, against clicks where a sound was cut."""
    length = min(round(seconds * rate), len(samples) // 2)
    if length == 0:
        return samples
    faded = samples.copy()
    ramp = np.linspace(0.0, 1.0, length, dtype=np.float32)
    faded[:length] *= ramp
    faded[-length:] *= ramp[::-1]
    return faded


def _hop(rate: int) -> int:
    return max(1, round(HOP_SECONDS * rate))


def _without_short_runs(mask: Mask, shortest: int, *, edges: bool = False) -> Mask:
    """``mask`` with runs under ``shortest`` frames cleared; with ``edges``, those that touch an end are kept."""
    kept = mask.copy()
    for first, last in runs(mask):
        if last - first < shortest and not (edges and (first == 0 or last == len(mask))):
            kept[first:last] = False
    return kept
