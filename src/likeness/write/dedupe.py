"""Near-duplicates: MinHash over character 5-grams, banded, every candidate checked by its exact Jaccard similarity.

126 permutations in 21 bands of 6 rows: a pair at similarity 0.85 shares a band with probability 0.99995 (Broder 1997;
Leskovec, Rajaraman & Ullman, *Mining of Massive Datasets*, ch. 3). The usual 16 bands of 8 give 0.994 there and
measured 0.998 over all pairs; since every candidate is checked exactly, the wider net costs a quarter more time and no
precision. Texts too short for shingles to mean anything are compared whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

SHINGLE = 5
BANDS = 21
ROWS = 6
PERMUTATIONS = BANDS * ROWS
SHORTEST = 24
"""Texts of fewer characters than this are duplicates only when they are equal."""

Pairs = NDArray[np.int64]
_Hashes = NDArray[np.uint64]
_BATCH_CHARACTERS = 1 << 19
_TILE = 1 << 15
"""Shingles permuted at once: small enough that a tile and its product stay in the processor's cache."""
_SLACK = 0.2
"""An estimate this far below the threshold (six standard deviations) is not worth the exact check."""
_PAIRS_AT_ONCE = 1 << 20
_SHINGLES_KEPT = 1 << 19
"""Shingles held as sets while pairs are checked, about 40 MB."""

