"""The header-only index of an mbox: where each mail stands, which are the owner's, and which those answer.

One pass, 25 bytes a mail, whatever the mail says: ids and subjects are kept as 8-byte hashes.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import IO

import numpy as np
from numpy.typing import NDArray

from likeness.sources.mail import charsets, folders, listed, threads
from likeness.sources.mail.addresses import Owners, decoded, sender
from likeness.sources.mail.separators import blocks

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
_LEAD = re.compile(rb"(?:re: *|\[[^\[\]:=]{1,40}\] *)*")
_PLAIN = bytes(byte for byte in range(0x20, 0x7F) if byte not in b":=[]")
"""What may precede a subject (in lower case), and of what one is that has no other prefix, tag or encoded word."""
_SENDERS_REMEMBERED = 20_000
_DELETED_IN_MOZILLA = 0x0008
_PARENTS = 30
"""Ids looked at of a mail's In-Reply-To and References, nearest first."""
_ANSWERS = 2
"""How many of the ids that a mail names as its parent are looked for in other files."""

DELETED = "deleted"
NO, YES, BY_SUBJECT = range(3)
READ, CHAT, DRAFT, SPAM, BIN, EXPUNGED = range(6)
REASONS = {
    DRAFT: folders.LEFT_OUT["draft"],
    SPAM: folders.LEFT_OUT["spam"],
    BIN: folders.LEFT_OUT["bin"],
    EXPUNGED: DELETED,
}
"""Why a mail of that state is not read."""
_STATES: dict[folders.Kind, int] = {"draft": DRAFT, "spam": SPAM, "bin": BIN, "chat": CHAT}


def fields(headers: bytes) -> dict[str, str]:
    """The fields of a header block that threads and identities need; the first of each, names in lower case."""
    lowered = headers.lower()
    found = ((name, _raw(headers, lowered, f"\n{name}:".encode())) for name in _NAMES)
    return {name: charsets.decode(value) for name, value in found if value}


def labels(value: str) -> tuple[str, ...]:
    """Gmail's labels of a mail, which may be folded and RFC 2047-encoded."""
    return tuple(dict.fromkeys(label.strip().strip('"') for label in decoded(value).split(",") if label.strip()))


