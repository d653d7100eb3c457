"""A filter that moves joined units towards the spectrum the network predicts: it evens out joins between recordings
made at different distances, and pulls a unit from another context towards this one.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from likeness.engines.builtin.voice import vocoder
from likeness.engines.builtin.voice.features import COEFFICIENTS, RATE, Array

CORRECTED = 20
"""Only this many coefficients are corrected: the shape of the spectrum, not its grain."""
STRENGTH = 0.7
LEVEL_STRENGTH = 0.5
LIMIT = 1.6
"""Largest gain either way, in natural logarithm of amplitude."""

_BINS = 513


def apply(samples: Array, rate: int, difference: NDArray[np.floating]) -> Array:
    """Filter ``samples`` at ``rate`` Hz by ``difference`` (frames, 20): coded envelope wanted minus coded envelope
    there is, one row for each 5 ms.
    """
    if not len(samples) or not len(difference):
        return samples
    smooth = _smoothed(np.asarray(difference, dtype=np.float64)) * STRENGTH
    smooth[:, 0] *= LEVEL_STRENGTH
    hop = rate // 200
    window = np.hanning(4 * hop + 1)[:-1]
    padded = np.pad(samples, (4 * hop, 5 * hop))
    starts = np.arange(0, len(padded) - 4 * hop, hop)
    blocks = np.stack([padded[start : start + 4 * hop] for start in starts]) * window
    size = 1 << int(4 * hop * 1.5).bit_length()
    row = np.clip(((starts - 2 * hop) * 200 / rate).round().astype(int), 0, len(smooth) - 1)
    gains = np.exp(np.clip(smooth @ _basis(rate, size), -LIMIT, LIMIT))[row]
    filtered = np.fft.irfft(np.fft.rfft(blocks, size) * gains, size)
    out, weight = np.zeros(len(padded) + size), np.zeros(len(padded) + size)
    for start, block in zip(starts, filtered, strict=True):
        out[start : start + size] += block
        weight[start : start + 4 * hop] += window
    inside = slice(4 * hop, 4 * hop + len(samples))
    return np.asarray(out[inside] / np.maximum(weight[inside], 0.5))


def _smoothed(rows: Array) -> Array:
    """A Gaussian of two frames along the first axis."""
    offsets = np.arange(-8, 9)
    weights = np.exp(-0.5 * (offsets / 2.0) ** 2)
    padded = np.pad(rows, ((8, 8), (0, 0)), "symmetric" if len(rows) > 8 else "edge")
    shifted = (padded[8 + o : 8 + o + len(rows)] * w for o, w in zip(offsets, weights / weights.sum(), strict=True))
    return np.asarray(np.sum(list(shifted), axis=0))


@cache
def _basis(rate: int, size: int) -> Array:
    """Log amplitude at each bin of a ``size``-point spectrum for one unit of each coefficient, (20, size / 2 + 1).
    Above 8 kHz, where nothing is modelled, the gain at 8 kHz is kept.
    """
    coded = np.vstack([np.zeros((1, COEFFICIENTS)), np.eye(COEFFICIENTS)[:CORRECTED]])
    logs = 0.5 * np.log(vocoder.envelope(coded))
    basis = logs[1:] - logs[0]
    wanted = np.minimum(np.arange(size // 2 + 1) * rate / size, RATE / 2)
    known = np.arange(_BINS) * RATE / 2 / (_BINS - 1)
    return np.stack([np.interp(wanted, known, line) for line in basis])
