"""The database in a backup: put together again from its statements, and read whatever its age.

    until 2022  tables ``sms`` and ``mms``; ``address`` is a phone number, from 2019 on the id of a ``recipient``
    2022        ``address`` becomes ``recipient_id``, ``date`` becomes ``date_sent`` or ``date_received``
    from 2023   one table ``message`` with ``from_recipient_id`` and ``to_recipient_id``; edits are rows of their own

    texts       a text over 2,000 bytes is cut off in its row; all of it is an attachment, named in ``part`` or, from
                2023 on, ``attachment``

The low five bits of ``type`` (in ``mms`` ``msg_box``) say incoming or outgoing; bits above say what is no message.
"""

from __future__ import annotations

import os
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from likeness.core.types import Progress, Skipped
from likeness.sources.signal.backup import Attachment, Backup, Damaged
from likeness.sources.signal.entry import ME, Entry, joined, moment

_TABLES = ("message", "sms", "mms", "recipient", "thread", "groups", "part", "attachment")
_ATTACHED = (("attachment", "content_type", "message_id"), ("part", "ct", "mid"))
"""Tables of attachments with their columns for the kind of content and the message."""
_LONG_TEXT = "text/x-signal-plain"
_LONG_TEXT_LIMIT = 1 << 20
_CUT_OFF_FROM = 500
_WANTED = re.compile(rf"\s*(?:CREATE TABLE|INSERT INTO)\s+[\"'`\[]?({'|'.join(_TABLES)})[\"'`\]]?[\s(]", re.IGNORECASE)
_PROGRESS_EVERY = 5000

