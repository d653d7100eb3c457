"""Near-duplicates: MinHash over character 5-grams, banded, every candidate checked by its exact Jaccard similarity.

126 permutations in 21 bands of 6 rows: a pair at similarity 0.85 shares a band with probability 0.99995 (Broder 1997;
Leskovec, Rajaraman & Ullman, *Mining of Massive Datasets*, ch. 3). The usual 16 bands of 8 give 0.994 there and
measured 0.998 over all pairs; since every candidate is checked exactly, the wider net costs a quarter more time and no
precision. Texts too short for shingles to mean anything are compared whole.

Memory stays at about 80 bytes a text: texts are asked for one at a time and may lie on disk, and the band keys go to
files where a folder is given.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from hashlib import blake2b
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from likeness.write import minhash, scratch
from likeness.write.minhash import BANDS

SHORTEST = 24
"""Texts of fewer characters than this are duplicates only when they are equal."""

Pairs = NDArray[np.int64]
_Indices = NDArray[np.int64]
_BLOCK = 1 << 14
"""Texts sketched at once."""
_PAIRS_AT_ONCE = 1 << 18
_SHINGLES_KEPT = 1 << 19
"""Shingles held as sets while pairs are checked, about 40 MB."""
_REFUSED_KEPT = 1 << 22
"""Pairs remembered as checked and found too different, 32 MB; more are checked again where another band has them."""


class Texts(Protocol):
    """A sequence of strings, in memory or not."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> str: ...


def normalised(text: str) -> str:
    """``text`` as it is compared: case-folded, runs of white space as one space."""
    return " ".join(text.casefold().split())


def near_duplicates(texts: Texts, threshold: float = 0.85, folder: Path | None = None) -> Pairs:
    """Pairs of texts whose exact Jaccard similarity over character 5-grams is at least ``threshold``.

    Returns int64 of shape (n, 2), ``i < j``, sorted. Of texts that are equal once normalised, the first stands for all
    and is paired with each; the others appear in no further pair. ``folder`` is where what need not be in memory goes.
    """
    first, members = _distinct(texts)
    same = np.flatnonzero(first != np.arange(len(first)))
    with _Index(texts, members, folder) as index:
        codes = np.empty(0, dtype=np.int64)
        for band in range(BANDS):
            found = [index.likely(part, threshold) for part in index.candidates(band)]
            codes = np.unique(np.concatenate([codes, *found]))
        similar = index.verified(codes, threshold)
    pairs = np.concatenate([np.stack([first[same], same], axis=1), members[index.pairs(similar)]])
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def clusters(texts: Texts, threshold: float = 0.85, folder: Path | None = None) -> _Indices:
    """For each text the index of the first text of its cluster: the transitive closure of :func:`near_duplicates`."""
    work = clustering(texts, threshold, folder)
    while True:
        try:
            next(work)
        except StopIteration as done:
            return np.asarray(done.value, dtype=np.int64)


def clustering(
    texts: Texts, threshold: float = 0.85, folder: Path | None = None
) -> Generator[tuple[int, int], None, _Indices]:
    """:func:`clusters`, telling after each step how many of how many steps are done.

    Pairs that are in one cluster already are not looked at again, so that a thousand copies cost a thousand checks.
    """
    first, members = _distinct(texts)
    yield 1, BANDS + 2
    with _Index(texts, members, folder) as index:
        yield 2, BANDS + 2
        joined = _Joined(len(members))
        refused = np.empty(0, dtype=np.int64)
        for band in range(BANDS):
            different = [refused]
            for part in index.candidates(band):
                apart = joined.apart(index.pairs(part))
                new = index.likely(_without(part[apart], refused), threshold)
                different.append(joined.join(index, new, threshold))
            if sum(map(len, different)) <= _REFUSED_KEPT:
                refused = np.unique(np.concatenate(different))
            yield band + 3, BANDS + 2
    leader = np.arange(len(first))
    leader[members] = members[joined.roots()]
    return np.asarray(leader[first], dtype=np.int64)


