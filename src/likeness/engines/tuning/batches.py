"""Which conversations are worked on together: every one exactly once per epoch, with little padding.

A step's conversations are drawn at random, so that each step sees a fair mixture. How the sum of their gradients is cut
into batches changes nothing but the time it takes, so they are cut by length: the cut with the least cost, a batch
costing its padded tokens and a little for being one. A batch may hold more short conversations than the recipe's
number, and never more padded tokens than that number of the longest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from math import ceil

import numpy as np

from likeness.engines.tuning.backend import Batch
from likeness.engines.tuning.tokens import Row

Cut = tuple[int, ...]
"""Indices of the rows of one batch."""
OVERHEAD = 64
"""What a batch costs whatever is in it, in tokens: a device waits for its host between kernels."""
MULTIPLE = 8
"""Batches are padded to a multiple of so many tokens: fewer shapes for a runtime to make ready for."""


class Plan:
    """The order of a whole run, a function of its arguments alone.

    ``lengths`` are those of the rows in tokens. A step has ``batch`` x ``accumulation`` rows; where these do not go
    into the rows evenly, the steps of an epoch differ by one row at most. ``steps`` is the length of the run.
    """

    def __init__(
        self,
        lengths: Sequence[int],
        *,
        batch: int,
        accumulation: int,
        epochs: float,
        seed: int,
        maximum_steps: int = 0,
        overhead: int = OVERHEAD,
    ) -> None:
        self.lengths = lengths
        self.per_epoch = ceil(len(lengths) / (batch * accumulation))
        whole = max(1, round(epochs * self.per_epoch)) if lengths else 0
        self.steps = min(whole, maximum_steps) if maximum_steps else whole
        self._batch, self._seed, self._overhead = batch, seed, overhead
        self._cached: tuple[int, list[list[int]]] = (-1, [])

    @cached_property
    def most_tokens(self) -> int:
        """Padded tokens that a batch may have: ``batch`` of the longest rows."""
        return self._batch * padded(max(self.lengths, default=0))

    def epoch(self, step: int) -> float:
        """How many epochs are done once ``step`` steps are."""
        return step / self.per_epoch

    def step(self, number: int) -> list[Cut]:
        """The batches of step ``number`` (from 0), the longest first: what does not fit fails at once."""
        epoch, place = divmod(number, self.per_epoch)
        if self._cached[0] != epoch:
            self._cached = (epoch, self._shuffled(epoch))
        return cut(self._cached[1][place], self.lengths, self.most_tokens, self._overhead)

    def cut_evenly(self, lengths: Sequence[int]) -> list[Cut]:
        """Other rows (those of the validation split) in batches like these, by length."""
        return cut_greedily(lengths, max(self.most_tokens, padded(max(lengths, default=0))))

    def _shuffled(self, epoch: int) -> list[list[int]]:
        order = np.random.default_rng((self._seed, epoch)).permutation(len(self.lengths))
        return [part.tolist() for part in np.array_split(order, self.per_epoch)]


def padded(length: int) -> int:
    """The length of a batch whose longest row has ``length`` tokens."""
    return ceil(length / MULTIPLE) * MULTIPLE


def cut(rows: Sequence[int], lengths: Sequence[int], most_tokens: int, overhead: int = OVERHEAD) -> list[Cut]:
    """``rows`` in batches of at most ``most_tokens`` padded tokens, of least cost, the longest first.

    Exact, by dynamic programming over the rows by length: best[i] is the least cost of the first i. O(n²) at worst.
    """
    ordered = sorted(rows, key=lambda row: (-lengths[row], row))
    best, start = [0.0], [0]
    for end in range(1, len(ordered) + 1):
        found = (float("inf"), end - 1)
        for first in range(end - 1, -1, -1):
            tokens = padded(lengths[ordered[first]]) * (end - first)
            if tokens > most_tokens and first < end - 1:
                break
            found = min(found, (best[first] + tokens + overhead, first))
        best.append(found[0])
        start.append(found[1])
    batches = []
    end = len(ordered)
    while end:
        batches.append(tuple(ordered[start[end] : end]))
        end = start[end]
    return batches[::-1]


def cut_greedily(lengths: Sequence[int], most_tokens: int) -> list[Cut]:
    """All rows of ``lengths``, however many: each batch takes as many as it may hold, the longest rows first."""
    batches: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda row: (-lengths[row], row)):
        if batches and padded(lengths[batches[-1][0]]) * (len(batches[-1]) + 1) <= most_tokens:
            batches[-1].append(row)
        else:
            batches.append([row])
    return [tuple(batch) for batch in batches]


def make(rows: Sequence[Row], indices: Cut) -> Batch:
    """The batch of ``rows[i]`` for each of ``indices``, padded on the right with 0."""
    chosen = [rows[index] for index in indices]
    lengths = np.array([len(row.tokens) for row in chosen], np.int32)
    shape = (len(chosen), padded(int(lengths.max())))
    tokens, learned = np.zeros(shape, np.int32), np.zeros(shape, np.bool_)
    for place, row in enumerate(chosen):
        tokens[place, : lengths[place]] = row.tokens
        learned[place, : lengths[place]] = row.learned
    return Batch(tokens, learned, lengths, tuple(row.name for row in chosen))


def padding_share(lengths: Sequence[int], batches: Iterator[Cut] | Sequence[Cut]) -> float:
    """Share of the tokens in ``batches`` that are padding (0-1)."""
    real = total = 0
    for batch in batches:
        real += sum(lengths[row] for row in batch)
        total += len(batch) * padded(max(lengths[row] for row in batch))
    return 1 - real / total if total else 0.0
