"""Answers to be scored, in batches: padded on the right, with the places of the tokens that count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from likeness.engines.language.runtime import Answered

_AT_ONCE = 2048
"""Tokens of a batch, padding included."""


@dataclass(frozen=True, slots=True)
class Padded:
    """``tokens`` of shape (rows, length); ``targets`` (n,) are those of all answers, one row after the other, and
    ``before`` (n,) the flat place in ``tokens`` of what stands before each. ``counts`` (rows,) sum to n.

    Padding stands on the right, where a model that looks back only never sees it.
    """

    tokens: NDArray[np.int64]
    before: NDArray[np.int64]
    targets: NDArray[np.int64]
    counts: NDArray[np.int64]

    def split(self, values: NDArray[np.float64]) -> list[NDArray[np.float64]]:
        """``values`` (n,) by row."""
        return [np.asarray(part) for part in np.split(values, np.cumsum(self.counts)[:-1])]


def padded(batch: Sequence[Answered]) -> Padded:
    """The rows of ``batch``, which is not empty."""
    longest = max(len(row.tokens) for row in batch)
    tokens = np.zeros((len(batch), longest), np.int64)
    for into, row in zip(tokens, batch, strict=True):
        into[: len(row.tokens)] = row.tokens
    places = np.concatenate(
        [index * longest + np.arange(row.start, len(row.tokens)) for index, row in enumerate(batch)]
    )
    counts = np.array([len(row.tokens) - row.start for row in batch], np.int64)
    return Padded(tokens, places - 1, tokens.reshape(-1)[places], counts)


def batches(rows: Sequence[Answered]) -> Iterator[list[int]]:
    """Indices of ``rows``, those of like length together, in batches of a bounded number of tokens."""
    batch: list[int] = []
    for index in sorted(range(len(rows)), key=lambda index: len(rows[index].tokens)):
        if batch and len(rows[index].tokens) * (len(batch) + 1) > _AT_ONCE:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
