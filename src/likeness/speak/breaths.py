"""Breaths between words: where they are and how loud."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from likeness.core.types import Audio
from likeness.speak import activity, measures

SHORTEST, LONGEST = 0.12, 1.0
"""Seconds: what is shorter is a consonant's tail, what is longer is noise."""
_SOFTER_DB = (10.0, 45.0)
"""A breath lies so far under the speech."""
_ABOVE_NOISE_DB = 8.0
_NEAR, _DIP_DB = 8, 6.0
"""Within so many frames of either end the level falls by so much."""
_FLATNESS = 0.25
_CENTROID_HZ = (500.0, 4500.0)
_PARTS_HZ = ((500, 1500), (1500, 3000), (3000, 6000))


@dataclass(frozen=True, slots=True)
class Breath:
    """From ``start`` to ``end`` in seconds; ``dbfs`` is its RMS level."""

    start: float
    end: float
    dbfs: float


def breaths(audio: Audio) -> tuple[Breath, ...]:
    """The breaths in a sound at 16 kHz or more: a stretch of 0.12 to 1 s that is 10 to 45 dB softer than the speech,
    clearly louder than the noise, noise-like from 500 Hz to 6 kHz, which a voiced sound is not, and apart from what is
    before and after it, which a consonant is not.
    """
    frame_levels = activity.levels(audio)
    mask = activity.speech_mask(frame_levels)
    if not mask.any() or audio.rate < 16_000:
        return ()
    loud = activity.speech_level(audio, mask)
    floor = float(np.percentile(frame_levels, 3))
    soft = (frame_levels < loud - _SOFTER_DB[0]) & (frame_levels > max(loud - _SOFTER_DB[1], floor + _ABOVE_NOISE_DB))
    flat, centroid = _colour(audio, len(frame_levels))
    like = soft & (flat > _FLATNESS) & (centroid > _CENTROID_HZ[0]) & (centroid < _CENTROID_HZ[1])
    found = []
    for first, last in activity.runs(_closed(like, 3)):
        seconds = (last - first) * activity.HOP_SECONDS
        level = 10 * np.log10(np.mean(10 ** (frame_levels[first:last] / 10)))
        if SHORTEST <= seconds <= LONGEST and _apart(frame_levels, first, last, level):
            start, end = first * activity.HOP_SECONDS, last * activity.HOP_SECONDS + activity.WINDOW_SECONDS
            found.append(Breath(round(start, 2), round(min(end, audio.seconds), 2), round(float(level), 1)))
    return tuple(found)


def _apart(frame_levels: activity.Levels, first: int, last: int, level: float) -> bool:
    """Whether the sound dies away on both sides, as around a breath; a consonant touches its vowel."""
    before, after = frame_levels[max(0, first - _NEAR) : first], frame_levels[last : last + _NEAR]
    return all(not len(side) or side.min() < level - _DIP_DB for side in (before, after))


def _colour(audio: Audio, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Spectral flatness (mean over three parts) and centroid in Hz of each 10 ms, ``count`` of them."""
    window = 0.032
    flat, centroid = np.zeros(count), np.zeros(count)
    per_block = round(30 / activity.HOP_SECONDS)
    hop = round(activity.HOP_SECONDS * audio.rate)
    for first in range(0, count, per_block):
        part = audio.samples[first * hop : (first + per_block) * hop + round(window * audio.rate)]
        power = measures.spectrogram(Audio(part, audio.rate), window_seconds=window, hop_seconds=activity.HOP_SECONDS)
        power = power[: min(per_block, count - first)] + 1e-14
        pieces = [power[:, round(low * window) : round(high * window)] for low, high in _PARTS_HZ]
        made = np.mean([np.exp(np.log(piece).mean(1)) / piece.mean(1) for piece in pieces], axis=0)
        bins = np.arange(power.shape[1]) / window
        heard = slice(round(200 * window), round(8000 * window))
        middle = (power[:, heard] * bins[heard]).sum(1) / power[:, heard].sum(1)
        flat[first : first + len(made)], centroid[first : first + len(made)] = made, middle
    return flat, centroid


def _closed(mask: activity.Mask, gap: int) -> activity.Mask:
    """``mask`` with holes of up to ``gap`` frames filled."""
    filled = mask.copy()
    for first, last in activity.runs(~mask):
        if first > 0 and last < len(mask) and last - first <= gap:
            filled[first:last] = True
    return filled
