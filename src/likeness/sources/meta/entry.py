"""One message of a Facebook or Instagram thread, before it is known whose it is; and text as it was typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from typing import NamedTuple

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EDIT_WINDOW = timedelta(minutes=15)
"""Instagram lets a message be edited for so long."""
_EDIT_SIMILARITY = 0.8
_EDIT_LENGTHS = range(12, 4001)


class Entry(NamedTuple):
    """A message as the export has it. ``reason`` says why it is none of a person's words; "" if it is."""

    sender: str
    sent_at: datetime | None
    text: str
    reason: str
    where: str
    precise: bool
    """``sent_at`` is exact to the millisecond, not to the minute."""
    bad: bool = False


def repaired(text: str) -> str:
    """Text as it was typed: exports write each byte of its UTF-8 as a character of its own."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def moment(milliseconds: object) -> datetime | None:
    """Milliseconds (or, in the oldest exports, seconds) since 1970; ``None`` for anything else."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return None
    try:
        found = _EPOCH + timedelta(milliseconds=milliseconds if milliseconds > 1e11 else milliseconds * 1000)
    except (OverflowError, ValueError):
        return None
    return found if found.year >= 2000 else None


def is_edit(one: Entry, other: Entry) -> bool:
    """True when the two are likely one message before and after an edit."""
    if one.reason or other.reason or one.sender != other.sender or one.sent_at is None or other.sent_at is None:
        return False
    lengths = len(one.text), len(other.text)
    if one.text == other.text or abs(one.sent_at - other.sent_at) > _EDIT_WINDOW:
        return False
    if not all(length in _EDIT_LENGTHS for length in lengths):
        return False
    match = SequenceMatcher(None, one.text, other.text, autojunk=False)
    return match.quick_ratio() >= _EDIT_SIMILARITY and match.ratio() >= _EDIT_SIMILARITY
