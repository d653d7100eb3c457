"""Times within a recording, and when a recording was made."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

TIME = r"(?:\d{1,2}:)?\d{1,3}:\d{2}(?:[.,]\d{1,3})?"
"""h:mm:ss or m:ss, with a fraction or without."""
_DATE = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<mark>[-_./]?)(?P<month>0[1-9]|1[0-2])(?P=mark)(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"
    r"(?:[ T_,-]+(?:at )?(?P<hour>[01]\d|2[0-3])[-:_.h]?(?P<minute>[0-5]\d)(?:[-:_.m]?(?P<second>[0-5]\d))?(?!\d))?"
    r"|(?<!\d)(?P<year_>(?:19|20)\d\d)(?P<month_>0[1-9]|1[0-2])(?P<day_>0[1-9]|[12]\d|3[01])"
    r"(?P<hour_>[01]\d|2[0-3])(?P<minute_>[0-5]\d)(?P<second_>[0-5]\d)?(?!\d)"
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_NAMED = re.compile(
    rf"\b(?:(?P<month>{_MONTH})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?|(?P<day2>\d{{1,2}})\.? (?P<month2>{_MONTH}))"
    r",? (?P<year>(?:19|20)\d\d)"
    r"(?:,? (?:at )?(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?::\d\d)?[ \u202f]?(?P<half>[ap]m)?)?",
    re.IGNORECASE,
)
_DATE_KEYS = ("recorded_at", "recording_date", "recordingDate", "start_datetime", "started_at", "date", "created_on")


def seconds(text: str) -> float:
    """h:mm:ss.f or m:ss.f in seconds."""
    total = 0.0
    for part in text.replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return total


def recorded_at(text: str) -> datetime | None:
    """The first date in ``text`` that is written year first or with an English month; local time marked UTC."""
    found = _DATE.search(text)
    if found:
        group = {key.rstrip("_"): value for key, value in found.groupdict().items() if value and key != "mark"}
        return _moment(group)
    if match := _NAMED.search(text):
        group = match.groupdict()
        month = _MONTHS.find((group["month"] or group["month2"])[:3].casefold()) // 4 + 1
        hour = int(group["hour"] or 0)
        if group["half"]:
            hour = hour % 12 + (12 if group["half"].casefold() == "pm" else 0)
        stated = {"year": group["year"], "month": month, "day": group["day"] or group["day2"]}
        return _moment({**stated, "hour": hour, "minute": group["minute"] or 0})
    return None


def _moment(group: dict[str, Any]) -> datetime | None:
    names = ("year", "month", "day", "hour", "minute", "second")
    try:
        return datetime(*(int(group.get(name, 0)) for name in names), tzinfo=UTC)  # type: ignore[arg-type, misc]
    except ValueError:
        return None


def recorded_at_of(values: Any) -> datetime | None:
    """The recording's date where JSON states one at its top."""
    if not isinstance(values, dict):
        return None
    stated = [values[key] for key in _DATE_KEYS if isinstance(values.get(key), str)]
    return next((moment for text in stated if (moment := recorded_at(text))), None)
