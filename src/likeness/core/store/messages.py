"""The messages: added once, read in order."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from likeness.core.protocols import Owner
from likeness.core.store.database import Database
from likeness.core.store.imports import Checkpoint, record_progress
from likeness.core.store.terms import has_unspaced
from likeness.core.types import Message

COLUMNS = (
    "id, source, conversation, sender, sender_name, sent_at, subject, body, body_type, from_owner, automated, "
    "native_id, reply_to, recipients, parents, labels, place"
)
_INSERT = f"INSERT OR IGNORE INTO messages ({COLUMNS}, unspaced) VALUES ({', '.join('?' * 18)})"  # noqa: S608
_FROM_OWNER = COLUMNS.split(", ").index("from_owner")
_PAGE = 500


class Messages(Database):
    """The ``messages`` table and its full-text index."""

    def add(self, messages: Iterable[Message], checkpoint: Checkpoint | None = None) -> int:
        """Add what is not there yet and return how many were; ``checkpoint`` is saved in the same transaction.

        A message of which a stored one has the same ``id`` counts as a duplicate. It changes nothing, except that one
        known to be the owner's makes the stored one the owner's: of two exports only one may say whose it is.
        """
        return self.add_rows([row_of(message) for message in messages], checkpoint)

    def add_rows(self, rows: Sequence[tuple[Any, ...]], checkpoint: Checkpoint | None = None) -> int:
        """As :meth:`add`, for messages that :func:`row_of` has made rows of, in this process or another."""
        with self._transaction() as connection:
            kept = 0
            for row in rows:
                new = connection.execute(_INSERT, row).rowcount
                kept += new
                if not new and row[_FROM_OWNER]:
                    connection.execute("UPDATE messages SET from_owner = 1 WHERE id = ? AND NOT from_owner", row[:1])
            if checkpoint is not None:
                record_progress(connection, checkpoint, kept=kept, duplicates=len(rows) - kept)
        return kept

    def unknown(self, ids: Sequence[str]) -> int:
        """How many of ``ids`` no message has, nor an earlier call on this store named. Changes nothing in the file.

        What was named is kept in a temporary table of this connection.
        """
        with self._reading() as connection:
            connection.execute("CREATE TEMP TABLE IF NOT EXISTS named (id TEXT PRIMARY KEY) WITHOUT ROWID")
            connection.execute("BEGIN")
            insert = "INSERT OR IGNORE INTO named SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM messages WHERE id = ?1)"
            try:
                return sum(connection.execute(insert, (id,)).rowcount for id in ids)
            finally:
                connection.execute("COMMIT")

    def claim(self, owner: Owner) -> int:
        """Mark the messages of identities confirmed since they were added as the owner's; return how many were."""
        with self._transaction() as connection:
            senders = connection.execute("SELECT DISTINCT sender, sender_name FROM messages WHERE NOT from_owner")
            mine = [(address, name) for address, name in senders.fetchall() if owner.is_me(address, name)]
            update = "UPDATE messages SET from_owner = 1 WHERE sender = ? AND sender_name = ?"
            return sum(connection.execute(update, pair).rowcount for pair in mine)

    def join_conversations(self) -> int:
        """Give messages that name each other as parent or ancestor one conversation; return how many changed.

        A mail knows its thread by what its own headers state, and those are often cut short. Of the conversations
        joined the first in alphabetical order gives its name, so the order of imports does not matter.
        """
        linked = (
            "SELECT DISTINCT m.conversation, p.conversation FROM messages m, json_each(m.parents) named "
            "JOIN messages p ON p.native_id = named.value WHERE m.conversation <> p.conversation AND p.native_id <> '' "
            "UNION SELECT m.conversation, p.conversation FROM messages m JOIN messages p ON p.native_id = m.reply_to "
            "WHERE m.reply_to <> '' AND p.native_id <> '' AND m.conversation <> p.conversation"
        )
        with self._transaction() as connection:
            leader: dict[str, str] = {}
            for one, other in connection.execute(linked).fetchall():
                first, second = sorted((_leader(leader, one), _leader(leader, other)))
                if first != second:
                    leader[second] = first
            update = "UPDATE messages SET conversation = ? WHERE conversation = ?"
            return sum(connection.execute(update, (_leader(leader, name), name)).rowcount for name in leader)

    def messages(self, owner_only: bool = False) -> Iterator[Message]:
        """Every message, ordered by (conversation, sent_at, id); those without a date come first.

        Reads page by page, so messages added meanwhile may or may not be seen, and none is seen twice.
        """
        where = "WHERE from_owner" if owner_only else ""
        query = f"SELECT {COLUMNS} FROM messages {where} ORDER BY conversation, sent_at, id"  # noqa: S608
        with self._reading() as connection:
            cursor = connection.execute(query)
        while True:
            with self._reading():
                page = cursor.fetchmany(_PAGE)
            if not page:
                return
            yield from map(message_of, page)

    def message(self, id: str) -> Message | None:
        """The message with this ``id``."""
        return self._one("WHERE id = ?", id)

    def message_by_native(self, native_id: str) -> Message | None:
        """The message whose format calls it ``native_id`` (a Message-ID without angle brackets)."""
        return self._one("WHERE native_id = ? AND native_id <> '' ORDER BY key LIMIT 1", native_id)

    def count(self, owner_only: bool = False) -> int:
        """How many messages there are."""
        where = "WHERE from_owner" if owner_only else ""
        with self._reading() as connection:
            return int(connection.execute(f"SELECT count(*) FROM messages {where}").fetchone()[0])  # noqa: S608

    def missing_parents(self, sources: Collection[str]) -> frozenset[str]:
        """Native ids that the owner's messages of these sources answer and no stored message has."""
        query = (
            "SELECT DISTINCT reply_to FROM messages m WHERE from_owner AND reply_to <> '' AND NOT EXISTS "
            "(SELECT 1 FROM messages p WHERE p.native_id = m.reply_to AND p.native_id <> '') "
            "AND source IN (SELECT value FROM json_each(?))"
        )
        with self._reading() as connection:
            return frozenset(row[0] for row in connection.execute(query, (json.dumps(sorted(sources)),)))

    def _one(self, where: str, value: str) -> Message | None:
        with self._reading() as connection:
            row = connection.execute(f"SELECT {COLUMNS} FROM messages {where}", (value,)).fetchone()  # noqa: S608
        return message_of(row) if row else None


