"""Long jobs: done in a process of their own, stored, cancelled, taken up again."""

from __future__ import annotations

import os
import signal
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from likeness.core.errors import NotFound
from likeness.core.jobs import JobRunner
from likeness.core.store import Store
from likeness.core.store.jobs import Job

TARGETS = """
    import os, time
    from pathlib import Path
    from likeness.core.errors import TooFewExamples
    from likeness.core.events import Event

    def count(to, pause=0.0):
        for number in range(1, to + 1):
            time.sleep(pause)
            yield Event("count", number, to, "steps", metrics={"number": number})

    def short():
        yield Event("look")
        raise TooFewExamples("three are not enough", hint="import more")

    def fault():
        yield Event("look")
        raise ValueError("the owner's secret")

    def dies_once(mark):
        yield Event("begin", note=str(os.getpid()))
        if not Path(mark).exists():
            Path(mark).touch()
            os._exit(9)
        yield Event("end")

    def dies_always():
        yield Event("begin")
        os._exit(9)
"""


@pytest.fixture
def store_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store's path; job processes find the targets above as ``likeness.sample_jobs``."""
    site, inside = tmp_path / "site", tmp_path / "inside"
    site.mkdir()
    inside.mkdir()
    (inside / "sample_jobs.py").write_text(textwrap.dedent(TARGETS))
    (site / "sitecustomize.py").write_text(f"import likeness\nlikeness.__path__.append({str(inside)!r})\n")
    monkeypatch.setenv("PYTHONPATH", str(site))
    return tmp_path / "store.sqlite"


@pytest.fixture
def runner(store_path: Path) -> Iterator[JobRunner]:
    made = JobRunner(store_path)
    yield made
    made.close()


def finished(runner: JobRunner, job: Job) -> Job:
    return until(lambda: runner.store.job(job.id), lambda job: job.finished)


def until(look: Callable[[], Job], wanted: Callable[[Job], bool]) -> Job:
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up:
        job = look()
        if wanted(job):
            return job
        time.sleep(0.05)
    raise AssertionError(f"still {job.state}")


def test_a_job_is_done_and_everything_it_said_that_matters_is_kept(runner: JobRunner) -> None:
    job = finished(runner, runner.submit("count", "likeness.sample_jobs:count", {"to": 50}))
    assert job.state == "done"
    assert job.result == {"note": "", "metrics": {"number": 50}}
    stored = runner.store.job_events(job.id)
    assert [event.number for event in stored] == list(range(1, len(stored) + 1))
    assert stored[-1].event.done == 50
    assert len(stored) < 50
    assert runner.store.job_events(job.id, after=stored[-1].number) == []


def test_failures_are_told_with_their_hint_and_foreign_ones_without_their_text(runner: JobRunner) -> None:
    job = finished(runner, runner.submit("short", "likeness.sample_jobs:short", {}))
    assert job.state == "failed"
    assert job.error == {
        "message": "three are not enough",
        "hint": "import more",
        "code": "too_few_examples",
        "param": None,
    }
    job = finished(runner, runner.submit("fault", "likeness.sample_jobs:fault", {}))
    assert job.state == "failed"
    assert "secret" not in str(job.error)
    job = finished(runner, runner.submit("foreign", "os:listdir", {}))
    assert job.state == "failed"


def test_a_job_whose_process_died_is_done_again_but_not_for_ever(runner: JobRunner, tmp_path: Path) -> None:
    again = runner.submit("dies", "likeness.sample_jobs:dies_once", {"mark": str(tmp_path / "mark")})
    assert finished(runner, again).attempts == 2
    assert runner.store.job(again.id).state == "done"
    never = finished(runner, runner.submit("dies", "likeness.sample_jobs:dies_always", {}))
    assert (never.state, never.attempts) == ("failed", 3)


def test_running_and_waiting_jobs_can_be_cancelled(runner: JobRunner) -> None:
    running = runner.submit("count", "likeness.sample_jobs:count", {"to": 1000, "pause": 0.05})
    waiting = runner.submit("count", "likeness.sample_jobs:count", {"to": 1})
    until(lambda: runner.store.job(running.id), lambda job: job.state == "running")
    assert runner.store.job(waiting.id).state == "queued"
    assert runner.cancel(waiting.id).state == "cancelled"
    runner.cancel(running.id)
    assert finished(runner, running).state == "cancelled"
    with pytest.raises(NotFound):
        runner.cancel("0" * 16)


def test_closing_stops_the_work_and_the_next_start_takes_it_up(store_path: Path) -> None:
    first = JobRunner(store_path)
    job = first.submit("count", "likeness.sample_jobs:count", {"to": 20, "pause": 0.05})
    until(lambda: first.store.job(job.id), lambda job: job.state == "running")
    first.close()
    with Store.open(store_path) as store:
        assert store.job(job.id).state == "queued"
    second = JobRunner(store_path)
    try:
        assert finished(second, job).state == "done"
    finally:
        second.close()


def test_a_job_is_never_done_by_two(store_path: Path) -> None:
    with Store.open(store_path) as one, Store.open(store_path) as two:
        job = one.add_job("count", "likeness.sample_jobs:count", {})
        assert [one.claim_job(job.id, 10), two.claim_job(job.id, 10)] == [True, False]
        assert one.renew_job(job.id, 10)
        one.finish_job(job.id, "done")
        two.finish_job(job.id, "failed")
        assert two.job(job.id).state == "done"


def test_a_killed_process_leaves_no_lease_behind_for_long(runner: JobRunner) -> None:
    job = runner.submit("count", "likeness.sample_jobs:count", {"to": 40, "pause": 0.05})
    until(lambda: runner.store.job(job.id), lambda job: job.state == "running")
    children = [child for child in psutil.Process().children() if job.id in " ".join(child.cmdline())]
    os.kill(children[0].pid, signal.SIGKILL)
    assert finished(runner, job).attempts == 2
    assert runner.store.job(job.id).state == "done"
