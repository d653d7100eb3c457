"""Change of sample rate by a windowed sinc, one short filter for each phase (Smith, Digital Audio Resampling).

Written out in numpy because importing a library for it would take longer than saying the first words.
"""

from __future__ import annotations

from functools import lru_cache
from math import gcd

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

CROSSINGS = 32
"""Zero crossings of the sinc on either side."""
KAISER_BETA = 6.0
ROLL_OFF = 0.985
_BLOCK = 1 << 15


def resample(samples: NDArray[np.floating], rate: int, target: int) -> NDArray[np.float64]:
    """Mono ``samples`` at ``rate`` Hz brought to ``target`` Hz, as float64 of length ceil(n x target / rate)."""
    if rate == target or not len(samples):
        return np.ascontiguousarray(samples, dtype=np.float64)
    divisor = gcd(rate, target)
    up, down = target // divisor, rate // divisor
    filters = _filters(up, down)
    taps = filters.shape[1]
    padded = np.pad(np.asarray(samples, dtype=np.float64), taps)
    windows = sliding_window_view(padded, taps)
    count = -(-len(samples) * up // down)
    out = np.empty(count)
    for begin in range(0, count, _BLOCK):
        place = np.arange(begin, min(count, begin + _BLOCK), dtype=np.int64) * down
        first = place // up + taps - taps // 2 + 1
        out[begin : begin + len(place)] = np.einsum("nt,nt->n", windows[first], filters[place % up])
    return out


@lru_cache(maxsize=8)
def _filters(up: int, down: int) -> NDArray[np.float64]:
    """The taps of each phase, (up, taps): a sample at whole + phase / up is their sum with the samples around it."""
    cutoff = ROLL_OFF * min(1.0, up / down)
    half = int(np.ceil(CROSSINGS / cutoff))
    distance = np.arange(-half + 1, half + 1)[None] - (np.arange(up) / up)[:, None]
    inside = np.clip(1 - (distance / half) ** 2, 0, None)
    taps = cutoff * np.sinc(cutoff * distance) * np.i0(KAISER_BETA * np.sqrt(inside)) / np.i0(KAISER_BETA)
    return np.asarray(taps / taps.sum(1, keepdims=True))
