"""Near-duplicates against the plain definition."""

from __future__ import annotations

import random
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.write import dedupe, minhash

WORDS = ["".join(random.Random(i).choices("abcdefghijklmnop", k=2 + i % 7)) for i in range(400)]


def shingles(text: str) -> set[str]:
    text = dedupe.normalised(text)
    return {text[i : i + 5] for i in range(len(text) - 4)}


def similarity(a: set[str], b: set[str]) -> float:
    return len(a & b) / len(a | b)


def corpus(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    texts: list[str] = []
    while len(texts) < count:
        words = chance.choices(WORDS, k=chance.randint(8, 60))
        texts.append(" ".join(words))
        for _ in range(chance.choice((0, 0, 1, 2))):
            changed = list(words)
            for _ in range(chance.randint(1, 3)):
                changed[chance.randrange(len(changed))] = chance.choice(WORDS)
            texts.append(" ".join(changed))
    return list(dict.fromkeys(texts))[:count]


def test_pairs_are_those_of_the_definition() -> None:
    texts = corpus(400, 1)
    sets = [shingles(text) for text in texts]
    truth = {(i, j) for i, j in combinations(range(len(texts)), 2) if similarity(sets[i], sets[j]) >= 0.85}
    found = {(i, j) for i, j in dedupe.near_duplicates(texts).tolist()}
    assert found <= truth
    assert len(truth) > 25
    assert len(found) >= 0.995 * len(truth)


def test_equal_texts_are_found_whatever_their_length() -> None:
    texts = [
        "ok",
        "see you",
        "OK ",
        "",
        "see  you",
        "",
        "a rather long text that is here twice",
        "other words altogether, really",
    ]
    texts.append(texts[6])
    assert dedupe.clusters(texts).tolist() == [0, 1, 0, 3, 1, 3, 6, 7, 6]
    assert dedupe.near_duplicates(texts).tolist() == [[0, 2], [1, 4], [3, 5], [6, 8]]


def test_short_texts_are_duplicates_only_when_equal() -> None:
    assert dedupe.clusters(["see you at eight then", "see you at eight then!"]).tolist() == [0, 1]


def test_clusters_are_the_transitive_closure() -> None:
    base = "the quick brown fox jumps over the lazy dog and runs away into the deep dark wood at night"
    chain = [base, base + " now", base + " now or", "nothing to do with it at all, a text of its own"]
    assert dedupe.clusters(chain).tolist() == [0, 0, 0, 3]


def test_nothing_gives_nothing() -> None:
    assert dedupe.near_duplicates([]).shape == (0, 2)
    assert dedupe.clusters([]).tolist() == []
    assert dedupe.clusters(["", "x"]).tolist() == [0, 1]


def test_a_signature_does_not_depend_on_its_neighbours() -> None:
    texts = [dedupe.normalised(text) for text in corpus(60, 2)]
    alone = np.concatenate([minhash.sketch([text]) for text in texts])
    assert np.array_equal(minhash.sketch(texts), alone)
    assert minhash.sketch(texts).shape == (60, minhash.PERMUTATIONS)


def test_files_and_small_parts_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [*corpus(300, 3), *corpus(40, 4) * 3, *(f"{WORDS[7] * 20} and then {i}" for i in range(60))]
    pairs, groups = dedupe.near_duplicates(texts), dedupe.clusters(texts)
    for name, value in (("_BLOCK", 50), ("_PAIRS_AT_ONCE", 64), ("_SHINGLES_KEPT", 200), ("_REFUSED_KEPT", 3)):
        monkeypatch.setattr(dedupe, name, value)
    assert np.array_equal(dedupe.near_duplicates(texts, folder=tmp_path), pairs)
    assert np.array_equal(dedupe.clusters(texts, folder=tmp_path), groups)
    assert list(tmp_path.iterdir()) == []


def test_clusters_are_those_of_the_pairs() -> None:
    texts = corpus(500, 5)
    parent = list(range(len(texts)))
    for i, j in dedupe.near_duplicates(texts).tolist():
        a, b = sorted((parent[i], parent[j]))
        parent = [a if p == b else p for p in parent]
    assert dedupe.clusters(texts).tolist() == parent


def test_an_estimate_never_refuses_what_reaches_the_threshold() -> None:
    texts = [dedupe.normalised(text) for text in corpus(400, 1)]
    prints = minhash.fingerprints(minhash.sketch(texts))
    found = dedupe.near_duplicates(texts)
    assert minhash.may_reach(prints[found[:, 0]], prints[found[:, 1]], 0.85).all()
    far = np.array(list(combinations(range(0, 400, 9), 2)))
    assert minhash.may_reach(prints[far[:, 0]], prints[far[:, 1]], 0.85).mean() < 0.1


@settings(max_examples=40)
@given(st.lists(st.text(min_size=0, max_size=80), max_size=12))
def test_any_texts_give_true_pairs_only(texts: list[str]) -> None:
    for i, j in dedupe.near_duplicates(texts).tolist():
        a, b = dedupe.normalised(texts[i]), dedupe.normalised(texts[j])
        assert i < j
        assert a == b or similarity(shingles(a), shingles(b)) >= 0.85
