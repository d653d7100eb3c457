"""Pairing what the owner wrote with what they answered.

Mail: the message its In-Reply-To names, else the last of its References that is there, else the newest message of the
same subject among the same people before it, else the text it quotes. Chat: the message a reply names, else the burst
of the others just before. Messages the owner sent in quick succession are one burst.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from likeness.core.types import Message

Method = Literal["reply id", "reference", "subject", "quoted", "burst", "none"]
Lookup = Callable[[str], Message | None]

_PREFIX = re.compile(
    r"\s*(?:(?:re|aw|sv|antw|antwort|fwd?|wg|tr|rv|enc|r|rif|odp|res|vs|ynt|vá|\[[^\]]{1,40}\])(?:\[\d+\]|"
    r"\(\d+\)|\^\d+)?\s*[:：]|\[[^\]]{1,40}\])\s*",
    re.I,
)
_REPLY_PREFIX = re.compile(
    r"\s*(?:\[[^\]]{1,40}\]\s*)?(?:re|aw|sv|antw|antwort|rif|odp|res|vs|ynt|vá)(?:\[\d+\]|\(\d+\))?\s*[:：]", re.I
)
_ADDRESS = re.compile(r"\s+at\s+|@")


@dataclass(frozen=True, slots=True)
class Turn:
    """What the owner said at once and what stood before it. ``context`` is in time order, empty for a first word."""

    messages: tuple[Message, ...]
    context: tuple[Message, ...] = ()
    method: Method = "none"


def is_reply(message: Message) -> bool:
    """True when a mail says of itself that it answers one (headers, or "Re:" in its subject)."""
    return bool(message.reply_to or message.references or _REPLY_PREFIX.match(message.subject))


def subject_key(subject: str) -> str:
    """A subject without "Re:", "AW:", list tags and spacing, case-folded; equal within one thread."""
    while (match := _PREFIX.match(subject)) and match.end():
        subject = subject[match.end() :]
    return " ".join(subject.split()).casefold()


class SubjectIndex:
    """Which mails a mail without usable ids may answer. Holds ids and times, not texts."""

    def __init__(self, window: timedelta = timedelta(days=60)) -> None:
        self.window = window
        self._entries: defaultdict[str, list[tuple[datetime, str, str]]] = defaultdict(list)
        self._sorted = False

    def add(self, message: Message) -> None:
        """Note one mail; those without subject or date cannot be found this way."""
        key = subject_key(message.subject)
        if key and message.sent_at:
            self._entries[key].append((message.sent_at, message.id, _bare(message.sender)))
            self._sorted = False

    def candidates(self, message: Message) -> Iterator[str]:
        """Ids of mails of the same subject, by other senders, newest before ``message`` first."""
        if not message.sent_at:
            return
        if not self._sorted:
            for entries in self._entries.values():
                entries.sort()
            self._sorted = True
        entries = self._entries.get(subject_key(message.subject), [])
        for place in range(bisect_left(entries, (message.sent_at, "", "")) - 1, -1, -1):
            sent_at, id, sender = entries[place]
            if message.sent_at - sent_at > self.window:
                return
            if sender != _bare(message.sender):
                yield id


def mail_turn(message: Message, by_native: Lookup, by_id: Lookup, subjects: SubjectIndex) -> Turn:
    """The owner's mail with the mail it answers; ``method`` is "none" when that is not among the messages."""
    if message.reply_to:
        parent = by_native(message.reply_to)
        if parent and parent.id != message.id:
            return Turn((message,), (parent,), "reply id")
    for reference in reversed(message.references):
        parent = by_native(reference)
        if parent and parent.id != message.id:
            return Turn((message,), (parent,), "reference")
    if is_reply(message):
        fallback: Message | None = None
        for id in subjects.candidates(message):
            parent = by_id(id)
            if parent and _share_people(message, parent):
                return Turn((message,), (parent,), "subject")
            fallback = fallback or parent
        if fallback and not message.recipients:
            return Turn((message,), (fallback,), "subject")
    return Turn((message,))


def _share_people(reply: Message, parent: Message) -> bool:
    """The reply went to its parent's sender, or both went to a common place (a list)."""
    reached = {_bare(value) for value in reply.recipients}
    return _bare(parent.sender) in reached or bool(reached & {_bare(value) for value in parent.recipients})


def _bare(address: str) -> str:
    return _ADDRESS.sub("@", address.strip().casefold())


def bursts(messages: Sequence[Message], gap: timedelta) -> Iterator[list[Message]]:
    """Runs of messages of one sender, each at most ``gap`` after the one before; an explicit reply starts its own."""
    run: list[Message] = []
    for message in messages:
        if run and not (message.sender == run[-1].sender and _near(run[-1], message, gap) and not message.reply_to):
            yield run
            run = []
        run.append(message)
    if run:
        yield run


def _near(earlier: Message, later: Message, gap: timedelta) -> bool:
    if earlier.sent_at is None or later.sent_at is None:
        return True
    return later.sent_at - earlier.sent_at <= gap


def chat_turns(messages: Iterable[Message], gap: timedelta, memory: timedelta, most: int = 8) -> Iterator[Turn]:
    """The owner's bursts in one chat, in order, with what they answer.

    The context is the message an explicit reply names, else what others said since the owner's last word: at most
    ``most`` messages, none older than ``memory``.
    """
    conversation = list(messages)
    by_native = {message.native_id: message for message in conversation if message.native_id}
    before: list[Message] = []
    for run in bursts(conversation, gap):
        if not run[0].from_owner:
            before += run
            continue
        named = by_native.get(run[0].reply_to) if run[0].reply_to else None
        if named:
            yield Turn(tuple(run), (named,), "reply id")
        else:
            recent = [message for message in before[-most:] if _near(message, run[0], memory)]
            yield Turn(tuple(run), tuple(recent), "burst" if recent else "none")
        before = []
