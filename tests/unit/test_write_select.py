"""Splits that do not leak, and a selection that keeps its budget and covers more than chance does."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.core.types import Exchange
from likeness.write.select import select, tokens
from likeness.write.split import groups, split

START = datetime(2015, 1, 1, tzinfo=UTC)


def exchange(number: int, text: str = "some words here", who: str = "ben", days: int | None = None) -> Exchange:
    sent_at = START + timedelta(days=number if days is None else days)
    return Exchange(f"e{number}", text, "", "mail", f"c{number}", who, sent_at)


def test_items_joined_by_thread_or_cluster_are_one_group() -> None:
    assert groups(["a", "a", "b", "c", "d"], [1, 2, 2, 3, 3]) == [0, 0, 0, 1, 1]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 400)), min_size=1, max_size=60))
def test_no_thread_and_no_cluster_is_on_two_sides(items: list[tuple[int, int, int]]) -> None:
    exchanges = [exchange(i, days=days) for i, (_, _, days) in enumerate(items)]
    threads = [f"t{thread}" for thread, _, _ in items]
    clusters = [cluster for _, cluster, _ in items]
    result = split(exchanges, threads, clusters, valid=0.1, test=0.1)
    for keys in (threads, clusters):
        sides = {(key, side) for key, side in zip(keys, result, strict=True)}
        assert len(sides) == len(set(keys))


def test_the_latest_are_tested_and_the_shares_kept() -> None:
    exchanges = [exchange(i) for i in range(100)]
    result = split(exchanges, [f"t{i // 2}" for i in range(100)], list(range(100)), valid=0.1, test=0.2)
    assert Counter(result) == {"train": 70, "valid": 10, "test": 20}
    assert result[-20:] == ["test"] * 20
    assert result[70:80] == ["valid"] * 10


def test_one_long_thread_does_not_become_the_whole_test() -> None:
    exchanges = [exchange(i) for i in range(100)]
    threads = ["long" if i >= 50 else f"t{i}" for i in range(100)]
    result = split(exchanges, threads, list(range(100)), valid=0.1, test=0.1)
    assert set(result[50:]) == {"train"}
    assert Counter(result)["test"] == 10


def texts(count: int) -> list[Exchange]:
    chance = random.Random(0)
    common = [f"word{i}" for i in range(30)]
    made = []
    for i in range(count):
        topic = [f"topic{i % 40}x{j}" for j in range(8)]
        words = chance.choices(common, k=20) + (chance.choices(topic, k=12) if i % 5 == 0 else [])
        made.append(exchange(i, " ".join(words), who=f"p{chance.choice((0, 0, 0, 1, 2))}", days=chance.randrange(3000)))
    return made


def test_the_budget_and_the_cap_are_kept() -> None:
    exchanges = texts(400)
    chosen = select(exchanges, budget=3000, per_correspondent=0.4)
    spent = Counter[str]()
    for i in chosen:
        spent[exchanges[i].correspondent] += tokens(exchanges[i].text)
    assert 2500 <= sum(spent.values()) <= 3000
    assert max(spent.values()) <= 1200
    assert chosen == sorted(set(chosen))


def test_selection_covers_more_words_than_chance() -> None:
    exchanges = texts(400)
    chosen = select(exchanges, budget=3000, per_correspondent=1)
    covered = {word for i in chosen for word in exchanges[i].text.split()}
    chance = random.Random(1)
    order, left, other = chance.sample(range(400), 400), 3000, set[str]()
    for i in order:
        cost = tokens(exchanges[i].text)
        if cost <= left:
            left -= cost
            other |= set(exchanges[i].text.split())
    assert len(covered) > 1.1 * len(other)


def test_everything_is_kept_when_it_fits() -> None:
    exchanges = texts(50)
    assert select(exchanges, budget=10**6, per_correspondent=1) == list(range(50))
    assert select([], budget=100, per_correspondent=0.5) == []


def test_years_are_balanced() -> None:
    busy = [exchange(i, f"a text number {i} of the busy year with words", days=i % 300) for i in range(300)]
    quiet = [exchange(i, f"a text number {i} of the quiet year with words", days=900 + i % 20) for i in range(20)]
    chosen = select([*busy, *quiet], budget=600, per_correspondent=1)
    share = sum(1 for i in chosen if i >= 300) / len(chosen)
    assert share > 2 * 20 / 320
