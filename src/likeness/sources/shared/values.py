"""Values out of JSON that may be anything: asked for by kind, never raising."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any


def value_at(values: Any, *keys: str) -> Any:
    """What lies under ``keys``, one inside the other; ``None`` where the way ends."""
    for key in keys:
        if not isinstance(values, Mapping):
            return None
        values = values.get(key)
    return values


def text_at(values: Any, *keys: str) -> str:
    """The string or whole number under ``keys`` as a string without spaces around it; empty for anything else."""
    value = value_at(values, *keys)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if -(10**30) < value < 10**30 else ""
    return value.strip() if isinstance(value, str) else ""


def dicts_at(values: Any, *keys: str) -> Sequence[Mapping[str, Any]]:
    """The objects of the list under ``keys``."""
    listed = value_at(values, *keys)
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def moment(stamp: str, per_second: int = 1) -> datetime | None:
    """The moment that ``stamp`` counts to from 1970 (``per_second`` = 1,000,000 for microseconds), in UTC."""
    try:
        if per_second == 1:
            return datetime.fromtimestamp(float(stamp), UTC)
        whole, rest = divmod(int(stamp), per_second)
        return datetime.fromtimestamp(whole, UTC).replace(microsecond=rest * 1_000_000 // per_second)
    except (ValueError, OverflowError, OSError):
        return None


def iso_moment(text: str) -> datetime | None:
    """An ISO 8601 date and time; without an offset it is taken for UTC."""
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
