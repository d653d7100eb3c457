"""Messages (iMessage, SMS, RCS): ``chat.db`` of a Mac, ``sms.db`` of an iPhone backup that is not encrypted."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.imessage import database, diagnosis
from likeness.sources.imessage.rows import Row, body, moment, own_handle, rows, unwanted
from likeness.sources.shared.chats import PROGRESS_EVERY, Conversation, owner_of

_SERVICE_NUMBER = re.compile(r"\d{3,6}|urn:biz:.*")
"""Short codes and business accounts: no person answers there."""
_UNKNOWN = "unknown"


class IMessageSource:
    """Reads one database of Messages."""

    name: ClassVar[str] = "imessage"
    title: ClassVar[str] = "iMessage and SMS (chat.db of a Mac, sms.db of an iPhone backup)"

    def recognises(self, path: Path) -> bool:
        """True for a database with the tables of Messages, whatever its name."""
        return path.is_file() and database.holds_messages(path)

    def diagnose(self, path: Path) -> str | None:
        """Encrypted backups, cut, damaged or empty databases, those that macOS guards, those of iOS 5."""
        return diagnosis.diagnose(path)

    def files(self, path: Path) -> Sequence[Path]:
        """The database itself; its ``-wal`` and ``-shm`` are found beside it."""
        return [path]

    def identities(self, path: Path) -> Iterator[Identity]:
        """The accounts that messages were sent from, then those that only received; they are all the owner's."""
        sent: dict[str, int] = defaultdict(int)
        received: dict[str, int] = defaultdict(int)
        try:
            with database.private_copy(path) as connection:
                there = database.columns(connection, "message")
                wanted = [c if c in there else "NULL" for c in ("account", "destination_caller_id")]
                query = f"SELECT is_from_me, {', '.join(wanted)}, count(*) FROM message GROUP BY 1, 2, 3"  # noqa: S608
                for mine, account, destination, count in connection.execute(query):
                    handle = own_handle(account, destination) or (owner_of(self.name) if mine else "")
                    (sent if mine else received)[handle] += count
        except (OSError, sqlite3.Error):
            return
        for handle, count in sorted(sent.items(), key=lambda item: -item[1]):
            yield Identity(handle, count, f"account of {count} messages sent in {path.name}")
        for handle, count in sorted(received.items(), key=lambda item: -item[1]):
            if handle and handle not in sent:
                yield Identity(handle, count, f"account that received {count} messages in {path.name}")

    def read(self, path: Path, owner: Owner, *, start: int = 0) -> Iterator[Message | Skipped | Progress]:
        """Every message, in the database's order. ``start`` is the number (ROWID) of the last one read."""
        size = path.stat().st_size
        last = start
        try:
            with database.private_copy(path) as connection:
                top = connection.execute("SELECT max(ROWID) FROM message").fetchone()[0] or 1
                chats = _Chats(connection, path.name)
                for number, row in enumerate(rows(connection, start), start=1):
                    yield chats.message(row)
                    last = row.rowid
                    if number % PROGRESS_EVERY == 0:
                        yield Progress(size * last // max(top, last, 1), size, last)
        except (sqlite3.Error, OverflowError) as error:
            where = f"{path.name}:after message {last}"
            yield Skipped("damaged database", where, bad=True, detail=type(error).__name__)
        yield Progress(size, size, last)


class _Chats:
    """The chats of one database. Those with one person over several services are one conversation."""

    def __init__(self, connection: sqlite3.Connection, file: str) -> None:
        self._file = file
        self._titles: dict[int, tuple[str, str]] = {}
        self._people: dict[str, list[str]] = defaultdict(list)
        self._conversations: dict[str, Conversation] = {}
        there = database.columns(connection, "chat")
        wanted = [c if c in there else "NULL" for c in ("chat_identifier", "guid", "display_name")]
        for number, identifier, guid, title in connection.execute(
            f"SELECT ROWID, {', '.join(wanted)} FROM chat"  # noqa: S608
        ):
            key = str(identifier or guid or number)
            self._titles[number] = (key.lower() if "@" in key else key, str(title or ""))
        if "chat_handle_join" in database.tables(connection):
            joined = (
                "SELECT j.chat_id, h.id FROM chat_handle_join j JOIN handle h ON h.ROWID = j.handle_id ORDER BY 1, 2"
            )
            for number, handle in connection.execute(joined):
                if number in self._titles:
                    self._people[self._titles[number][0]].append(_handle(handle))

    def message(self, row: Row) -> Message | Skipped:
        """The message in ``row``, or why it is none."""
        where = f"{self._file}:message {row.rowid}"
        reason = unwanted(row)
        if reason:
            return Skipped(reason, where)
        try:
            typed, reason = body(row)
        except ValueError as error:
            return Skipped("unreadable text", where, bad=True, detail=str(error))
        if not typed:
            return Skipped(reason, where)
        try:
            sent_at = moment(row.date)
        except ValueError:
            return Skipped("bad date", where, bad=True)
        mine = bool(row.is_from_me)
        other = _handle(row.handle) or _UNKNOWN
        own = own_handle(row.account, row.destination_caller_id) or owner_of(IMessageSource.name)
        return self._conversation(row, other).message(
            sender=own if mine else other,
            body=typed,
            sent_at=sent_at,
            mine=mine,
            where=where,
            native_id=str(row.guid or ""),
            reply_to=str(row.originator or ""),
            labels=(str(row.service),) if row.service else (),
            automated=not mine and _SERVICE_NUMBER.fullmatch(other) is not None,
        )

    def _conversation(self, row: Row, other: str) -> Conversation:
        unfiled = (other if other != _UNKNOWN else f"unfiled {row.guid or row.rowid}", "")
        key, title = self._titles.get(row.chat, unfiled) if row.chat is not None else unfiled
        if key not in self._conversations:
            people = self._people.get(key) or [other]
            self._conversations[key] = Conversation(IMessageSource.name, key, people, title)
        return self._conversations[key]


def _handle(value: str | None) -> str:
    text = str(value or "").strip()
    return text.lower() if "@" in text else text
