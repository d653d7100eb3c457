"""Makes ``chat.db`` files of several generations, and the typedstreams that newer ones keep texts in."""

from __future__ import annotations

import plistlib
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

GENERATIONS: Mapping[str, tuple[str, ...]] = {
    "OS X 10.8": ("account", "is_audio_message", "item_type"),
    "macOS 10.13": (
        "account",
        "is_audio_message",
        "item_type",
        "associated_message_type",
        "associated_message_guid",
        "balloon_bundle_id",
        "message_summary_info",
        "destination_caller_id",
    ),
    "macOS 14": (
        "account",
        "is_audio_message",
        "item_type",
        "associated_message_type",
        "associated_message_guid",
        "balloon_bundle_id",
        "message_summary_info",
        "destination_caller_id",
        "thread_originator_guid",
        "thread_originator_part",
        "reply_to_guid",
        "date_edited",
        "date_retracted",
        "is_spam",
    ),
}
"""Columns that each generation has beside those that were always there."""
ALWAYS = ("guid", "text", "handle_id", "attributedBody", "service", "date", "is_from_me")


def make(path: Path, generation: str = "macOS 14") -> sqlite3.Connection:
    """An empty database of this generation."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=OFF")
    columns = ", ".join((*ALWAYS, *GENERATIONS[generation]))
    connection.execute(f"CREATE TABLE message (ROWID INTEGER PRIMARY KEY AUTOINCREMENT, {columns})")
    connection.execute("CREATE TABLE handle (ROWID INTEGER PRIMARY KEY, id TEXT, service TEXT)")
    title = "" if generation == "OS X 10.8" else ", display_name TEXT"
    connection.execute(
        f"CREATE TABLE chat (ROWID INTEGER PRIMARY KEY, guid TEXT, style INTEGER, chat_identifier TEXT{title})"
    )
    connection.execute("CREATE TABLE chat_message_join (chat_id INTEGER, message_id INTEGER)")
    connection.execute("CREATE TABLE chat_handle_join (chat_id INTEGER, handle_id INTEGER)")
    if generation == "macOS 14":
        connection.execute("CREATE TABLE chat_recoverable_message_join (chat_id INTEGER, message_id INTEGER)")
    return connection


def add(connection: sqlite3.Connection, *, chat: int | None = None, **values: Any) -> int:
    """A row of ``message``, joined to ``chat``."""
    names = ", ".join(values)
    marks = ", ".join("?" * len(values))
    row = connection.execute(f"INSERT INTO message ({names}) VALUES ({marks})", tuple(values.values())).lastrowid
    assert row is not None
    if chat is not None:
        connection.execute("INSERT INTO chat_message_join VALUES (?, ?)", (chat, row))
    return row


def archived(text: str, *, mutable: bool = True, width: int | None = None) -> bytes:
    """``text`` as NSArchiver writes an attributed string with one run of attributes.

    ``width`` makes the length take 1, 2 or 4 bytes whatever it is.
    """
    raw = text.encode("utf-8")
    kind = b"\x19NSMutableAttributedString\x00" if mutable else b""
    head = b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84" + kind
    head += (b"\x84\x84" if mutable else b"") + b"\x12NSAttributedString\x00\x84\x84\x08NSObject\x00\x85\x92"
    ancestor = b"\x95" if mutable else b"\x94"
    plus = b"\x84\x84\x84\x08NSString\x01" + ancestor + b"\x84\x01+"
    runs = b"\x86\x84\x02iI\x01" + number(len(text.encode("utf-16-le")) // 2)
    return head + plus + number(len(raw), width) + raw + runs + b"\x92\x85\x86"


def number(value: int, width: int | None = None) -> bytes:
    width = width or (1 if value < 0x80 else 2 if value < 0x8000 else 4)
    if width == 1:
        return bytes([value])
    return (b"\x81" if width == 2 else b"\x82") + value.to_bytes(width, "little")


def edited(*versions: str) -> bytes:
    """``message_summary_info`` of a message of one part, in its versions."""
    return plistlib.dumps(
        {"ec": {"0": [{"d": float(n), "t": archived(v)} for n, v in enumerate(versions)]}, "ep": [0], "ust": True},
        fmt=plistlib.FMT_BINARY,
    )


def unsent(parts: Sequence[int] = (0,)) -> bytes:
    """``message_summary_info`` of a message whose parts were taken back."""
    return plistlib.dumps({"rp": list(parts), "ust": True}, fmt=plistlib.FMT_BINARY)


def nanoseconds(seconds: int) -> int:
    return seconds * 1_000_000_000
