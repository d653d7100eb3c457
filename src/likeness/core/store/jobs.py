"""Long jobs: what is to be done, who does it at the moment, what it said, how it ended."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, cast

from likeness.core.errors import NotFound
from likeness.core.events import Event
from likeness.core.store.database import Database

JobState = Literal["queued", "running", "done", "failed", "cancelled"]
UNFINISHED = ("queued", "running")
_COLUMNS = "id, kind, target, arguments, state, attempts, cancel_asked, created_at, updated_at, result, error"


@dataclass(frozen=True, slots=True)
class Job:
    """One job. ``target`` is the function that does it ("package.module:name"), ``arguments`` what it is given.

    ``result`` holds the note and metrics of its last event once it is done; ``error`` message, hint and code of what
    made it fail.
    """

    id: str
    kind: str
    target: str
    arguments: Mapping[str, Any]
    state: JobState
    attempts: int
    cancel_asked: bool
    created_at: str
    updated_at: str
    result: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None

    @property
    def finished(self) -> bool:
        return self.state not in UNFINISHED


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event of a job and its place in the order of that job's events, from 1."""

    number: int
    event: Event = field(default_factory=lambda: Event(""))


class Jobs(Database):
    """The ``jobs`` table and the events of each.

    A running job is held by a lease that its process renews; once that has run out the job may be taken again.
    """

    def add_job(self, kind: str, target: str, arguments: Mapping[str, Any]) -> Job:
        """Queue a job."""
        number, now = secrets.token_hex(8), _now()
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO jobs (id, kind, target, arguments, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)",
                (number, kind, target, json.dumps(dict(arguments)), now, now),
            )
        return self.job(number)

    def job(self, job_id: str) -> Job:
        """One job. Raises :class:`NotFound`."""
        found = self._jobs("WHERE id = ?", job_id)
        if not found:
            raise NotFound("there is no such job", hint="its id is in the answer that started it", param="job")
        return found[0]

    def jobs(self) -> list[Job]:
        """Every job, newest first."""
        return self._jobs("ORDER BY key DESC")

    def claimable_jobs(self) -> list[Job]:
        """Jobs that nobody works on: queued, or running with a lease that has run out; oldest first."""
        return self._jobs("WHERE state = 'queued' OR (state = 'running' AND lease < ?) ORDER BY key", time.time())

    def claim_job(self, job_id: str, lease_seconds: float) -> bool:
        """Take a job for this process; false when somebody else has it or it is finished."""
        with self._transaction() as connection:
            cursor = connection.execute(
                "UPDATE jobs SET state = 'running', attempts = attempts + 1, lease = ?, updated_at = ? "
                "WHERE id = ? AND (state = 'queued' OR (state = 'running' AND lease < ?))",
                (time.time() + lease_seconds, _now(), job_id, time.time()),
            )
            return cursor.rowcount == 1

    def renew_job(self, job_id: str, lease_seconds: float) -> bool:
        """Keep a job; false when it should stop, since that was asked for."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE jobs SET lease = ?, updated_at = ? WHERE id = ? AND state = 'running'",
                (time.time() + lease_seconds, _now(), job_id),
            )
        job = self.job(job_id)
        return job.state == "running" and not job.cancel_asked

    def release_job(self, job_id: str) -> None:
        """Give a running job back to the queue."""
        self._set_state(job_id, "queued", ("running",))

    def finish_job(
        self,
        job_id: str,
        state: JobState,
        *,
        result: Mapping[str, Any] | None = None,
        error: Mapping[str, Any] | None = None,
    ) -> None:
        """Say how a job ended. One that is finished already stays as it is."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE jobs SET state = ?, result = ?, error = ?, lease = 0, updated_at = ? "
                "WHERE id = ? AND state IN ('queued', 'running')",
                (state, json.dumps(result) if result else None, json.dumps(error) if error else None, _now(), job_id),
            )

    def cancel_job(self, job_id: str) -> Job:
        """Ask a job to stop: one that waits is cancelled at once, a running one by its process."""
        with self._transaction() as connection:
            connection.execute("UPDATE jobs SET cancel_asked = 1, updated_at = ? WHERE id = ?", (_now(), job_id))
        self._set_state(job_id, "cancelled", ("queued",))
        return self.job(job_id)

    def add_job_event(self, job_id: str, event: Event) -> None:
        """Keep what a job said."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO job_events (job_id, number, event) "
                "SELECT ?, coalesce(max(number), 0) + 1, ? FROM job_events WHERE job_id = ?",
                (job_id, json.dumps(asdict(event)), job_id),
            )

    def job_events(self, job_id: str, after: int = 0) -> list[StoredEvent]:
        """What a job said after event ``after``, in order."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT number, event FROM job_events WHERE job_id = ? AND number > ? ORDER BY number", (job_id, after)
            ).fetchall()
        return [StoredEvent(number, Event(**json.loads(event))) for number, event in rows]

    def last_job_event(self, job_id: str) -> Event | None:
        """The latest a job said."""
        with self._lock:
            row = self._connection.execute(
                "SELECT event FROM job_events WHERE job_id = ? ORDER BY number DESC LIMIT 1", (job_id,)
            ).fetchone()
        return Event(**json.loads(row[0])) if row else None

    def _set_state(self, job_id: str, state: JobState, before: tuple[str, ...]) -> None:
        marks = ", ".join("?" * len(before))
        with self._transaction() as connection:
            connection.execute(
                f"UPDATE jobs SET state = ?, lease = 0, updated_at = ? WHERE id = ? AND state IN ({marks})",  # noqa: S608
                (state, _now(), job_id, *before),
            )

    def _jobs(self, where: str, *values: object) -> list[Job]:
        with self._lock:
            rows = self._connection.execute(f"SELECT {_COLUMNS} FROM jobs {where}", values).fetchall()  # noqa: S608
        return [
            Job(
                id=row[0],
                kind=row[1],
                target=row[2],
                arguments=json.loads(row[3]),
                state=cast("JobState", row[4]),
                attempts=row[5],
                cancel_asked=bool(row[6]),
                created_at=row[7],
                updated_at=row[8],
                result=json.loads(row[9]) if row[9] else None,
                error=json.loads(row[10]) if row[10] else None,
            )
            for row in rows
        ]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
