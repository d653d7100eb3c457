"""Mail in mbox files: Gmail Takeout, Thunderbird, Apple Mail's export, Unix mailboxes, list archives.

An index of headers first, then the owner's mails and what they answer; the others are counted, not read. Apple Mail
exports a folder ``NAME.mbox`` with the mails in a file ``mbox`` and a ``table_of_contents`` that is not needed. What
Gmail's labels (or the file's name) mark as draft, spam or bin is left out, as is what Thunderbird deleted but keeps.
"""

from __future__ import annotations

import io
import re
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import IO, ClassVar

from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.mail import folders, gmail_chats, index, message, separators
from likeness.sources.mail.addresses import Owners
from likeness.sources.mail.identities import Evidence
from likeness.sources.mail.separators import CHUNK, scan, unescaped

_SECOND_SEPARATOR = re.compile(rb">?From (?![ \t]*:)[^\n]*\n")
_PROGRESS_EVERY = 200
_PROGRESS_BYTES = 8 * 2**20
_HEAD = 65_536
_IN_FOLDER = "mbox"
"""Name of the file with the mails in a folder that Apple Mail exported."""
_CONTENTS = "table_of_contents"
NOT_NEEDED = "not yours, nor answered by you"


class MboxSource:
    """Reads one mbox file."""

    name: ClassVar[str] = "mbox"
    title: ClassVar[str] = "Mail (mbox: Gmail Takeout, Thunderbird, Apple Mail)"

    def recognises(self, path: Path) -> bool:
        """True for a file in whose first 64 KiB a mail begins, and for Apple Mail's folder around one."""
        file = _file(path)
        try:
            if not file.is_file():
                return False
            with file.open("rb") as handle:
                head = handle.read(_HEAD)
        except OSError:
            return False
        # Mail that was packed without being compressed can be seen in a zip or tar, which has to be unpacked first.
        packed = head.startswith(b"PK\x03\x04") or head[257:262] == b"ustar"
        return not packed and next(scan(io.BytesIO(head)), None) is not None

    def files(self, path: Path) -> Sequence[Path]:
        """The file itself."""
        return [_file(path)]

    def diagnose(self, path: Path) -> str | None:
        """Says what is wrong with an mbox that is empty, compressed, or in which no mail begins."""
        file = _file(path)
        if path.suffix.lower() not in (".mbox", ".mbx") or not path.exists():
            return None
        if path.is_dir() and not (path / _CONTENTS).is_file():
            return None  # where Apple Mail keeps its mails, not what it exports
        if path.is_dir() and not file.is_file():
            return (
                f"{path.name} is a folder of Apple Mail, but the file {_IN_FOLDER!r} with the mails is not in it: "
                "export the mailbox again (Mailbox > Export Mailbox) and import the whole folder"
            )
        try:
            with file.open("rb") as handle:
                head = handle.read(_HEAD)
        except OSError:
            return None
        return _diagnosis(path.name, head)

    def identities(self, path: Path) -> Iterator[Identity]:
        """Senders of what lies in Sent, addresses it was delivered to, then the most frequent senders."""
        evidence = Evidence(path.name)
        file = _file(path)
        kind = folders.of_path(file)
        with file.open("rb") as handle:
            for found in scan(handle):
                evidence.add(index.fields(found.headers), kind)
        yield from evidence.ranked()

    def answered(self, path: Path, owner: Owner) -> frozenset[str]:
        """Message-IDs that the owner's mails in this file answer, wherever those may be."""
        file = _file(path)
        if folders.of_path(file) in folders.LEFT_OUT:
            return frozenset()
        with file.open("rb") as handle:
            found = index.build(handle, Owners(owner), keep_answers=True)
        answers = frozenset(found.answers)
        found.answers.clear()
        _indexes.keep(file, owner, found)
        return answers

    def read(
        self, path: Path, owner: Owner, *, start: int = 0, wanted: Collection[str] = ()
    ) -> Iterator[Message | Skipped | Progress]:
        """The owner's mails, what they answer, chats and the mails with a ``wanted`` Message-ID, in the file's order.

        ``start`` is the offset of a mail. Memory is bounded by the longest mail kept (32 MiB) and 25 bytes per mail.
        """
        path = _file(path)
        owners = Owners(owner)
        kind = folders.of_path(path)
        label = f"{path.parent.name}/{path.name}" if path.name == _IN_FOLDER else path.name
        with path.open("rb") as handle:
            size = handle.seek(0, io.SEEK_END)
            found = _indexes.take(path, owner) or index.build(handle, owners)
            needed = found.needed(wanted)
            if start == 0:
                yield from _preamble(path, found.offsets[0] if found.offsets else size)
            skipped = {state: Skipped(reason, label) for state, reason in index.REASONS.items()}
            skipped[index.READ] = skipped[index.CHAT] = Skipped(NOT_NEEDED, label)
            if kind in folders.LEFT_OUT:
                needed = bytearray(len(needed))
                skipped = dict.fromkeys(skipped, Skipped(folders.LEFT_OUT[kind], label))
            unreported = 0
            for number in range(bisect_left(found.offsets, start), len(found.offsets)):
                if not number % _PROGRESS_EVERY or unreported > _PROGRESS_BYTES:
                    yield Progress(found.offsets[number], size, found.offsets[number])
                    unreported = 0
                if not needed[number]:
                    yield skipped[found.states[number]]
                    continue
                offset = found.offsets[number]
                end = found.offsets[number + 1] if number + 1 < len(found.offsets) else size
                line, raw = _mail(handle, offset, end)
                unreported += len(raw)
                where = f"{label}:offset {offset}"
                if found.states[number] == index.CHAT:
                    yield from gmail_chats.read(raw, owners, where=where, sent_at=separators.date(line))
                    continue
                by_subject = needed[number] == index.BY_SUBJECT
                yield _dated(raw, line, owners, where, by_subject)
            yield Progress(size, size, size)


