"""Mail in single files: ``.eml``, Apple Mail's ``.emlx`` and ``.partial.emlx``, Outlook for Mac; or a folder of them.

``.emlx`` is a line with the mail's length in bytes, the mail, and a property list. ``.partial.emlx`` is the same with
attachments left out and kept beside it. Outlook for Mac puts 40 bytes of its own in front and ends lines with a bare
carriage return.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.mail import index, message, threads
from likeness.sources.mail.addresses import Owners, decoded, sender
from likeness.sources.mail.identities import Evidence

NOT_NEEDED = "not yours, nor answered by you"
_SUFFIXES = frozenset({".eml", ".emlx"})
_HEAD_BYTES = 65_536
_HEADER_LINE = re.compile(
    rb"^(?:From|To|Subject|Date|Received|Return-Path|Message-ID|MIME-Version|Delivered-To|X-[\w-]+|Content-Type"
    rb"|Cc|Reply-To|DKIM-Signature|ARC-[\w-]+|Authentication-Results|References|In-Reply-To)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
_FIRST_LINE = re.compile(rb"[!-9;-~]+[ \t]*:")
_LENGTH_LINE = re.compile(rb"\s*(\d{1,12})[ \t]*\r?\n")
_OUTLOOK_HEADER = 40


class EmlSource:
    """Reads a mail file, or every mail file below a folder."""

    name: ClassVar[str] = "eml"
    title: ClassVar[str] = "Mail files (eml, emlx)"

    def recognises(self, path: Path) -> bool:
        """True for a file that begins with mail headers, and for a folder with an ``.eml`` or ``.emlx`` below it."""
        if path.is_dir():
            return any(path.rglob("*.eml")) or any(path.rglob("*.emlx"))
        if not path.is_file() or path.suffix.lower() in {".txt", ".zip", ".mbox"}:
            return False
        try:
            head = mail_bytes(_head(path), path.suffix)
        except OSError:
            return False
        return _FIRST_LINE.match(head) is not None and len(_HEADER_LINE.findall(head[:_HEAD_BYTES])) >= 2

    def files(self, path: Path) -> Sequence[Path]:
        """The mail files below a folder in name order, or the file itself."""
        if path.is_file():
            return [path]
        return sorted(p for p in path.rglob("*") if p.suffix.lower() in _SUFFIXES and p.is_file())

    def identities(self, path: Path) -> Iterator[Identity]:
        """Senders of what lies in a Sent folder, addresses it was delivered to, then the most frequent senders."""
        evidence = Evidence(path.name)
        for file in self.files(path):
            try:
                evidence.add(_fields(file), place=str(file.parent))
            except OSError:
                continue
        yield from evidence.ranked()

    def answered(self, path: Path, owner: Owner) -> frozenset[str]:
        """Message-IDs that this mail answers, if it is the owner's."""
        fields = _fields(path)
        if Owners(owner).recognise(sender(decoded(fields.get("from", "")))) is None:
            return frozenset()
        parents = threads.parent_ids(
            threads.ids(fields.get("in-reply-to", "")), threads.ids(fields.get("references", ""))
        )
        return frozenset(parents[:2])

    def read(
        self, path: Path, owner: Owner, *, start: int = 0, wanted: Collection[str] = ()
    ) -> Iterator[Message | Skipped | Progress]:
        """The mail in one file if it is the owner's or has a ``wanted`` Message-ID."""
        owners = Owners(owner)
        size = path.stat().st_size
        if start < size or size == 0:
            yield _read(path, owners, wanted)
        yield Progress(size, size, size)


def mail_bytes(raw: bytes, suffix: str = "") -> bytes:
    """The mail itself, without what Apple Mail or Outlook for Mac put around it, with line feeds that parsers know."""
    if suffix.lower() == ".emlx" and (length := _LENGTH_LINE.match(raw)):
        raw = raw[length.end() : length.end() + int(length[1])]
    elif b"\0" in raw[:_OUTLOOK_HEADER] and _FIRST_LINE.match(raw, _OUTLOOK_HEADER):
        raw = raw[_OUTLOOK_HEADER:]
    if b"\n" not in raw[:_HEAD_BYTES] and b"\r" in raw[:_HEAD_BYTES]:
        raw = raw.replace(b"\r", b"\n")
    return raw.lstrip(b"\r\n\xef\xbb\xbf")


def _read(path: Path, owners: Owners, wanted: Collection[str]) -> Message | Skipped:
    with path.open("rb") as handle:
        raw = mail_bytes(handle.read(message.SIZE_LIMIT), path.suffix)
    fields = index.fields(b"\n" + _header_block(raw))
    mine = owners.recognise(sender(decoded(fields.get("from", "")))) is not None
    if fields and not mine and not wanted.__contains__(next(iter(threads.ids(fields.get("message-id", ""))), "")):
        return Skipped(NOT_NEEDED, path.name)
    return message.read(raw, owners, source=EmlSource.name, where=path.name)


def _fields(path: Path) -> dict[str, str]:
    return index.fields(b"\n" + _header_block(mail_bytes(_head(path), path.suffix)))


def _head(path: Path) -> bytes:
    with path.open("rb") as handle:
        return handle.read(_HEAD_BYTES)


def _header_block(raw: bytes) -> bytes:
    end = re.search(rb"\n\r?\n", raw)
    return raw[: end.start() + 1] if end else raw
