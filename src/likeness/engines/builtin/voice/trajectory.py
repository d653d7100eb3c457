"""Smooth trajectories from predicted means: parameter generation with differences (Tokuda et al. 2000) and global
variance, which undoes the flattening that averaging causes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
    band = precision[1] * velocity_band[..., None] + precision[2] * acceleration_band[..., None]
    band[0] += precision[0]
    return _solved(band, right)


def _solved(band: Array, right: Array) -> Array:
    """Solve a symmetric positive system of two side diagonals for each column at once, by L D L' factors.

    ``band`` is (3, frames, columns): the diagonal, then what stands one and two to its left; ``right`` is changed.
    """
    diagonal, one, two = band
    for row in range(1, len(right)):
        if row > 1:
            far = two[row] / diagonal[row - 2]
            diagonal[row] -= far * two[row]
            one[row] -= two[row] * one[row - 1]
            right[row] -= far * right[row - 2]
            two[row] = far
        near = one[row] / diagonal[row - 1]
        diagonal[row] -= near * one[row]
        right[row] -= near * right[row - 1]
        one[row] = near
    right /= diagonal
    for row in range(len(right) - 2, -1, -1):
        right[row] -= one[row + 1] * right[row + 1]
        if row + 2 < len(right):
            right[row] -= two[row + 2] * right[row + 2]
    return right


def _bands(frames: int) -> tuple[Array, Array]:
    """W'W of the first- and second-difference windows, each (3, frames): the diagonal, then what stands one and two
    to its left.
    """
    velocity, acceleration = np.zeros((3, frames)), np.zeros((3, frames))
    velocity[0, 2:] += 0.25
    velocity[0, :-2] += 0.25
    velocity[2, 2:] -= 0.25
    acceleration[0, 2:] += 1
    acceleration[0, :-2] += 1
    acceleration[0, 1:-1] += 4
    acceleration[1, 2:] -= 2
    acceleration[1, 1:-1] -= 2
    acceleration[2, 2:] += 1
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