_BASE_MASK, _INBOX = 0x1F, 20
_OUTGOING = frozenset({21, 22, 23, 24, 25, 26, 28})
_UNSENT = frozenset({24, 28})
_NO_MESSAGE = 0x400000 | 0x70000 | 0xFF00 | 0x1E000000
"""End of a session, changes to a group or its timer, exchange of keys, what could not be decrypted."""
_SPECIAL = 0xF00000000
"""Reactions to stories, badges, payments and the like."""


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody, or a group, that messages come from or go to."""

    address: str
    name: str
    is_group: bool = False


@contextmanager
def temporary() -> Iterator[sqlite3.Connection]:
    """A new database (mode 0600, in a private folder) that loses its name at once and its content when it is closed."""
    with tempfile.TemporaryDirectory(prefix="likeness-") as folder:
        path = Path(folder) / "signal.sqlite"
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            for pragma in ("journal_mode=OFF", "synchronous=OFF", "temp_store=MEMORY", "foreign_keys=OFF"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("CREATE TABLE likeness_long_text (message INTEGER PRIMARY KEY, body TEXT)")
            path.unlink()
            yield connection


def replay(backup: Backup, database: sqlite3.Connection) -> Iterator[Progress | Skipped]:
    """Write the tables that matter into ``database``. Progress is in bytes of the backup.

    Raises what :meth:`Backup.statements` raises for a wrong passphrase; later damage ends the database there.
    """

    def is_long_text(row: int, length: int) -> bool:
        return length <= _LONG_TEXT_LIMIT and _message_of(database, row) is not None

    database.execute("BEGIN")
    try:
        for number, item in enumerate(backup.items(is_long_text), start=1):
            if number % _PROGRESS_EVERY == 0:
                yield Progress(backup.position, 0)
            try:
                if isinstance(item, Attachment):
                    values = (_message_of(database, item.row), item.data.decode("utf-8", "replace"))
                    database.execute("INSERT OR REPLACE INTO likeness_long_text VALUES (?, ?)", values)
                elif _WANTED.match(item.sql):
                    database.execute(item.sql, item.values)
            except (sqlite3.Error, sqlite3.Warning, OverflowError, ValueError) as error:
                yield Skipped("row that cannot be read", f"statement {number}", bad=True, detail=str(error)[:80])
    except Damaged as error:
        yield Skipped("damaged or truncated backup", f"byte {backup.position}", bad=True, detail=str(error))
    database.execute("COMMIT")


def _message_of(database: sqlite3.Connection, row: int) -> int | None:
    """The message whose whole text the attachment of that row is; ``None`` for any other attachment."""
    for table, kind, message in _ATTACHED:
        try:
            query = f"SELECT {message} FROM {table} WHERE _id = ? AND {kind} = ?"  # noqa: S608
            found = database.execute(query, (row, _LONG_TEXT)).fetchone()
        except (sqlite3.Error, OverflowError):
            continue  # the backup is of another age and has no such table
        if found is not None and isinstance(found[0], int):
            return found[0]
    return None


class Messages:
    """Reads the messages of a database that :func:`replay` wrote."""

    def __init__(self, database: sqlite3.Connection) -> None:
        database.row_factory = sqlite3.Row
        # Damaged texts must not stop the reading.
        database.text_factory = lambda raw: raw.decode("utf-8", "replace")
        self._database = database
        self._columns = {table: self._columns_of(table) for table in _TABLES}
        self._people = {str(row["_id"]): _person(row) for row in self._rows("recipient", "_id")}
        self._groups = self._titles()
        self._threads = {str(row["_id"]): self._thread(row) for row in self._rows("thread", "_id")}
        self._self: set[str] = set()
        self._others: set[str] = set()
        self.total = sum(self._count(table) for table in ("message", "sms", "mms"))

    def entries(self) -> Iterator[Entry | Skipped]:
        """All messages, table by table in the order in which they came."""
        for table in ("sms", "mms", "message"):
            columns = self._columns[table]
            sender = _first(columns, "from_recipient_id", "recipient_id", "address")
            kind = _first(columns, "msg_box" if table == "mms" else "type", "type")
            if not sender or not kind or not {"_id", "thread_id", "body"} <= columns:
                if columns:
                    yield Skipped("table of an unknown form", table, bad=True)
                continue
            self._learn_sides(table, sender, kind)
            for row in self._rows(table, "_id"):
                yield self._entry(table, row, sender, kind)

    def _entry(self, table: str, row: sqlite3.Row, sender: str, kind: str) -> Entry:
        where = f"{table}:{row['_id']}"
        bits = row[kind] if isinstance(row[kind], int) else 0
        thread = self._threads.get(str(row["thread_id"]), ("", ""))
        mine = bits & _BASE_MASK in _OUTGOING
        reason = _reason(row, bits, self._columns[table])
        who = self._person(str(row[sender]))
        chat = thread[0] or who.address
        stamp = self._stamp(table, row)
        if reason or not chat:
            return Entry(where, reason=reason or "no chat", bad=not reason)
        return Entry(
            where,
            chat=chat,
            people=(thread[1] or who.address,) if not self._is_group(chat) else (),
            sender=who.address,
            sender_name=who.name,
            mine=mine,
            sent_at=moment(stamp),
            stamp=str(stamp),
            text=self._text(row, table),
            quoted=self._quoted(row, self._columns[table]),
        )

    def _text(self, row: sqlite3.Row, table: str) -> str:
        body = str(row["body"]).strip()
        if table == "sms" or len(body) < _CUT_OFF_FROM:
            return body
        found = self._database.execute(
            "SELECT body FROM likeness_long_text WHERE message = ?", (row["_id"],)
        ).fetchone()
        return str(found[0]).strip() if found and str(found[0]).strip().startswith(body) else body

    def _stamp(self, table: str, row: sqlite3.Row) -> object:
        names = ("date_sent", "date") if table != "mms" else ("date_sent", "date", "date_received")
        name = _first(self._columns[table], *names)
        return row[name] if name else None

    def _quoted(self, row: sqlite3.Row, columns: frozenset[str]) -> tuple[str, str] | None:
        if not {"quote_id", "quote_author"} <= columns or not row["quote_id"] or row["quote_author"] is None:
            return None
        author = str(row["quote_author"])
        mine = author in self._self or (author not in self._others and not self._self)
        return str(row["quote_id"]), ME if mine else self._person(author).address

    def _learn_sides(self, table: str, sender: str, kind: str) -> None:
        """Who received messages are from; and, in the newer form, under which id the owner's stand."""
        other = f"SELECT DISTINCT {sender} FROM {table} WHERE {kind} & {_BASE_MASK} = {_INBOX}"  # noqa: S608
        self._others |= {str(row[0]) for row in self._database.execute(other)}
        if sender == "from_recipient_id":
            sides = ", ".join(map(str, sorted(_OUTGOING)))
            own = f"SELECT DISTINCT {sender} FROM {table} WHERE {kind} & {_BASE_MASK} IN ({sides})"  # noqa: S608
            self._self |= {str(row[0]) for row in self._database.execute(own)}

    def _thread(self, row: sqlite3.Row) -> tuple[str, str]:
        """What tells a chat from others, and the address of the person it is with ("" for a group)."""
        name = _first(self._columns["thread"], "recipient_id", "thread_recipient_id", "recipient_ids")
        if not name or row[name] is None:
            return "", ""
        who = self._person(str(row[name]))
        return who.address, "" if who.is_group else who.address

    def _person(self, reference: str) -> _Person:
        known = self._people.get(reference)
        if known is None:
            return _Person(reference, self._groups.get(reference, ""), reference.startswith("__"))
        if known.is_group:
            return _Person(known.address, self._groups.get(known.address, known.name), True)
        return known

    def _is_group(self, chat: str) -> bool:
        return chat.startswith("__") or chat in self._groups

    def _titles(self) -> dict[str, str]:
        if not {"group_id", "title"} <= self._columns["groups"]:
            return {}
        rows = self._database.execute("SELECT group_id, title FROM groups")
        return {str(row[0]): str(row[1] or "") for row in rows}

    def _columns_of(self, table: str) -> frozenset[str]:
        return frozenset(str(row[1]) for row in self._database.execute(f"PRAGMA table_info({table})"))

    def _rows(self, table: str, order: str) -> Iterator[sqlite3.Row]:
        if order in self._columns[table]:
            yield from self._database.execute(f"SELECT * FROM {table} ORDER BY {order}")  # noqa: S608

    def _count(self, table: str) -> int:
        if not self._columns[table]:
            return 0
        return int(self._database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def _reason(row: sqlite3.Row, bits: int, columns: frozenset[str]) -> str:
    """Why a row is none of a person's words; "" if it is."""

    def has(name: str) -> bool:
        return name in columns and bool(row[name])

    base = bits & _BASE_MASK
    tests: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("system line", lambda: base != _INBOX and base not in _OUTGOING),
        ("system line", lambda: bool(bits & (_NO_MESSAGE | _SPECIAL))),
        ("unsent", lambda: has("remote_deleted")),
        ("edited later", lambda: has("latest_revision_id")),
        ("story", lambda: has("story_type")),
        ("draft or not sent", lambda: base in _UNSENT),
        ("no text", lambda: row["body"] is None or not str(row["body"]).strip()),
    )
    return next((reason for reason, applies in tests if applies()), "")


def _person(row: sqlite3.Row) -> _Person:
    def value(*names: str) -> str:
        found = (row[name] for name in names if name in row.keys())  # noqa: SIM118
        return next((str(one).strip() for one in found if one not in (None, "")), "")

    group = value("group_id")
    name = value("nickname_joined_name", "system_joined_name", "system_display_name", "profile_joined_name")
    name = name or joined([value("profile_given_name", "signal_profile_name"), value("profile_family_name")])
    address = value("e164", "phone", "aci", "uuid", "pni", "username", "email") or name or str(row["_id"])
    return _Person(group or address, name or address, bool(group))


def _first(columns: frozenset[str], *names: str) -> str:
    return next((name for name in names if name in columns), "")
