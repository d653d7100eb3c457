"""The header-only index of an mbox: where each mail stands, which are the owner's, and which those answer."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import IO

from likeness.sources.mail import charsets, threads
from likeness.sources.mail.addresses import Owners, decoded, sender
from likeness.sources.mail.separators import Found, scan

_NAMES = (
    "from",
    "to",
    "message-id",
    "in-reply-to",
    "references",
    "subject",
    "x-gmail-labels",
    "delivered-to",
)
_SENDERS_REMEMBERED = 20_000


def fields(headers: bytes) -> dict[str, str]:
    """The fields of a header block that threads and identities need; the first of each, names in lower case."""
    lowered = headers.lower()
    found = ((name, _raw(headers, lowered, f"\n{name}:".encode())) for name in _NAMES)
    return {name: charsets.decode(value) for name, value in found if value}


def _raw(headers: bytes, lowered: bytes, marker: bytes) -> bytes:
    """The value after ``marker`` ("\\nname:") with its folded lines; empty where there is none."""
    start = lowered.find(marker)
    if start < 0:
        return b""
    start += len(marker)
    end = lowered.find(b"\n", start)
    while end >= 0 and lowered[end + 1 : end + 2] in (b" ", b"\t"):
        end = lowered.find(b"\n", end + 1)
    return headers[start:end].strip() if end >= 0 else headers[start:].strip()


@dataclass(slots=True)
class Thread:
    """What is known of one of the owner's mails before it is read."""

    number: int
    parents: tuple[str, ...]
    subject: str
    is_reply: bool


@dataclass(slots=True)
class Index:
    """Compact columns, one entry per mail: 16 bytes each, and a little more for the owner's."""

    offsets: array[int] = field(default_factory=lambda: array("q"))
    ids: array[int] = field(default_factory=lambda: array("q"))
    owned: list[Thread] = field(default_factory=list)
    by_subject: dict[int, str] = field(default_factory=dict)
    """For the owner's replies that name no parent, and for what they answer by its subject: the conversation."""

    def needed(self, wanted: Collection[str] = ()) -> dict[int, str]:
        """Numbers of the mails to read, in order: the owner's, what they answer, and ``wanted`` Message-IDs.

        The value is the conversation made from the subject, where there is one.
        """
        numbers = {thread.number: "" for thread in self.owned}
        asked = {hash(one) for thread in self.owned for one in thread.parents} | {hash(one) for one in wanted}
        places = {key: number for number, key in enumerate(self.ids) if key in asked}
        numbers.update((places[key], "") for one in wanted if (key := hash(one)) in places)
        for thread in self.owned:
            parent = next((places[key] for one in thread.parents if (key := hash(one)) in places), None)
            if parent is not None:
                numbers.setdefault(parent, "")
        numbers.update(self.by_subject)
        return dict(sorted(numbers.items()))


def build(handle: IO[bytes], owners: Owners, *, by_subject: bool = True) -> Index:
    """Index an mbox opened in binary mode, reading it once.

    ``by_subject`` reads it once more, where replies name no parent, to find one by its subject.
    """
    index = Index()
    known: dict[bytes, bool] = {}
    for found in scan(handle):
        _enter(index, found, owners, known)
    orphans = {t.number: t for t in index.owned if t.is_reply and not t.parents and t.subject}
    if orphans and by_subject:
        handle.seek(0)
        index.by_subject.update(_paired(handle, orphans, {thread.number for thread in index.owned}))
    return index


def _enter(index: Index, found: Found, owners: Owners, known: dict[bytes, bool]) -> None:
    headers, lowered = found.headers, found.headers.lower()
    from_ = _raw(headers, lowered, b"\nfrom:")
    mine = known.get(from_)
    if mine is None:
        mine = owners.recognise(sender(decoded(charsets.decode(from_)))) is not None
        if len(known) < _SENDERS_REMEMBERED:
            known[from_] = mine
    native = threads.ids(charsets.decode(_raw(headers, lowered, b"\nmessage-id:")))
    if mine:
        values = fields(headers)
        subject = decoded(values.get("subject", ""))
        parents = threads.parent_ids(
            threads.ids(values.get("in-reply-to", "")), threads.ids(values.get("references", ""))
        )
        thread = Thread(len(index.offsets), parents, threads.plain_subject(subject), threads.is_reply(subject))
        index.owned.append(thread)
    index.offsets.append(found.offset)
    index.ids.append(hash(native[0]) if native else 0)


def _paired(handle: IO[bytes], orphans: Mapping[int, Thread], mine: Collection[int]) -> dict[int, str]:
    """For each of ``orphans`` the last mail before it with its subject that is not the owner's, if there is one."""
    subjects = {thread.subject for thread in orphans.values()}
    latest: dict[str, int] = {}
    found: dict[int, str] = {}
    for number, mail in enumerate(scan(handle)):
        value = _raw(mail.headers, mail.headers.lower(), b"\nsubject:")
        subject = threads.plain_subject(decoded(charsets.decode(value)))
        if subject not in subjects:
            continue
        if number in orphans:
            found[number] = f"subject:{subject}"
            if subject in latest:
                found[latest[subject]] = f"subject:{subject}"
        elif number not in mine:
            latest[subject] = number
    return found
