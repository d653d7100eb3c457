"""Reads the date and time in front of a chat line, in every locale seen.

The order of day, month and year is a property of the phone that exported, not of the line: it is inferred once per
file as the order in which time never runs backwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Literal, NamedTuple

from likeness.sources.whatsapp import calendars
from likeness.sources.whatsapp.hours import hour_of
from likeness.sources.whatsapp.months import MONTHS

Order = Literal["dmy", "mdy", "ymd", "ydm"]

_INVISIBLE = dict.fromkeys(
    [*range(0x200B, 0x2010), 0xFEFF, 0x061C, 0x070F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], None
)
_SPACES = dict.fromkeys([0x00A0, 0x202F, 0x2009, 0x2007, 0x3000, 0x0009], " ")
_MARKS = {
    **dict.fromkeys([0x060C, 0x2E41, 0xFF0C, 0x3001, 0x066B], ","),
    **dict.fromkeys([0x2013, 0x2212, 0x2010, 0x2011], "-"),
    0xFF1A: ":",
}
_CLEAN = {**_INVISIBLE, **_SPACES, **_MARKS}

_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "r": 2018, "h": 1988, "s": 1925, "民國": 1911, "民国": 1911}
_FIRST_YEAR = 2009
"""WhatsApp's first."""

_WORDS = r"[^\d:;<>\[\]]{1,36}"
"""What may stand beside a time: a part of the day in any script, a word for "at", a comma."""
_TIME = (
    r"(?P<hour>\d{1,2})(?:[:.]| ?h ?|時|시 ?|点|點)(?P<minute>\d{1,2})"
    r"(?:(?:[:.]| min |[分분] ?| (?=\d\d seg))(?P<second>\d{1,2}))?"
    r"(?: se?g?\b| ?min\b|[分秒분초])?"
)
_NUMERIC = (
    r"(?:(?P<era>令和|平成|昭和|民國|民国|(?<![a-z])[RHS])\.? ?)?(?P<a>\d{1,4}|元) ?(?:[./\-年]|년) ?(?P<b>\d{1,2})"
    r"(?: ?(?:[./\-月]|월) ?| )(?P<c>\d{1,4})"
    r" ?(?:[.日]|일|г\.?)?(?: ?(?P<suffix>AP|BE|B\.E\.|พ\.ศ\.|AH|هـ|ه))?"
)
_DAY_FIRST = (
    r"(?P<day>\d{1,2})(?:\.|er|º|st|nd|rd|th)?[ \-](?:de |of |d')?"
    r"(?P<month>[^\W\d_]{2,14})\.?,?[ \-](?:de |del )?(?P<year>\d{2,4})"
)
_MONTH_FIRST = r"(?P<month2>[^\W\d_]{2,14})\.? (?P<day2>\d{1,2})(?:st|nd|rd|th)?,? (?P<year2>\d{2,4})"
_WEEKDAY = r"(?:\(?[^\W\d_]{1,12}\)?[.,]? )?"
_DATE = rf"(?:{_NUMERIC}|{_DAY_FIRST}|{_MONTH_FIRST})(?: ?\([^\W\d_]{{1,3}}\))?(?: г\.)?"
_STAMP = re.compile(
    rf"{_WEEKDAY}{_DATE}(?:(?P<before>{_WORDS}?)|(?<=[日일])){_TIME}(?P<after>{_WORDS})?", re.IGNORECASE
)
_TIME_FIRST = re.compile(rf"(?P<before>{_WORDS}?)?{_TIME}(?P<after>{_WORDS}?){_DATE}", re.IGNORECASE)
_NUMBERS = re.compile(r"\d+")
_NEITHER = re.compile(r"[^\d:./\-]|[.-](?!\d)|(?<!\d)[.-]")
_BESIDE = re.compile(r"[\s.,'’״\"·()\-]+")
_AT_WORDS = "at um à às as a alas las kl klo klock klockan в ב u o ob om lúc ga ч год г uhr saat hodź น zeg ին"
_AT = frozenset(_AT_WORDS.split())


class Stamp(NamedTuple):
    """A date and time as written: three numbers whose order may be open (``order`` empty), and the time of day."""

    numbers: tuple[int, int, int]
    order: Literal["", "dmy", "ymd"]
    widths: tuple[int, int, int]
    hour: int
    minute: int
    second: int
    halved: bool
    """The time is on a twelve-hour clock."""


@lru_cache(maxsize=4096)
def parse(text: str) -> Stamp | None:
    """Read one stamp; ``None`` where ``text`` is none."""
    text = _ascii_digits(text.translate(_CLEAN)).strip(" ,")
    match = _STAMP.fullmatch(text) or _TIME_FIRST.fullmatch(text)
    if match is None:
        return None
    time = _time(match)
    if time is None:
        return None
    if match["a"] is None:
        return _with_month_name(match, time)
    first = 1 if match["a"] == "元" else int(match["a"])
    if match["era"]:
        first += _ERAS[match["era"].lower()]
        return Stamp((first, int(match["b"]), int(match["c"])), "ymd", (4, 2, 2), *time)
    if len(match["a"]) == 3 or len(match["c"]) == 3:
        return None
    widths = (len(match["a"]), len(match["b"]), len(match["c"]))
    return Stamp((first, int(match["b"]), int(match["c"])), "", widths, *time)