class _Indexes:
    """Indexes made while looking for what is answered, kept for the reading that follows, up to a bound.

    The oldest stay when there is no more room: files are read in the order in which they were looked at.
    """

    def __init__(self, most: int = 2_000_000) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[object, ...], index.Index] = OrderedDict()

    def keep(self, path: Path, owner: Owner, found: index.Index) -> None:
        """Keep ``found``, unless that would be more than ``most`` mails in all (50 MB)."""
        key = self._key(path, owner)
        for other in [other for other in self._kept if other[0] == key[0]]:
            del self._kept[other]  # the same file as it was earlier, or for another owner
        if sum(len(one.offsets) for one in self._kept.values()) + len(found.offsets) <= self._most:
            self._kept[key] = found

    def take(self, path: Path, owner: Owner) -> index.Index | None:
        """What was kept for this very file and owner, if anything; it is kept no longer."""
        return self._kept.pop(self._key(path, owner), None)

    @staticmethod
    def _key(path: Path, owner: Owner) -> tuple[object, ...]:
        status = path.stat()
        return str(path.resolve()), status.st_size, status.st_mtime_ns, status.st_ino, owner.identities


_indexes = _Indexes()


def _file(path: Path) -> Path:
    """The file with the mails: in a folder that Apple Mail exported, the one called "mbox"."""
    return path / _IN_FOLDER if path.suffix.lower() == ".mbox" and path.is_dir() else path


def _diagnosis(name: str, head: bytes) -> str | None:
    if not head.strip():
        return f"{name} is empty: an mbox begins with a line 'From …'; export it again"
    if head.startswith((b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ")):
        return f"{name} is compressed: unpack it first and import what comes out"
    if next(scan(io.BytesIO(head)), None) is None:
        return (
            f"{name} does not begin like an mbox: expected a line 'From address Tue Apr  1 09:28:56 1997' followed by "
            "headers; a single mail is read when it is called NAME.eml"
        )
    return None


def _mail(handle: IO[bytes], offset: int, end: int) -> tuple[bytes, bytes]:
    """The separator line and the mail after it."""
    handle.seek(offset)
    raw = handle.read(min(end - offset, message.SIZE_LIMIT))
    line, _, raw = raw.partition(b"\n")
    nested = _SECOND_SEPARATOR.match(raw)
    if nested:
        raw = raw[nested.end() :]
    return line, unescaped(raw)


def _dated(raw: bytes, line: bytes, owners: Owners, where: str, by_subject: bool) -> Message | Skipped:
    """What a mail says; where it has no date of its own, with that of the separator line."""
    found = message.read(raw, owners, source=MboxSource.name, where=where, by_subject=by_subject)
    if isinstance(found, Skipped) or found.sent_at is not None:
        return found
    sent_at = separators.date(line)
    return message.read(raw, owners, source=MboxSource.name, where=where, by_subject=by_subject, sent_at=sent_at)


def _preamble(path: Path, first: int) -> Iterator[Skipped]:
    """What stands before the first mail, if it is more than blank."""
    with path.open("rb") as handle:
        if handle.read(min(first, CHUNK)).strip():
            yield Skipped(
                "not a mail", f"{path.name}:offset 0", bad=True, detail=f"{first} bytes before the first mail"
            )
