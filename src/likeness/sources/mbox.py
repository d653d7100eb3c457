"""Mail in mbox files: Gmail Takeout, Thunderbird, Apple Mail's export, Unix mailboxes, list archives.

Two passes: an index of headers, then the owner's mails and what they answer. The others are counted, not read.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import IO, ClassVar

from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.mail import index, message
from likeness.sources.mail.addresses import Owners
from likeness.sources.mail.identities import Evidence
from likeness.sources.mail.separators import CHUNK, scan, unescaped

_SECOND_SEPARATOR = re.compile(rb">?From (?![ \t]*:)[^\n]*\n")
_PROGRESS_EVERY = 200
_PROGRESS_BYTES = 8 * 2**20
_DATE_LINE = re.compile(rb"^date:", re.IGNORECASE | re.MULTILINE)
NOT_NEEDED = "not yours, nor answered by you"


class MboxSource:
    """Reads one mbox file."""

    name: ClassVar[str] = "mbox"
    title: ClassVar[str] = "Mail (mbox)"

    def recognises(self, path: Path) -> bool:
        """True for a file in whose first megabyte a mail begins."""
        if not path.is_file():
            return False
        try:
            with path.open("rb") as handle:
                head = handle.read(2**20)
        except OSError:
            return False
        return next(scan(io.BytesIO(head)), None) is not None

    def files(self, path: Path) -> Sequence[Path]:
        """The file itself."""
        return [path]

    def identities(self, path: Path) -> Iterator[Identity]:
        """Senders of what lies in Sent, addresses it was delivered to, then the most frequent senders."""
        evidence = Evidence(path.name)
        with path.open("rb") as handle:
            for found in scan(handle):
                evidence.add(index.fields(found.headers))
        yield from evidence.ranked()

    def answered(self, path: Path, owner: Owner) -> frozenset[str]:
        """Message-IDs that the owner's mails in this file answer, wherever those may be."""
        with path.open("rb") as handle:
            found = index.build(handle, Owners(owner), by_subject=False)
        return frozenset(parent for thread in found.owned for parent in thread.parents[:2])

    def read(
        self, path: Path, owner: Owner, *, start: int = 0, wanted: Collection[str] = ()
    ) -> Iterator[Message | Skipped | Progress]:
        """The owner's mails, what they answer and those with a ``wanted`` Message-ID, in the file's order.

        ``start`` is the offset of a mail. Memory is bounded by the longest mail kept (32 MiB) and 16 bytes per mail.
        """
        owners = Owners(owner)
        with path.open("rb") as handle:
            size = handle.seek(0, io.SEEK_END)
            handle.seek(0)
            found = index.build(handle, owners)
            needed = found.needed(wanted)
            if start == 0:
                yield from _preamble(path, found.offsets[0] if found.offsets else size)
            unwanted = Skipped(NOT_NEEDED, path.name)
            unreported = 0
            for number, offset in enumerate(found.offsets):
                if offset < start:
                    continue
                if number % _PROGRESS_EVERY == 0 or unreported > _PROGRESS_BYTES:
                    yield Progress(offset, size, offset)
                    unreported = 0
                if number not in needed:
                    yield unwanted
                    continue
                end = found.offsets[number + 1] if number + 1 < len(found.offsets) else size
                raw = _mail(handle, offset, end)
                unreported += len(raw)
                yield message.read(
                    raw,
                    owners,
                    source=self.name,
                    where=f"{path.name}:offset {offset}",
                    conversation=needed[number],
                )
            yield Progress(size, size, size)


def _mail(handle: IO[bytes], offset: int, end: int) -> bytes:
    """The mail between two separators, without its own separator line."""
    handle.seek(offset)
    raw = handle.read(min(end - offset, message.SIZE_LIMIT))
    raw = raw[raw.find(b"\n") + 1 :]
    nested = _SECOND_SEPARATOR.match(raw)
    if nested:
        raw = raw[nested.end() :]
    return unescaped(raw)


def _preamble(path: Path, first: int) -> Iterator[Skipped]:
    """What stands before the first mail, if it is more than blank."""
    with path.open("rb") as handle:
        if handle.read(min(first, CHUNK)).strip():
            yield Skipped(
                "not a mail", f"{path.name}:offset 0", bad=True, detail=f"{first} bytes before the first mail"
            )
