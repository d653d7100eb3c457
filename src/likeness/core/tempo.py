"""Faster or slower at the same pitch: overlapping pieces laid where their waves agree (WSOLA, Verhelst & Roelands
1993).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
WINDOW_SECONDS = 0.030
SEARCH_SECONDS = 0.008


def stretch(samples: Array, rate: int, tempo: float) -> Array:
    """``samples`` at ``rate`` Hz said ``tempo`` times as fast; the result is about ``len(samples) / tempo`` long."""
    hop = round(WINDOW_SECONDS * rate / 2)
    search = round(SEARCH_SECONDS * rate)
    if abs(tempo - 1) < 1e-3 or len(samples) < 4 * hop:
        return samples
    steps = int(len(samples) / tempo / hop)
    window = np.hanning(2 * hop + 1)[:-1]
    padded = np.pad(samples, (search + hop, search + 4 * hop))
    out = np.zeros((steps + 2) * hop)
    wanted: Array | None = None
    for step in range(steps):
        begin = min(round(step * hop * tempo), len(samples)) + search
        if wanted is not None:
            around = padded[begin - search : begin + search + 2 * hop]
            energy = np.convolve(around**2, np.ones(2 * hop), "valid")
            begin += int(np.argmax(np.correlate(around, wanted, "valid") / np.sqrt(energy + 1e-6))) - search
        out[step * hop : (step + 2) * hop] += padded[begin : begin + 2 * hop] * window
        wanted = padded[begin + hop : begin + 3 * hop]
        if len(wanted) < 2 * hop:
            wanted = np.pad(wanted, (0, 2 * hop - len(wanted)))
    return out[hop:]
