"""Several processes for one stream of work: the same results in the same order, and no process left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from likeness.core.errors import EngineFailed, InputError
from likeness.write.helpers import Helpers, useful

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A helper imports what it works with, which here stands in this file."""
    monkeypatch.setenv("PYTHONPATH", str(HERE))


def working(offset: int) -> Callable[[int], tuple[int, int]]:
    def work(number: int) -> tuple[int, int]:
        if number == 13:
            raise InputError("thirteen", hint="choose another", param="number")
        if number == 17:
            os._exit(1)
        return number + offset, os.getpid()

    return work


@pytest.mark.parametrize("count", [0, 1, 3])
def test_results_come_in_order_whatever_the_number(count: int) -> None:
    with Helpers(working, 100, count=count) as helpers:
        done = list(helpers.map(n % 10 for n in range(40)))
    assert [value for value, _ in done] == [100 + n % 10 for n in range(40)]
    pids = {pid for _, pid in done}
    assert (pids == {os.getpid()}) if not count else (os.getpid() not in pids and len(pids) <= count)
    assert not [child for child in psutil.Process().children() if child.pid in pids]


@pytest.mark.parametrize("count", [0, 2])
def test_an_error_in_the_work_comes_back_whole(count: int) -> None:
    with Helpers(working, 0, count=count) as helpers, pytest.raises(InputError, match="thirteen") as raised:
        list(helpers.map(range(20)))
    assert (raised.value.hint, raised.value.param) == ("choose another", "number")


def test_a_helper_that_dies_is_told() -> None:
    with Helpers(working, 0, count=2) as helpers, pytest.raises(EngineFailed, match="ended unexpectedly"):
        list(helpers.map([1, 2, 17, 3, 4, 5]))


def test_what_is_left_unread_ends_with_the_block() -> None:
    with Helpers(working, 0, count=2) as helpers:
        _, pid = next(helpers.map(range(12)))
    assert not psutil.pid_exists(pid)


PARENT = """
from test_write_helpers import working
from likeness.write.helpers import Helpers
with Helpers(working, 0, count=2) as helpers:
    for value, pid in helpers.map(n % 5 for n in range(10**9)):
        print(pid, flush=True)
"""


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT])
def test_helpers_end_with_the_process_that_asked(ending: signal.Signals) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    assert parent.stdout is not None
    pids = {int(parent.stdout.readline()) for _ in range(20)}
    os.killpg(parent.pid, ending) if ending is signal.SIGINT else parent.send_signal(ending)
    parent.stdout.close()
    parent.wait(timeout=20)
    deadline = time.monotonic() + 10
    while any(map(psutil.pid_exists, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert pids
    assert not any(map(psutil.pid_exists, pids))


def test_small_work_gets_no_helpers() -> None:
    assert useful(100, 1000) == 0
    assert 0 <= useful(10**9, 1000) <= 4
