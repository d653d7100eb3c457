"""Sound as the models of recognisers and speaker encoders want it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from likeness.core.resample import resample
from likeness.core.types import Audio, Samples

RATE = 16_000
"""Samples per second that all of them hear."""
_FRAME = 160


def at_rate(audio: Audio, rate: int = RATE) -> Samples:
    """The samples of ``audio`` at ``rate`` Hz, float32 (polyphase filtering)."""
    return np.ascontiguousarray(resample(audio, rate).samples, dtype=np.float32)


def pieces(samples: Samples, longest: float, rate: int = RATE) -> Iterator[tuple[int, Samples]]:
    """``samples`` in pieces of at most ``longest`` seconds, each with where it begins; cut where it is quietest in the
    last half of what fits."""
    start, most = 0, round(longest * rate)
    while len(samples) - start > most:
        late = samples[start + most // 2 : start + most]
        frames = late[: len(late) // _FRAME * _FRAME].reshape(-1, _FRAME)
        loud = np.convolve((frames**2).sum(axis=1), np.ones(20), mode="same")
        end = start + most // 2 + int(np.argmin(loud)) * _FRAME + _FRAME // 2
        yield start, samples[start:end]
        start = end
    yield start, samples[start:]
