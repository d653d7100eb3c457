"""Years of other calendars than the Gregorian, as phones set to them print dates."""

from __future__ import annotations

from datetime import date

_FIRST_YEAR = 2009
"""WhatsApp's first; earlier years are another calendar, or not a date."""
_BUDDHIST = 543
_PERSIAN = 621
_PERSIAN_YEARS = range(_FIRST_YEAR - _PERSIAN - 1, 1500)
_BEFORE_PERSIAN = 356_033
"""Days that the count of the 33-year cycle is ahead of Python's ordinals."""


def day(year: int, month: int, day_: int) -> date:
    """The date written as three numbers; two digits of a year are this century's. Raises ``ValueError``."""
    if year in _PERSIAN_YEARS:
        return persian(year, month, day_)
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
