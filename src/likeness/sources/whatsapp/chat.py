"""Splits the text of one export into its entries: stamp, sender, text, line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from likeness.sources.whatsapp import stamps

_BIDI = "\u200b\u200e\u200f\ufeff\u061c\u202a-\u202e\u2066-\u2069"
_SPACE = " \u00a0\u202f\u2009\t"
_TIME_AHEAD = rf"(?=[^\n]{{0,48}}?\d[{_BIDI}]?[:.h時시：][ ]?\d\d)"
_HEADER = re.compile(
    rf"^[{_BIDI}]*(?:"
    rf"\[{_TIME_AHEAD}(?P<ios>[^\]\n]{{8,60}})\][{_SPACE}]?"
    rf"|{_TIME_AHEAD}(?P<android>[^\s\[<>][^\n]{{7,58}}?)[{_SPACE}]+[-–—][{_SPACE}]+"
    rf"|{_TIME_AHEAD}(?P<korean>\d{{4}}(?:년|\.)[^\n,]{{7,40}}),[{_SPACE}])",
    re.MULTILINE,
)
_SENDER = re.compile(rf"[{_BIDI}~{_SPACE}]*(?P<name>[^\n]{{1,120}}?)[{_BIDI}]*[{_SPACE}]?:(?:[{_SPACE}]|(?=\n|\Z))")

_QUOTING = re.compile(r"^[^\"“«]*\s[\"“«][^\"”»]*$")
"""A "name" with an opened quotation is a line of the system's: ``Ana created group "Rome: the trip"``."""


class Entry(NamedTuple):
    """One entry. ``sender`` is empty for a line of the system's; ``sent_at`` ``None`` for an impossible date."""

    sent_at: datetime | None
    sender: str
    text: str
    line: int


def entries(text: str) -> Iterator[Entry]:
    """The entries of an export, in order. A line without a stamp belongs to the entry before it."""
    headers = [(match, stamp) for match in _HEADER.finditer(text) if (stamp := _stamp(match)) is not None]
    order = stamps.infer_order([stamp for _, stamp in headers])
    line, counted = 1, 0
    for number, (match, stamp) in enumerate(headers):
        end = headers[number + 1][0].start() if number + 1 < len(headers) else len(text)
        line += text.count("\n", counted, match.start())
        counted = match.start()
        sender = _SENDER.match(text, match.end(), end)
        name = _name(sender["name"]) if sender else ""
        if _QUOTING.search(name):
            sender, name = None, ""
        body = text[sender.end() if sender else match.end() : end].rstrip("\r\n")
        yield Entry(stamps.when(stamp, order), name, body, line)


def looks_like_a_chat(head: str) -> bool:
    """True when one of the first five lines, or three anywhere in ``head``, carry a stamp."""
    found = 0
    for match in _HEADER.finditer(head):
        if _stamp(match) is not None:
            found += 1
            if found == 3 or head.count("\n", 0, match.start()) < 5:
                return True
    return False


def before_the_first(text: str) -> str:
    """What stands before the first entry: nothing in a whole export."""
    for match in _HEADER.finditer(text):
        if _stamp(match) is not None:
            return text[: match.start()]
    return text


def _stamp(match: re.Match[str]) -> stamps.Stamp | None:
    return stamps.parse(match["ios"] or match["android"] or match["korean"])


def _name(text: str) -> str:
    return " ".join(re.sub(f"[{_BIDI}]", "", text).split()).lstrip("~ ").strip()