_random = np.random.default_rng(0x5EED)
_GRAM = _random.integers(0, 1 << 63, SHINGLE, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_MULTIPLIERS = _random.integers(0, 1 << 31, PERMUTATIONS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
_OFFSETS = _random.integers(0, 1 << 32, PERMUTATIONS, dtype=np.uint32)
_ROW_KEYS = _random.integers(0, 1 << 63, ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)


def normalised(text: str) -> str:
    """``text`` as it is compared: case-folded, runs of white space as one space."""
    return " ".join(text.casefold().split())


def near_duplicates(texts: Sequence[str], threshold: float = 0.85) -> Pairs:
    """Pairs of texts whose exact Jaccard similarity over character 5-grams is at least ``threshold``.

    Returns int64 of shape (n, 2), ``i < j``, sorted. Of texts that are equal once normalised, the first stands for all
    and is paired with each; the others appear in no further pair.
    """
    keys = [normalised(text) for text in texts]
    first: dict[str, int] = {}
    same = [(seen, i) for i, key in enumerate(keys) if (seen := first.setdefault(key, i)) != i]
    members = np.array([i for key, i in first.items() if len(key) >= SHORTEST], dtype=np.int64)
    chosen = [keys[i] for i in members]
    signatures = sketch(chosen)
    similar = _verified(chosen, signatures, _candidates(signatures), threshold)
    found = np.concatenate([np.array(same, dtype=np.int64).reshape(-1, 2), np.sort(members[similar], axis=1)])
    return found[np.lexsort((found[:, 1], found[:, 0]))]


def clusters(texts: Sequence[str], threshold: float = 0.85) -> NDArray[np.int64]:
    """For each text the index of the first text of its cluster: the transitive closure of :func:`near_duplicates`."""
    parent = list(range(len(texts)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, j in near_duplicates(texts, threshold).tolist():
        a, b = root(i), root(j)
        parent[max(a, b)] = min(a, b)
    return np.array([root(i) for i in range(len(texts))], dtype=np.int64)


def sketch(texts: Sequence[str]) -> NDArray[np.uint32]:
    """MinHash signatures of normalised ``texts``, uint32 of shape (n, 126)."""
    signatures = np.empty((len(texts), PERMUTATIONS), dtype=np.uint32)
    order = np.argsort([len(text) for text in texts], kind="stable")
    for batch in _batches(texts, order):
        lengths = np.array([len(texts[i]) for i in batch], dtype=np.int64)
        hashes = (_shingles("".join(texts[i] for i in batch)) >> np.uint64(32)).astype(np.uint32)
        _minima(hashes, lengths, batch, signatures)
    return signatures


def _batches(texts: Sequence[str], order: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    start = total = 0
    for place, i in enumerate(order.tolist()):
        if total + len(texts[i]) > _BATCH_CHARACTERS and place > start:
            yield order[start:place]
            start, total = place, 0
        total += len(texts[i])
    if start < len(order):
        yield order[start:]


def _shingles(text: str) -> _Hashes:
    """A 64-bit hash of every window of five characters of ``text``, windows across texts' ends included."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    count = max(0, len(codes) - SHINGLE + 1)
    hashes = np.zeros(count, dtype=np.uint64)
    for place in range(SHINGLE):
        hashes += codes[place : place + count] * _GRAM[place]
    hashes ^= hashes >> np.uint64(31)
    hashes *= np.uint64(0x9E3779B97F4A7C15)
    hashes ^= hashes >> np.uint64(29)
    return hashes


def _minima(
    hashes: NDArray[np.uint32], lengths: NDArray[np.int64], batch: NDArray[np.int64], signatures: NDArray[np.uint32]
) -> None:
    """Fill ``signatures[batch]``. Texts come in order of length, so those of a tile pad to nearly the same height:
    the minimum then runs down the columns of a small table instead of over ragged stretches."""
    starts = np.cumsum(lengths) - lengths
    counts = lengths - SHINGLE + 1
    place = 0
    while place < len(batch):
        end = place + 1
        while end < len(batch) and counts[end] * (end + 1 - place) <= _TILE:
            end += 1
        rows = np.arange(counts[end - 1])[:, None]
        # Shorter texts repeat their last shingle, which changes no minimum.
        tile = hashes[starts[place:end] + np.minimum(rows, counts[place:end] - 1)]
        permuted = np.empty_like(tile)
        minima = np.empty((PERMUTATIONS, end - place), dtype=np.uint32)
        for k in range(PERMUTATIONS):
            np.multiply(tile, _MULTIPLIERS[k], out=permuted)
            np.add(permuted, _OFFSETS[k], out=permuted)
            np.minimum.reduce(permuted, axis=0, out=minima[k])
        signatures[batch[place:end]] = minima.T
        place = end


def _candidates(signatures: NDArray[np.uint32]) -> Pairs:
    """Pairs that agree on all rows of some band, each once."""
    size = len(signatures)
    found = np.empty(0, dtype=np.int64)
    for band in range(BANDS):
        rows = signatures[:, band * ROWS : (band + 1) * ROWS].astype(np.uint64)
        keys = (rows * _ROW_KEYS).sum(axis=1, dtype=np.uint64)
        order = np.argsort(keys, kind="stable")
        edges = np.flatnonzero(np.diff(keys[order], prepend=0, append=0)) if size else np.empty(0, dtype=np.int64)
        runs = np.split(order, edges)
        pairs = [_pairs_of(np.sort(run), size) for run in runs if len(run) > 1]
        found = np.unique(np.concatenate([found, *pairs]))
    return np.stack(np.divmod(found, max(size, 1)), axis=1)


def _pairs_of(run: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Every pair of ``run``, each as one number ``i * size + j``."""
    a, b = np.triu_indices(len(run), 1)
    return run[a] * size + run[b]


def _verified(texts: Sequence[str], signatures: NDArray[np.uint32], pairs: Pairs, threshold: float) -> Pairs:
    """Those of ``pairs`` whose exact similarity reaches ``threshold``."""
    kept: list[Pairs] = [np.empty((0, 2), dtype=np.int64)]
    sets: dict[int, frozenset[int]] = {}
    held = 0

    def shingles(i: int) -> frozenset[int]:
        nonlocal held
        if i not in sets:
            if held > _SHINGLES_KEPT:
                sets.clear()
                held = 0
            sets[i] = frozenset(_shingles(texts[i]).tolist())
            held += len(sets[i])
        return sets[i]

    for start in range(0, len(pairs), _PAIRS_AT_ONCE):
        part = pairs[start : start + _PAIRS_AT_ONCE]
        estimate = (signatures[part[:, 0]] == signatures[part[:, 1]]).mean(axis=1)
        likely = part[estimate >= threshold - _SLACK]
        exact = [_similar(shingles(i), shingles(j), threshold) for i, j in likely.tolist()]
        kept.append(likely[np.array(exact, dtype=bool)])
    return np.concatenate(kept)


def _similar(a: frozenset[int], b: frozenset[int], threshold: float) -> bool:
    common = len(a & b)
    return common >= threshold * (len(a) + len(b) - common)
