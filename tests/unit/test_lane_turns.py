"""Turns are had in the order of asking, and a place that is given up does not hold the others up."""

from __future__ import annotations

import threading
import time

import pytest

from likeness.core.lanes.turns import Turns


def _wait(turns: Turns, count: int) -> None:
    until = time.monotonic() + 5
    while len(turns._queue) < count and time.monotonic() < until:
        time.sleep(0.001)


def test_turns_go_round_though_each_asks_again_at_once() -> None:
    turns, had = Turns(), list[str]()
    assert turns.take_now()

    def listener(name: str) -> None:
        for _ in range(3):
            turns.take(lambda: None, 1.0)
            had.append(name)
            turns.give()

    threads = []
    for number, name in enumerate("abc", 1):
        threads.append(threading.Thread(target=listener, args=(name,)))
        threads[-1].start()
        _wait(turns, number)
    turns.give()
    for thread in threads:
        thread.join(5)
    assert "".join(had[:3]) == "abc"
    assert sorted(had) == sorted("abc" * 3)
    assert turns.take_now()


def test_who_gives_up_leaves_the_queue() -> None:
    turns = Turns()
    assert turns.take_now()
    assert not turns.take_now()

    def impatient() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        turns.take(impatient, 0.001)
    turns.give()
    assert turns.take_now()


def test_who_gives_up_in_the_moment_of_being_called_passes_the_turn_on() -> None:
    turns = Turns()
    assert turns.take_now()

    def called_just_now() -> None:
        turns.give()
        raise TimeoutError

    with pytest.raises(TimeoutError):
        turns.take(called_just_now, 0.001)
    assert turns.take_now()
