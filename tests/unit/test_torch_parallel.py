"""Several processes tune what one tunes: the same losses, the same adapter, nothing left behind. On the processor."""

from __future__ import annotations

import ipaddress
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from tuning_data import ordinary, recipe

pytest.importorskip("torch")
pytest.importorskip("accelerate")

import torch

from likeness.core import lora
from likeness.core.errors import EngineFailed
from likeness.core.events import Event, drain
from likeness.engines.torch import parallel
from likeness.engines.torch.backend import TorchBackend
from likeness.engines.torch.crew import Crew
from likeness.engines.torch.parallel import ParallelBackend
from likeness.engines.torch.shares import divided
from likeness.engines.tuning import material, run
from likeness.engines.tuning.backend import Batch
from likeness.engines.tuning.batches import make
from likeness.engines.tuning.setup import fresh
from likeness.engines.tuning.tiny import make_tiny
from likeness.engines.tuning.tokens import Row

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(torch.backends.mps.is_available(), reason="several processes are for CUDA and the processor"),
]
CHOSEN = recipe(modules=("q_proj", "v_proj", "down_proj"), weight_decay=0.1)


@pytest.fixture(scope="module", autouse=True)
def _on_the_processor() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("CUDA_VISIBLE_DEVICES", "")
        changed.setenv("OMP_NUM_THREADS", "1")
        yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny(tmp_path_factory.mktemp("models") / "base")


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory, base: Path) -> tuple[Row, ...]:
    return tuple(material.read(ordinary(tmp_path_factory.mktemp("rows") / "data", train=12), CHOSEN, base).train)


@pytest.fixture(scope="module")
def weights(base: Path) -> dict[str, Any]:
    """A fresh adapter whose B is not zero, so that every gradient is something."""
    random = np.random.default_rng(0)
    start = fresh(base, CHOSEN).weights
    return {name: value + 0.05 * random.standard_normal(value.shape, np.float32) for name, value in start.items()}


@pytest.fixture(scope="module")
def two(base: Path, weights: Mapping[str, Any]) -> Iterator[ParallelBackend]:
    opened = parallel.on(2).open(base, CHOSEN, weights)
    yield opened
    opened.close()


def batches(rows: tuple[Row, ...], *cuts: tuple[int, ...]) -> list[Batch]:
    return [make(rows, cut) for cut in cuts]


