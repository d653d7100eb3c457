"""One request in either of two dresses: JSON, or a multipart form that carries files."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from likeness.core.errors import InputError, UnsafeInput
from likeness.server.errors import invalid_fields

Body = TypeVar("Body", bound=BaseModel)
CLIP_LIMIT = 10 * 2**20
"""Largest single recording, in bytes, as in OpenAI's API."""


async def read(
    request: Request, kind: type[Body], file_field: str | None = None, *, form_only: bool = False
) -> tuple[Body, bytes | None]:
    """The body as ``kind``, and the sound in ``file_field``: a file in a form, base64 in JSON.

    Raises FastAPI's validation error (422), :class:`InputError` (400), :class:`UnsafeInput` (413) for a clip over
    :data:`CLIP_LIMIT`, and 415 for any other type of body.
    """
    kind_of_body = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if kind_of_body == "multipart/form-data":
        fields, clip = await _form(request, file_field)
    elif kind_of_body == "application/json" and not form_only:
        fields, clip = await _json(request, file_field)
    else:
        raise HTTPException(415, f"send {'' if form_only else 'application/json or '}multipart/form-data")
    try:
        return kind.model_validate(fields), clip
    except ValidationError as error:
        raise invalid_fields(error) from None


async def _json(request: Request, file_field: str | None) -> tuple[dict[str, Any], bytes | None]:
    raw = await request.body()
    try:
        fields = json.loads(raw)
    except (ValueError, RecursionError):
        raise InputError("the body is not JSON", hint="see /docs for what it should hold") from None
    if not isinstance(fields, dict):
        raise InputError("the body is not a JSON object", hint="see /docs for what it should hold")
    encoded = fields.get(file_field) if file_field else None
    if not isinstance(encoded, str):
        return fields, None
    assert file_field is not None
    fields[file_field] = ""
    try:
        clip = base64.b64decode(encoded.partition("base64,")[2] or encoded, validate=True)
    except (binascii.Error, ValueError):
        raise InputError(f"{file_field} is not base64", param=file_field) from None
    return fields, _within(clip, file_field)


async def _form(request: Request, file_field: str | None) -> tuple[dict[str, Any], bytes | None]:
    clip: bytes | None = None
    fields: dict[str, Any] = {}
    async with request.form(max_files=1, max_fields=40, max_part_size=2**17) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                if name != file_field:
                    raise InputError(f"no file is taken as {name[:40]!r}", hint=f"files: {file_field or 'none'}")
                clip = _within(await value.read(CLIP_LIMIT + 1), name)
            elif name == file_field:
                raise InputError(f"{name} has to be a file", hint="in curl: -F 'field=@file.wav'", param=name)
            else:
                fields[name] = value
    return fields, clip


def _within(clip: bytes, name: str) -> bytes:
    if len(clip) > CLIP_LIMIT:
        raise UnsafeInput(f"{name} is over {CLIP_LIMIT >> 20} MB", hint="10 to 30 seconds are enough", param=name)
    return clip


def described(
    kind: type[BaseModel], file_field: str | None, *, form_only: bool = False, required: bool = False
) -> dict[str, Any]:
    """The request body for the API's description, in both dresses; ``required`` says whether the file is."""
    schema = kind.model_json_schema()
    if required and file_field in schema["properties"]:
        schema["required"] = [*schema.get("required", []), file_field]
        schema["properties"][file_field] = {
            "type": "string",
            "contentEncoding": "base64",
            "description": "A sound file.",
        }
    form = {**schema, "properties": dict(schema["properties"])}
    if file_field:
        form["properties"][file_field] = {"type": "string", "format": "binary", "description": "A sound file."}
        if required:
            form["required"] = sorted({*schema.get("required", []), file_field})
    content = {} if form_only else {"application/json": {"schema": schema}}
    content["multipart/form-data"] = {"schema": form}
    return {"requestBody": {"required": True, "content": content}}
