"""Dates as tables and descriptions write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"-?\d{9,19}(?:\.\d{1,9})?")
_UNITS_FROM = ((10**17, 10**9), (10**14, 10**6), (10**11, 10**3))
"""Counts since 1970 at or above the first are in units of which the second make a second."""
_NOTHING = ("", "null", "none", "nan", "nat", "\\n")


def parse(value: Any, *, date_format: str = "", zone: tzinfo = UTC) -> datetime | None:
    """``value`` as a moment in UTC; ``None`` when it is empty.

    Understood: date types, seconds, milliseconds, microseconds or nanoseconds since 1970, ISO 8601, RFC 2822, or
    what ``date_format`` says (as ``datetime.strptime``). Without an offset it is wall time of ``zone``.
    Raises ``ValueError`` for anything else.
    """
    try:
        if isinstance(value, str):
            return _of_text(value.strip(), date_format, zone)
        if value is None:
            return None
        if isinstance(value, datetime):
            return _in_utc(value, zone)
        if isinstance(value, date):
            return _in_utc(datetime(value.year, value.month, value.day), zone)
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            return _since_1970(float(value))
    except (OverflowError, TypeError, IndexError) as error:
        raise ValueError(str(error)) from None
    raise ValueError("no date")


def _of_text(text: str, date_format: str, zone: tzinfo) -> datetime | None:
    if text.casefold() in _NOTHING:
        return None
    if date_format:
        return _in_utc(datetime.strptime(text, date_format), zone)
    if _NUMBER.fullmatch(text):
        return _since_1970(float(text))
    try:
        return _in_utc(datetime.fromisoformat(re.sub(r"\s?(?:UTC|GMT)$", "+00:00", text)), zone)
    except ValueError:
        return _in_utc(parsedate_to_datetime(text), zone)


def _since_1970(count: float) -> datetime:
    per_second = next((unit for least, unit in _UNITS_FROM if abs(count) >= least), 1)
    return _EPOCH + timedelta(seconds=count / per_second)


def _in_utc(moment: datetime, zone: tzinfo) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
