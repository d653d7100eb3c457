"""Doing the jobs of a store: one process each, a few at a time, taken up again after a crash or a restart."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from likeness.core.errors import LikenessError
from likeness.core.store import Store
from likeness.core.store.jobs import Job

_LOOK_SECONDS = 0.5
_END_SECONDS = 5.0


class JobRunner:
    """Watches the queue from a thread of its own. At most ``at_once`` jobs run; one is tried ``attempts`` times.

    A job whose process died is queued again at once; one that another program left behind, when its lease runs out.
    Thread-safe.
    """

    def __init__(self, path: Path, *, at_once: int = 1, attempts: int = 3) -> None:
        self._store = Store.open(path)
        self._at_once = at_once
        self._attempts = attempts
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._watch, name="jobs", daemon=True)
        self._thread.start()

    @property
    def store(self) -> Store:
        return self._store

    def submit(self, kind: str, target: str, arguments: Mapping[str, Any]) -> Job:
        """Queue a job: ``target`` ("likeness.module:function") is called with ``arguments`` and yields events."""
        job = self._store.add_job(kind, target, arguments)
        self._wake.set()
        return job

    def cancel(self, job_id: str) -> Job:
        """Ask a job to stop. Raises :class:`NotFound`."""
        self._store.job(job_id)
        return self._store.cancel_job(job_id)

    def close(self) -> None:
        """Stop the running jobs, which go back to the queue, and close the store."""
        self._closing = True
        self._wake.set()
        self._thread.join()
        for process in self._running.values():
            process.terminate()
        give_up = time.monotonic() + _END_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.0, give_up - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for job_id in self._running:
            self._store.release_job(job_id)
        self._store.close()

    def _watch(self) -> None:
        while not self._closing:
            try:
                self._reap()
                self._start()
            except LikenessError:
                # The store is busy; the queue is looked at again soon.
                pass
            self._wake.wait(_LOOK_SECONDS)
            self._wake.clear()

    def _reap(self) -> None:
        for job_id, process in list(self._running.items()):
            if process.poll() is not None:
                del self._running[job_id]
                self._store.release_job(job_id)

    def _start(self) -> None:
        for job in self._store.claimable_jobs():
            if len(self._running) >= self._at_once:
                return
            if job.cancel_asked:
                self._store.finish_job(job.id, "cancelled")
            elif job.attempts >= self._attempts:
                told = {
                    "message": f"its process died {job.attempts} times",
                    "hint": "",
                    "code": "job_died",
                    "param": None,
                }
                self._store.finish_job(job.id, "failed", error=told)
            elif job.id not in self._running:
                self._running[job.id] = _process(self._store.path, job.id)


def _process(path: Path, job_id: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "likeness.core.jobs.worker", str(path), job_id],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
