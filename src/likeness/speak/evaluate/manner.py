"""Pitch, melody and pace of speech: for one voice and for the person it is compared with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from likeness.core.types import Audio
from likeness.speak import activity
from likeness.speak.evaluate.result import Manner
from likeness.speak.waveform import pitch_track


def manner(sounds: Sequence[Audio], texts: Sequence[str] = ()) -> Manner:
    """How ``sounds`` are spoken; ``texts`` are what they say, one for each, where that is known of all."""
    hertz = np.array([value for sound in sounds for value in pitch_track(sound) if value > 0])
    pace = letters_per_second(sounds, texts) if texts else None
    if not len(hertz):
        return Manner(None, None, pace)
    low, high = np.percentile(12 * np.log2(hertz), [16, 84])
    return Manner(round(float(np.median(hertz)), 2), round(float(high - low) / 2, 3), pace)


def extent(sound: Audio) -> float:
    """Seconds from the first to the last speech in ``sound``."""
    spoken = np.flatnonzero(activity.speech_mask(activity.levels(sound)))
    return float(spoken[-1] - spoken[0] + 1) * activity.HOP_SECONDS if len(spoken) else sound.seconds


def letters_per_second(sounds: Sequence[Audio], texts: Sequence[str]) -> float:
    """Letters of all ``texts`` over the time from first to last speech of all ``sounds``."""
    letters = sum(character.isalnum() for text in texts for character in text)
    return round(letters / max(sum(map(extent, sounds)), 0.01), 3)


def duration_ratio(sounds: Sequence[Audio], originals: Sequence[Audio]) -> float:
    """How much longer ``sounds`` are than the ``originals`` of the same sentences."""
    return sum(map(extent, sounds)) / max(sum(map(extent, originals)), 0.01)


def semitones(hertz: float | None, reference: float | None) -> float | None:
    """How far ``hertz`` lies above ``reference``; ``None`` where one is not known."""
    if not hertz or not reference:
        return None
    return round(12 * float(np.log2(hertz / reference)), 2)


def ratio(value: float | None, reference: float | None) -> float | None:
    """``value`` over ``reference``; ``None`` where one is not known."""
    return round(value / reference, 3) if value and reference else None
