"""The ledger: what every import read, kept and dropped, and where an interrupted one goes on."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from likeness.core.store.database import Database
from likeness.core.types import Skipped

BAD_ENTRIES_LISTED = 1000
"""Of how many bad entries per import the place is kept. All of them are counted in ``dropped``."""


@dataclass(frozen=True, slots=True)
class BadEntry:
    """A malformed entry: ``where`` names file and line or offset; no content of it is kept."""

    where: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One import of one path: ``read == kept + duplicates + sum(dropped.values())``.

    ``path`` is the name of the file or folder, ``bytes`` its size, ``finished_at`` ``None`` while it is not done.
    ``file_number`` and ``cursor`` say where it goes on.
    """

    id: int
    source: str
    path: str
    read: int
    kept: int
    duplicates: int
    dropped: Mapping[str, int]
    bad: tuple[BadEntry, ...]
    bytes: int
    started_at: datetime
    finished_at: datetime | None
    file_number: int = 0
    cursor: int = 0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far an import has come, for the transaction that adds the messages up to there.

    ``skipped`` are those since the last checkpoint.
    """

    import_id: int
    file_number: int
    cursor: int
    skipped: Sequence[Skipped] = field(default=())
    finished: bool = False


class Imports(Database):
    """The ``imports`` table, its drops by reason, and its bad entries."""

    def begin_import(self, source: str, path: str, fingerprint: str, bytes: int) -> ImportRecord:
        """Take up the unfinished import of the same content, or begin a new one."""
        with self._transaction() as connection:
            found = connection.execute(
                "SELECT id FROM imports WHERE source = ? AND fingerprint = ? AND finished_at IS NULL ORDER BY id DESC",
                (source, fingerprint),
            ).fetchone()
            if found is None:
                now = datetime.now(UTC).isoformat(timespec="seconds")
                cursor = connection.execute(
                    "INSERT INTO imports (source, path, fingerprint, bytes, started_at) VALUES (?, ?, ?, ?, ?)",
                    (source, path, fingerprint, bytes, now),
                )
                number = int(cursor.lastrowid or 0)
            else:
                number = int(found[0])
        return self.import_record(number)

    def import_record(self, import_id: int) -> ImportRecord:
        """One line of the ledger. Raises ``KeyError`` for an unknown number."""
        found = self._records("WHERE id = ?", (import_id,))
        if not found:
            raise KeyError(import_id)
        return found[0]

    def ledger(self) -> list[ImportRecord]:
        """Every import, oldest first."""
        return self._records("", ())

    def _records(self, where: str, values: tuple[int, ...]) -> list[ImportRecord]:
        columns = "id, source, path, read, kept, duplicates, bytes, started_at, finished_at, file_number, cursor"
        with self._reading() as connection:
            rows = connection.execute(f"SELECT {columns} FROM imports {where} ORDER BY id", values).fetchall()  # noqa: S608
            return [self._record(row) for row in rows]

    def _record(self, row: tuple[int, str, str, int, int, int, int, str, str | None, int, int]) -> ImportRecord:
        number = row[0]
        dropped = self._connection.execute(
            "SELECT reason, count FROM import_drops WHERE import_id = ? ORDER BY count DESC, reason", (number,)
        ).fetchall()
        bad = self._connection.execute(
            "SELECT place, reason, detail FROM import_bad_entries WHERE import_id = ? ORDER BY key", (number,)
        ).fetchall()
        return ImportRecord(
            id=number,
            source=row[1],
            path=row[2],
            read=row[3],
            kept=row[4],
            duplicates=row[5],
            dropped=dict(dropped),
            bad=tuple(BadEntry(*entry) for entry in bad),
            bytes=row[6],
            started_at=datetime.fromisoformat(row[7]),
            finished_at=datetime.fromisoformat(row[8]) if row[8] else None,
            file_number=row[9],
            cursor=row[10],
        )


def record_progress(connection: sqlite3.Connection, checkpoint: Checkpoint, *, kept: int, duplicates: int) -> None:
    """Save a checkpoint inside the caller's transaction."""
    number = checkpoint.import_id
    connection.execute(
        """
        UPDATE imports SET file_number = ?, cursor = ?, kept = kept + ?, duplicates = duplicates + ?,
               read = read + ?, finished_at = ? WHERE id = ?
        """,
        (
            checkpoint.file_number,
            checkpoint.cursor,
            kept,
            duplicates,
            kept + duplicates + len(checkpoint.skipped),
            datetime.now(UTC).isoformat(timespec="seconds") if checkpoint.finished else None,
            number,
        ),
    )
    connection.executemany(
        """
        INSERT INTO import_drops (import_id, reason, count) VALUES (?, ?, ?)
        ON CONFLICT (import_id, reason) DO UPDATE SET count = count + excluded.count
        """,
        [(number, reason, count) for reason, count in Counter(s.reason for s in checkpoint.skipped).items()],
    )
    listed = connection.execute("SELECT count(*) FROM import_bad_entries WHERE import_id = ?", (number,)).fetchone()[0]
    bad = [s for s in checkpoint.skipped if s.bad][: max(0, BAD_ENTRIES_LISTED - listed)]
    connection.executemany(
        "INSERT INTO import_bad_entries (import_id, place, reason, detail) VALUES (?, ?, ?, ?)",
        [(number, s.where, s.reason, s.detail) for s in bad],
    )
