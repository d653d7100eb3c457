"""Forgetting: messages taken out for good, and marks by which an import knows not to bring them back.

A mark is a keyed hash: the store keeps no name, address or id of what was forgotten. What is still to do after the
messages are gone (datasets, adapters, the file itself) is a plan in the same transaction, so that it is never lost.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Literal

from likeness.core.store.database import Database
from likeness.core.store.search import holds

Kind = Literal["person", "conversation", "message", "native"]
REDACTED = "(forgotten)"
_SHORTEST_NAME = 3
_MARK_BYTES = 16


@dataclass(frozen=True, slots=True)
class Marks:
    """What was forgotten, as hashes under ``key``; compared without case."""

    key: bytes
    sets: Mapping[str, frozenset[bytes]]

    def __bool__(self) -> bool:
        return any(self.sets.values())

    def has(self, kind: Kind, value: str) -> bool:
        """True when ``value`` was forgotten as this kind of thing."""
        known = self.sets.get(kind)
        return bool(known) and bool(value) and mark(self.key, value) in (known or ())


@dataclass(frozen=True, slots=True)
class Pending:
    """A forgetting that is not finished: the messages are gone, ``ids`` are what they were called."""

    id: int
    ids: frozenset[str]
    marks: Marks


def mark(key: bytes, value: str) -> bytes:
    """The hash that stands for ``value``."""
    text = value.strip().casefold().encode("utf-8", "surrogatepass")
    return blake2b(text, key=key, digest_size=_MARK_BYTES).digest()


class Forgetting(Database):
    """The tables ``forgettings`` and ``forgotten``."""

    def marks(self, forgetting: int | None = None) -> Marks:
        """Every mark there is, or those of one forgetting."""
        where, values = ("WHERE forgetting = ?", (forgetting,)) if forgetting is not None else ("", ())
        sets: dict[str, set[bytes]] = {}
        with self._reading() as connection:
            key = connection.execute("SELECT key FROM forgetting_key").fetchone()[0]
            for kind, value in connection.execute(f"SELECT kind, mark FROM forgotten {where}", values):  # noqa: S608
                sets.setdefault(kind, set()).add(value)
        return Marks(key, {kind: frozenset(values) for kind, values in sets.items()})

    def begin_forgetting(
        self, keys: Collection[int], names: Collection[str], marks: Mapping[Kind, Collection[str]]
    ) -> int:
        """Take the messages ``keys`` out, mark what must not come back, and plan the rest; return its number.

        ``names`` of the person are taken out of the recipients of other messages, and blanked where the ledger or a
        finished job mentions them. All or nothing.
        """
        secret = self.marks().key
        with self._transaction() as connection:
            connection.execute("CREATE TEMP TABLE IF NOT EXISTS going (key INTEGER PRIMARY KEY)")
            connection.execute("DELETE FROM temp.going")
            connection.executemany("INSERT INTO temp.going VALUES (?)", [(key,) for key in keys])
            rows = connection.execute(
                "SELECT id, native_id FROM messages WHERE key IN (SELECT key FROM temp.going)"
            ).fetchall()
            number = connection.execute(
                "INSERT INTO forgettings (started_at, messages, plan) VALUES (?, ?, ?)",
                (datetime.now(UTC).isoformat(timespec="seconds"), len(rows), json.dumps([row[0] for row in rows])),
            ).lastrowid
            every: list[tuple[Kind, str]] = [(kind, value) for kind, values in marks.items() for value in values]
            every += [("message", row[0]) for row in rows] + [("native", row[1]) for row in rows if row[1]]
            connection.executemany(
                "INSERT OR IGNORE INTO forgotten (kind, mark, forgetting) VALUES (?, ?, ?)",
                [(kind, mark(secret, value), number) for kind, value in every],
            )
            connection.execute("DELETE FROM messages WHERE key IN (SELECT key FROM temp.going)")
            connection.execute("DELETE FROM temp.going")
            _unaddress(connection, names)
            _blank(connection, [name for name in names if len(name) >= _SHORTEST_NAME])
        return int(number or 0)

    def forget_also(self, causes: Mapping[str, tuple[Kind, str]], keys: Collection[int]) -> int:
        """Mark native ids of messages that an import left out, each with the mark that it was left out for; and take
        out messages that came before it was known that they answer one of those. How many were taken out."""
        secret = self.marks().key
        with self._transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO forgotten (kind, mark, forgetting) "
                "SELECT 'native', ?, forgetting FROM forgotten WHERE kind = ? AND mark = ?",
                [(mark(secret, native), kind, mark(secret, value)) for native, (kind, value) in causes.items()],
            )
            gone = sum(connection.execute("DELETE FROM messages WHERE key = ?", (key,)).rowcount for key in keys)
        if gone:
            self.write_anew()
        return gone

    def pending_forgettings(self) -> list[Pending]:
        """Those whose plan is not done, oldest first."""
        with self._reading() as connection:
            rows = connection.execute("SELECT id, plan FROM forgettings WHERE plan IS NOT NULL ORDER BY id").fetchall()
        return [Pending(number, frozenset(json.loads(plan)), self.marks(number)) for number, plan in rows]

    def finish_forgetting(self, forgetting: int) -> bool:
        """Call the plan done and empty the log of changes.

        False when another program is reading just now, so that the log could not be emptied: it will be when that
        program ends.
        """
        with self._transaction() as connection:
            connection.execute("UPDATE forgettings SET plan = NULL WHERE id = ?", (forgetting,))
        with self._reading() as connection:
            return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]

    def write_anew(self) -> None:
        """Write the file anew, without a trace of what is gone."""
        with self._transaction() as connection:
            for table in ("messages_text", "messages_unspaced"):
                # Terms of deleted rows stay in the index until its parts are merged into one.
                connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # noqa: S608
        with self._reading() as connection, _temporary_files_in(str(self.path.parent)):
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def undo_forgetting(self, value: str) -> int:
        """Let ``value`` (a person's address or name, or a conversation) be imported again; how many marks went."""
        secret = self.marks().key
        with self._transaction() as connection:
            numbers = connection.execute(
                "SELECT DISTINCT forgetting FROM forgotten WHERE kind IN ('person', 'conversation') AND mark = ?",
                (mark(secret, value),),
            ).fetchall()
            return sum(
                connection.execute("DELETE FROM forgotten WHERE forgetting = ?", number).rowcount for number in numbers
            )


def _unaddress(connection: sqlite3.Connection, names: Collection[str]) -> None:
    """Take ``names`` out of the recipients of the messages that stay."""
    known = {name.casefold() for name in names}
    told = {json.dumps(name) for name in names} | {name for name in names if name.isascii()}
    connection.create_function("names_any", 1, lambda text: any(n.casefold() in text.casefold() for n in told))
    rows = connection.execute("SELECT key, recipients FROM messages WHERE names_any(recipients)").fetchall()
    for key, recipients in rows:
        kept = [person for person in json.loads(recipients) if person.casefold() not in known]
        connection.execute("UPDATE messages SET recipients = ? WHERE key = ?", (json.dumps(kept), key))


def _blank(connection: sqlite3.Connection, names: Collection[str]) -> None:
    """Blank what names a person outside the messages: files in the ledger, what finished jobs were given or said."""
    connection.create_function("holds", 2, holds, deterministic=True)
    for name in names:
        value = name.casefold()
        connection.execute("UPDATE imports SET path = ? WHERE holds(path, ?)", (REDACTED, value))
        connection.execute(
            "UPDATE import_bad_entries SET place = ?, detail = '' WHERE holds(place, ?) OR holds(detail, ?)",
            (REDACTED, value, value),
        )
        connection.execute("DELETE FROM job_events WHERE holds(event, ?)", (value,))
        connection.execute(
            "UPDATE jobs SET arguments = '{}', result = NULL, error = NULL WHERE state NOT IN ('queued', 'running') "
            "AND (holds(arguments, ?) OR holds(result, ?) OR holds(error, ?))",
            (value, value, value),
        )


@contextmanager
def _temporary_files_in(folder: str) -> Iterator[None]:
    """Where SQLite copies the whole file to while it is written anew: beside it, never on another disk."""
    before = os.environ.get("SQLITE_TMPDIR")
    os.environ["SQLITE_TMPDIR"] = folder
    try:
        yield
    finally:
        if before is None:
            del os.environ["SQLITE_TMPDIR"]
        else:
            os.environ["SQLITE_TMPDIR"] = before
