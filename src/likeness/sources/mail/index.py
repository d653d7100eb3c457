"""The header-only index of an mbox: where each mail stands, which are the owner's, and which those answer."""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import IO

from likeness.sources.mail import charsets, threads
from likeness.sources.mail.addresses import Owners, decoded, sender
from likeness.sources.mail.separators import Found, scan

_FIELD = re.compile(
    rb"\n(from|message-id|in-reply-to|references|subject|x-gmail-labels|delivered-to|to)"
    rb":[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)",
    re.IGNORECASE,
)
_SENDERS_REMEMBERED = 20_000


def fields(headers: bytes) -> dict[str, str]:
    """The fields of a header block that threads and identities need; the first of each, names in lower case."""
    found: dict[str, str] = {}
    for name, value in _FIELD.findall(headers):
        found.setdefault(name.decode("ascii").lower(), charsets.decode(value))
    return found


@dataclass(slots=True)
class Thread:
    """What is known of one of the owner's mails before it is read."""

    number: int
    parents: tuple[str, ...]
    subject: str
    is_reply: bool


@dataclass(slots=True)
class Index:
    """Compact columns, one entry per mail: 24 bytes each, and a little more for the owner's."""

    offsets: array[int] = field(default_factory=lambda: array("q"))
    ids: array[int] = field(default_factory=lambda: array("q"))
    subjects: array[int] = field(default_factory=lambda: array("q"))
    owned: list[Thread] = field(default_factory=list)

    def needed(self, wanted: Collection[str] = ()) -> dict[int, str]:
        """Numbers of the mails to read (the owner's, what they answer, and ``wanted`` Message-IDs).

        The value is the subject-made conversation for replies that name no parent, else "".
        """
        mine = {thread.number for thread in self.owned}
        numbers = dict.fromkeys(mine, "")
        asked = {hash(one) for thread in self.owned for one in thread.parents} | {hash(one) for one in wanted}
        places = {key: number for number, key in enumerate(self.ids) if key in asked}
        numbers.update((places[key], "") for one in wanted if (key := hash(one)) in places)
        orphans = []
        for thread in self.owned:
            parent = next((places[key] for one in thread.parents if (key := hash(one)) in places), None)
            if parent is not None:
                numbers.setdefault(parent, "")
            elif thread.is_reply and not thread.parents and thread.subject:
                orphans.append(thread)
        numbers.update(self._by_subject(orphans, mine))
        return dict(sorted(numbers.items()))

    def _by_subject(self, orphans: Iterable[Thread], mine: Collection[int]) -> dict[int, str]:
        """For replies without a parent id: the last mail before with the same subject that is not the owner's."""
        by_key: dict[int, list[Thread]] = {}
        for thread in orphans:
            by_key.setdefault(hash(thread.subject), []).append(thread)
        found: dict[int, str] = {}
        if not by_key:
            return found
        latest: dict[int, int] = {}
        waiting = {thread.number: thread for group in by_key.values() for thread in group}
        for number, key in enumerate(self.subjects):
            if key not in by_key:
                continue
            reply = waiting.get(number)
            if reply is not None:
                found[number] = f"subject:{reply.subject}"
                if key in latest:
                    found[latest[key]] = f"subject:{reply.subject}"
            elif number not in mine:
                latest[key] = number
        return found


def build(handle: IO[bytes], owners: Owners) -> Index:
    """Index an mbox opened in binary mode, reading it once."""
    index = Index()
    known: dict[str, bool] = {}
    for found in scan(handle):
        _enter(index, found, owners, known)
    return index


def _enter(index: Index, found: Found, owners: Owners, known: dict[str, bool]) -> None:
    values = fields(found.headers)
    from_ = values.get("from", "")
    mine = known.get(from_)
    if mine is None:
        mine = owners.recognise(sender(decoded(from_))) is not None
        if len(known) < _SENDERS_REMEMBERED:
            known[from_] = mine
    native = threads.ids(values.get("message-id", ""))
    subject = values.get("subject", "")
    plain = threads.plain_subject(decoded(subject))
    if mine:
        parents = threads.parent_ids(
            threads.ids(values.get("in-reply-to", "")), threads.ids(values.get("references", ""))
        )
        index.owned.append(Thread(len(index.offsets), parents, plain, threads.is_reply(decoded(subject))))
    index.offsets.append(found.offset)
    index.ids.append(hash(native[0]) if native else 0)
    index.subjects.append(hash(plain))
