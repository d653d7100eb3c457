"""Is it running, and can it answer."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter, Response

from likeness import __version__
from likeness.server.deps import Serving
from likeness.server.errors import ErrorDetail
from likeness.server.schemas import HealthBody, ReadyBody

router = APIRouter(tags=["health"])


@router.get("/health")
async def health() -> HealthBody:
    """The program runs. No key is needed."""
    return HealthBody(version=__version__)


@router.get("/readyz", responses={503: {"model": ReadyBody, "description": "Not everything is set up."}})
async def ready(gateway: Serving, response: Response) -> ReadyBody:
    """Whether it can write and speak now, and if not, why. No key is needed."""
    writer, speaker = await to_thread.run_sync(gateway.state)
    able = writer == speaker == "ready"
    response.status_code = 200 if able else 503
    reasons = "; ".join(state for state in (writer, speaker) if state != "ready")
    error = None if able else ErrorDetail(message=reasons, type="server_error", param=None, code="not_ready")
    return ReadyBody(ready=able, writer=writer, speaker=speaker, error=error)
