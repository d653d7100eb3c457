"""Align the letters of words with their phonemes: every letter gets a chunk of none, one or two.

Viterbi training of p(chunk, letter) as in Black, Lenzo and Pagel (1998), "Issues in building general letter to sound
rules": counts of the best alignments replace the estimates, starting from how often letter and phoneme meet in a word.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

Phones = tuple[str, ...]
Pair = tuple[str, Phones]
Chunk = tuple[str, ...]

MOST = 2
"""Phonemes a single letter may stand for (x: K S, u: Y UW)."""
ROUNDS = 6
FLOOR = 1e-7


def bare(phones: Iterable[str]) -> Phones:
    """Phonemes without stress digits."""
    return tuple(phone.rstrip("012") for phone in phones)


def first_estimates(pairs: Iterable[Pair]) -> dict[tuple[str, Chunk], float]:
    """Log-probabilities from phonemes lying near the letter's place."""
    counts: Counter[tuple[str, Chunk]] = Counter()
    for word, phones in pairs:
        for place, letter in enumerate(word):
            centre = place * len(phones) / len(word)
            low, high = max(0, int(centre - 1)), min(len(phones), int(centre + 2))
            counts[letter, ()] += 1
            for index in range(low, high):
                counts[letter, phones[index : index + 1]] += 1
                if index + 1 < high:
                    counts[letter, phones[index : index + 2]] += 0.05  # type: ignore[assignment]
    return log_estimates(counts)


def log_estimates(counts: Counter[tuple[str, Chunk]]) -> dict[tuple[str, Chunk], float]:
    total = sum(counts.values())
    return {pair: math.log(count / total) for pair, count in counts.items()}


def align(word: str, phones: Phones, estimates: dict[tuple[str, Chunk], float]) -> tuple[float, list[Chunk]]:
    """The best alignment of ``word`` with bare ``phones``: its log-probability and one chunk for each letter."""
    floor = math.log(FLOOR)
    best: list[float] = [0.0] + [-math.inf] * len(phones)
    back: list[list[int]] = []
    for letter in word:
        row = [-math.inf] * (len(phones) + 1)
        steps = [0] * (len(phones) + 1)
        for end in range(len(phones) + 1):
            for size in range(min(MOST, end) + 1):
                before = best[end - size]
                if before == -math.inf:
                    continue
                score = before + estimates.get((letter, phones[end - size : end]), floor)
                if score > row[end]:
                    row[end], steps[end] = score, size
        best = row
        back.append(steps)
    if best[-1] == -math.inf:
        return -math.inf, []
    chunks: list[Chunk] = []
    end = len(phones)
    for steps in reversed(back):
        size = steps[end]
        chunks.append(phones[end - size : end])
        end -= size
    return best[-1], chunks[::-1]


def estimate(pairs: list[Pair]) -> dict[tuple[str, Chunk], float]:
    """Train the alignment model on (word, bare phonemes)."""
    estimates = first_estimates(pairs)
    for _ in range(ROUNDS):
        counts: Counter[tuple[str, Chunk]] = Counter()
        for word, phones in pairs:
            counts.update(zip(word, align(word, phones, estimates)[1], strict=False))
        estimates = log_estimates(counts)
    return estimates
