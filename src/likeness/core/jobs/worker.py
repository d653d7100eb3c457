"""The process that does one job: ``python -m likeness.core.jobs.worker STORE JOB``."""

from __future__ import annotations

import importlib
import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from likeness.core.errors import LikenessError
from likeness.core.events import Event
from likeness.core.store import Store
from likeness.core.store.jobs import Job

LEASE_SECONDS = 15.0
_BEAT_SECONDS = 1.0
_EVENT_SECONDS = 0.1


class _Stop(BaseException):
    """The job is to stop now; ``cancelled`` says whether for good."""

    def __init__(self, cancelled: bool) -> None:
        self.cancelled = cancelled


def main() -> None:
    """Claim the job, do it, say how it ended."""
    with Store.open(Path(sys.argv[1])) as store:
        if store.claim_job(sys.argv[2], LEASE_SECONDS):
            _do(store, store.job(sys.argv[2]))


def _do(store: Store, job: Job) -> None:
    cancelled = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        raise _Stop(cancelled.is_set())

    signal.signal(signal.SIGTERM, stop)
    beat = threading.Thread(target=_keep, args=(store, job.id, cancelled), daemon=True)
    beat.start()
    try:
        last = _run(store, job)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        store.finish_job(job.id, "done", result={"note": last.note, "metrics": dict(last.metrics)} if last else {})
    except _Stop as stopped:
        if stopped.cancelled:
            store.finish_job(job.id, "cancelled")
        else:
            store.release_job(job.id)
    except LikenessError as error:
        told = {"message": str(error), "hint": error.hint, "code": error.code, "param": error.param}
        store.finish_job(job.id, "failed", error=told)
    except Exception as error:
        told = {"message": f"it failed: {type(error).__name__}", "hint": "", "code": "internal_error", "param": None}
        store.finish_job(job.id, "failed", error=told)


def _run(store: Store, job: Job) -> Event | None:
    """Run the target and keep its events: every change of stage, the last, and one per tenth of a second."""
    last: Event | None = None
    kept: Event | None = None
    kept_at = 0.0
    for event in _target(job.target)(**job.arguments):
        now = time.monotonic()
        if kept is None or event.stage != kept.stage or now - kept_at > _EVENT_SECONDS:
            store.add_job_event(job.id, event)
            kept, kept_at = event, now
        last = event
    if last is not None and last is not kept:
        store.add_job_event(job.id, last)
    return last


def _target(name: str) -> Callable[..., Iterator[Event]]:
    """The function a job names; only this package's own can be named."""
    module, _, function = name.partition(":")
    if module.split(".")[0] != "likeness":
        raise LikenessError(f"a job cannot be done by {name!r}")
    found: Callable[..., Iterator[Event]] = getattr(importlib.import_module(module), function)
    return found


def _keep(store: Store, job_id: str, cancelled: threading.Event) -> None:
    """Renew the lease; stop the main thread when the job is cancelled."""
    while True:
        time.sleep(_BEAT_SECONDS)
        try:
            wanted = store.renew_job(job_id, LEASE_SECONDS)
        except (LikenessError, json.JSONDecodeError):
            continue
        if not wanted:
            cancelled.set()
            signal.raise_signal(signal.SIGTERM)
            return


if __name__ == "__main__":
    main()