def _distinct(texts: Texts) -> tuple[_Indices, _Indices]:
    """For each text the index of the first one equal to it, and the indices of those firsts that are long enough for
    shingles, ascending."""
    count = len(texts)
    digests = np.empty((count, 2), dtype=np.uint64)
    long = np.zeros(count, dtype=bool)
    for i in range(count):
        key = normalised(texts[i])
        long[i] = len(key) >= SHORTEST
        digests[i] = np.frombuffer(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest(), np.uint64)
    order = np.lexsort((digests[:, 1], digests[:, 0]))
    ordered = digests[order]
    begins = np.ones(count, dtype=bool)
    begins[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    first = np.empty(count, dtype=np.int64)
    # The sort is stable, so the first of a run of equals is the one with the smallest index.
    first[order] = order[begins][np.cumsum(begins) - 1]
    return first, np.flatnonzero((first == np.arange(count)) & long)


def _without(codes: _Indices, known: _Indices) -> _Indices:
    """``codes`` that are not in the ascending ``known``."""
    if not len(known):
        return codes
    new = known[np.minimum(np.searchsorted(known, codes), len(known) - 1)] != codes
    return np.asarray(codes[new], dtype=np.int64)


class _Index:
    """The sketches of some of ``texts``, whose places in ``members`` stand for them here."""

    def __init__(self, texts: Texts, members: _Indices, folder: Path | None) -> None:
        self._texts, self._members, self._folder = texts, members, folder
        self.size = len(members)
        self._prints = np.empty((self.size, 4), dtype=np.uint64)
        self._held: list[list[NDArray[np.uint64]]] = [[] for _ in range(BANDS)]
        self._sets: dict[int, frozenset[int]] = {}
        self._kept = 0

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            outputs = [
                stack.enter_context(scratch.private(path)) if (path := self._path(band)) else None
                for band in range(BANDS)
            ]
            for start in range(0, self.size, _BLOCK):
                block = [normalised(self._texts[int(i)]) for i in self._members[start : start + _BLOCK]]
                signatures = minhash.sketch(block)
                self._prints[start : start + len(block)] = minhash.fingerprints(signatures)
                for output, held, keys in zip(outputs, self._held, minhash.band_keys(signatures), strict=True):
                    if output is None:
                        held.append(keys)
                    else:
                        output.write(keys.tobytes())
        return self

    def __exit__(self, *exc: object) -> None:
        for band in range(BANDS):
            if path := self._path(band):
                path.unlink(missing_ok=True)

    def _path(self, band: int) -> Path | None:
        return self._folder / f"band-{band:02d}" if self._folder else None

    def _keys(self, band: int) -> NDArray[np.uint64]:
        if path := self._path(band):
            return np.fromfile(path, dtype=np.uint64)
        return np.concatenate([np.empty(0, dtype=np.uint64), *self._held[band]])

    def pairs(self, codes: _Indices) -> Pairs:
        """The two places of each of ``codes``, of shape (n, 2)."""
        return np.stack(np.divmod(codes, max(self.size, 1)), axis=1)

    def candidates(self, band: int) -> Iterator[_Indices]:
        """Pairs that agree in ``band``, each as one number ``i * size + j``, in parts that fit in memory."""
        keys = self._keys(band)
        order = np.argsort(keys, kind="stable")
        edges = np.flatnonzero(np.diff(keys[order])) + 1
        del keys
        starts = np.concatenate([np.zeros(1, dtype=np.int64), edges])
        lengths = np.diff(np.append(starts, self.size))
        for length in np.unique(lengths[lengths > 1]).tolist():
            of_length = starts[lengths == length]
            for a, b in _triangle(length):
                step = max(1, _PAIRS_AT_ONCE // len(a))
                for start in range(0, len(of_length), step):
                    runs = of_length[start : start + step, None]
                    yield np.sort((order[runs + a] * self.size + order[runs + b]).ravel())

    def likely(self, codes: _Indices, threshold: float) -> _Indices:
        """Those of ``codes`` whose estimated similarity is near the threshold or above."""
        kept = [np.empty(0, dtype=np.int64)]
        for start in range(0, len(codes), _PAIRS_AT_ONCE):
            part = codes[start : start + _PAIRS_AT_ONCE]
            a, b = self.pairs(part).T
            kept.append(part[minhash.may_reach(self._prints[a], self._prints[b], threshold)])
        return np.concatenate(kept)

    def verified(self, codes: _Indices, threshold: float) -> _Indices:
        """Those of ``codes`` whose exact similarity reaches ``threshold``."""
        exact = [self.similar(i, j, threshold) for i, j in self.pairs(codes).tolist()]
        return np.asarray(codes[np.array(exact, dtype=bool)], dtype=np.int64)

    def similar(self, i: int, j: int, threshold: float) -> bool:
        """Is the exact similarity of two places at least ``threshold``?"""
        a, b = self._shingles(i), self._shingles(j)
        common = len(a & b)
        return common >= threshold * (len(a) + len(b) - common)

    def _shingles(self, place: int) -> frozenset[int]:
        known = self._sets.get(place)
        if known is None:
            if self._kept > _SHINGLES_KEPT:
                self._sets.clear()
                self._kept = 0
            text = normalised(self._texts[int(self._members[place])])
            known = self._sets[place] = frozenset(minhash.shingles(text).tolist())
            self._kept += len(known)
        return known


def _triangle(length: int) -> Iterator[tuple[_Indices, _Indices]]:
    """The pairs of a run of ``length`` places in parts, those with its first place first: they join most of it."""
    if length * length <= _PAIRS_AT_ONCE:
        yield np.triu_indices(length, 1)
        return
    begin = 0
    while begin < length - 1:
        end = min(length - 1, begin + (_PAIRS_AT_ONCE // length if begin else 1))
        sizes = length - 1 - np.arange(begin, end)
        a = np.repeat(np.arange(begin, end), sizes)
        yield a, a + 1 + np.arange(len(a)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        begin = end


class _Joined:
    """Which places are in one cluster so far; the smallest place of a cluster is its root."""

    def __init__(self, size: int) -> None:
        self._parent = np.arange(size)

    def roots(self) -> _Indices:
        """The root of every place."""
        while not np.array_equal(above := self._parent[self._parent], self._parent):
            self._parent = above
        return self._parent

    def apart(self, pairs: Pairs) -> NDArray[np.bool_]:
        """Which of ``pairs`` are in two clusters."""
        roots = self.roots()
        return np.asarray(roots[pairs[:, 0]] != roots[pairs[:, 1]])

    def join(self, index: _Index, codes: _Indices, threshold: float) -> _Indices:
        """Join those of ``codes`` that are similar enough and return those that are not."""
        refused: list[int] = []
        for code, (i, j) in zip(codes.tolist(), index.pairs(codes).tolist(), strict=True):
            a, b = self._root(i), self._root(j)
            if a != b and not index.similar(i, j, threshold):
                refused.append(code)
            else:
                self._parent[max(a, b)] = min(a, b)
        return np.array(refused, dtype=np.int64)

    def _root(self, place: int) -> int:
        while (above := int(self._parent[place])) != place:
            self._parent[place] = place = int(self._parent[above])
        return place
