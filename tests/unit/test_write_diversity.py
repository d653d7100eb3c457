"""How varied a choice is: against plain counting."""

from __future__ import annotations

import math
import random
from itertools import combinations, pairwise

import pytest

from likeness.write.diversity import measure
from likeness.write.select import words


def test_counts_are_those_of_plain_sets() -> None:
    chance = random.Random(1)
    texts = [" ".join(f"w{int(chance.paretovariate(0.7))}" for _ in range(30)) for _ in range(400)]
    found = [words(text) for text in texts]
    singles = {word for text in found for word in text}
    pairs = {pair for text in found for pair in pairwise(text)}
    measured = measure(texts)
    assert measured["distinct_words"] == pytest.approx(len(singles), rel=0.005)
    assert measured["distinct_pairs"] == pytest.approx(len(pairs), rel=0.005)
    assert measured["distinct_1"] == pytest.approx(len(singles) / (400 * 30), abs=0.002)
    assert measured["distinct_2"] == pytest.approx(len(pairs) / (400 * 29), abs=0.002)


def test_similarity_is_the_mean_cosine_of_two_texts() -> None:
    texts = ["a b c", "a b d", "a a e f", "g h", "a b c"]

    def cosine(a: str, b: str) -> float:
        one, other = (({w: text.split().count(w) for w in text.split()}) for text in (a, b))
        norm = math.sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
        return sum(n * other.get(w, 0) for w, n in one.items()) / norm

    cosines = [cosine(a, b) for a, b in combinations(texts, 2)]
    assert measure(texts)["similarity"] == pytest.approx(sum(cosines) / len(cosines), abs=1e-3)
    assert measure(["the same"] * 5)["similarity"] == 1
    assert measure(["one thing", "other words"])["similarity"] == 0


def test_little_or_nothing_has_measures_too() -> None:
    assert measure([])["distinct_words"] == 0
    assert measure(["", "word"]) == {
        "distinct_words": 1, "distinct_pairs": 0, "distinct_1": 1, "distinct_2": 0, "similarity": 0,
    }  # fmt: skip
