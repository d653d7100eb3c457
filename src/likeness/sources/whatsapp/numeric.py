"""The common stamps, fast: "13/01/24, 08:30 - Ana: …" and "[13.01.2024, 08:30:00] Ana: …".

Nearly every export has a date of three numbers and a time of two or three. Such a text is cut by one regular
expression, and each date and each time is understood once, by ``stamps``. A text in which anything else could be a
stamp is left to the general way in ``chat``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, time
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from likeness.sources.whatsapp import stamps
from likeness.sources.whatsapp.patterns import BIDI, HEADER, PLAIN_SENDER, SPACE, form_of

CHUNK = 1 << 20
"""Characters cut at once: what is held beside the text stays small."""

_DATE = r"(\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\.?)"
_TIME = rf"(\d{{1,2}}[:.]\d\d(?:[:.]\d\d)?(?:[{SPACE}]?[AaPp]\.?[{SPACE}]?[Mm]\.?)?)"
_STAMP = rf"{_DATE}(?:,[{SPACE}]{{0,2}}|[{SPACE}]{{1,2}}){_TIME}"
# A line break in front is found faster than a beginning of a line; the text is given one.
_BRACKETED = re.compile(rf"\n[{BIDI}]*\[{_STAMP}\][{SPACE}]?({PLAIN_SENDER})?")
_DASHED = re.compile(rf"\n[{BIDI}]*{_STAMP}[{SPACE}]+[-–—][{SPACE}]+({PLAIN_SENDER})?")
_CLOCK = re.compile(rf"(\d+)[:.](\d+)(?:[:.](\d+))?[{SPACE}]?([AaPp])?")
_MARK = re.compile(r"[./-](?=\d)")
_FIELDS = 4
"""Strings per entry in what ``split`` gives: date, time, sender with colon, text."""
_KEPT_CHUNKS = 8
"""Of so many chunks the survey keeps what it cut, about 40 MB, so that most chats are cut only once."""


class Columns(NamedTuple):
    """Consecutive entries as written, a list for each part. An opening is the sender with the colon, or ``None``."""

    dates: list[str]
    times: list[str]
    openings: list[str | None]
    texts: list[str]


class Cut:
    """A text whose stamps are all numeric, cut chunk by chunk. ``openings`` counts the senders as they are written."""

    def __init__(self, text: str, pattern: re.Pattern[str]) -> None:
        self._text = text = f"\n{text}"
        self._pattern = pattern
        self._kept: list[Columns] = []
        self.openings: Counter[str] = Counter()
        first = pattern.search(text)
        self._begin = first.start() if first else len(text)
        self.preamble = text[1 : self._begin]
        dated: list[stamps.Stamp] = []
        self._form = form_of(headed) if (headed := HEADER.search(text, self._begin)) else ("", "")
        self._marks: set[tuple[tuple[int, ...] | None, ...]] = set()
        self._pasted = self._entries = 0
        chunks = (self._columns(chunk) for chunk in self._chunks())
        self.is_whole = HEADER.search(self.preamble) is None and all(self._survey(c, dated) for c in chunks)
        self.is_whole &= are_few(self._pasted, self._entries)
        self.order = stamps.infer_order(dated)

    def columns(self) -> Iterator[Columns]:
        """The entries, in order, some thousands at once. What was kept is given away: a second call cuts again."""
        kept, self._kept = self._kept, []
        for number, chunk in enumerate(self._chunks()):
            if number < len(kept):
                yield kept[number]
                kept[number] = Columns([], [], [], [])
            else:
                yield self._columns(chunk)

    def _columns(self, chunk: str) -> Columns:
        fields = self._pattern.split(chunk)
        return Columns(*(fields[place::_FIELDS] for place in range(1, _FIELDS + 1)))

    def _survey(self, columns: Columns, dated: list[stamps.Stamp]) -> bool:
        """Note the senders and dates of some entries; false where a stamp may be one of the uncommon."""
        self.openings.update(opening for opening in columns.openings if opening)
        dates, times = set(columns.dates), set(columns.times)
        if not all(map(time_of, times)) or not all(map(day_numbers, dates)):
            return False
        place = 0
        for on, same in groupby(columns.dates):
            numbers, at = day_numbers(on), clock(columns.times[place])
            place += len(list(same))
            if numbers and at:
                dated.append(at._replace(numbers=numbers.numbers, widths=numbers.widths))
        if len(self._kept) < _KEPT_CHUNKS:
            self._kept.append(columns)
        self._entries += len(columns.texts)
        self._marks.add((_marks(dates, "/.-"), _marks(times, ":.")))
        inside = [form for text in columns.texts if "\n" in text for form in _stamped_lines(text)]
        self._pasted += len(inside)
        return len(self._marks) == 1 and not any(None in marks for marks in self._marks) and self._form not in inside

    def _chunks(self) -> Iterator[str]:
        start = self._begin
        while start < len(self._text):
            following = self._pattern.search(self._text, start + CHUNK)
            end = following.start() if following else len(self._text)
            yield self._text[start:end]
            start = end


def cut(text: str) -> Cut | None:
    """``text`` as a :class:`Cut`; ``None`` where a line could be a stamp of another kind than the common ones."""
    first = HEADER.search(text)
    if first is None:
        return None
    found = Cut(text, _BRACKETED if first["ios"] else _DASHED)
    return found if found.is_whole else None


def are_few(pasted: int, entries: int) -> bool:
    """True when so many stamps of other forms are lines of other chats, copied into messages."""
    return 2 * pasted < entries


def _marks(written: set[str], marks: str) -> tuple[int, ...] | None:
    """How many of each mark are in a date or time; ``None`` where they are not in all of them as in one."""
    one, all_ = next(iter(written), ""), "".join(written)
    counts = tuple(one.count(mark) for mark in marks)
    same = all(all_.count(mark) == count * len(written) for mark, count in zip(marks, counts, strict=True))
    return counts if same else None


def _stamped_lines(text: str) -> list[tuple[str, str]]:
    """The forms of the stamps with which lines of a text after its first begin."""
    matches = HEADER.finditer(text, text.index("\n") + 1)
    return [form_of(match) for match in matches if stamps.parse(match[match.lastgroup or 0]) is not None]


@lru_cache(maxsize=100_000)
def clock(written: str) -> stamps.Stamp | None:
    """A time of day, on a day that does not matter; ``None`` for one that does not exist."""
    match = _CLOCK.match(written)
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[4] and hour <= 12:
        hour = hour % 12 + (12 if match[4] in "pP" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return stamps.Stamp((1, 1, 2020), "", (1, 1, 4), hour, minute, second, halved=bool(match[4]))


@lru_cache(maxsize=100_000)
def time_of(written: str) -> time | None:
    """A time of day, marked UTC; ``None`` for one that does not exist."""
    if "." not in written:  # of which ``fromisoformat`` would make fractions
        try:
            return time.fromisoformat(f"{written}+00:00")
        except ValueError:  # a clock of twelve hours
            pass
    stamp = clock(written)
    return time(stamp.hour, stamp.minute, stamp.second, tzinfo=UTC) if stamp else None


@lru_cache(maxsize=100_000)
def day_numbers(written: str) -> stamps.Stamp | None:
    """A date's three numbers, at midnight; ``None`` where one of the outer ones has three digits."""
    a, b, c = _MARK.split(written.rstrip("."))
    if len(a) == 3 or len(c) == 3:
        return None
    return stamps.Stamp((int(a), int(b), int(c)), "", (len(a), len(b), len(c)), 0, 0, 0, halved=False)


@lru_cache(maxsize=100_000)
def date_of(written: str, order: stamps.Order) -> date | None:
    """The date; ``None`` for one that does not exist."""
    stamp = day_numbers(written)
    found = stamps.when(stamp, order) if stamp else None
    return found.date() if found else None
