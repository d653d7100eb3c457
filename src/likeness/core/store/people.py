"""Who wrote to whom: the messages without their text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from likeness.core.store.database import Database
from likeness.core.store.messages import COLUMNS, message_of
from likeness.core.types import Message

_PAGE = 5000
_ENVELOPE = ", ".join("''" if column == "body" else column for column in COLUMNS.split(", "))


class People(Database):
    """Correspondents and conversations in the ``messages`` table."""

    def envelopes(self) -> Iterator[tuple[int, Message]]:
        """Key and message without its body, for every message, in the order of keys; read page by page."""
        sql = f"SELECT key, {_ENVELOPE} FROM messages WHERE key > ? ORDER BY key LIMIT ?"  # noqa: S608
        last = -1
        while True:
            with self._reading() as connection:
                rows = connection.execute(sql, (last, _PAGE)).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            for row in rows:
                yield row[0], message_of(row[1:])

    def correspondents(self) -> Counter[tuple[str, str]]:
        """How many messages each (address, name) other than the owner sent."""
        sql = "SELECT sender, sender_name, count(*) FROM messages WHERE NOT from_owner GROUP BY sender, sender_name"
        with self._reading() as connection:
            return Counter({(row[0], row[1]): row[2] for row in connection.execute(sql)})

    def conversations_called(self, name: str) -> list[str]:
        """Conversations with this id or, for a chat, this title; ``name`` is case-folded."""
        with self._reading() as connection:
            rows = connection.execute("SELECT DISTINCT conversation FROM messages").fetchall()
        return sorted(row[0] for row in rows if name in (row[0].casefold(), row[0].partition(":")[2].casefold()))

    def conversation_size(self, conversation: str) -> int:
        """How many messages a conversation has."""
        with self._reading() as connection:
            sql = "SELECT count(*) FROM messages WHERE conversation = ?"
            return int(connection.execute(sql, (conversation,)).fetchone()[0])

    def messages_beginning(self, id: str, limit: int) -> list[Message]:
        """At most ``limit`` messages whose id begins with ``id``, in order of ids."""
        sql = f"SELECT {COLUMNS} FROM messages WHERE id >= ? AND id < ? ORDER BY id LIMIT ?"  # noqa: S608
        with self._reading() as connection:
            return [message_of(row) for row in connection.execute(sql, (id, id + chr(0x10FFFF), limit))]

    def wrote_to(self, name: str) -> bool:
        """Whether any message went to this address or name (case-folded)."""
        return any(name == value.casefold() for _, message in self.envelopes() for value in message.recipients)
