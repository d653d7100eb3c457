"""What surrounds every request: a limit on its body, headers on its answer, a line in the log, a last resort."""

from __future__ import annotations

import time
from typing import Any

import anyio
import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from likeness.server import errors

JSON_LIMIT = 16 * 2**20
"""Largest body that is not a form, in bytes; sound in JSON comes as base64."""
_LINGER_SECONDS = 2.0

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self' blob:; "
        "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}


class Aborted(Exception):
    """An answer that had begun cannot be finished: the connection is cut, so that nobody takes it for whole."""


class LastResort:
    """Answers what nobody else did with 500 in the usual shape, and logs what may be logged: never content.

    Once an answer has begun, an error leaves as :class:`Aborted`, which makes the server cut the connection.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._log = structlog.get_logger("likeness.gateway")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        failure = ""
        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            failure = describe(error)
            if status:
                raise Aborted from None
            text = "something failed here; the log says where"
            await JSONResponse(errors.body(text, 500), 500)(scope, receive, watched)
        finally:
            self._write(scope, status, time.perf_counter() - began, failure)

    def _write(self, scope: Scope, status: int, seconds: float, failure: str) -> None:
        fields: dict[str, Any] = {
            "method": scope["method"] if scope["method"].isalpha() else "?",
            "route": getattr(scope.get("route"), "path", "-"),
            "status": status,
            "ms": round(seconds * 1000, 1),
        }
        if failure:
            self._log.error("request", **fields, failure=failure)
        else:
            self._log.info("request", **fields)


def describe(error: BaseException) -> str:
    """Class and place of an error. Its message is left out: it may quote what somebody wrote."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    name = trace.tb_frame.f_globals.get("__name__", "?")
    return f"{type(error).__name__} at {name}:{trace.tb_lineno}"


class BodyLimit:
    """Refuses a body over its limit with 413: at once when its length is stated, else while it streams in.

    Forms may take ``upload_bytes``, everything else :data:`JSON_LIMIT`.
    """

    def __init__(self, app: ASGIApp, upload_bytes: int) -> None:
        self._app = app
        self._upload_bytes = upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_form = headers.get("content-type", "").casefold().startswith("multipart/form-data")
        limit = self._upload_bytes if is_form else JSON_LIMIT
        stated = headers.get("content-length", "")
        if stated.isdigit() and int(stated) > limit:
            await _refuse(limit, scope, receive, send)
            return
        taken = 0
        refused = False

        async def counted() -> Message:
            nonlocal taken, refused
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                refused = True
                raise errors.TooLarge(limit)
            return message

        async def lingering(message: Message) -> None:
            if refused and message["type"] == "http.response.body":
                await _last(message, receive, send)
            else:
                await send(message)

        await self._app(scope, counted, lingering)


async def _refuse(limit: int, scope: Scope, receive: Receive, send: Send) -> None:
    refusal = errors.TooLarge(limit)
    response = JSONResponse(errors.body(refusal.detail, 413), 413, {"Connection": "close"})

    async def lingering(message: Message) -> None:
        if message["type"] == "http.response.body":
            await _last(message, receive, send)
        else:
            await send(message)

    await response(scope, receive, lingering)


async def _last(message: Message, receive: Receive, send: Send) -> None:
    """Send the end of a refusal, then read on for a moment and discard.

    Closing a connection with unread data resets it, and the caller would see that instead of the refusal.
    """
    await send({**message, "more_body": True})
    with anyio.move_on_after(_LINGER_SECONDS):
        while (await receive()).get("more_body", False):
            pass
    await send({"type": "http.response.body", "body": b"", "more_body": False})