def furthest(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    assert one.keys() == other.keys()
    return max(float(np.abs(value - other[name]).max()) for name, value in one.items())


def test_steps_are_those_of_one_process(
    base: Path, rows: tuple[Row, ...], weights: Mapping[str, Any], two: ParallelBackend
) -> None:
    """With more batches than processes, as many, fewer, and a single row."""
    one = TorchBackend.open(base, CHOSEN, weights)
    two.restore(weights, {})
    steps = (((0, 1), (2,), (3, 4, 5)), ((6, 7), (8, 9)), ((10, 11, 0),), ((3,),), ((4, 1), (5, 2, 9), (8,), (7,)))
    for number, cuts in enumerate(steps):
        expected = one.step(batches(rows, *cuts), 1e-4, number)
        found = two.step(batches(rows, *cuts), 1e-4, number)
        assert found.loss == pytest.approx(expected.loss, abs=1e-6)
        assert found.gradient_norm == pytest.approx(expected.gradient_norm, rel=1e-5)
        assert found.batch_losses == pytest.approx(expected.batch_losses, abs=1e-6)
    assert furthest(two.adapter(), one.adapter()) < 1e-6
    assert furthest(weights, one.adapter()) > 1e-4
    for cut in ((0,), tuple(range(12))):
        assert two.losses(make(rows, cut)) == pytest.approx(one.losses(make(rows, cut)), abs=5e-5)
    assert two.peak_mb() > 1
    # They talk to each other, and over the loopback interface alone.
    sockets = [each for each in psutil.net_connections("inet") if each.pid in two._crew.pids]
    places = [str(each.laddr[0]) for each in sockets if each.laddr]
    assert places
    assert all(ipaddress.ip_address(place.removeprefix("::ffff:")).is_loopback for place in places)


def test_going_back_gives_the_same_bits(
    rows: tuple[Row, ...], weights: Mapping[str, Any], two: ParallelBackend
) -> None:
    def steps(*numbers: int) -> list[Any]:
        return [two.step(batches(rows, (number, 0), (5, 6)), 1e-3, number) for number in numbers]

    two.restore(weights, {})
    steps(1, 2)
    adapter, moments = two.adapter(), two.optimizer()
    expected, after = steps(3, 4), (two.adapter(), two.optimizer())
    two.restore(adapter, moments)
    assert steps(3, 4) == expected
    for found, wanted in zip((two.adapter(), two.optimizer()), after, strict=True):
        assert furthest(found, wanted) == 0


def test_a_loss_that_is_no_number_changes_nothing_in_any(
    rows: tuple[Row, ...], weights: Mapping[str, Any], two: ParallelBackend
) -> None:
    spoiled = {name: value.copy() for name, value in weights.items()}
    next(iter(spoiled.values()))[0, 0] = np.nan
    two._each("restore", [(weights, {}), (spoiled, {})])
    done = two.step(batches(rows, (0, 1), (2, 3)), 1e-3, 0)
    assert not np.isfinite(done.gradient_norm)
    assert sorted(np.isfinite(done.batch_losses)) == [False, True]
    assert furthest(two.adapter(), weights) == 0
    assert two.optimizer() == {}


def test_weights_that_part_are_told(rows: tuple[Row, ...], weights: Mapping[str, Any], two: ParallelBackend) -> None:
    some = batches(rows, (0, 1))
    two.restore(weights, {})
    two.step(some, 1e-4, 19)
    other = {name: value * np.float32(1.001) for name, value in weights.items()}
    two._each("restore", [(weights, {}), (other, {})])
    two.step(some, 1e-4, 20)
    with pytest.raises(EngineFailed, match="different weights"):
        two.step(some, 1e-4, 39)


def test_work_is_divided_evenly(rows: tuple[Row, ...]) -> None:
    given = batches(rows, (0, 1, 2, 3), (4, 5), (6, 7, 8), (9,), (10, 11))
    for count in (1, 2, 3, 5, 8, 20):
        shares = divided(given, count)
        assert len(shares) == count
        parts = [part for share in shares for part in share]
        assert sorted(name for part in parts for name in part.batch.rows) == sorted(row.name for row in rows)
        assert all(set(part.batch.rows) <= set(given[part.place].rows) for part in parts)
        tokens = [sum(part.batch.tokens.size for part in share) for share in shares]
        assert max(tokens) - min(tokens) <= max(part.batch.tokens.size for part in parts)
        assert sum(map(bool, shares)) == min(count, 12)


def test_a_run_whose_process_was_killed_is_finished_by_one(tmp_path: Path, base: Path) -> None:
    data = ordinary(tmp_path / "data", train=10, valid=3)
    chosen = recipe(base=str(base), epochs=2, batch=3, accumulation=2, checkpoints=2)
    whole = figures(drain(run.train(TorchBackend, data, chosen, tmp_path / "whole")))
    before = {child.pid for child in psutil.Process().children()}
    events, told = run.train(parallel.on(2), data, chosen, tmp_path / "broken"), []
    for event in events:
        told.append(event)
        if event.stage == "training" and event.done == 3:
            break
    workers = [child.pid for child in psutil.Process().children() if child.pid not in before]
    assert len(workers) == 2
    os.kill(workers[1], signal.SIGKILL)
    with pytest.raises(EngineFailed, match=r"process 2 of the 2 that train together was killed by signal 9") as failed:
        drain(events)
    assert "goes on" in failed.value.hint
    assert not any(map(psutil.pid_exists, workers))
    assert figures(told) == pytest.approx(whole[: len(figures(told))], abs=1e-6)
    continued = figures(drain(run.train(TorchBackend, data, chosen, tmp_path / "broken")))
    assert 0 < len(continued) < len(whole)
    assert continued == pytest.approx(whole[-len(continued) :], abs=1e-6)
    assert furthest(lora.read(tmp_path / "broken").weights, lora.read(tmp_path / "whole").weights) < 1e-6


def test_each_process_sees_a_device_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def seen() -> list[str]:
        crew = Crew(2)
        try:
            return [psutil.Process(pid).environ()["CUDA_VISIBLE_DEVICES"] for pid in crew.pids]
        finally:
            crew.close()

    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert seen() == ["0", "1"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3, GPU-5a")
    assert seen() == ["3", "GPU-5a"]


def test_an_error_of_a_process_is_told_and_ends_the_others() -> None:
    crew = Crew(2)
    with pytest.raises(EngineFailed, match="engine 'torch' failed: TypeError"):
        crew.ask([("too", "little"), ("too", "little")])
    assert not any(map(psutil.pid_exists, crew.pids))


def test_nothing_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    """One of the processes waits inside a library for the other, which was never told to come."""
    meeting = tmp_path / "meeting"
    program = (
        "import sys, time; from likeness.engines.torch.crew import Crew\n"
        "crew = Crew(2); crew._lines[0].send((0, 2, sys.argv[1], '', {}, {}))\n"
        "print(*crew.pids, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(meeting)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    workers = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(workers) == 2
    assert soon(meeting.exists)
    assert all(map(psutil.pid_exists, workers))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert soon(lambda: not any(map(alive, workers)))


def test_one_device_needs_no_other_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for count in (0, 1):
        monkeypatch.setattr(torch.cuda, "device_count", lambda count=count: count)
        assert parallel.chosen() is TorchBackend
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    several: Any = parallel.chosen()
    assert issubclass(several, ParallelBackend)
    assert several.count == 3


def figures(events: list[Event]) -> list[float]:
    """Every loss that a run told."""
    names = ("loss", "valid_loss")
    return [event.metrics[name] for event in events for name in names if name in event.metrics]


def alive(pid: int) -> bool:
    """Whether a process runs; one that its new parent has yet to reap does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def soon(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 60
    while not true() and time.monotonic() < until:
        time.sleep(0.05)
    return true()
