"""Choosing what to learn from at a token budget: every kind of message represented, then the most ground covered.

First quotas: the budget is shared among cells (channel x year x correspondent x length) by the square root of their
size, so that a chatty year does not drown the others. Within them, and then with what is left, lazy greedy maximises a
submodular coverage of words and word pairs per token (Lin & Bilmes 2011; Minoux 1978).

The features of a text lie on disk where a folder is given; a candidate takes about 30 bytes of memory.
"""

from __future__ import annotations

import heapq
import math
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from likeness.write.scratch import Records

_WORD = re.compile(r"\w+(?:['’]\w+)?|[^\w\s]")
_FEATURES = 1 << 18
_LENGTHS = ((80, "under 80"), (240, "80-239"), (800, "240-799"), (2400, "800-2399"))
_AT_ONCE = 2048
"""Candidates looked at together: those with the largest bounds."""

Numbers = NDArray[np.int64]


def tokens(text: str) -> int:
    """About how many tokens a language model makes of ``text`` (a quarter of its characters, at least one)."""
    return max(1, math.ceil(len(text) / 4))


def length_class(text: str) -> str:
    """Which range of lengths, in characters, ``text`` falls into."""
    return next((name for limit, name in _LENGTHS if len(text) < limit), "2400 and over")


def words(text: str) -> list[str]:
    """The words and marks of ``text``, case-folded."""
    return [word.casefold() for word in _WORD.findall(text)]


def select(
    texts: Iterable[str],
    costs: Numbers,
    cells: Numbers,
    people: Numbers,
    *,
    budget: int,
    per_correspondent: float,
    folder: Path | None = None,
) -> Numbers:
    """Indices, ascending, of the texts to keep within ``budget`` tokens.

    For each text ``costs`` says its tokens, ``cells`` which quota it falls under and ``people`` whom it is to, both
    numbered from 0. ``per_correspondent`` is the largest share of the budget for one correspondent; it does not apply
    when there is only one. Everything is kept when it fits within budget and cap.
    """
    several = len(np.unique(people)) > 1
    cap = budget * per_correspondent if several else math.inf
    spent = np.bincount(people, weights=costs) if len(people) else np.zeros(1)
    if costs.sum() <= budget and spent.max() <= cap:
        return np.arange(len(costs))
    with _Features.of(texts, folder) as features:
        state = _Greedy(features, costs, people, budget, cap)
        sizes = np.sqrt(np.bincount(cells))
        state.grow(cells, budget * sizes / sizes.sum())
        state.grow(cells, None)
        return np.flatnonzero(state.chosen)