def _leader(leader: Mapping[str, str], name: str) -> str:
    while name in leader:
        name = leader[name]
    return name


def _clean(text: str) -> str:
    """SQLite stores UTF-8: half of a surrogate pair, which a broken decoder can leave, becomes U+FFFD."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text


def row_of(message: Message) -> tuple[Any, ...]:
    """The row of a message: its values in the order of :data:`COLUMNS`, and whether its script sets no spaces."""
    return (
        message.id,
        message.source,
        _clean(message.conversation),
        _clean(message.sender),
        _clean(message.sender_name),
        message.sent_at.isoformat() if message.sent_at else None,
        _clean(message.subject),
        _clean(message.body),
        message.body_type,
        int(message.from_owner),
        int(message.automated),
        _clean(message.native_id),
        _clean(message.reply_to),
        json.dumps(message.recipients),
        json.dumps(message.references),
        json.dumps(message.labels),
        _clean(message.where),
        int(has_unspaced(message.body) or has_unspaced(message.subject)),
    )


def message_of(row: sqlite3.Row | tuple[Any, ...]) -> Message:
    """The message of a row with :data:`COLUMNS`."""
    return Message(
        id=row[0],
        source=row[1],
        conversation=row[2],
        sender=row[3],
        sender_name=row[4],
        sent_at=datetime.fromisoformat(row[5]) if row[5] else None,
        subject=row[6],
        body=row[7],
        body_type=row[8],
        from_owner=bool(row[9]),
        automated=bool(row[10]),
        native_id=row[11],
        reply_to=row[12],
        recipients=_several(row[13]),
        references=_several(row[14]),
        labels=_several(row[15]),
        where=row[16],
    )


def _several(text: str) -> tuple[str, ...]:
    # Most messages have no ancestors and no labels.
    return () if text == "[]" else tuple(json.loads(text))