def shape(text: str) -> str:
    """What is left of a stamp without words and values: ``0/0/0 0:0:0``, with an ``x`` for a word in front."""
    text = _ascii_digits(text.translate(_CLEAN)).replace("元", "0").strip()
    marks = " ".join(_NUMBERS.sub("0", _NEITHER.sub(" ", text)).split())
    return f"x{marks}" if text[:1].isalpha() else marks


def infer_order(stamps: Iterable[Stamp]) -> Order:
    """The order of the numeric dates of one file: fewest impossible dates, then fewest steps back in time.

    Where several orders fit (every day below 13), the one in which the chat spans the shorter time wins if it is much
    shorter, then month-first for a twelve-hour clock with a two-digit year, else day-first.
    """
    # One stamp for each stretch of the same date is enough, and far fewer.
    open_ = [
        next(same) for numbers, same in groupby(stamps, key=lambda s: s.numbers if not s.order else None) if numbers
    ]
    if not open_:
        return "dmy"
    american = open_[0].halved and open_[0].widths[2] == 2
    candidates: list[Order] = ["mdy", "dmy", "ymd", "ydm"] if american else ["dmy", "mdy", "ymd", "ydm"]
    if any(stamp.widths[0] == 4 for stamp in open_):
        candidates = ["ymd", "ydm"]
    elif any(stamp.widths[2] == 4 for stamp in open_):
        candidates = [order for order in candidates if order[2] == "y"]
    scored = _scored(candidates, open_)
    best = min(scored, key=lambda score: (score.impossible, score.backwards))
    equals = [s for s in scored if (s.impossible, s.backwards) == (best.impossible, best.backwards)]
    shortest = min(equals, key=lambda score: score.span)
    if shortest.span * 4 < equals[0].span:
        return shortest.order
    return equals[0].order


def _scored(candidates: list[Order], stamps: list[Stamp]) -> list[_Score]:
    """The scores of those candidates that can win: a month over 12 or a day over 31 rules most out at little cost."""
    months = [sum(number > 12 for number in place) for place in zip(*(s.numbers for s in stamps), strict=True)]
    days = [sum(number > 31 for number in place) for place in zip(*(s.numbers for s in stamps), strict=True)]
    least = {order: max(months[order.index("m")], days[order.index("d")]) for order in candidates}
    scored: dict[Order, _Score] = {}
    for order in sorted(candidates, key=lambda order: least[order]):
        if not scored or least[order] <= min(score.impossible for score in scored.values()):
            scored[order] = _Score.of(order, stamps)
    return [scored[order] for order in candidates if order in scored]


@lru_cache(maxsize=4096)
def when(stamp: Stamp, order: Order) -> datetime | None:
    """The wall time, marked UTC; ``None`` for a date that does not exist."""
    places = stamp.order or order
    values = dict(zip(places, stamp.numbers, strict=True))
    try:
        day = calendars.day(values["y"], values["m"], values["d"])
        return datetime(day.year, day.month, day.day, stamp.hour, stamp.minute, stamp.second, tzinfo=UTC)
    except ValueError:
        return None


class _Score(NamedTuple):
    order: Order
    impossible: int
    backwards: int
    span: float

    @classmethod
    def of(cls, order: Order, stamps: Iterable[Stamp]) -> _Score:
        impossible = backwards = 0
        first: datetime | None = None
        last: datetime | None = None
        limit = datetime.now(UTC) + timedelta(days=2)
        for stamp in stamps:
            moment = when(stamp, order)
            if moment is None or moment > limit or moment.year < _FIRST_YEAR:
                impossible += 1
                continue
            if last is not None and moment < last - timedelta(days=1):
                backwards += 1
            first = first or moment
            last = moment
        span = (last - first).total_seconds() if first and last else 0.0
        return cls(order, impossible, backwards, abs(span))


def folded(words: str) -> str:
    """Words for a part of the day as the tables have them: small letters without marks, spaces and punctuation."""
    return _BESIDE.sub("", words.translate(_CLEAN)).casefold()


def _time(match: re.Match[str]) -> tuple[int, int, int, bool] | None:
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    before, after = _part_of_day(match["before"]), _part_of_day(match["after"])
    part = before or after
    if part:
        found = hour_of(hour, part)
        if found is None or (before and after):
            return None
        hour = found
    if hour > 23 or minute > 59 or second > 59:
        return None
    return hour, minute, second, bool(part)


def _part_of_day(beside: str | None) -> str:
    """What stands beside a time without words for "at", folded."""
    words = [word for word in _BESIDE.split(beside.casefold()) if word] if beside else []
    for first, end in ((0, len(words)), (1, len(words)), (0, len(words) - 1)):
        part = "".join(words[first:end])
        if hour_of(1, part) is not None and _AT.issuperset(words[:first] + words[end:]):
            return part
    return "" if _AT.issuperset(words) else "".join(words)


def _with_month_name(match: re.Match[str], time: tuple[int, int, int, bool]) -> Stamp | None:
    month = MONTHS.get((match["month"] or match["month2"]).casefold())
    if month is None:
        return None
    return Stamp(
        (int(match["day"] or match["day2"]), month, int(match["year"] or match["year2"])), "dmy", (2, 2, 4), *time
    )


def _ascii_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(int(char)) if char.isdecimal() else char for char in text)
