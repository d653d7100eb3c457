"""Searching what was imported: by words, by meaning, or both ranked together.

Messages in HTML are matched as the text a reader sees: what only its mark-up holds is not a find.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Literal

from likeness.core.errors import InputError
from likeness.core.protocols import Embedder
from likeness.core.store import Filters, Store
from likeness.core.store.terms import Query, parse
from likeness.core.types import Message
from likeness.write import meaning
from likeness.write.clean.html import html_to_text
from likeness.write.clean.message import is_mail
from likeness.write.snippet import Snippet, has_all, snippet

By = Literal["words", "meaning", "both"]
MOST = 200
"""Results in one answer at most."""
_DEEPEST = 10_000
_RANKED_TOGETHER = 200
_FUSION = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009): how little the very first ranks count."""


@dataclass(frozen=True, slots=True)
class Result:
    """One message found. ``ways`` says how: "words", "meaning" or both."""

    message: Message
    snippet: Snippet
    ways: tuple[str, ...]

    @property
    def channel(self) -> str:
        """ "mail", or the source of a chat."""
        return "mail" if is_mail(self.message) else self.message.source


@dataclass(frozen=True, slots=True)
class Results:
    """A page of results, best first. ``by`` is how was searched, ``more`` whether there is another page."""

    items: tuple[Result, ...]
    by: By
    more: bool
    note: str = ""


def search(
    store: Store,
    typed: str,
    filters: Filters | None = None,
    *,
    by: By = "words",
    limit: int = 20,
    offset: int = 0,
    embedder: Embedder | None = None,
) -> Results:
    """Find messages for what somebody typed (see :mod:`likeness.core.store.terms`).

    Without a word to find it lists what the filters let through, newest first. ``by`` other than "words" needs an
    ``embedder`` and the vectors of its model.

    Raises :class:`InputError` for an empty or unusable search, :class:`NotReady` without vectors, and what the
    embedder raises.
    """
    query, chosen = parse(typed), filters or Filters()
    if not query and not chosen:
        raise InputError(
            "there is nothing to search for", hint="give a word, or a filter such as --from", param="query"
        )
    if not 1 <= limit <= MOST or not 0 <= offset <= _DEEPEST:
        raise InputError(f"between 1 and {MOST} results at a time, from the first {_DEEPEST:,}", param="limit")
    if by == "words" or not query:
        return _by_words(store, query, chosen, limit, offset)
    if embedder is None:
        raise meaning.no_engine()
    meaning.ready(store, embedder.model)
    return _by_meaning(store, query, chosen, by, limit, offset, embedder)


def moment(text: str, *, after: bool = False) -> datetime | None:
    """The beginning of a year, month or day ("2019", "2019-05", "2019-05-03") in UTC; its end with ``after``.

    Raises :class:`InputError` for anything else; "" is ``None``.
    """
    if not text.strip():
        return None
    try:
        parts = [int(part) for part in text.strip().split("-")]
        year, month, day = (*parts, 1, 1)[:3] if len(parts) < 3 else parts
        begin = datetime(year, month, day, tzinfo=UTC)
        if not after:
            return begin
        if len(parts) == 3:
            return datetime.fromtimestamp(begin.timestamp() + 86_400, UTC)
        months = year * 12 + month if len(parts) == 2 else (year + 1) * 12
        return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InputError(f"{text[:40]!r} is no date", hint="write 2019, 2019-05 or 2019-05-03") from None


def shown_text(message: Message) -> str:
    """A message's body as a reader sees it."""
    return html_to_text(message.body)[0] if message.body_type == "html" else message.body


def _by_words(store: Store, query: Query, filters: Filters, limit: int, offset: int) -> Results:
    found = _worded(store, query, filters, offset + limit + 1)
    page = store.messages_by_key(found[offset : offset + limit])
    items = tuple(_result(message, query, ("words",)) for _, message in page)
    return Results(items, "words", more=len(found) > offset + limit)


def _worded(store: Store, query: Query, filters: Filters, wanted: int) -> list[int]:
    """Keys of the first ``wanted`` messages that hold the query's terms in what they show."""
    most = wanted
    while True:
        ranked = store.find_keys(query, filters, most)
        shown = (key for key, message in store.messages_by_key(ranked) if _shows(message, query))
        found = list(islice(shown, wanted))
        if len(found) == wanted or len(ranked) < most:
            return found
        most *= 4


def _shows(message: Message, query: Query) -> bool:
    """Whether all terms are in what a reader sees; only HTML can hold them elsewhere."""
    return (
        not query.needed or message.body_type != "html" or has_all(query, f"{message.subject}\n{shown_text(message)}")
    )


def _by_meaning(
    store: Store, query: Query, filters: Filters, by: By, limit: int, offset: int, embedder: Embedder
) -> Results:
    depth = max(_RANKED_TOGETHER, offset + limit + 1)
    near = meaning.nearest(store, embedder, query.plain, filters, depth)
    if query.excluded:
        near = [key for key, message in store.messages_by_key(near) if not _holds_excluded(message, query)]
    worded = _worded(store, query, filters, depth) if by == "both" else []
    ranked = fuse([near, worded]) if by == "both" else near
    found_by = {"words": set(worded), "meaning": set(near)}
    items = tuple(
        _result(message, query, tuple(way for way, keys in found_by.items() if key in keys))
        for key, message in store.messages_by_key(ranked[offset : offset + limit])
    )
    return Results(items, by, more=len(ranked) > offset + limit, note=meaning.coverage(store, embedder.model))


def _holds_excluded(message: Message, query: Query) -> bool:
    text = f"{message.subject}\n{shown_text(message)}"
    return any(has_all(Query((term,)), text) for term in query.excluded)


def fuse(rankings: Sequence[Sequence[int]]) -> list[int]:
    """One ranking of several: by the sum of 1 / (60 + rank) over those that have a key (reciprocal rank fusion)."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, key in enumerate(ranking, 1):
            scores[key] = scores.get(key, 0.0) + 1 / (_FUSION + rank)
    return sorted(scores, key=lambda key: (-scores[key], key))


def _result(message: Message, query: Query, ways: tuple[str, ...]) -> Result:
    return Result(message, snippet(query, shown_text(message)), ways)


def as_json(result: Result) -> dict[str, Any]:
    """A result as JSON values; ``marks`` are [start, end] in the snippet."""
    message = result.message
    return {
        "id": message.id,
        "sent_at": message.sent_at.isoformat() if message.sent_at else None,
        "sender": message.sender,
        "sender_name": message.sender_name,
        "mine": message.from_owner,
        "recipients": list(message.recipients),
        "channel": result.channel,
        "source": message.source,
        "conversation": message.conversation,
        "subject": message.subject,
        "snippet": result.snippet.text,
        "marks": [list(mark) for mark in result.snippet.marks],
        "ways": list(result.ways),
    }