class _Greedy:
    """The set chosen so far, and for every text an upper bound of what it would still add."""

    def __init__(self, features: _Features, costs: Numbers, people: Numbers, budget: int, cap: float) -> None:
        self._features, self._costs, self._people, self._cap = features, costs, people, cap
        self._left: float = budget
        self._seen = np.zeros(_FEATURES)
        self._weights = features.weights()
        # What one more occurrence of each feature adds to the sum of weight x sqrt(count).
        self._adds = self._weights.copy()
        self._bounds = features.sums(self._adds) / costs
        self._spent = np.zeros(int(people.max(initial=0)) + 1)
        self.chosen = np.zeros(len(costs), dtype=bool)

    def grow(self, cells: Numbers, quotas: NDArray[np.float64] | None) -> None:
        """Add the best per token while it fits the budget, the person's cap and, where given, the cell's quota.

        Gains only fall as the set grows, so a stale one is an upper bound and most are never computed again. The first
        text of a cell may exceed its quota.
        """
        used = np.zeros(int(cells.max(initial=0)) + 1)
        possible = ~self.chosen
        while True:
            possible &= (self._costs <= self._left) & (self._spent[self._people] + self._costs <= self._cap)
            if quotas is not None:
                possible &= (used[cells] == 0) | (used[cells] + self._costs <= quotas[cells])
            places = np.flatnonzero(possible)
            if not len(places):
                return
            floor = -math.inf
            if len(places) > _AT_ONCE:
                order = np.argpartition(-self._bounds[places], _AT_ONCE)
                floor = float(self._bounds[places[order[_AT_ONCE:]]].max())
                places = np.sort(places[order[:_AT_ONCE]])
            self._take(places, floor, cells, used, quotas)
            possible &= ~self.chosen

    def _take(
        self,
        places: Numbers,
        floor: float,
        cells: Numbers,
        used: NDArray[np.float64],
        quotas: NDArray[np.float64] | None,
    ) -> None:
        """Choose among ``places`` as long as the best of them is better than ``floor``, the best bound of the rest."""
        features = {i: self._features[i] for i in places.tolist()}
        heap = [(-float(self._bounds[i]), i) for i in features]
        heapq.heapify(heap)
        while heap and -heap[0][0] >= floor:
            _, i = heapq.heappop(heap)
            cost, person, cell = float(self._costs[i]), self._people[i], cells[i]
            over = quotas is not None and used[cell] and used[cell] + cost > quotas[cell]
            if cost > self._left or over or self._spent[person] + cost > self._cap:
                continue
            fresh = float(self._adds[features[i]].sum()) / cost
            self._bounds[i] = fresh
            if (heap and fresh < -heap[0][0]) or fresh < floor:
                heapq.heappush(heap, (-fresh, i))
                continue
            self._left -= cost
            self._spent[person] += cost
            used[cell] += cost
            self.chosen[i] = True
            ids = features[i]
            self._seen[ids] += 1
            seen = self._seen[ids]
            self._adds[ids] = self._weights[ids] * (np.sqrt(seen + 1) - np.sqrt(seen))


class _Features:
    """Distinct hashed words and word pairs of each text."""

    def __init__(self, records: Records | list[bytes]) -> None:
        self._records = records
        self._frequency = np.zeros(_FEATURES)

    @classmethod
    def of(cls, texts: Iterable[str], folder: Path | None) -> _Features:
        """Features of ``texts``, in a file of ``folder`` where one is given."""
        features = cls(Records(folder / "features") if folder else [])
        for text in texts:
            ids = _features(text)
            features._frequency[ids] += 1
            features._records.append(ids.tobytes())
        return features

    def __enter__(self) -> _Features:
        return self

    def __exit__(self, *exc: object) -> None:
        if isinstance(self._records, Records):
            self._records.close()

    def __getitem__(self, place: int) -> NDArray[np.int32]:
        return np.frombuffer(self._records[place], dtype=np.int32)

    def weights(self) -> NDArray[np.float64]:
        """Features that recur count; those of one text only (names, numbers) count little, those of all count least."""
        idf = np.log1p(max(len(self._records), 1) / np.maximum(self._frequency, 1))
        weights: NDArray[np.float64] = np.where(self._frequency >= 2, idf, 0.2 * idf)
        return weights

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """For each text the sum of ``values`` over its features."""
        places = (self[i] for i in range(len(self._records)))
        parts = [np.empty(0)]
        while block := list(islice(places, _AT_ONCE)):
            parts.append(_ragged_sums(values, block))
        return np.concatenate(parts)


def _ragged_sums(values: NDArray[np.float64], block: Sequence[NDArray[np.int32]]) -> NDArray[np.float64]:
    ends = np.cumsum([len(ids) for ids in block])
    running = np.concatenate([np.zeros(1), np.cumsum(values[np.concatenate(block)])])
    # A hair more, so that a rounded bound is never under what it bounds.
    return np.asarray(np.diff(running[ends], prepend=0.0) * (1 + 1e-9) + 1e-9)


def _features(text: str) -> NDArray[np.int32]:
    found = words(text)
    return hashed(_grams(found))


def _grams(found: Sequence[str]) -> Iterator[str]:
    yield from found
    yield from (f"{a} {b}" for a, b in pairwise(found))


def hashed(grams: Iterable[str], size: int = _FEATURES) -> NDArray[np.int32]:
    """Distinct numbers below ``size`` for ``grams``, ascending."""
    ids = {zlib.crc32(gram.encode("utf-8", "surrogatepass")) % size for gram in grams}
    return np.array(sorted(ids), dtype=np.int32)
