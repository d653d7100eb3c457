"""Overlap-save: a function of finite reach, applied block by block, gives exactly what it gives of the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]


class OverlapSave:
    """Applies ``function`` to a sequence of rows that comes in pieces.

    ``function`` takes (n, …) and gives n × ``scale`` rows; each of them depends on the rows at most ``reach`` before
    and after its own. Every block is computed together with so many rows around it, and only the block itself is kept,
    so that there are no seams and memory is bounded. Blocks begin with ``first`` rows and double up to ``block``, since
    what comes first is waited for.
    """

    def __init__(self, function: Callable[[Rows], Rows], reach: int, *, first: int, block: int, scale: int = 1) -> None:
        self._function, self._reach, self._largest, self._scale = function, reach, block, scale
        self._block = min(first, block)
        self._held: Rows | None = None
        self._lead = 0

    def feed(self, rows: Rows) -> Iterator[Rows]:
        """Take the next rows; yields what has become certain, in order."""
        self._held = rows if self._held is None else np.concatenate([self._held, rows])
        while len(self._held) >= self._lead + self._block + self._reach:
            yield self._next(self._block, self._lead + self._block + self._reach)
            self._block = min(2 * self._block, self._largest)

    def finish(self) -> Iterator[Rows]:
        """What is left once the sequence has ended."""
        while self._held is not None and len(self._held) > self._lead:
            left = len(self._held) - self._lead
            count = min(left, self._block)
            yield self._next(count, min(len(self._held), self._lead + count + self._reach))
        self._held, self._lead = None, 0

    def _next(self, count: int, seen: int) -> Rows:
        held: Any = self._held
        made = self._function(held[:seen])[self._lead * self._scale : (self._lead + count) * self._scale]
        behind = self._lead + count
        kept = min(behind, self._reach)
        self._held, self._lead = held[behind - kept :], kept
        return made
