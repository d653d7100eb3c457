"""Dividing a step's batches among processes, and putting together what each found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from likeness.engines.tuning.backend import Batch


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of batch ``place`` of a step: all of them, where there are batches enough."""

    place: int
    batch: Batch


def divided(batches: Sequence[Batch], count: int) -> list[list[Part]]:
    """``batches`` for ``count`` processes, about the same number of padded tokens for each.

    The largest is halved as long as there are fewer than processes; rows are not. Then the largest that is left goes to
    the process that has least (Graham 1969). A process may be left without any.
    """
    parts = [Part(place, batch) for place, batch in enumerate(batches)]
    while len(parts) < count:
        largest = max((part for part in parts if len(part.batch.rows) > 1), key=_size, default=None)
        if largest is None:
            break
        parts.remove(largest)
        middle = (len(largest.batch.rows) + 1) // 2
        parts += [
            Part(largest.place, rows(largest.batch, 0, middle)),
            Part(largest.place, rows(largest.batch, middle, len(largest.batch.rows))),
        ]
    shares: list[list[Part]] = [[] for _ in range(count)]
    for part in sorted(parts, key=_size, reverse=True):
        min(shares, key=lambda share: sum(map(_size, share))).append(part)
    return shares


def rows(batch: Batch, start: int, end: int) -> Batch:
    """The rows of ``batch`` from ``start`` to ``end``; none where these are the same."""
    taken = slice(start, end)
    return replace(
        batch,
        tokens=batch.tokens[taken],
        learned=batch.learned[taken],
        lengths=batch.lengths[taken],
        rows=batch.rows[taken],
    )


def row_ranges(batch: Batch, count: int) -> list[tuple[int, int]]:
    """The rows of ``batch`` for ``count`` processes, in their order: where each begins and ends."""
    edges = np.linspace(0, len(batch.rows), count + 1).round().astype(int).tolist()
    return list(pairwise(edges))


def losses_by_batch(
    batches: Sequence[Batch], shares: Sequence[Sequence[Part]], sums: Sequence[Sequence[float]]
) -> tuple[float, ...]:
    """The mean loss of each batch from the summed losses of its parts."""
    totals = [0.0] * len(batches)
    for share, found in zip(shares, sums, strict=True):
        for part, total in zip(share, found, strict=True):
            totals[part.place] += total
    return tuple(total / batch.useful for total, batch in zip(totals, batches, strict=True))


def _size(part: Part) -> int:
    return part.batch.tokens.size
