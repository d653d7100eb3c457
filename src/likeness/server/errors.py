"""Errors on their way out: OpenAI's shape, ``{"error": {"message", "type", "param", "code"}}``, on every path."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from likeness.core.errors import Busy, KeyNeeded, LikenessError, TooManyTries

_CODES = {
    400: "bad_request",
    404: "unknown_url",
    405: "method_not_allowed",
    413: "over_limit",
    415: "unsupported_media_type",
    500: "internal_error",
}


class ErrorDetail(BaseModel):
    """What went wrong."""

    message: str = Field(description="What happened and what to do, for a person.")
    type: str = Field(description="Family of the error, as OpenAI names them.")
    param: str | None = Field(description="The field at fault, where there is one.")
    code: str | None = Field(description="Short stable name, for a program.")


class ErrorBody(BaseModel):
    """The body of every answer that is not a success."""

    error: ErrorDetail


RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ErrorBody, "description": "What was asked cannot be done as it stands."},
    "5XX": {"model": ErrorBody, "description": "It failed here."},
    422: {"model": ErrorBody, "description": "A field is missing or out of range, or a recording is too poor."},
}
"""For every operation in the API's description."""


class TooLarge(HTTPException):
    """A body over its limit, noticed while it streams in."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(413, f"the body is over {limit_bytes / 2**20:.0f} MB, the most that is taken here")


def body(message: str, status: int, *, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """The error object for a status."""
    return {"error": {"message": message, "type": _family(status), "param": param, "code": code or _CODES.get(status)}}


def response_for(error: LikenessError) -> JSONResponse:
    """The answer to a request that ended in one of our errors."""
    headers: dict[str, str] = {}
    if isinstance(error, KeyNeeded):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooManyTries):
        headers["Retry-After"] = "60"
    if isinstance(error, Busy):
        headers["Retry-After"] = "5"
    return JSONResponse(describe(error), error.http_status, headers)


def describe(error: LikenessError) -> dict[str, Any]:
    """The error object of one of our errors; its hint is part of the message."""
    message = f"{error} ({error.hint})" if error.hint else str(error)
    return body(message, error.http_status, param=error.param, code=error.code)


def install(app: FastAPI) -> None:
    """Give ``app`` the handlers that keep the shape. What is not ours is answered by ``middleware.LastResort``."""

    async def ours(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, LikenessError)
        return response_for(error)

    async def http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        message = _http_message(request, error)
        return JSONResponse(body(message, error.status_code), error.status_code, dict(error.headers or {}))

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        message, param = explain(error.errors())
        return JSONResponse(body(message, 422, param=param, code="invalid_field"), 422)

    app.add_exception_handler(LikenessError, ours)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)


def invalid_fields(error: ValidationError) -> RequestValidationError:
    """A validation error of our own models, as FastAPI's, so that one handler answers both."""
    return RequestValidationError(error.errors(include_url=False, include_context=False, include_input=False))


_NO_FIELD = re.compile(r"body|query|path|str|constrained-\w+|.*\[.*", re.DOTALL)
"""Where a field is looked for, and pydantic's names of the kinds it may be of."""


def explain(errors: Sequence[Mapping[str, Any]]) -> tuple[str, str | None]:
    """One sentence per wrong field, never what was in it; and the name of the first."""
    said = []
    names = []
    for error in errors[:8]:
        name = ".".join(str(part) for part in error.get("loc", ()) if not _NO_FIELD.fullmatch(str(part)))
        names.append(name)
        said.append(f"{name or 'the body'}: {error.get('msg', 'is not valid')}")
    return "; ".join(dict.fromkeys(said)) or "the request is not valid", (names[0] or None) if names else None


def _http_message(request: Request, error: HTTPException) -> str:
    if error.status_code == 404:
        return "there is nothing at this address (see /docs)"
    if error.status_code == 405:
        return f"{request.method} is not possible here (see /docs)"
    return str(error.detail or HTTPStatus(error.status_code).phrase)


def _family(status: int) -> str:
    if status >= 500:
        return "server_error"
    return {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}.get(
        status, "invalid_request_error"
    )
