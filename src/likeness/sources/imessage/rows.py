"""Rows of ``message`` as text, moment and owner, over every generation of the schema.

Which columns there are depends on the system that made the file (OS X 10.8 has 40, macOS 26 over 90); one that is
absent is read as NULL.
"""

from __future__ import annotations

import plistlib
import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from xml.parsers.expat import ExpatError

from likeness.sources.imessage.database import columns, tables
from likeness.sources.imessage.typedstream import attributed_text

ATTACHMENT = "\ufffc"
_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
_NANOSECONDS_FROM = 100_000_000_000
"""Dates are seconds since 2001 before iOS 11 and macOS 10.13, nanoseconds since; none lies 3,000 years ahead."""
_OPTIONAL = (
    "text",
    "attributedBody",
    "service",
    "account",
    "destination_caller_id",
    "item_type",
    "associated_message_type",
    "balloon_bundle_id",
    "is_audio_message",
    "is_spam",
    "thread_originator_guid",
    "message_summary_info",
    "date_retracted",
)
_LINK = "URLBalloonProvider"
_STICKER, _POLL_VOTE = 1000, 4000
_TAPBACKS = range(2000, 4000)
_SPELLED_TAPBACK = re.compile(
    r"^(?:Liked|Loved|Disliked|Laughed at|Emphasized|Questioned|Reacted \S+ to) [“\"].*[”\"]$", re.S
)
"""How a tapback reaches somebody without iMessage: as text of its own."""


class Row(NamedTuple):
    """A row of ``message`` with its chat and sender."""

    rowid: int
    guid: str | None
    date: Any
    is_from_me: int
    handle: str | None
    chat: int | None
    deleted: int
    text: Any
    attributed: Any
    service: str | None
    account: str | None
    destination_caller_id: str | None
    item_type: int | None
    associated_type: int | None
    balloon: str | None
    is_audio: int | None
    is_spam: int | None
    originator: str | None
    summary: Any
    retracted: int | None


def rows(connection: sqlite3.Connection, after: int) -> Iterator[Row]:
    """The rows with a number above ``after``, in order. Raises ``sqlite3.DatabaseError`` where the file is damaged."""
    there = columns(connection, "message")
    optional = ", ".join(f"m.{name}" if name in there else "NULL" for name in _OPTIONAL)
    deleted = "0"
    if "chat_recoverable_message_join" in tables(connection):
        deleted = "EXISTS (SELECT 1 FROM chat_recoverable_message_join r WHERE r.message_id = m.ROWID)"
    query = (
        f"SELECT m.ROWID, m.guid, m.date, m.is_from_me, h.id, j.chat_id, {deleted}, {optional} "  # noqa: S608
        "FROM message m LEFT JOIN handle h ON h.ROWID = m.handle_id LEFT JOIN "
        "(SELECT message_id, min(chat_id) AS chat_id FROM chat_message_join GROUP BY message_id) j "
        "ON j.message_id = m.ROWID WHERE m.ROWID > ? ORDER BY m.ROWID"
    )
    yield from map(Row._make, connection.execute(query, (after,)))


def unwanted(row: Row) -> str:
    """Why a row is no message that somebody typed; empty when it may be one."""
    kind = row.associated_type or 0
    checks = (
        (row.deleted, "deleted"),
        (row.item_type, "system line"),
        (kind in _TAPBACKS, "tapback"),
        (kind == _STICKER, "sticker"),
        (kind == _POLL_VOTE, "poll vote"),
        (row.balloon and _LINK not in str(row.balloon), "app message"),
        (row.is_audio, "voice message"),
        (row.is_spam, "spam"),
        (row.retracted, "unsent"),
    )
    return next((reason for found, reason in checks if found), "")


def body(row: Row) -> tuple[str, str]:
    """What was typed in its last version, and why it is empty where it is.

    Raises ``ValueError`` when the text is archived in a way that cannot be read.
    """
    text = row.text if isinstance(row.text, str) else ""
    if not text and isinstance(row.attributed, bytes) and row.attributed:
        text = attributed_text(row.attributed)
    history = _history(row.summary) if not text and isinstance(row.summary, bytes) else {}
    if not text:
        text = _last_versions(history)
    typed = text.replace(ATTACHMENT, "").strip()
    if typed:
        return (typed, "") if not _SPELLED_TAPBACK.match(typed) else ("", "tapback")
    if history.get("rp"):
        return "", "unsent"
    return "", "attachment" if ATTACHMENT in text else "no text"


def _history(summary: bytes) -> dict[str, Any]:
    """What ``message_summary_info`` tells of edits: ``ec`` the versions of each part, ``rp`` the parts taken back."""
    try:
        values = plistlib.loads(summary)
    except (
        ValueError,
        TypeError,
        LookupError,
        OverflowError,
        RecursionError,
        ExpatError,
        plistlib.InvalidFileException,
    ):
        return {}
    return values if isinstance(values, dict) else {}


def _last_versions(history: dict[str, Any]) -> str:
    parts = history.get("ec")
    if not isinstance(parts, dict):
        return ""
    texts = []
    for key in sorted(parts, key=lambda key: (len(str(key)), str(key))):
        versions = parts[key]
        last = versions[-1] if isinstance(versions, list) and versions else None
        archived = last.get("t") if isinstance(last, dict) else None
        if isinstance(archived, bytes):
            texts.append(attributed_text(archived))
    return "\n".join(texts)


def moment(value: Any) -> datetime | None:
    """When a message was sent; ``None`` for none. Raises ``ValueError`` for a date that cannot be."""
    if value is None or value == 0:
        return None
    if not isinstance(value, int | float):
        raise ValueError("no number")
    seconds = value / 1_000_000_000 if abs(value) >= _NANOSECONDS_FROM else value
    try:
        return _EPOCH + timedelta(seconds=round(seconds, 3))
    except OverflowError:
        raise ValueError("out of range") from None


def own_handle(account: Any, destination: Any) -> str:
    """The owner's address in ``account`` ("E:sam@example.org", "P:+15550100") or ``destination_caller_id``."""
    for value in (account, destination):
        if isinstance(value, str):
            bare = value[2:] if value[:2].lower() in ("e:", "p:") else value
            if bare.strip():
                return bare.strip().lower()
    return ""
