"""Choosing what to learn from at a token budget: every kind of message represented, then the most ground covered.

First quotas: the budget is shared among cells (channel x year x correspondent x length) by the square root of their
size, so that a chatty year does not drown the others. Within them, and then with what is left, lazy greedy maximises a
submodular coverage of words and word pairs per token (Lin & Bilmes 2011; Minoux 1978).
"""

from __future__ import annotations

import heapq
import math
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from likeness.core.types import Exchange

_WORD = re.compile(r"\w+(?:['’]\w+)?|[^\w\s]")
_FEATURES = 1 << 18
_LENGTHS = ((80, "under 80"), (240, "80-239"), (800, "240-799"), (2400, "800-2399"))


def tokens(text: str) -> int:
    """About how many tokens a language model makes of ``text`` (a quarter of its characters, at least one)."""
    return max(1, math.ceil(len(text) / 4))


def length_class(text: str) -> str:
    """Which range of lengths, in characters, ``text`` falls into."""
    return next((name for limit, name in _LENGTHS if len(text) < limit), "2400 and over")


def cell(exchange: Exchange) -> tuple[str, str, str, str]:
    """Channel, year, correspondent and length class: what the quotas keep in balance."""
    year = str(exchange.sent_at.year) if exchange.sent_at else "undated"
    return exchange.channel, year, exchange.correspondent, length_class(exchange.text)


def select(exchanges: Sequence[Exchange], *, budget: int, per_correspondent: float) -> list[int]:
    """Indices, ascending, of the exchanges to keep within ``budget`` tokens of owner's text.

    ``per_correspondent`` is the largest share of the budget for one correspondent; it does not apply when there is
    only one. Everything is kept when it fits within budget and cap.
    """
    costs = [tokens(exchange.text) for exchange in exchanges]
    people = Counter(exchange.correspondent for exchange in exchanges)
    cap = budget * per_correspondent if len(people) > 1 else math.inf
    features = [_features(exchange.text) for exchange in exchanges]
    weights = _weights(features)
    state = _State(features, weights, costs, budget, cap, [exchange.correspondent for exchange in exchanges])
    cells = [cell(exchange) for exchange in exchanges]
    sizes = Counter(cells)
    total = sum(math.sqrt(size) for size in sizes.values())
    state.grow({key: budget * math.sqrt(size) / total for key, size in sizes.items()}, cells)
    state.grow(None, cells)
    return sorted(state.chosen)


class _State:
    """The set chosen so far and how often each feature is in it."""

    def __init__(
        self,
        features: list[NDArray[np.int64]],
        weights: NDArray[np.float64],
        costs: list[int],
        budget: int,
        cap: float,
        people: list[str],
    ) -> None:
        self.features, self.weights, self.costs, self.people, self.cap = features, weights, costs, people, cap
        self.left: float = budget
        self.seen = np.zeros(_FEATURES)
        self.spent: Counter[str] = Counter()
        self.chosen: set[int] = set()

    def gain(self, i: int) -> float:
        """Growth of sum of weight x sqrt(count) per token if ``i`` were added."""
        ids = self.features[i]
        seen = self.seen[ids]
        return float((self.weights[ids] * (np.sqrt(seen + 1) - np.sqrt(seen))).sum()) / self.costs[i]

    def grow(
        self, quotas: dict[tuple[str, str, str, str], float] | None, cells: list[tuple[str, str, str, str]]
    ) -> None:
        """Add the best per token while it fits the budget, the person's cap and, where given, the cell's quota.

        Gains only fall as the set grows, so a stale one is an upper bound and most are never computed again.
        """
        used: Counter[tuple[str, str, str, str]] = Counter()
        heap = [(-self.gain(i), i) for i in range(len(self.costs)) if i not in self.chosen]
        heapq.heapify(heap)
        while heap:
            _, i = heapq.heappop(heap)
            cost = self.costs[i]
            over_quota = quotas is not None and used[cells[i]] and used[cells[i]] + cost > quotas[cells[i]]
            if cost > self.left or over_quota or self.spent[self.people[i]] + cost > self.cap:
                continue
            fresh = -self.gain(i)
            if heap and fresh > heap[0][0]:
                heapq.heappush(heap, (fresh, i))
                continue
            self.chosen.add(i)
            self.left -= cost
            self.spent[self.people[i]] += cost
            used[cells[i]] += cost
            self.seen[self.features[i]] += 1


def _features(text: str) -> NDArray[np.int64]:
    """Distinct hashed words and word pairs of ``text``."""
    words = [word.casefold() for word in _WORD.findall(text)]
    grams = {*words, *(f"{a} {b}" for a, b in pairwise(words))}
    ids = {zlib.crc32(gram.encode("utf-8", "surrogatepass")) % _FEATURES for gram in grams}
    return np.fromiter(ids, dtype=np.int64, count=len(ids))


def _weights(features: list[NDArray[np.int64]]) -> NDArray[np.float64]:
    """Features that recur count; those of one text only (names, numbers) count little, those of all count least."""
    frequency = np.zeros(_FEATURES)
    for ids in features:
        frequency[ids] += 1
    idf = np.log1p(max(len(features), 1) / np.maximum(frequency, 1))
    weights: NDArray[np.float64] = np.where(frequency >= 2, idf, 0.2 * idf)
    return weights
