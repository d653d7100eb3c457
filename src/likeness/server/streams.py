"""Work that comes piece by piece, for a caller who may go away."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from typing import Any, TypeVar

import anyio
from anyio import CapacityLimiter, to_thread
from fastapi import Request
from starlette.responses import StreamingResponse

from likeness.core.errors import Interrupted, LikenessError
from likeness.server import errors
from likeness.server.middleware import Aborted

Part = TypeVar("Part")
_AHEAD = 4
_THREADS = 64
"""Threads for work that is under way. Those of everything else (keys, files) are never taken up by slow readers."""
_END = object()
_limiter = CapacityLimiter(_THREADS)


async def pieces(work: Iterator[Part], ahead: int = _AHEAD) -> AsyncGenerator[Part, None]:
    """The parts of ``work``, made in one thread, at most ``ahead`` of them before they are wanted.

    Leaving early, for whatever reason, closes ``work`` and so stops it.
    """
    loop = asyncio.get_running_loop()
    made: asyncio.Queue[Any] = asyncio.Queue()
    room = threading.Semaphore(ahead)
    gone = threading.Event()

    def run() -> None:
        try:
            for part in work:
                room.acquire()
                if gone.is_set():
                    break
                loop.call_soon_threadsafe(made.put_nowait, part)
        finally:
            silent(work)

    def over(task: asyncio.Future[None]) -> None:
        made.put_nowait(_END)

    working = asyncio.ensure_future(to_thread.run_sync(run, limiter=_limiter))
    working.add_done_callback(over)
    try:
        while (part := await made.get()) is not _END:
            room.release()
            yield part
        await working
    finally:
        gone.set()
        room.release()
        with anyio.CancelScope(shield=True):
            await asyncio.wait([working])


async def collect(request: Request, work: AsyncIterator[Part]) -> list[Part]:
    """Every part of ``work``, for an answer in one piece; stops it when the caller has gone."""
    found: list[Part] = []

    async def take() -> None:
        async for part in work:
            found.append(part)

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    taking, watching = asyncio.ensure_future(take()), asyncio.ensure_future(watch())
    try:
        await asyncio.wait([taking, watching], return_when=asyncio.FIRST_COMPLETED)
        if not taking.done():
            raise Interrupted("the caller went away")
        await taking
        return found
    finally:
        watching.cancel()
        taking.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.wait([taking])
            await closed(work)


async def begun(work: AsyncIterator[Part]) -> AsyncIterator[Part]:
    """Run ``work`` up to its first part, so that what fails at once is answered with a status and not a torn stream."""
    try:
        first = await anext(work, _END)
    except BaseException:
        await closed(work)
        raise

    async def whole() -> AsyncIterator[Part]:
        try:
            if first is not _END:
                yield first  # type: ignore[misc]
                async for part in work:
                    yield part
        finally:
            await closed(work)

    return whole()


async def raw(
    work: AsyncIterator[Part],
    media_type: str,
    bytes_of: Callable[[Part], bytes],
    headers: Callable[[], dict[str, str]],
) -> StreamingResponse:
    """The bytes of each part as they are made. A failure in the middle cuts the connection."""
    started = await begun(work)

    async def body() -> AsyncIterator[bytes]:
        try:
            async for part in started:
                data = bytes_of(part)
                if data:
                    yield data
        finally:
            await closed(started)

    return StreamingResponse(body(), media_type=media_type, headers=headers())


async def events(
    work: AsyncIterator[Part],
    bytes_of: Callable[[Part], bytes],
    *,
    headers: Callable[[], dict[str, str]] = dict,
    last: bytes = b"",
) -> StreamingResponse:
    """The parts as server-sent events, each as ``bytes_of`` puts it (see :func:`event`).

    A failure in the middle is told in an ``error`` event, then the line is cut.
    """
    started = await begun(work)

    async def body() -> AsyncIterator[bytes]:
        try:
            async for part in started:
                data = bytes_of(part)
                if data:
                    yield data
        except LikenessError as error:
            yield b"event: error\n" + event(errors.describe(error))
            raise Aborted from None
        finally:
            await closed(started)
        if last:
            yield last

    return StreamingResponse(body(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no", **headers()})


def event(value: Any) -> bytes:
    """One server-sent event that holds ``value`` as JSON."""
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n".encode("utf-8", "replace")


async def closed(work: AsyncIterator[Any]) -> None:
    """Close an asynchronous iterator that can be closed."""
    close = getattr(work, "aclose", None)
    if close is not None:
        await close()


def silent(iterator: Iterator[Any]) -> None:
    """Close an iterator that can be closed."""
    close = getattr(iterator, "close", None)
    if close is not None:
        close()
