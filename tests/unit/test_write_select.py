"""Splits that do not leak, and a selection that keeps its budget and covers more than chance does."""

from __future__ import annotations

import heapq
import math
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.write import select as selection
from likeness.write.gathered import Numbers
from likeness.write.select import select, tokens
from likeness.write.split import TEST, TRAIN, VALID, groups, split


def numbers(values: list[int]) -> Numbers:
    return np.array(values, dtype=np.int64)


def test_items_joined_by_thread_or_cluster_are_one_group() -> None:
    assert groups(numbers([7, 7, 9, 3, 4]), numbers([1, 2, 2, 3, 3])).tolist() == [0, 0, 0, 1, 1]
    # A chain: each item shares its thread with the one before and its cluster with the one after.
    chain = np.arange(2000)
    assert set(groups(chain // 2, (chain + 1) // 2).tolist()) == {0}


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 400)), min_size=1, max_size=60))
def test_no_thread_and_no_cluster_is_on_two_sides(items: list[tuple[int, int, int]]) -> None:
    threads, clusters, times = (numbers(list(column)) for column in zip(*items, strict=True))
    result = split(times, threads, clusters, valid=0.1, test=0.1)
    for keys in (threads, clusters):
        sides = {(key, side) for key, side in zip(keys.tolist(), result.tolist(), strict=True)}
        assert len(sides) == len(set(keys.tolist()))


def test_the_latest_are_tested_and_the_shares_kept() -> None:
    count = np.arange(100)
    result = split(count, count // 2, count, valid=0.1, test=0.2)
    assert Counter(result.tolist()) == {TRAIN: 70, VALID: 10, TEST: 20}
    assert set(result[-20:].tolist()) == {TEST}
    assert set(result[70:80].tolist()) == {VALID}


def test_one_long_thread_does_not_become_the_whole_test() -> None:
    count = np.arange(100)
    result = split(count, np.minimum(count, 50), count, valid=0.1, test=0.1)
    assert set(result[50:].tolist()) == {TRAIN}
    assert Counter(result.tolist())[TEST] == 10


def made(count: int) -> tuple[list[str], Numbers, Numbers]:
    """Texts, the year and length of each as a cell, and whom each is to."""
    chance = random.Random(0)
    common = [f"word{i}" for i in range(30)]
    texts, cells, people = [], [], []
    for i in range(count):
        topic = [f"topic{i % 40}x{j}" for j in range(8)]
        texts.append(" ".join(chance.choices(common, k=20) + (chance.choices(topic, k=12) if i % 5 == 0 else [])))
        people.append(chance.choice((0, 0, 0, 1, 2)))
        cells.append(chance.randrange(8) * 3 + people[-1])
    return texts, numbers(cells), numbers(people)


def costs_of(texts: list[str]) -> Numbers:
    return numbers([tokens(text) for text in texts])


def test_the_budget_and_the_cap_are_kept() -> None:
    texts, cells, people = made(400)
    costs = costs_of(texts)
    chosen = select(texts, costs, cells, people, budget=3000, per_correspondent=0.4)
    spent = np.bincount(people[chosen], weights=costs[chosen])
    assert 2500 <= spent.sum() <= 3000
    assert spent.max() <= 1200
    assert chosen.tolist() == sorted(set(chosen.tolist()))


def test_selection_covers_more_words_than_chance() -> None:
    texts, cells, people = made(400)
    chosen = select(texts, costs_of(texts), cells, people, budget=3000, per_correspondent=1)
    covered = {word for i in chosen for word in texts[i].split()}
    order, left, other = random.Random(1).sample(range(400), 400), 3000, set[str]()
    for i in order:
        if tokens(texts[i]) <= left:
            left -= tokens(texts[i])
            other |= set(texts[i].split())
    assert len(covered) > 1.1 * len(other)


@pytest.mark.parametrize("at_once", [3, 40, 1000])
def test_looking_at_a_few_at_once_gives_what_plain_lazy_greedy_gives(
    at_once: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    texts, cells, people = made(300)
    costs = costs_of(texts)
    monkeypatch.setattr(selection, "_AT_ONCE", at_once)
    chosen = select(texts, costs, cells, people, budget=2500, per_correspondent=0.5, folder=tmp_path)
    assert chosen.tolist() == plain(texts, costs, cells, people, 2500, 1250)


def plain(texts: list[str], costs: Numbers, cells: Numbers, people: Numbers, budget: float, cap: float) -> list[int]:
    """Lazy greedy as it is defined (Minoux 1978): one heap, and everything in memory."""
    features = [selection._features(text) for text in texts]
    frequency = Counter(id for ids in features for id in ids.tolist())
    weight = {id: math.log1p(len(texts) / n) * (1 if n >= 2 else 0.2) for id, n in frequency.items()}
    seen, spent = Counter[int](), Counter[int]()
    chosen: set[int] = set()
    sizes = Counter(cells.tolist())
    whole = sum(math.sqrt(size) for size in sizes.values())

    def gain(i: int) -> float:
        return sum(weight[f] * (math.sqrt(seen[f] + 1) - math.sqrt(seen[f])) for f in features[i].tolist()) / costs[i]

    for quotas in ({cell: budget * math.sqrt(size) / whole for cell, size in sizes.items()}, None):
        used = Counter[int]()
        heap = [(-gain(i), i) for i in range(len(texts)) if i not in chosen]
        heapq.heapify(heap)
        while heap:
            _, i = heapq.heappop(heap)
            cost, cell, person = int(costs[i]), int(cells[i]), int(people[i])
            full = quotas is not None and used[cell] and used[cell] + cost > quotas[cell]
            if sum(spent.values()) + cost > budget or full or spent[person] + cost > cap:
                continue
            if heap and -gain(i) > heap[0][0]:
                heapq.heappush(heap, (-gain(i), i))
                continue
            chosen.add(i)
            spent[person] += cost
            used[cell] += cost
            seen.update(features[i].tolist())
    return sorted(chosen)


def test_everything_is_kept_when_it_fits() -> None:
    texts, cells, people = made(50)
    assert select(texts, costs_of(texts), cells, people, budget=10**6, per_correspondent=1).tolist() == list(range(50))
    none = numbers([])
    assert select([], none, none, none, budget=100, per_correspondent=0.5).tolist() == []


def test_years_are_balanced() -> None:
    texts = [f"a text number {i} of the {'busy' if i < 300 else 'quiet'} year with words" for i in range(320)]
    cells = numbers([int(i >= 300) for i in range(320)])
    chosen = select(texts, costs_of(texts), cells, numbers([0] * 320), budget=600, per_correspondent=1)
    assert (chosen >= 300).mean() > 2 * 20 / 320
