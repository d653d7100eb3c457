"""Reading a streamed answer: lines out of bytes, text out of lines, and a clean end or an error."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from likeness.core.errors import EngineFailed
from likeness.core.types import Ending, WriteRequest

_LONGEST_LINE = 4 * 2**20
_CHARACTERS = 40_000
"""Most characters of an answer for which no limit was given."""


@dataclass(slots=True)
class Reading:
    """What was read of an answer so far. ``whole`` is true once the server said that the text is complete, ``over``
    once it said that nothing else follows."""

    server: str
    ending: Ending = field(default_factory=Ending)
    whole: bool = False
    over: bool = False


Understand = Callable[[Any, Reading], str]
"""Takes one decoded line, returns its text, and notes in the reading how the answer ended."""


async def texts(
    chunks: AsyncIterator[bytes], lines_of: Callable[[list[bytes]], Iterable[bytes]], said: Understand, reading: Reading
) -> AsyncIterator[str]:
    """The text of an answer as it comes; what arrived together stays together.

    Raises :class:`EngineFailed` when it breaks off, is no JSON, or the server says that it failed.
    """
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > _LONGEST_LINE:
            raise _garbled(reading)
        text = "".join([_understood(line, said, reading) for line in lines_of(lines)])
        if text:
            yield text
        if reading.over:
            return
    if rest.strip():
        text = "".join([_understood(line, said, reading) for line in lines_of([rest])])
        if text:
            yield text
    if not reading.whole:
        raise EngineFailed(
            f"{reading.server} broke off in the middle of its answer",
            hint="its own log says why; the same request may work again",
        )


async def bounded(pieces: AsyncIterator[str], limit: int, reading: Reading) -> AsyncIterator[str]:
    """At most ``limit`` characters of ``pieces``; when that cuts them, the request is ended and counts as "length"."""
    left = limit
    try:
        async for piece in pieces:
            if len(piece) > left:
                if left:
                    yield piece[:left]
                ending = reading.ending
                reading.ending = Ending("length", ending.prompt_tokens, ending.completion_tokens)
                return
            left -= len(piece)
            yield piece
    finally:
        await pieces.aclose()  # type: ignore[attr-defined]


def most_characters(request: WriteRequest) -> int:
    """How long the answer may become, in characters."""
    return request.max_characters or _CHARACTERS


def most_tokens(request: WriteRequest) -> int:
    """How long the answer may become, in tokens: a token is seldom less than one character."""
    return request.max_tokens or most_characters(request)


def events(lines: list[bytes]) -> Iterable[bytes]:
    """The data of server-sent events. JSON has no line breaks of its own, so that every event's data is one line."""
    return [line[5:] for line in lines if line.startswith(b"data:")]


def objects(lines: list[bytes]) -> Iterable[bytes]:
    """The lines of newline-delimited JSON."""
    return [line for line in lines if line.strip()]


def _understood(line: bytes, said: Understand, reading: Reading) -> str:
    data = line.strip()
    if data == b"[DONE]":
        reading.whole = reading.over = True
        return ""
    try:
        decoded = json.loads(data)
        return said(decoded, reading)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise _garbled(reading) from None


def _garbled(reading: Reading) -> EngineFailed:
    return EngineFailed(f"{reading.server} sent what cannot be understood", hint="is it another kind of server?")


def failed(reading: Reading, told: str) -> EngineFailed:
    """The error for a failure that the server itself reports in the middle of its answer."""
    return EngineFailed(f"{reading.server} failed in the middle of its answer{told}", hint="its own log says why")
