"""How varied a choice of texts is, against a random one and the longest ones at an equal number of tokens."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from likeness.write.gathered import Gathered, Numbers
from likeness.write.select import words

_SEED = 7
_WORDS = 1 << 22
_PAIRS = 1 << 25
_DIMENSIONS = 1 << 18

Measured = dict[str, float]


def compare(gathered: Gathered, available: Numbers, chosen: Numbers) -> dict[str, Measured]:
    """Measure ``chosen``, a ``random`` choice and the ``longest`` first, of the same tokens, out of ``available``.

    Each has ``messages``, ``tokens`` and what :func:`measure` gives.
    """
    budget = int(gathered.tokens[chosen].sum())
    shuffled = np.array(random.Random(_SEED).sample(available.tolist(), len(available)), dtype=np.int64)
    longest = available[np.argsort(-gathered.tokens[available], kind="stable")]
    choices = {
        "chosen": chosen,
        "random": _within(gathered.tokens, shuffled, budget),
        "longest": _within(gathered.tokens, longest, budget),
    }
    return {
        name: {
            "messages": len(places),
            "tokens": int(gathered.tokens[places].sum()),
            **measure(gathered.texts(places)),
        }
        for name, places in choices.items()
    }


def measure(texts: Iterable[str]) -> Measured:
    """How varied ``texts`` are.

    ``distinct_words`` and ``distinct_pairs``: different words, and pairs of neighbouring words (hashed: about 0.1 % too
    few at most). ``distinct_1`` and ``distinct_2``: those per word and per pair (Li et al. 2016).
    ``similarity``: mean cosine of the word counts of two of the texts (0 nothing in common, 1 all the same).
    """
    seen_words, seen_pairs = np.zeros(_WORDS, dtype=bool), np.zeros(_PAIRS, dtype=bool)
    total = np.zeros(_DIMENSIONS)
    count = words_in_all = pairs_in_all = 0
    for text in texts:
        found = words(text)
        if not found:
            continue
        hashes = np.array([_hash(word) for word in found], dtype=np.uint32)
        seen_words[hashes % _WORDS] = True
        seen_pairs[np.array([_hash(f"{a} {b}") for a, b in pairwise(found)], dtype=np.uint32) % _PAIRS] = True
        ids, times = np.unique(hashes % _DIMENSIONS, return_counts=True)
        total[ids] += times / np.sqrt((times**2).sum())
        count, words_in_all, pairs_in_all = count + 1, words_in_all + len(found), pairs_in_all + len(found) - 1
    distinct_words, distinct_pairs = _distinct(seen_words), _distinct(seen_pairs)
    alike = (float((total**2).sum()) - count) / (count * (count - 1)) if count > 1 else 0.0
    return {
        "distinct_words": distinct_words,
        "distinct_pairs": distinct_pairs,
        "distinct_1": round(distinct_words / max(words_in_all, 1), 4),
        "distinct_2": round(distinct_pairs / max(pairs_in_all, 1), 4),
        "similarity": round(alike, 4),
    }


def _within(tokens: Numbers, order: Numbers, budget: int) -> Numbers:
    """The first of ``order`` that fit into ``budget`` one after another."""
    taken: list[int] = []
    for place, cost in zip(order.tolist(), tokens[order].tolist(), strict=True):
        if cost <= budget:
            taken.append(place)
            budget -= cost
        if budget <= 0:
            break
    return np.array(sorted(taken), dtype=np.int64)


def _hash(gram: str) -> int:
    return zlib.crc32(gram.encode("utf-8", "surrogatepass"))


def _distinct(seen: NDArray[np.bool_]) -> int:
    """How many different values were hashed into ``seen``, from the share of places hit (linear counting)."""
    empty = 1 - seen.mean()
    return round(-len(seen) * float(np.log(empty))) if empty > 0 else len(seen)
