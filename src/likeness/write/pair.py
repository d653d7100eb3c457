"""Pairing what the owner wrote with what they answered.

Mail: the message its In-Reply-To names, else the last of its References that is there, else the newest message of the
same subject among the same people before it, else the text it quotes. Chat: the message a reply names, else the burst
of the others just before. Messages the owner sent in quick succession are one burst.
"""

from __future__ import annotations

import re
from array import array
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import groupby
from typing import Literal

import numpy as np
from numpy.typing import NDArray

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
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NAMED_AT_ONCE = 2000
"""Messages of a chat kept at hand for replies that name them; older ones are looked up."""
_Hashes = NDArray[np.uint64]


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
    """Which mails a mail without usable ids may answer. Holds ids, times and hashes, about 60 bytes a mail."""

    def __init__(self, window: timedelta = timedelta(days=60)) -> None:
        self.window = window
        self._columns = (array("Q"), array("q"), array("Q"))
        self._ids = bytearray()
        self._ends = array("q", [0])
        self._sorted: tuple[_Hashes, NDArray[np.int64], _Hashes, NDArray[np.int64]] | None = None

    def add(self, message: Message) -> None:
        """Note one mail; those without subject or date cannot be found this way."""
        key = subject_key(message.subject)
        if key and message.sent_at:
            for column, value in zip(self._columns, _entry(key, message.sent_at, message.sender), strict=True):
                column.append(value)
            self._ids += message.id.encode("utf-8", "surrogatepass")
            self._ends.append(len(self._ids))
            self._sorted = None

    def candidates(self, message: Message) -> Iterator[str]:
        """Ids of mails of the same subject, by other senders, newest before ``message`` first."""
        if not message.sent_at:
            return
        keys, times, senders, places = self._sorted or self._sort()
        key, before, sender = _entry(subject_key(message.subject), message.sent_at, message.sender)
        first, last = (int(np.searchsorted(keys, np.uint64(key), side)) for side in ("left", "right"))
        first, last = (
            first + int(np.searchsorted(times[first:last], time))
            for time in (before - self.window // _MICROSECOND, before)
        )
        # Of one moment the last in the order of ids comes first.
        for _, group in groupby(range(last - 1, first - 1, -1), key=lambda place: int(times[place])):
            yield from sorted((self._id(int(places[i])) for i in group if int(senders[i]) != sender), reverse=True)

    def _sort(self) -> tuple[_Hashes, NDArray[np.int64], _Hashes, NDArray[np.int64]]:
        keys, times, senders = (np.array(column, dtype=column.typecode) for column in self._columns)
        order = np.lexsort((times, keys))
        self._sorted = keys[order], times[order], senders[order], order
        return self._sorted

    def _id(self, place: int) -> str:
        return self._ids[self._ends[place] : self._ends[place + 1]].decode("utf-8", "surrogatepass")


def _entry(key: str, sent_at: datetime, sender: str) -> tuple[int, int, int]:
    return _hash(key), (sent_at - _EPOCH) // _MICROSECOND, _hash(_bare(sender))


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


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


def bursts(messages: Iterable[Message], gap: timedelta) -> Iterator[list[Message]]:
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


def chat_turns(
    messages: Iterable[Message], gap: timedelta, memory: timedelta, most: int = 8, find: Lookup | None = None
) -> Iterator[Turn]:
    """The owner's bursts in one chat, in order, with what they answer.

    The context is the message an explicit reply names, else what others said since the owner's last word: at most
    ``most`` messages, none older than ``memory``. ``find`` gives by its native id a message of the chat that went by
    long ago; the chat itself is not held in memory.
    """
    near: OrderedDict[str, Message] = OrderedDict()
    before: deque[Message] = deque(maxlen=most)
    for run in bursts(_remembered(messages, near), gap):
        if not run[0].from_owner:
            before += run
            continue
        wanted = run[0].reply_to
        named = (near.get(wanted) or (find(wanted) if find else None)) if wanted else None
        if named:
            yield Turn(tuple(run), (named,), "reply id")
        else:
            recent = [message for message in before if _near(message, run[0], memory)]
            yield Turn(tuple(run), tuple(recent), "burst" if recent else "none")
        before.clear()


def _remembered(messages: Iterable[Message], near: OrderedDict[str, Message]) -> Iterator[Message]:
    """Pass ``messages`` on, keeping the latest in ``near`` by native id."""
    for message in messages:
        if message.native_id:
            near[message.native_id] = message
            if len(near) > _NAMED_AT_ONCE:
                near.popitem(last=False)
        yield message
