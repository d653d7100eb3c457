"""Finds the mails in an mbox without reading more of them than their headers.

An unescaped ``From `` in a body is common. A separator is taken for one only when it has the date of the mbox form
(``From address Tue Apr  1 09:28:56 1997``, with or without seconds and zone) and a header line follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, NamedTuple

CHUNK = 4 * 2**20
HEADER_LIMIT = 2**20
"""A header block longer than this is cut; real ones are a few kilobytes."""

_SEPARATOR = re.compile(
    rb"From [^\n]*?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?[ \t]+"
    rb"(?:(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ \t]+\d{1,2}|"
    rb"\d{1,2}[ \t]+(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))[ \t,]+"
    rb"(?:\d{4}[ \t]+\d{1,2}:\d\d[^\n]*|\d{1,2}:\d\d[^\n]*\b\d{4}[^\n]*)\n"
    rb"(?:>?From [^\n]*\n)?[!-9;-~]+[ \t]*:"
)
_BLANK = re.compile(rb"\n\r?\n")


class Found(NamedTuple):
    """Where a mail's separator line begins, and its header block (separator included, blank line not)."""

    offset: int
    headers: bytes


def scan(handle: IO[bytes]) -> Iterator[Found]:
    """Every mail of an mbox opened in binary mode, in order, in bounded memory."""
    base = 0
    buffer = b"\n"  # as if a line ended before the file, so that the first separator is found like the others
    at = 0
    ended = False
    while True:
        at = buffer.find(b"\nFrom ", at)
        end = _headers_end(buffer, at, ended) if at >= 0 else -1
        if end < 0:
            if ended and at < 0:
                return
            chunk = handle.read(CHUNK)
            ended = not chunk
            keep = max(len(buffer) - 5, 0) if at < 0 else at
            base += keep
            buffer = buffer[keep:] + chunk
            at = 0
        elif _SEPARATOR.match(buffer, at + 1) is None:
            at += 6
        else:
            yield Found(base + at, buffer[at + 1 : end + 1])
            at = end


def _headers_end(buffer: bytes, at: int, ended: bool) -> int:
    """Where the header block of the candidate at ``at`` ends (at a line feed); -1 when more must be read to know.

    For a candidate that proves to be no separator the answer means nothing, except that its two lines are there.
    """
    limit = at + HEADER_LIMIT
    first = buffer.find(b"\n", at + 1)
    second = buffer.find(b"\n", first + 1) if first >= 0 else -1
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
    return _ESCAPED.sub(rb"\1From ", raw) if b"\n>From " in raw or b"\n>>From " in raw else raw


_ESCAPED = re.compile(rb"^>(>*)From ", re.MULTILINE)
