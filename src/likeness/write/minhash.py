"""MinHash signatures over character 5-grams (Broder 1997), and what of them a search needs to keep.

A signature is 126 minima. A search keeps of each text 21 band keys (hashes of six minima each; two texts that share one
are candidates) and two bits of every minimum, 32 bytes, from which a similarity can be estimated without the text.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

SHINGLE = 5
BANDS = 21
ROWS = 6
PERMUTATIONS = BANDS * ROWS

_Hashes = NDArray[np.uint64]
_BATCH_CHARACTERS = 1 << 19
_TILE = 1 << 15
"""Shingles permuted at once: small enough that a tile and its product stay in the processor's cache."""
_DEVIATIONS = 6.5
"""An estimate this many standard deviations below the threshold is not worth the exact check."""

_random = np.random.default_rng(0x5EED)
_GRAM = _random.integers(0, 1 << 63, SHINGLE, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_MULTIPLIERS = _random.integers(0, 1 << 31, PERMUTATIONS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
_OFFSETS = _random.integers(0, 1 << 32, PERMUTATIONS, dtype=np.uint32)
_ROW_KEYS = _random.integers(0, 1 << 63, ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_ONES = np.array([value.bit_count() for value in range(256)], dtype=np.uint8)


def sketch(texts: Sequence[str]) -> NDArray[np.uint32]:
    """MinHash signatures of normalised ``texts``, uint32 of shape (n, 126). Texts have five characters or more."""
    signatures = np.empty((len(texts), PERMUTATIONS), dtype=np.uint32)
    order = np.argsort([len(text) for text in texts], kind="stable")
    for batch in _batches(texts, order):
        lengths = np.array([len(texts[i]) for i in batch], dtype=np.int64)
        hashes = (shingles("".join(texts[i] for i in batch)) >> np.uint64(32)).astype(np.uint32)
        _minima(hashes, lengths, batch, signatures)
    return signatures


def band_keys(signatures: NDArray[np.uint32]) -> _Hashes:
    """One hash for each band of each signature, uint64 of shape (21, n)."""
    keys = np.empty((BANDS, len(signatures)), dtype=np.uint64)
    for band in range(BANDS):
        rows = signatures[:, band * ROWS : (band + 1) * ROWS].astype(np.uint64)
        keys[band] = (rows * _ROW_KEYS).sum(axis=1, dtype=np.uint64)
    return keys


def fingerprints(signatures: NDArray[np.uint32]) -> _Hashes:
    """The two lowest bits of every minimum, uint64 of shape (n, 4): the lowest in the first two, the others after."""
    planes = []
    for bit in range(2):
        bits = np.zeros((len(signatures), 128), dtype=np.uint8)
        bits[:, :PERMUTATIONS] = (signatures >> np.uint32(bit)) & np.uint32(1)
        planes.append(np.packbits(bits, axis=1).view(np.uint64))
    return np.concatenate(planes, axis=1)


def may_reach(a: _Hashes, b: _Hashes, threshold: float) -> NDArray[np.bool_]:
    """For rows of fingerprints: could the similarity be ``threshold``? Wrongly no once in about 10^10 times."""
    by_chance = threshold + (1 - threshold) / 4
    deviation = math.sqrt(by_chance * (1 - by_chance) / PERMUTATIONS)
    different = (a[:, :2] ^ b[:, :2]) | (a[:, 2:] ^ b[:, 2:])
    equal = PERMUTATIONS - _ONES[different.view(np.uint8)].sum(axis=1, dtype=np.int64)
    return np.asarray(equal >= (by_chance - _DEVIATIONS * deviation) * PERMUTATIONS)


def shingles(text: str) -> _Hashes:
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


def _batches(texts: Sequence[str], order: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    start = total = 0
    for place, i in enumerate(order.tolist()):
        if total + len(texts[i]) > _BATCH_CHARACTERS and place > start:
            yield order[start:place]
            start, total = place, 0
        total += len(texts[i])
    if start < len(order):
        yield order[start:]


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
