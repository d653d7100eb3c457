"""Finding messages by words: full-text search (FTS5) ranked by BM25, with filters.

``messages_text`` finds words; ``messages_unspaced`` finds runs of characters in messages of scripts that set no spaces,
by trigrams. Runs of one or two characters are looked for in the bodies of those messages one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from likeness.core.store.database import Database
from likeness.core.store.messages import COLUMNS, message_of
from likeness.core.store.terms import Query, Term
from likeness.core.types import Message

_TRIGRAM = 3
_PAGE = 64


@dataclass(frozen=True, slots=True)
class Filters:
    """Which messages may be found. Text is compared without case and as a part of what it is compared with.

    ``sender``: address or name. ``recipient``: one of those it went to. ``place``: the source (equal), the
    conversation or a label. ``since`` is included, ``until`` is not; undated messages pass neither.
    """

    sender: str = ""
    recipient: str = ""
    place: str = ""
    since: datetime | None = None
    until: datetime | None = None
    owner_only: bool = False

    def __bool__(self) -> bool:
        return self != Filters()


class Searching(Database):
    """Search in the ``messages`` table."""

    def find_keys(self, query: Query, filters: Filters, limit: int = -1) -> list[int]:
        """Keys of messages with every needed term and none excluded, best match first; newest first without a term.

        At most ``limit`` when that is not negative. What a term matches is subject and body as stored: mark-up in an
        HTML body counts as text here.
        """
        sql, values = _statement(query, filters)
        with self._reading() as connection:
            connection.create_function("holds", 2, holds, deterministic=True)
            return [row[0] for row in connection.execute(f"{sql} LIMIT ?", (*values, limit))]

    def messages_by_key(self, keys: Sequence[int]) -> Iterator[tuple[int, Message]]:
        """Key and message of these, in that order, read page by page; those that are gone are left out."""
        for start in range(0, len(keys), _PAGE):
            page = list(keys[start : start + _PAGE])
            sql = f"SELECT key, {COLUMNS} FROM messages WHERE key IN ({', '.join('?' * len(page))})"  # noqa: S608
            with self._reading() as connection:
                found = {row[0]: message_of(row[1:]) for row in connection.execute(sql, page)}
            yield from ((key, found[key]) for key in page if key in found)


def condition(filters: Filters) -> tuple[str, list[object]]:
    """The filters as a condition on ``messages m``, and its values. Needs the function ``holds``."""
    parts: list[str] = []
    values: list[object] = []
    if filters.owner_only:
        parts.append("m.from_owner")
    if filters.sender:
        parts.append("(holds(m.sender, ?) OR holds(m.sender_name, ?))")
        values += [filters.sender.casefold()] * 2
    if filters.recipient:
        parts.append("EXISTS (SELECT 1 FROM json_each(m.recipients) r WHERE holds(r.value, ?))")
        values.append(filters.recipient.casefold())
    if filters.place:
        parts.append(
            "(m.source = ? OR holds(m.conversation, ?) OR "
            "EXISTS (SELECT 1 FROM json_each(m.labels) l WHERE holds(l.value, ?)))"
        )
        values += [filters.place.casefold()] * 3
    for moment, comparison in ((filters.since, ">="), (filters.until, "<")):
        if moment is not None:
            parts.append(f"m.sent_at {comparison} ?")
            values.append(moment.isoformat())
    return " AND ".join(parts) or "1", values


def _statement(query: Query, filters: Filters) -> tuple[str, list[object]]:
    """The search without its limit: keys in order."""
    where, values = condition(filters)
    spaced = [term for term in query.needed if not term.unspaced]
    runs = [term for term in query.needed if term.unspaced]
    long_runs = [term for term in runs if len(term.text) >= _TRIGRAM]
    table, order, leading = "", "m.sent_at DESC, m.key DESC", list[object]()
    if spaced:
        table, leading = "messages_text", [" AND ".join(term.quoted() for term in spaced)]
    elif long_runs:
        table, leading = "messages_unspaced", [" AND ".join(term.quoted() for term in long_runs)]
        long_runs = []
    for term in long_runs:
        where, values = f"{where} AND {_IN_TRIGRAMS}", [*values, term.quoted()]
    for term in runs:
        if len(term.text) < _TRIGRAM:
            where, values = f"{where} AND {_SHORT_RUN}", [*values, *_likes(term)]
    for term in query.excluded:
        if not term.unspaced:
            where, values = f"{where} AND NOT {_IN_WORDS}", [*values, term.quoted()]
        elif len(term.text) >= _TRIGRAM:
            where, values = f"{where} AND NOT {_IN_TRIGRAMS}", [*values, term.quoted()]
        else:
            where, values = f"{where} AND NOT {_SHORT_RUN}", [*values, *_likes(term)]
    if not table:
        return f"SELECT m.key FROM messages m WHERE {where} ORDER BY {order}", values  # noqa: S608
    if where == "1":
        return f"SELECT rowid FROM {table} WHERE {table} MATCH ? ORDER BY rank", leading  # noqa: S608
    sql = f"SELECT t.rowid FROM {table} t JOIN messages m ON m.key = t.rowid WHERE {table} MATCH ? AND {where}"  # noqa: S608
    return f"{sql} ORDER BY rank", [*leading, *values]


_IN_WORDS = "m.key IN (SELECT rowid FROM messages_text WHERE messages_text MATCH ?)"
_IN_TRIGRAMS = "m.key IN (SELECT rowid FROM messages_unspaced WHERE messages_unspaced MATCH ?)"
_SHORT_RUN = "(m.unspaced AND (m.body LIKE ? ESCAPE '\\' OR m.subject LIKE ? ESCAPE '\\'))"


def _likes(term: Term) -> list[object]:
    escaped = term.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return [f"%{escaped}%"] * 2


def holds(value: str | None, part: str) -> bool:
    return value is not None and part in value.casefold()
