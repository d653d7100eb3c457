"""The database itself: a private copy of it, what its generation of the schema has, and what is wrong with it.

The original is never opened for reading messages: Messages may be writing it. Its file, write-ahead log (where the
newest messages lie until they are moved) and shared memory are copied into a folder of mode 0700. Once open, the copy
has no name any more, so that nothing of it stays behind even when the process is killed. Apple's own SQLite refuses to
go on with such a file: on a Mac the copy keeps its name, and what a killed process left is removed by the next one.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil

SQLITE = b"SQLite format 3\0"
_BESIDE = ("-wal", "-shm")
_NEEDED = frozenset({"message", "handle", "chat", "chat_message_join"})
_COPIES_TRIED = 3
_PREFIX = "likeness-messages-"
_NAME_IS_KEPT = sys.platform == "darwin"


@contextmanager
def private_copy(path: Path) -> Iterator[sqlite3.Connection]:
    """A read-only connection to a copy of the database at ``path`` with its ``-wal`` and ``-shm``.

    Raises ``OSError`` when it cannot be copied and ``sqlite3.DatabaseError`` when it is none.
    """
    _sweep()
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-") as folder:
        copy = Path(folder) / "chat.db"
        _copy(path, copy)
        with _errors_as_ours(), closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro", uri=True)) as connection:
            connection.execute("PRAGMA query_only=ON")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # opens every file it will ever need
            connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
            if not _NAME_IS_KEPT:
                for file in Path(folder).iterdir():
                    file.unlink()
            yield connection


def _sweep() -> None:
    """Remove copies whose process is no more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        number = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if number.isdecimal() and not psutil.pid_exists(int(number)):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _errors_as_ours() -> Iterator[None]:
    """SQLite quotes what is damaged, and Python cannot decode the message when that is no text."""
    try:
        yield
    except UnicodeDecodeError:
        raise sqlite3.DatabaseError("damaged") from None


def _copy(path: Path, copy: Path) -> None:
    """Copy again while the original changes under our hands; the last copy stands."""
    for _ in range(_COPIES_TRIED):
        before = _state(path)
        for suffix in ("", *_BESIDE):
            beside = path.with_name(path.name + suffix)
            target = copy.with_name(copy.name + suffix)
            if beside.is_file():
                shutil.copyfile(beside, target)
            else:
                target.unlink(missing_ok=True)
        if _state(path) == before:
            return


def _state(path: Path) -> list[tuple[int, int]]:
    files = [path.with_name(path.name + suffix) for suffix in ("", "-wal")]
    return [(stat.st_size, stat.st_mtime_ns) for stat in (file.stat() for file in files if file.is_file())]


def holds_messages(path: Path) -> bool:
    """True when ``path`` is a database with the tables of Messages, of whatever generation. Never raises."""
    try:
        with path.open("rb") as handle:
            if handle.read(len(SQLITE)) != SQLITE:
                return False
        if _tables_of_the_file(path) >= _NEEDED:
            return True
        if not path.with_name(path.name + "-wal").is_file():
            return False
        with private_copy(path) as connection:
            return tables(connection) >= _NEEDED
    except (OSError, sqlite3.Error):
        return False


def _tables_of_the_file(path: Path) -> set[str]:
    """Its tables but for what the write-ahead log adds; ``immutable`` takes no lock and makes no file."""
    try:
        address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        with _errors_as_ours(), closing(sqlite3.connect(address, uri=True)) as connection:
            return tables(connection)
    except sqlite3.Error:
        return set()


def tables(connection: sqlite3.Connection) -> set[str]:
    """Names of the tables, in lower case."""
    return {str(name).lower() for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def columns(connection: sqlite3.Connection, table: str) -> set[str]:
    """Names of a table's columns, which differ from one system version to the next."""
    return {str(row[1]) for row in connection.execute(f"PRAGMA table_info({table})")}
