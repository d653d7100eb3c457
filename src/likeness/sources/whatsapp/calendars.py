"""Years of other calendars than the Gregorian, as phones set to them print dates."""

from __future__ import annotations

from datetime import date

_FIRST_YEAR = 2009
"""WhatsApp's first; earlier years are another calendar, or not a date."""
_BUDDHIST = 543
_PERSIAN = 621
_PERSIAN_YEARS = range(_FIRST_YEAR - _PERSIAN - 1, 1430)
"""From 1430 on a year is one of the Islamic calendar; as a Persian one it would not begin before 2051."""
_BEFORE_PERSIAN = 356_033
"""Days that the count of the 33-year cycle is ahead of Python's ordinals."""
_UMM_AL_QURA = (
    "aa69562ae56d36ab55aaa94d49d95d2ba5b55aad55a9a92e26e55dada6d4"
    "6a554ba9754eaae5acba9d92b2564bcab55ab556d2ea5e4aa9552daad36c759"
)
"""Years from 1430 on, three hexadecimal digits each: a bit for each month, the first the lowest, set for 30 days."""
_FIRST_ISLAMIC = 1430
_BEFORE_ISLAMIC = date(2008, 12, 28).toordinal()


def day(year: int, month: int, day_: int) -> date:
    """The date written as three numbers; two digits of a year are this century's. Raises ``ValueError``."""
    if year in _PERSIAN_YEARS:
        return persian(year, month, day_)
    if 0 <= year - _FIRST_ISLAMIC < len(_UMM_AL_QURA) // 3:
        return islamic(year, month, day_)
    if year < 100:
        year += 2500 if year >= (_FIRST_YEAR + _BUDDHIST) % 100 else 2000
    return date(year - _BUDDHIST if year >= _FIRST_YEAR + _BUDDHIST else year, month, day_)


def persian(year: int, month: int, day_: int) -> date:
    """A date of the Solar Hijri calendar, by its 33-year cycle (exact for the years 1178 to 1633).

    Raises ``ValueError`` for one that does not exist; the thirtieth of the last month of a common year passes for the
    first of the next.
    """
    if not 1 <= month <= 12 or not 1 <= day_ <= (31 if month < 7 else 30):
        raise ValueError(f"no such day: {year}-{month}-{day_}")
    cycle = year + 1595
    passed = 365 * cycle + cycle // 33 * 8 + (cycle % 33 + 3) // 4
    in_year = (month - 1) * 31 if month < 7 else (month - 7) * 30 + 186
    return date.fromordinal(passed + in_year + day_ - _BEFORE_PERSIAN)


def islamic(year: int, month: int, day_: int) -> date:
    """A date of the Umm al-Qura calendar, 1430 to 1470. Raises ``ValueError`` for one that does not exist."""
    years = [int(_UMM_AL_QURA[place : place + 3], 16) for place in range(0, 3 * (year - _FIRST_ISLAMIC + 1), 3)]
    long_months = years[-1] if 1 <= month <= 12 else 0
    if not 1 <= month <= 12 or not 1 <= day_ <= 29 + (long_months >> (month - 1) & 1):
        raise ValueError(f"no such day: {year}-{month}-{day_}")
    before = sum(29 * 12 + months.bit_count() for months in years[:-1])
    in_year = 29 * (month - 1) + (long_months & ((1 << (month - 1)) - 1)).bit_count()
    return date.fromordinal(_BEFORE_ISLAMIC + before + in_year + day_)
