"""What to say of a database or backup that was meant for Messages and cannot be read."""

from __future__ import annotations

import plistlib
import sqlite3
from pathlib import Path
from xml.parsers.expat import ExpatError

from likeness.sources.imessage.database import SQLITE, holds_messages, private_copy, tables

SMS_DB_IN_BACKUP = "3d0d7e5fb2ce288813306e4d4636395e047a3d28"
"""The name of ``sms.db`` in an iPhone backup: SHA-1 of "HomeDomain-Library/SMS/sms.db"."""
_PAGE_SIZE_AT, _PAGE_COUNT_AT = 16, 28
_DECRYPTED = (
    "make a local backup with 'Encrypt local backup' switched off (Finder or Apple Devices, the iPhone's page), "
    f"then import 3d/{SMS_DB_IN_BACKUP} from it"
)
_NAMES = ("chat.db", "sms.db", SMS_DB_IN_BACKUP)


def diagnose(path: Path) -> str | None:
    """See :meth:`likeness.core.protocols.Diagnosing.diagnose`."""
    try:
        if path.is_dir():
            return _backup(path)
        if path.name == "Manifest.db":
            return _index(path)
        if path.name not in _NAMES or holds_messages(path):
            return None
        return _database(path)
    except PermissionError:
        return (
            f"{path.name} may not be read: macOS keeps Messages from other programs. Give the terminal "
            "Full Disk Access (System Settings, Privacy & Security), or copy chat.db with its -wal and -shm elsewhere"
        )
    except OSError as error:
        return f"{path.name} cannot be read: {error.strerror or type(error).__name__}"


def _backup(folder: Path) -> str | None:
    if not (folder / "Manifest.db").is_file():
        return None
    if _says_encrypted(folder / "Manifest.plist"):
        return f"{folder.name} is an encrypted iPhone backup, and an unencrypted one was expected: {_DECRYPTED}"
    if (folder / "3d" / SMS_DB_IN_BACKUP).is_file():
        return None
    return (
        f"{folder.name} is an iPhone backup without messages (3d/{SMS_DB_IN_BACKUP} is not in it): with Messages in "
        "iCloud they are not backed up. Import chat.db from a Mac, or switch Messages in iCloud off and back up again"
    )


def _says_encrypted(path: Path) -> bool:
    try:
        with path.open("rb") as handle:
            values = plistlib.load(handle)
    except (OSError, ValueError, plistlib.InvalidFileException, ExpatError, RecursionError):
        return False
    return isinstance(values, dict) and bool(values.get("IsEncrypted"))


def _index(path: Path) -> str:
    if _head(path).startswith(SQLITE):
        return f"Manifest.db is the index of an iPhone backup and holds no messages: import 3d/{SMS_DB_IN_BACKUP}"
    return f"Manifest.db is of an encrypted iPhone backup, and an unencrypted one was expected: {_DECRYPTED}"


def _database(path: Path) -> str:
    head = _head(path)
    size = path.stat().st_size
    if size == 0:
        return f"{path.name} is empty, and the database of Messages was expected: copy it with its -wal and -shm again"
    if not head.startswith(SQLITE):
        if path.name == SMS_DB_IN_BACKUP:
            return f"{path.name} is no database: the iPhone backup is encrypted. Please {_DECRYPTED}"
        return f"{path.name} is no SQLite database, and that of Messages was expected: copy it again"
    stated = int.from_bytes(head[_PAGE_COUNT_AT : _PAGE_COUNT_AT + 4], "big") * _page_size(head)
    if stated > size:
        return f"{path.name} is cut short: it says it has {stated:,} bytes and has {size:,}. Copy it again"
    try:
        with private_copy(path) as connection:
            found = tables(connection)
    except sqlite3.Error:
        return f"{path.name} is damaged: it is an SQLite database whose tables cannot be read. Copy it again"
    if "msg_group" in found or "madrid_chat" in found:
        return f"{path.name} is from iOS 5 or older, whose tables are others; those since iOS 6 can be read"
    listed = ", ".join(sorted(found)[:5]) or "none"
    return f"{path.name} is an SQLite database without the tables of Messages (message, chat, handle); it has: {listed}"


def _page_size(head: bytes) -> int:
    size = int.from_bytes(head[_PAGE_SIZE_AT : _PAGE_SIZE_AT + 2], "big")
    return 65_536 if size == 1 else size


def _head(path: Path) -> bytes:
    with path.open("rb") as handle:
        return handle.read(100)
