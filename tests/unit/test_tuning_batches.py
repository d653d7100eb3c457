"""Batches and schedule: every conversation once per epoch, little padding, and a rate that rises and falls."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from likeness.engines.tuning.batches import Plan, cut, make, padded, padding_share
from likeness.engines.tuning.schedule import learning_rate
from likeness.engines.tuning.tokens import Row

LENGTHS = st.lists(st.integers(2, 300), min_size=1, max_size=120)
SMALL = st.integers(1, 6)


def plan(lengths: list[int], batch: int = 4, accumulation: int = 2, **changes: float) -> Plan:
    options: dict[str, float] = {"epochs": 1, "seed": 0, **changes}
    return Plan(lengths, batch=batch, accumulation=accumulation, **options)  # type: ignore[arg-type]


@given(LENGTHS, SMALL, SMALL, st.integers(0, 5), st.integers(1, 3))
def test_every_row_is_seen_once_per_epoch(
    lengths: list[int], batch: int, accumulation: int, seed: int, epochs: int
) -> None:
    made = plan(lengths, batch, accumulation, seed=seed, epochs=epochs)
    assert made.steps == epochs * made.per_epoch
    for epoch in range(epochs):
        steps = [made.step(number) for number in range(epoch * made.per_epoch, (epoch + 1) * made.per_epoch)]
        assert Counter(row for step in steps for one in step for row in one) == Counter(range(len(lengths)))
        sizes = [sum(map(len, step)) for step in steps]
        assert max(sizes) <= batch * accumulation
        assert max(sizes) - min(sizes) <= 1
        for one in (one for step in steps for one in step):
            assert len(one) * padded(max(lengths[row] for row in one)) <= made.most_tokens


@given(LENGTHS, SMALL, SMALL)
def test_the_order_is_the_arguments_alone(lengths: list[int], batch: int, accumulation: int) -> None:
    first, again = (plan(lengths, batch, accumulation, seed=5, epochs=2) for _ in range(2))
    whole = [first.step(number) for number in range(first.steps)]
    assert [again.step(number) for number in reversed(range(again.steps))] == whole[::-1]


def test_epochs_and_seeds_are_ordered_differently() -> None:
    lengths = list(range(10, 60))
    one, other = plan(lengths, epochs=2), plan(lengths, seed=1)
    assert one.step(0) != one.step(one.per_epoch)
    assert one.step(0) != other.step(0)


def test_part_of_an_epoch_and_a_limit() -> None:
    lengths = [10] * 80
    assert plan(lengths, epochs=1.5).steps == 15
    assert plan(lengths, epochs=0.01).steps == 1
    assert plan(lengths, epochs=3, maximum_steps=7).steps == 7
    assert plan(lengths, epochs=1.5).epoch(15) == 1.5


@given(st.lists(st.integers(1, 80), min_size=1, max_size=9), st.integers(80, 400), st.integers(0, 100))
def test_the_cut_is_the_cheapest(lengths: list[int], most: int, overhead: int) -> None:
    def cost(batches: list[tuple[int, ...]]) -> int:
        return sum(len(one) * padded(max(lengths[row] for row in one)) + overhead for one in batches)

    ordered = sorted(range(len(lengths)), key=lambda row: (-lengths[row], row))
    every = []
    for bars in range(1 << (len(lengths) - 1)):
        places = [0, *(n + 1 for n in range(len(lengths) - 1) if bars >> n & 1), len(lengths)]
        batches = [tuple(ordered[a:b]) for a, b in pairwise(places)]
        if all(len(one) == 1 or len(one) * padded(lengths[one[0]]) <= most for one in batches):
            every.append(cost(batches))
    found = cut(range(len(lengths)), lengths, most, overhead)
    assert sorted(row for one in found for row in one) == list(range(len(lengths)))
    assert cost(found) == min(every)


def test_little_padding_on_lengths_like_those_of_chats() -> None:
    lengths = np.clip(np.random.default_rng(0).lognormal(4.4, 0.7, 2000), 40, 1024).astype(int).tolist()
    made = plan(lengths, 4, 4)
    ours = padding_share(lengths, [one for number in range(made.steps) for one in made.step(number)])
    in_order = padding_share(lengths, [tuple(range(place, place + 4)) for place in range(0, 2000, 4)])
    assert ours < 0.15 < 0.35 < in_order


def test_validation_takes_every_row_once() -> None:
    made = plan([50] * 8)
    lengths = [5, 900, 17, 33, 40, 41, 2]
    batches = made.cut_evenly(lengths)
    assert sorted(row for one in batches for row in one) == list(range(7))
    assert made.cut_evenly([]) == []


def test_a_batch_is_padded_on_the_right() -> None:
    rows = [
        Row(np.arange(1, length + 1, dtype=np.int32), np.arange(length) >= 2, (f"e{length}", "more"))
        for length in (3, 11)
    ]
    batch = make(rows, (1, 0))
    assert batch.tokens.shape == batch.learned.shape == (2, 16)
    assert batch.lengths.tolist() == [11, 3]
    assert batch.tokens[1].tolist() == [1, 2, 3] + [0] * 13
    assert batch.learned.sum(axis=1).tolist() == [9, 1]
    assert batch.useful == 10
    assert batch.rows == ("e11+more", "e3+more")


@pytest.mark.parametrize("schedule", ["cosine", "linear", "constant"])
def test_the_rate_rises_then_falls(schedule: str) -> None:
    rates = [learning_rate(number, 100, 2e-4, schedule, 0.1) for number in range(100)]  # type: ignore[arg-type]
    assert rates[:10] == pytest.approx([2e-4 * (number + 1) / 10 for number in range(10)])
    assert all(rate > 0 for rate in rates)
    if schedule == "constant":
        assert set(rates[10:]) == {2e-4}
    else:
        assert all(later < earlier for earlier, later in pairwise(rates[10:]))
        assert rates[10] == 2e-4
        assert rates[55] == pytest.approx(1e-4)
        assert rates[-1] < 5e-6


@given(st.integers(1, 50), st.floats(0, 0.5))
def test_no_step_is_for_nothing(total: int, share: float) -> None:
    rates = [learning_rate(number, total, 1.0, "cosine", share) for number in range(total)]
    assert all(0 < rate <= 1 for rate in rates)
