"""Splits the text of one export into its entries: stamp, sender, text, line."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, Protocol

from likeness.sources.whatsapp import numeric, stamps
from likeness.sources.whatsapp.patterns import BIDI, HEADER, SENDER, form_of

_MARKS = re.compile(f"[{BIDI}]")
_SENDER = re.compile(SENDER)
_QUOTING = re.compile(r"^[^\"“„«「『]*\s?[\"“„«「『][^\"”“»」』]*$")
"""A "name" with an opened quotation is a line of the system's: ``Ana created group "Rome: the trip"``."""


class Entry(NamedTuple):
    """One entry. ``sender`` is empty for a line of the system's; ``sent_at`` ``None`` for an impossible date."""

    sent_at: datetime | None
    sender: str
    text: str
    line: int


class Chat(Protocol):
    """An export's text, cut into entries. A line without a stamp belongs to the entry before it."""

    @property
    def preamble(self) -> str:
        """What stands before the first entry: nothing in a whole export."""
        ...

    def people(self) -> Counter[str]:
        """How many entries each sender has, in the order of their first."""
        ...

    def entries(self) -> Iterator[Entry]:
        """The entries, in order."""
        ...


def read(text: str) -> Chat:
    """The chat in ``text``, by the fast way where its stamps are the common ones."""
    cut = numeric.cut(text)
    return NumericChat(cut) if cut else GeneralChat(text)


class NumericChat:
    """A chat with a date of three numbers in front of every entry."""

    def __init__(self, cut: numeric.Cut) -> None:
        self._cut = cut
        self.preamble = cut.preamble

    def people(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        for opening, count in self._cut.openings.items():
            counts[_opener(opening)] += count
        del counts[""]
        return counts

    def entries(self) -> Iterator[Entry]:
        line = 1 + self.preamble.count("\n") + (self.preamble != "")
        for dates, times, openings, texts in self._cut.columns():
            days = {on: numeric.date_of(on, self._cut.order) for on in set(dates)}
            clocks = {at: numeric.time_of(at) for at in set(times)}
            names = {opening: _opener(opening) if opening else "" for opening in set(openings)}
            stamps_ = zip(map(days.get, dates), map(clocks.get, times), strict=True)
            for (day, clock), opening, text in zip(stamps_, openings, texts, strict=True):
                moment = datetime.combine(day, clock) if day and clock else None
                name = names[opening]
                yield Entry(moment, name, (text if name or not opening else opening + text).rstrip("\r\n"), line)
                line += 1 + text.count("\n")


class GeneralChat:
    """A chat with stamps of any kind. Keeps 24 bytes per entry beside the text; the entries are made one by one."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = array("q")
        self._ends = array("q")
        self._stamps: list[stamps.Stamp] = []
        form = _usual_form(text)
        for match in HEADER.finditer(text):
            stamp = _stamp(match)
            if stamp is not None and (form is None or form_of(match) == form):
                self._starts.append(match.start())
                self._ends.append(match.end())
                self._stamps.append(stamp)
        self._order = stamps.infer_order(self._stamps)

    @property
    def preamble(self) -> str:
        return self._text[: self._starts[0]] if self._starts else self._text

    def people(self) -> Counter[str]:
        names = (self._split(number)[0] for number in range(len(self._starts)))
        return Counter(name for name in names if name)

    def entries(self) -> Iterator[Entry]:
        line, counted = 1, 0
        for number, start in enumerate(self._starts):
            line += self._text.count("\n", counted, start)
            counted = start
            name, body_start = self._split(number)
            body = self._text[body_start : self._end(number)].rstrip("\r\n")
            yield Entry(stamps.when(self._stamps[number], self._order), name, body, line)

    def _split(self, number: int) -> tuple[str, int]:
        """The sender of an entry, and where its text begins."""
        begin = self._ends[number]
        match = _SENDER.match(self._text, begin, self._end(number))
        name = _name(match["name"]) if match else ""
        return (name, match.end()) if match and name else ("", begin)

    def _end(self, number: int) -> int:
        return self._starts[number + 1] if number + 1 < len(self._starts) else len(self._text)


def looks_like_a_chat(head: str) -> bool:
    """True when one of the first five lines, or three anywhere in ``head``, carry a stamp."""
    found = 0
    for match in HEADER.finditer(head):
        if _stamp(match) is not None and (match["old"] is None or _SENDER.match(head, match.end())):
            found += 1
            if found == 3 or head.count("\n", 0, match.start()) < 5:
                return True
    return False


def _stamp(match: re.Match[str]) -> stamps.Stamp | None:
    return stamps.parse(match[match.lastgroup or 0])


def _usual_form(text: str) -> tuple[str, str] | None:
    """The form of nearly all stamps; ``None`` where several are so common that they cannot be lines of another chat.

    An export is written in one go, in one form: "[12/03/20, 15:04] Ana: hi" in a chat whose entries begin with
    "13.03.20, 10:00 - " was copied into a message.
    """
    forms = Counter(form_of(match) for match in HEADER.finditer(text) if _stamp(match) is not None)
    if not forms:
        return None
    usual, count = forms.most_common(1)[0]
    return usual if numeric.are_few(forms.total() - count, count) else None


@lru_cache(maxsize=1024)
def _name(text: str) -> str:
    name = " ".join(_MARKS.sub("", text).split()).lstrip("~ ").strip()
    return "" if _QUOTING.search(name) else name


def _opener(opening: str) -> str:
    """The name in a sender's part of a line, which ends with a colon."""
    return _name(opening.rstrip(": \u00a0\u202f\u2009\t"))
