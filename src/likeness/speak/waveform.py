"""A sound in few numbers, for pictures: peaks over time, pitch over time."""

from __future__ import annotations

import numpy as np

from likeness.core.types import Audio

PITCH_HOP_SECONDS = 0.01


def waveform_peaks(audio: Audio, n: int) -> list[tuple[float, float]]:
    """Lowest and highest sample of each of ``n`` equal stretches, in [-1, 1]; fewer for a sound shorter than ``n``."""
    parts = np.array_split(audio.samples, max(1, min(n, len(audio.samples))))
    return [(round(float(part.min()), 4), round(float(part.max()), 4)) for part in parts if len(part)]


def pitch_track(audio: Audio, lowest: float = 60.0, highest: float = 500.0) -> list[float]:
    """Pitch in Hz every 10 ms, 0.0 where the sound is not voiced (WORLD's DIO with StoneMask, Morise et al. 2016)."""
    import pyworld

    samples = audio.samples.astype(np.float64)
    if len(samples) < audio.rate // 20:
        return []
    coarse, time = pyworld.dio(
        samples, audio.rate, f0_floor=lowest, f0_ceil=highest, frame_period=1000 * PITCH_HOP_SECONDS
    )
    return [round(float(value), 1) for value in pyworld.stonemask(samples, coarse, time, audio.rate)]
