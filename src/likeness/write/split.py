"""Train, valid and test: whole threads and whole clusters of near-duplicates, the latest to test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from likeness.core.types import Exchange, Split

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LARGEST = 2.0
"""A group more than this many times the share asked for stays in train, lest it be all of the test."""


def groups(threads: Sequence[str], clusters: Sequence[int]) -> list[int]:
    """For each item the number of its group: items of one thread or one cluster are in one group, and so on."""
    parent: dict[str | int, str | int] = {}

    def root(node: str | int) -> str | int:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for thread, cluster in zip(threads, clusters, strict=True):
        parent[root(thread)] = root(cluster)
    numbers: dict[str | int, int] = {}
    return [numbers.setdefault(root(thread), len(numbers)) for thread in threads]


def split(
    exchanges: Sequence[Exchange], threads: Sequence[str], clusters: Sequence[int], *, valid: float, test: float
) -> list[Split]:
    """Assign each exchange a split; ``valid`` and ``test`` are shares of the exchanges.

    Groups go from the latest (by their last message) to test until it is full, then to valid, the rest to train, so
    that what is tested was written after what was learned and no thread or near-duplicate is on both sides.
    """
    members: defaultdict[int, list[int]] = defaultdict(list)
    for i, group in enumerate(groups(threads, clusters)):
        members[group].append(i)
    latest = {group: max(exchanges[i].sent_at or _EARLIEST for i in items) for group, items in members.items()}
    result: list[Split] = ["train"] * len(exchanges)
    wanted: list[tuple[Split, float]] = [("test", test * len(exchanges)), ("valid", valid * len(exchanges))]
    filled = 0
    for group in sorted(members, key=lambda group: (latest[group], group), reverse=True):
        while wanted and filled >= wanted[0][1]:
            wanted.pop(0)
            filled = 0
        if not wanted:
            break
        name, size = wanted[0]
        if len(members[group]) > max(_LARGEST * size, 1):
            continue
        for i in members[group]:
            result[i] = name
        filled += len(members[group])
    return result
