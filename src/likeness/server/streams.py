"""Work done in threads, piece by piece, for a caller who may go away."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import closing
from typing import Any, TypeVar

import anyio
from anyio import to_thread
from fastapi import Request
from starlette.responses import StreamingResponse

from likeness.core.errors import Interrupted, LikenessError
from likeness.server import errors
from likeness.server.middleware import Aborted

Part = TypeVar("Part")
_END = object()


async def pieces(work: Generator[Part, None, None]) -> AsyncIterator[Part]:
    """The parts of ``work``, each made in a thread. Leaving early, for whatever reason, closes it and so stops it."""
    try:
        while True:
            part = await to_thread.run_sync(next, work, _END)
            if part is _END:
                return
            yield part  # type: ignore[misc]
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(work.close)


async def collect(request: Request, work: Generator[Part, None, None]) -> list[Part]:
    """Every part of ``work``, made in one thread, for an answer in one piece; stops it when the caller has gone."""
    gone = threading.Event()

    def run() -> list[Part]:
        found: list[Part] = []
        with closing(work):
            for part in work:
                if gone.is_set():
                    raise Interrupted("the caller went away")
                found.append(part)
        return found

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        gone.set()

    watching = asyncio.ensure_future(watch())
    try:
        return await to_thread.run_sync(run)
    finally:
        watching.cancel()


async def begun(work: Generator[Part, None, None]) -> Generator[Part, None, None]:
    """Run ``work`` up to its first part, so that what fails at once is answered with a status and not a torn stream."""
    first = await to_thread.run_sync(next, work, _END)

    def whole() -> Generator[Part, None, None]:
        try:
            if first is not _END:
                yield first  # type: ignore[misc]
                yield from work
        finally:
            work.close()

    return whole()


async def raw(
    work: Generator[Part, None, None],
    media_type: str,
    bytes_of: Callable[[Part], bytes],
    headers: Callable[[], dict[str, str]],
) -> StreamingResponse:
    """The bytes of each part as they are made. A failure in the middle cuts the connection."""
    started = await begun(work)

    async def body() -> AsyncIterator[bytes]:
        stream = pieces(started)
        try:
            async for part in stream:
                data = bytes_of(part)
                if data:
                    yield data
        finally:
            await stream.aclose()  # type: ignore[attr-defined]

    return StreamingResponse(body(), media_type=media_type, headers=headers())


async def events(
    work: Generator[Part, None, None],
    event_of: Callable[[Part], dict[str, Any] | None],
    *,
    headers: Callable[[], dict[str, str]] = dict,
    last: str = "",
) -> StreamingResponse:
    """The parts as server-sent events. A failure in the middle is told in an ``error`` event, then the line is cut."""
    started = await begun(work)

    async def body() -> AsyncIterator[str]:
        stream = pieces(started)
        try:
            async for part in stream:
                event = event_of(part)
                if event is not None:
                    yield f"data: {json.dumps(event, ensure_ascii=False)}\n\n"
        except LikenessError as error:
            yield f"event: error\ndata: {json.dumps(errors.describe(error), ensure_ascii=False)}\n\n"
            raise Aborted from None
        finally:
            await stream.aclose()  # type: ignore[attr-defined]
        if last:
            yield f"data: {last}\n\n"

    return StreamingResponse(body(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no", **headers()})


def silent(iterator: Iterator[Any]) -> None:
    """Close an iterator that can be closed."""
    close = getattr(iterator, "close", None)
    if close is not None:
        close()
