"""Percentile bootstrap intervals (Efron & Tibshirani 1993, ch. 13), resampling whole messages.

Texts that go back to one message of the person (a reply, a draft and a rewrite of it) are drawn together, or they would
make the interval narrower than it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS = 1000
_LEVEL = 95.0

Weights = NDArray[np.float64]
"""Shape (draws, n): how often each text stands in each resample; the first row is all ones, the sample itself."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A measured value and the ends of its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def resamples(groups: Sequence[str], draws: int = DRAWS, seed: int = 0) -> Weights:
    """Weights of ``draws`` resamples of the distinct ``groups`` (one per text, equal for texts drawn together)."""
    names, members = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    counts = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), size=draws)
    return np.vstack([np.ones(len(groups)), counts[:, members].astype(np.float64)])


def mean(weights: Weights, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weighted mean of ``values`` (n,) in every resample; NaN where none of them was drawn."""
    with np.errstate(invalid="ignore"):
        found: NDArray[np.float64] = weights @ values / weights.sum(axis=1)
    return found


def area(weights: Weights, positive: NDArray[np.float64], negative: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability that a positive scores above a negative (ties half), in every resample; both of shape (n,)."""
    above = (positive[:, None] > negative[None, :]) + 0.5 * (positive[:, None] == negative[None, :])
    found: NDArray[np.float64] = ((weights @ above) * weights).sum(axis=1) / weights.sum(axis=1) ** 2
    return found


def interval(values: NDArray[np.float64]) -> Interval:
    """The interval of a statistic from its ``values`` in every resample, the first being that of the sample itself."""
    known = values[np.isfinite(values)]
    low, high = np.percentile(known, [(100 - _LEVEL) / 2, (100 + _LEVEL) / 2]) if len(known) else (np.nan, np.nan)
    return Interval(float(values[0]), float(low), float(high))


def mean_interval(values: Sequence[float], groups: Sequence[str]) -> Interval:
    """The mean of ``values`` with its interval."""
    return interval(mean(resamples(groups), np.asarray(values, dtype=np.float64)))
