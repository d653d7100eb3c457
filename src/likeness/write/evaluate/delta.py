"""Burrows' Delta: mean distance of the z-scores of the most frequent words (Burrows 2002, LLC 17(3)).

Never for single messages: texts are judged in pools.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

POOL = 5
_WORDS = 150
_FEWEST_POOLS = 4


@dataclass(frozen=True, slots=True)
class Delta:
    """Mean Delta of pools of ``pool`` messages to what was learned from, by series; ``auc`` person against others."""

    distances: dict[str, float]
    auc: float
    pool: int


def delta(learned: Sequence[str], series: Mapping[str, Sequence[str]], pool: int = POOL) -> Delta | None:
    """Delta of every series to ``learned``; ``None`` when there are fewer than four pools to learn from."""
    known = _pools(learned, pool)
    others = _pools(series.get("others", ()), pool)
    if len(known) < _FEWEST_POOLS:
        return None
    counts: Counter[str] = Counter(word for text in known for word in _words(text))
    frequent = [word for word, _ in counts.most_common(_WORDS)]
    matrix = np.array([_frequencies(text, frequent) for text in [*known, *others]])
    mean, spread = matrix.mean(axis=0), matrix.std(axis=0) + 1e-9
    profile = ((np.array([_frequencies(text, frequent) for text in known]) - mean) / spread).mean(axis=0)
    distances: dict[str, NDArray[np.float64]] = {}
    for name, texts in series.items():
        pools = _pools(texts, pool)
        if pools:
            scored = (np.array([_frequencies(text, frequent) for text in pools]) - mean) / spread
            distances[name] = np.abs(scored - profile).mean(axis=1)
    area = float("nan")
    if "person" in distances and "others" in distances:
        nearer = distances["person"][:, None] < distances["others"][None, :]
        area = float(nearer.mean())
    return Delta({name: float(values.mean()) for name, values in distances.items()}, area, pool)


def _pools(texts: Sequence[str], size: int) -> list[str]:
    return ["\n".join(texts[i : i + size]) for i in range(0, len(texts) - size + 1, size)]


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text.lower().replace("’", "'"))


def _frequencies(text: str, frequent: Sequence[str]) -> list[float]:
    counts = Counter(_words(text))
    total = max(1, counts.total())
    return [counts[word] / total for word in frequent]
