"""One message of Signal, whatever it was read from, and how it becomes a :class:`Message`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from likeness.core.types import Message, Skipped
from likeness.sources.shared.chats import Conversation, owner_of

SOURCE = "signal"
ME = owner_of(SOURCE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """A message before it has an id. ``reason`` says why it is none of a person's words; "" if it is.

    ``chat`` tells its conversation from others; ``quoted`` is (milliseconds, sender) of what it answers.
    """

    where: str
    chat: str = ""
    people: tuple[str, ...] = ()
    sender: str = ""
    sender_name: str = ""
    mine: bool = False
    sent_at: datetime | None = None
    stamp: str = ""
    """The time as the format has it: milliseconds since 1970, which its quotes refer to."""
    text: str = ""
    reason: str = ""
    bad: bool = False
    quoted: tuple[str, str] | None = None


class Messages:
    """Makes messages of entries. A message is known by its sender and moment, as Signal itself knows it."""

    def __init__(self) -> None:
        self._conversations: dict[str, Conversation] = {}
        self._moment = ""
        self._seen: Counter[tuple[str, str]] = Counter()

    def item(self, entry: Entry | Skipped) -> Message | Skipped:
        if isinstance(entry, Skipped):
            return entry
        if entry.reason:
            return Skipped(entry.reason, entry.where, bad=entry.bad)
        if entry.sent_at is None:
            return Skipped("bad date", entry.where, bad=True)
        if entry.chat not in self._conversations:
            self._conversations[entry.chat] = Conversation(SOURCE, entry.chat, (ME, *entry.people))
        sender = ME if entry.mine else entry.sender
        return self._conversations[entry.chat].message(
            sender=sender,
            sender_name="" if entry.mine else entry.sender_name,
            body=entry.text,
            sent_at=entry.sent_at,
            mine=entry.mine,
            native_id=self._native_id(entry, sender),
            reply_to="-".join(entry.quoted) if entry.quoted else "",
            where=entry.where,
        )

    def _native_id(self, entry: Entry, sender: str) -> str:
        # Text messages taken over from Android are exact to the second only, and two can share it.
        if entry.stamp != self._moment:
            self._moment = entry.stamp
            self._seen.clear()
        self._seen[entry.chat, sender] += 1
        ordinal = self._seen[entry.chat, sender]
        return f"{entry.stamp}-{sender}" + (f"-{ordinal}" if ordinal > 1 else "")


def moment(milliseconds: object) -> datetime | None:
    """Milliseconds since 1970 (a number, or its digits); ``None`` for anything else and for what is out of range."""
    if isinstance(milliseconds, str) and milliseconds.isascii() and milliseconds.isdecimal():
        milliseconds = int(milliseconds[:20])
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int):
        return None
    try:
        found = _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
    return found if found.year >= 1995 else None


def joined(parts: Iterable[object]) -> str:
    """The non-empty texts among ``parts``, with spaces between."""
    return " ".join(part.strip() for part in parts if isinstance(part, str) and part.strip())
