"""Smooth trajectories from predicted means: parameter generation with differences (Tokuda et al. 2000) and global
variance, which undoes the flattening that averaging causes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded

from likeness.engines.builtin.voice.features import APERIODICITY, LOG_F0, STATIC, Array

GLOBAL_VARIANCE_POWER = 0.8


def generate(means: NDArray[np.floating], variances: NDArray[np.floating]) -> Array:
    """The most likely static trajectory (frames, n) under Gaussian ``means`` (frames, 3 n) of statics, first and
    second differences with the given ``variances`` (3 n,).
    """
    frames, width = means.shape[0], means.shape[1] // 3
    if frames < 3:
        return np.asarray(means[:, :width], dtype=np.float64)
    precision = 1.0 / np.asarray(variances, dtype=np.float64).reshape(3, width)
    static, velocity, acceleration = np.split(np.asarray(means, dtype=np.float64), 3, axis=1)
    right = precision[0] * static
    inner_velocity = 0.5 * precision[1] * velocity[1:-1]
    right[2:] += inner_velocity
    right[:-2] -= inner_velocity
    inner_acceleration = precision[2] * acceleration[1:-1]
    right[2:] += inner_acceleration
    right[:-2] += inner_acceleration
    right[1:-1] -= 2 * inner_acceleration
    velocity_band, acceleration_band = _bands(frames)
    out = np.empty((frames, width))
    for column in range(width):
        band = precision[1, column] * velocity_band + precision[2, column] * acceleration_band
        band[2] += precision[0, column]
        out[:, column] = solveh_banded(band, right[:, column], check_finite=False)
    return out


def _bands(frames: int) -> tuple[Array, Array]:
    """Upper bands (3, frames) of W'W for the first- and second-difference windows; row 2 is the diagonal."""
    velocity, acceleration = np.zeros((3, frames)), np.zeros((3, frames))
    velocity[2, 2:] += 0.25
    velocity[2, :-2] += 0.25
    velocity[0, 2:] -= 0.25
    acceleration[2, 2:] += 1
    acceleration[2, :-2] += 1
    acceleration[2, 1:-1] += 4
    acceleration[1, 2:] -= 2
    acceleration[1, 1:-1] -= 2
    acceleration[0, 2:] += 1
    return velocity, acceleration


def variance_ratio(natural: NDArray[np.floating], generated: NDArray[np.floating]) -> Array:
    """By how much natural trajectories spread more than generated ones, per dimension (both (frames, 42))."""
    return np.asarray(np.sqrt(natural.var(0) / np.maximum(generated.var(0), 1e-9)), dtype=np.float64)


def widen(static: Array, ratio: Array, centre: Array) -> Array:
    """Spread ``static`` (frames, 42) about its own mean by the global-variance ``ratio`` (42,).

    Short stretches lean on ``centre`` (42,), the speaker's mean, because their own is unreliable. Power and
    aperiodicity are left alone: widening them makes pauses hiss.
    """
    gain = ratio**GLOBAL_VARIANCE_POWER
    gain[[0, APERIODICITY]] = 1.0
    gain[LOG_F0] = ratio[LOG_F0]
    frames = len(static)
    mean = (static.sum(0) + 100 * centre[:STATIC]) / (frames + 100)
    return np.asarray(mean + (static - mean) * gain)