def is_chat(kind: folders.Kind, native_id: bytes, *, has_subject: bool) -> bool:
    """True for a chat that Gmail keeps as mail: a "chat" label alone could be the person's own."""
    return kind == "chat" and (not native_id or not has_subject or native_id.endswith(b".chat@gmail.com"))


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
class Index:
    """Compact columns, one entry per mail, and one per mail of the owner's that is looked at."""

    offsets: array[int] = field(default_factory=lambda: array("q"))
    ids: array[int] = field(default_factory=lambda: array("q"))
    subjects: array[int] = field(default_factory=lambda: array("q"))
    states: bytearray = field(default_factory=bytearray)
    owned: array[int] = field(default_factory=lambda: array("q"))
    """Numbers of the owner's mails."""
    parents: array[int] = field(default_factory=lambda: array("q"))
    """Hashes of the ids that they may answer, most likely first, and how many there are for each."""
    parent_counts: array[int] = field(default_factory=lambda: array("H"))
    orphans: array[int] = field(default_factory=lambda: array("q"))
    """Numbers of the owner's replies that name no parent."""
    answers: set[str] = field(default_factory=set)
    """The Message-IDs that they answer, where these were asked for."""

    def add(self, offset: int, native_id: bytes, subject: int, state: int) -> None:
        """Enter a mail: where it stands, its Message-ID, the hash of its plain subject (0: none) and its state."""
        self.offsets.append(offset)
        self.ids.append(hash(native_id) if native_id else 0)
        self.subjects.append(subject)
        self.states.append(state)

    def add_owned(self, parents: Sequence[str], *, is_reply: bool, keep_answers: bool = False) -> None:
        """Say of the mail entered last that it is the owner's, and what it may answer."""
        number = len(self.offsets) - 1
        self.owned.append(number)
        self.parents.extend(_hashed(one) for one in parents)
        self.parent_counts.append(len(parents))
        if keep_answers:
            self.answers.update(parents[:_ANSWERS])
        if is_reply and not parents and self.subjects[number]:
            self.orphans.append(number)

    def needed(self, wanted: Collection[str] = ()) -> bytearray:
        """For each mail whether it is to be read: :data:`NO`, :data:`YES`, or :data:`BY_SUBJECT`.

        To be read are the owner's, what they answer, chats, and ``wanted`` Message-IDs; with the last value the subject
        must stand in for the thread that the headers do not name.
        """
        flags = bytearray(len(self.offsets))
        for number in self.owned:
            flags[number] = YES
        for number in self._places([_hashed(one) for one in wanted]).tolist():
            if number >= 0:
                flags[number] = YES
        parents = self._places(self.parents).tolist()
        at = 0
        for count in self.parent_counts:
            first = next((number for number in parents[at : at + count] if number >= 0), None)
            if first is not None:
                flags[first] = YES
            at += count
        for number in np.flatnonzero(np.frombuffer(self.states, dtype=np.uint8) != READ).tolist():
            flags[number] = YES if self.states[number] == CHAT else NO
        for number in self._by_subject():
            flags[number] = BY_SUBJECT
        return flags

    def _places(self, asked: Sequence[int]) -> NDArray[np.int64]:
        """For each id ``asked`` for (a hash) the number of the last mail that has it, -1 where none has."""
        sought = np.array(asked, dtype=np.int64)
        if not self.ids or not sought.size:
            return np.full(sought.size, -1, dtype=np.int64)
        ids = np.frombuffer(self.ids, dtype=np.int64)
        order = np.argsort(ids, kind="stable")
        at = np.searchsorted(ids, sought, side="right", sorter=order) - 1
        numbers = order[np.maximum(at, 0)]
        return np.where((at >= 0) & (ids[numbers] == sought) & (sought != 0), numbers, -1)

    def _by_subject(self) -> set[int]:
        """Orphans and, for each, the last mail before it with its subject that is not the owner's."""
        if not self.orphans:
            return set()
        subjects = np.frombuffer(self.subjects, dtype=np.int64)
        mine, orphans = set(self.owned), set(self.orphans)
        asked = np.unique(subjects[np.array(self.orphans)])
        found: set[int] = set()
        latest: dict[int, int] = {}
        for number in np.flatnonzero(np.isin(subjects, asked[asked != 0])).tolist():
            subject = self.subjects[number]
            if number in orphans:
                found.add(number)
                if subject in latest:
                    found.add(latest[subject])
            elif number not in mine and self.states[number] == READ:
                latest[subject] = number
        return found


def build(handle: IO[bytes], owners: Owners, *, keep_answers: bool = False) -> Index:
    """Index an mbox opened in binary mode, reading it once. ``keep_answers`` fills :attr:`Index.answers`."""
    index = Index()
    known: dict[bytes, bool] = {}
    may_be = owners.may_be
    # :meth:`Index.add` without the call, which would cost a tenth of the time.
    add_offset, add_id = index.offsets.append, index.ids.append
    add_subject, add_state = index.subjects.append, index.states.append
    for offset, headers, block in blocks(handle, quickly=True):
        if block is None:
            lowered = headers.lower()
            from_ = _raw(headers, lowered, b"\nfrom:")
            native_id = _native_id(_raw(headers, lowered, b"\nmessage-id:"))
            subject, is_reply = _subject(_raw(headers, lowered, b"\nsubject:"))
            is_marked = b"\nx-gmail-labels:" in lowered or b"\nx-mozilla-status:" in lowered
            state = _state(headers, lowered, native_id, bool(subject)) if is_marked else READ
        else:
            from_, raw_subject, native_id = block.group(listed.FROM, listed.SUBJECT, listed.MESSAGE_ID)
            subject, is_reply = _subject(raw_subject.strip())
            native_id = native_id[1:-1]
            state = READ
        mine = known.get(from_)
        if mine is None:
            mine = may_be(from_) and owners.recognise(sender(decoded(charsets.decode(from_)))) is not None
            if len(known) < _SENDERS_REMEMBERED:
                known[from_] = mine
        add_offset(offset)
        add_id(hash(native_id) if native_id else 0)
        add_subject(subject)
        add_state(state)
        if mine and state == READ:
            index.add_owned(_parents(headers, block), is_reply=is_reply, keep_answers=keep_answers)
    return index


