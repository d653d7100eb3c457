"""The person's SQLite file: opened safely, migrated, closed.

WAL with ``synchronous=FULL``: what was committed survives a power cut. One writer at a time; a second waits up to
``BUSY_SECONDS`` and then gets :class:`Busy`. The file and its ``-wal`` and ``-shm`` have mode 0600 (SQLite gives the
two the mode of the file).
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from likeness.core import files
from likeness.core.errors import Busy, HomeUnavailable, InputError, LikenessError
from likeness.core.store.migrations import MIGRATIONS

BUSY_SECONDS = 30
_CACHE_KIB = 32_768
"""Ids come in no order: with SQLite's own 2 MB an import of a million messages reads the same pages again and again."""


class Database:
    """A connection that several threads may share; every table's class stands on it."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self.path = path

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the store at ``path``, making it if it is not there, and bring its schema up to date.

        Raises :class:`HomeUnavailable` when the folder is missing or cannot be written, :class:`InputError` when
        the file is no store or was made by a newer version, :class:`Busy` when another process is writing.
        """
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, files.FILE_MODE))
            path.chmod(files.FILE_MODE)
        except OSError as error:
            raise HomeUnavailable(
                f"the store {path} cannot be opened: {error.strerror}", hint="connect the disk, or check the folder"
            ) from None
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("PRAGMA secure_delete=ON")
            store = cls(connection, path)
            store._migrate()
        except sqlite3.DatabaseError as error:
            connection.close()
            raise _explained(error, path) from None
        except BaseException:
            connection.close()
            raise
        return store

    def close(self) -> None:
        """Close the file. Closing twice does nothing."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """The connection for a query; a damaged file is said as one of our errors."""
        with self._lock:
            try:
                yield self._connection
            except sqlite3.DatabaseError as error:
                raise _explained(error, self.path) from None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing: commit at the end of the block, roll back on any exception."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.IntegrityError):
                    raise _explained(error, self.path) from None
                raise

    def _migrate(self) -> None:
        if self._version() == len(MIGRATIONS):
            return
        with self._transaction() as connection:
            version = self._version()
            if version > len(MIGRATIONS):
                raise InputError(
                    f"the store {self.path} was made by a newer version (schema {version}, known {len(MIGRATIONS)})",
                    hint="update likeness",
                )
            for number, migration in enumerate(MIGRATIONS[version:], start=version + 1):
                migration(connection)
                connection.execute(f"PRAGMA user_version={number}")

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])


def _explained(error: sqlite3.DatabaseError, path: Path) -> LikenessError:
    if isinstance(error, sqlite3.OperationalError):
        if "lock" in str(error):
            return Busy(f"the store {path} is being written by another process", hint="wait for it, then try again")
        if "full" in str(error) or "disk I/O" in str(error) or "readonly" in str(error):
            return HomeUnavailable(f"the store {path} cannot be written: {error}", hint="check the disk and its space")
    return InputError(f"{path} cannot be used as a store: {error}", hint="restore it from a backup")
