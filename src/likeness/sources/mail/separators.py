"""Finds the mails in an mbox without reading more of them than their headers.

An unescaped ``From `` in a body is common. A separator is taken for one only when it has the date of the mbox form
(``From address Tue Apr  1 09:28:56 1997``, with or without seconds and zone) and a header line follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import IO, NamedTuple

import numpy as np

from likeness.sources.mail import listed

CHUNK = 2**20
HEADER_LIMIT = 2**20
"""A header block longer than this is cut; real ones are a few kilobytes."""

LINE_LIMIT = 512
"""A separator line longer than this is none."""

_SEPARATOR = re.compile(
    rb"From [^\n]*?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?[ \t]+"
    rb"(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ \t]+\d{1,2}|"
    rb"\d{1,2}[ \t]+(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))[ \t,]+"
    rb"(?:\d{4}[ \t]+\d{1,2}:\d\d[^\n]*|\d{1,2}:\d\d[^\n]*\b\d{4}[^\n]*)\n"
    rb"(?:>?From [^\n]*\n)?[!-9;-~]+[ \t]*:"
)
_BLANK = re.compile(rb"\n\r?\n")
_MARK = b"\nFrom "
_MARK_START = int.from_bytes(_MARK[:2], "little")
_RETURN = 13
_FEW = 4096
"""Buffers shorter than this are searched plainly; in longer ones numpy is five times as fast."""

_MONTHS = {name: number for number, name in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
_NAMES = b"|".join(_MONTHS)
_MONTH = re.compile(rb"\b(?:(" + _NAMES + rb")[ \t]+(\d{1,2})|(\d{1,2})[ \t]+(" + _NAMES + rb"))\b")
_CLOCK = re.compile(rb"\b(\d{1,2}):(\d\d)(?::(\d\d))?\b")
_YEAR = re.compile(rb"(?<![+\d-])((?:19|20)\d\d)\b")
_ZONE = re.compile(rb"([+-])(\d\d)(\d\d)\b")


class Found(NamedTuple):
    """Where a mail's separator line begins, and its header block (separator included, blank line not)."""

    offset: int
    headers: bytes


def scan(handle: IO[bytes]) -> Iterator[Found]:
    """Every mail of an mbox opened in binary mode, in order, in bounded memory."""
    return (Found(offset, headers) for offset, headers, _ in blocks(handle, quickly=False))


def blocks(handle: IO[bytes], *, quickly: bool) -> Iterator[tuple[int, bytes, re.Match[bytes] | None]]:
    """What :func:`scan` finds; ``quickly`` gives a match of :data:`.listed.BLOCK` for headers in that form."""
    as_listed = listed.BLOCK.match
    handle.seek(0)
    base = 0
    buffer = b"\n"  # as if a line ended before the file, so that the first separator is found like the others
    candidates: list[int] = []
    resume = 0
    ended = False
    while True:
        for at in candidates:
            if at < resume:
                continue
            if quickly and (block := as_listed(buffer, at)) is not None and block.end() - at < HEADER_LIMIT:
                yield base + at, b"", block
                resume = block.end() - 2
                continue
            line = buffer.find(b"\n", at + 1, at + LINE_LIMIT)
            match = _SEPARATOR.match(buffer, at + 1) if line >= 0 else None
            if match is not None and buffer[line - 1] != _RETURN:  # nearly all, and found without a further call
                end = buffer.find(b"\n\n", match.end(), at + HEADER_LIMIT)
                if end >= 0:
                    yield base + at, buffer[at + 1 : end + 1], None
                    resume = end
                    continue
            elif match is None and len(buffer) > at + 2 * LINE_LIMIT:
                resume = at + len(_MARK)
                continue
            is_separator = _is_separator(buffer, at, ended)
            end = _headers_end(buffer, at, ended) if is_separator else at + len(_MARK)
            if is_separator is None or end < 0:
                resume = at
                break
            if is_separator:
                yield base + at, buffer[at + 1 : end + 1], None
            resume = end
        else:
            resume = max(len(buffer) - len(_MARK) + 1, resume)
            if ended:
                return
        chunk = handle.read(CHUNK)
        ended = not chunk
        keep = min(resume, len(buffer))
        base += keep
        buffer = buffer[keep:] + chunk
        resume -= keep
        candidates = _marks(buffer, resume)


def _marks(buffer: bytes, start: int) -> list[int]:
    """Places of a line feed followed by "From "."""
    found: list[int] = []
    if len(buffer) - start < _FEW:
        at = buffer.find(_MARK, start)
        while at >= 0:
            found.append(at)
            at = buffer.find(_MARK, at + 1)
        return found
    places = []
    for shift in (0, 1):
        pairs = np.frombuffer(buffer, dtype="<u2", count=(len(buffer) - shift) // 2, offset=shift)
        places.append(np.flatnonzero(pairs == _MARK_START) * 2 + shift)
    both = np.concatenate(places)
    last = len(_MARK) - 1
    likely = both[np.frombuffer(buffer, dtype="u1").take(both + last, mode="clip") == _MARK[last]]
    likely.sort()
    return [at for at in likely.tolist() if at >= start and buffer.startswith(_MARK, at)]


def _is_separator(buffer: bytes, at: int, ended: bool) -> bool | None:
    """Whether a mail begins at the mark at ``at``; ``None`` when more must be read to know."""
    first = buffer.find(b"\n", at + 1, at + LINE_LIMIT)
    second = buffer.find(b"\n", first + 1, first + 1 + LINE_LIMIT) if first >= 0 else -1
    if second < 0 and not ended and len(buffer) < at + 2 * LINE_LIMIT:
        return None
    # The pattern's cost grows with the square of a line's length, and no separator is long.
    return first >= 0 and _SEPARATOR.match(buffer, at + 1) is not None


def _headers_end(buffer: bytes, at: int, ended: bool) -> int:
    """Where the header block of the mail at ``at`` ends (at a line feed); -1 when more must be read to know."""
    limit = at + HEADER_LIMIT
    first = buffer.find(b"\n", at + 1)
    second = buffer.find(b"\n", first + 1)
    if second >= 0:
        # The line ends of the first header tell which blank line to look for: searching for the wrong one is slow.
        blank = b"\n\r\n" if buffer[second - 1 : second] == b"\r" else b"\n\n"
        end = buffer.find(blank, second, limit)
        if end >= 0:
            return end
    match = _BLANK.search(buffer, at + 1, limit)
    if match:
        return match.start()
    if ended or len(buffer) >= limit:
        return min(len(buffer), limit)
    return -1


def unescaped(raw: bytes) -> bytes:
    """A mail's bytes as they were before the mbox writer put ">" in front of lines that begin with "From "."""
    return _ESCAPED.sub(rb"\1From ", raw) if b">From " in raw else raw


_ESCAPED = re.compile(rb"^>(>*)From ", re.MULTILINE)


def date(line: bytes) -> datetime | None:
    """The moment a separator line names (as UTC where it states no zone), for mails without a date of their own."""
    day, clock, year = _MONTH.search(line), _CLOCK.search(line), _YEAR.search(line)
    if day is None or clock is None or year is None:
        return None
    zone = _ZONE.search(line)
    minutes = (int(zone[2]) * 60 + int(zone[3])) * (-1 if zone[1] == b"-" else 1) if zone else 0
    try:
        return datetime(
            int(year[1]),
            _MONTHS[day[1] or day[4]],
            int(day[2] or day[3]),
            int(clock[1]),
            int(clock[2]),
            int(clock[3] or 0),
            tzinfo=timezone(timedelta(minutes=minutes)),
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