def _native_id(raw: bytes) -> bytes:
    if raw.startswith(b"<") and raw.find(b">") == len(raw) - 1 and raw.isascii() and len(raw.split(None, 1)) == 1:
        return raw[1:-1]  # nearly all, and much faster
    return next(iter(threads.ids(charsets.decode(raw))), "").encode("utf-8", "surrogatepass")


def add_fields(
    index: Index, place: int, values: Mapping[str, str], owners: Owners, kind: folders.Kind, *, keep_answers: bool
) -> None:
    """Enter a mail of an archive that is no mbox by its header fields (names as in :func:`fields`)."""
    native_id = next(iter(threads.ids(values.get("message-id", ""))), "").encode("utf-8", "surrogatepass")
    subject = decoded(values.get("subject", ""))
    state = _STATES.get(kind, READ) if kind in folders.LEFT_OUT else READ
    index.add(place, native_id, _hashed(threads.plain_subject(subject)), state)
    if state == READ and owners.recognise(sender(decoded(values.get("from", "")))) is not None:
        parents = threads.parent_ids(
            threads.ids(values.get("in-reply-to", "")), threads.ids(values.get("references", ""))
        )
        index.add_owned(parents[:_PARENTS], is_reply=threads.is_reply(subject), keep_answers=keep_answers)


def _parents(headers: bytes, block: re.Match[bytes] | None) -> tuple[str, ...]:
    if block is not None:
        replies, references = block[listed.IN_REPLY_TO] or b"", block[listed.REFERENCES] or b""
    else:
        lowered = headers.lower()
        replies = _raw(headers, lowered, b"\nin-reply-to:")
        references = _raw(headers, lowered, b"\nreferences:")
    in_reply_to = threads.ids(charsets.decode(replies)) if replies else ()
    return threads.parent_ids(in_reply_to, threads.ids(charsets.decode(references)) if references else ())[:_PARENTS]


def _state(headers: bytes, lowered: bytes, native_id: bytes, has_subject: bool) -> int:
    raw = _raw(headers, lowered, b"\nx-gmail-labels:")
    if raw:
        kind = _kind(raw)
        if kind != "chat":
            return _STATES.get(kind, READ)
        return CHAT if is_chat(kind, native_id, has_subject=has_subject) else READ
    flags = _raw(headers, lowered, b"\nx-mozilla-status:")
    if flags:
        try:
            return EXPUNGED if int(flags[:4], 16) & _DELETED_IN_MOZILLA else READ
        except ValueError:
            return READ
    return READ


@lru_cache(maxsize=4096)
def _kind(raw: bytes) -> folders.Kind:
    return folders.of_labels(labels(charsets.decode(raw)))


@lru_cache(maxsize=8192)
def _subject(raw: bytes) -> tuple[int, bool]:
    """The hash of a subject without its prefixes (0 where there is none), and whether it says "Re:"."""
    lowered = b" ".join(raw.lower().split()) if b"\n" in raw else raw.lower()
    lead = _LEAD.match(lowered)
    end = lead.end() if lead else 0
    plain = lowered[end:]
    if not plain.translate(None, _PLAIN) and b"  " not in plain:  # nearly all, and much faster
        return hash(plain) if plain else 0, b"re:" in lowered[:end]
    return _odd_subject(raw)


def _odd_subject(raw: bytes) -> tuple[int, bool]:
    text = decoded(charsets.decode(raw))
    return _hashed(threads.plain_subject(text)), threads.is_reply(text)


def _hashed(text: str) -> int:
    return hash(text.encode("utf-8", "surrogatepass")) if text else 0
