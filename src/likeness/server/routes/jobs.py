"""Long jobs: looked at, followed, cancelled."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any

import anyio
from anyio import to_thread
from fastapi import APIRouter, Header, Path
from starlette.responses import Response, StreamingResponse

from likeness.core.events import Event
from likeness.core.store import Job
from likeness.server.deps import KEYED, Serving
from likeness.server.gateway import Gateway
from likeness.server.schemas import JobBody

router = APIRouter(prefix="/api/jobs", tags=["jobs"], dependencies=KEYED)
JobId = Annotated[str, Path(max_length=64, description="As given by what started it.")]
_LOOK_SECONDS = 0.2


@router.get("/{job_id}")
async def job(job_id: JobId, gateway: Serving) -> JobBody:
    """How a job stands."""
    return await to_thread.run_sync(_look, gateway, job_id)


@router.delete("/{job_id}")
async def cancel(job_id: JobId, gateway: Serving) -> JobBody:
    """Ask a job to stop. What it had not published is gone; an older voice stays as it was."""
    await to_thread.run_sync(gateway.jobs.cancel, job_id)
    return await to_thread.run_sync(_look, gateway, job_id)


@router.get(
    "/{job_id}/events",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {}}, "description": "What it says, from the beginning."}},
)
async def events(
    job_id: JobId,
    gateway: Serving,
    last_event_id: Annotated[str | None, Header(max_length=20, description="Go on after this one.")] = None,
) -> StreamingResponse:
    """What a job says, as server-sent events, from its beginning to its end; the last one holds the job."""
    await to_thread.run_sync(gateway.jobs.store.job, job_id)
    after = int(last_event_id) if last_event_id and last_event_id.isdecimal() and last_event_id.isascii() else 0

    async def follow() -> AsyncIterator[str]:
        number = after
        while True:
            body = await to_thread.run_sync(_look, gateway, job_id)
            for stored in await to_thread.run_sync(gateway.jobs.store.job_events, job_id, number):
                number = stored.number
                yield _said({"type": "job.event", **asdict(stored.event)}, number)
            if body.state not in ("queued", "running"):
                yield _said({"type": "job.done", "job": body.model_dump()}, number)
                return
            await anyio.sleep(_LOOK_SECONDS)

    return StreamingResponse(follow(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def job_body(job: Job, last: Event | None) -> JobBody:
    """A job for JSON, with the last it said."""
    said = last or Event("")
    return JobBody(
        id=job.id,
        kind=job.kind,
        state=job.state,
        created_at=job.created_at,
        updated_at=job.updated_at,
        stage=said.stage,
        done=said.done,
        total=said.total,
        note=said.note,
        result=dict(job.result) if job.result is not None else None,
        error=dict(job.error) if job.error is not None else None,
    )


def _look(gateway: Gateway, job_id: str) -> JobBody:
    job = gateway.jobs.store.job(job_id)
    return job_body(job, gateway.jobs.store.last_job_event(job_id))


def _said(event: dict[str, Any], number: int) -> str:
    return f"id: {number}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n"
