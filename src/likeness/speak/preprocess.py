"""From a stretch of a recording to a clip of the corpus: one rate, no rumble, trimmed, level, calm pauses.

Repeatable (the same samples and options give the same samples) and on a copy: the recording itself stays as it came.
"""

from __future__ import annotations

import numpy as np

from likeness.core.resample import SPEECH_RATE, resample
from likeness.core.types import Audio, Samples
from likeness.speak import activity
from likeness.speak.breaths import breaths
from likeness.speak.recipe import VoiceRecipe

_JOIN_SECONDS = 0.02
_RAMP_SECONDS = 0.02


def preprocess(audio: Audio, recipe: VoiceRecipe) -> Audio:
    """``audio`` as a corpus keeps it: 22,050 Hz, high-passed at 50 Hz, trimmed, breaths softened, pauses shortened, its
    speech at the recipe's level, peaks limited, both ends faded."""
    clean = activity.without_rumble(resample(audio, SPEECH_RATE))
    trimmed = activity.trimmed(clean, margin=recipe.margin_seconds)
    calm = with_short_pauses(with_soft_breaths(trimmed, recipe.breaths_db), recipe.longest_pause_seconds)
    return levelled(calm, recipe)


def with_short_pauses(audio: Audio, longest: float) -> Audio:
    """``audio`` with every pause within the speech cut to ``longest`` seconds from its middle, joined by a cross-fade
    of 20 ms. The silences at both ends stay."""
    mask = activity.speech_mask(activity.levels(audio))
    hop = round(activity.HOP_SECONDS * audio.rate)
    join = round(_JOIN_SECONDS * audio.rate)
    pieces: list[Samples] = []
    at = 0
    for first, last in activity.runs(~mask):
        if first == 0 or last == len(mask) or (last - first) * activity.HOP_SECONDS <= longest:
            continue
        middle, half = (first + last) * hop // 2, ((last - first) * hop - round(longest * audio.rate)) // 2
        if half <= join:
            continue
        pieces.append(audio.samples[at : middle - half])
        at = middle + half - join
    pieces.append(audio.samples[at:])
    made = pieces[0]
    ramp = np.linspace(0.0, 1.0, join, dtype=np.float32)
    for piece in pieces[1:]:
        seam = made[-join:] * (1 - ramp) + piece[:join] * ramp
        made = np.concatenate([made[:-join], seam, piece[join:]])
    return Audio(made, audio.rate)


def with_soft_breaths(audio: Audio, gain_db: float) -> Audio:
    """``audio`` with its breaths (:func:`breaths.breaths`) changed by ``gain_db``, in and out over 20 ms."""
    found = breaths(audio)
    if not found or not gain_db:
        return audio
    gain = np.ones(len(audio.samples), dtype=np.float32)
    for breath in found:
        gain[round(breath.start * audio.rate) : round(breath.end * audio.rate)] = 10 ** (gain_db / 20)
    width = max(1, round(_RAMP_SECONDS * audio.rate))
    padded = np.pad(gain, (width // 2, width - 1 - width // 2), mode="edge")
    total = np.concatenate([[0.0], np.cumsum(padded, dtype=np.float64)])
    smooth = (total[width:] - total[:-width]) / width
    return Audio((audio.samples * smooth).astype(np.float32), audio.rate)


def levelled(audio: Audio, recipe: VoiceRecipe) -> Audio:
    """``audio`` with its speech at the recipe's level and its peaks limited smoothly below the recipe's peak."""
    gain = 10 ** ((recipe.speech_level_dbfs - activity.speech_level(audio)) / 20)
    return Audio(activity.fade(limited(audio.samples * np.float32(gain), recipe.peak_dbfs), audio.rate), audio.rate)


def limited(samples: Samples, peak_dbfs: float) -> Samples:
    """Peaks above ``peak_dbfs`` bent down smoothly (tanh above 80 % of it); everything below stays as it was."""
    peak = 10 ** (peak_dbfs / 20)
    knee = 0.8 * peak
    size = np.abs(samples)
    bent = knee + (peak - knee) * np.tanh((size - knee) / (peak - knee))
    return np.where(size > knee, np.sign(samples) * bent, samples).astype(np.float32)
