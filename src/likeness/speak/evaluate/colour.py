"""The average colour of a voice: long-term spectra in third octaves, compared without their level."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from likeness.core.resample import resample
from likeness.core.types import Audio
from likeness.speak import measures


def spectrum_distance_db(sounds: Sequence[Audio], reference: Sequence[Audio]) -> float:
    """RMS difference of the long-term spectra in third octaves from 100 Hz to 8 kHz, in dB, overall level removed."""
    difference = _third_octaves(sounds) - _third_octaves(reference)
    return float(np.sqrt(np.mean((difference - difference.mean()) ** 2)))


def _third_octaves(sounds: Sequence[Audio]) -> NDArray[np.float64]:
    window = 0.064
    total = np.zeros(0)
    for sound in sounds:
        power = measures.spectrogram(resample(sound, 22_050), window_seconds=window, hop_seconds=0.032)
        loud = power.sum(axis=1)
        mean = power[loud > np.percentile(loud, 95) * 10**-3.5].sum(axis=0)
        total = mean if not len(total) else total + mean
    centres = 100 * 2 ** (np.arange(20) / 3)
    edges = np.round(np.stack([centres * 2 ** (-1 / 6), centres * 2 ** (1 / 6)]) * window).astype(int)
    return np.array([10 * np.log10(total[a : max(b, a + 1)].sum() + 1e-12) for a, b in edges.T])
