"""Google Chat's dates in prose, in their two English orders.

Tuesday, January 9, 2024 at 3:04:05 PM UTC      (U+202F before PM since 2023)
Tuesday, 9 January 2024 at 15:04:05 UTC
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PROSE = re.compile(
    r"(?:[a-z]+,? )?(?:(?P<month>[a-z]{3,9})\.? (?P<day>\d{1,2}),?|(?P<day2>\d{1,2}) (?P<month2>[a-z]{3,9})\.?),? "
    r"(?P<year>\d{4}),?(?: at)? (?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?"
    r"(?: ?(?P<half>[ap])\.?m\.?)?(?: (?:utc|gmt)(?P<offset>[+-]\d{1,2}(?::?\d\d)?)?)?",
    re.IGNORECASE,
)


def prose_moment(text: str) -> datetime | None:
    """The moment in UTC; ``None`` when ``text`` is no such date."""
    match = _PROSE.fullmatch(" ".join(text.split()))
    if match is None:
        return None
    month = (match["month"] or match["month2"])[:3].lower()
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"] in "pP" else 0)
    try:
        found = datetime(
            int(match["year"]),
            _MONTHS.index(month) + 1,
            int(match["day"] or match["day2"]),
            hour,
            int(match["minute"]),
            int(match["second"] or 0),
            tzinfo=UTC,
        )
        return found - _offset(match["offset"] or "")
    except (ValueError, OverflowError):
        return None


def _offset(text: str) -> timedelta:
    """ "+1", "+0530" or "-3:30" as a length of time."""
    digits = text.lstrip("+-").replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    length = timedelta(hours=int(hours or 0), minutes=int(minutes))
    return -length if text.startswith("-") else length
