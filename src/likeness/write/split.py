"""Train, valid and test: whole threads and whole clusters of near-duplicates, the latest to test."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TRAIN, VALID, TEST = range(3)
"""What :func:`split` gives, in the order of ``dataset.SPLITS``."""
_LARGEST = 2.0
"""A group more than this many times the share asked for stays in train, lest it be all of the test."""

Numbers = NDArray[np.int64] | NDArray[np.uint64]


def groups(threads: Numbers, clusters: Numbers) -> NDArray[np.int64]:
    """For each item the number of its group: items of one thread or one cluster are in one group, and so on.

    ``threads`` and ``clusters`` are any integers; groups are numbered by their first items.
    """
    members = [np.unique(keys, return_inverse=True)[1] for keys in (threads, clusters)]
    leader = np.arange(len(threads))
    while True:
        spread = leader
        for inverse in members:
            least = np.full(len(spread), len(spread))
            np.minimum.at(least, inverse, spread)
            spread = least[inverse]
        if np.array_equal(spread, leader):
            return np.asarray(np.unique(leader, return_inverse=True)[1], dtype=np.int64)
        leader = spread[spread]


def split(
    times: NDArray[np.int64], threads: Numbers, clusters: Numbers, *, valid: float, test: float
) -> NDArray[np.int8]:
    """Assign each item :data:`TRAIN`, :data:`VALID` or :data:`TEST`; ``valid`` and ``test`` are shares of the items.

    Groups go from the latest (by their last item in ``times``) to test until it is full, then to valid, the rest to
    train, so that what is tested was written after what was learned and no thread or near-duplicate is on both sides.
    """
    group = groups(threads, clusters)
    sizes = np.bincount(group)
    latest = np.full(len(sizes), np.iinfo(np.int64).min)
    np.maximum.at(latest, group, times)
    given = np.full(len(sizes), TRAIN, dtype=np.int8)
    wanted = [(TEST, test * len(times)), (VALID, valid * len(times))]
    filled = 0
    for number in np.lexsort((np.arange(len(sizes)), latest))[::-1].tolist():
        while wanted and filled >= wanted[0][1]:
            wanted.pop(0)
            filled = 0
        if not wanted:
            break
        name, size = wanted[0]
        if sizes[number] > max(_LARGEST * size, 1):
            continue
        given[number] = name
        filled += int(sizes[number])
    return np.asarray(given[group], dtype=np.int8)
