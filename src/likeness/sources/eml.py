"""Mail in single files: ``.eml``, Apple Mail's ``.emlx`` and ``.partial.emlx``, Outlook for Mac; or a folder of them.

``.emlx`` (``~/Library/Mail/V*/…/NAME.mbox/…/Messages``) is a line with the mail's length in bytes, the mail, and a
property list whose ``flags`` say what was deleted, is a draft or was found to be junk. ``.partial.emlx`` is the same
with attachments left out and kept beside it, in folders ``Attachments``. Outlook for Mac puts 40 bytes of its own in
front and ends lines with a bare carriage return; Outlook marks drafts with ``X-Unsent: 1``.
"""

from __future__ import annotations

import itertools
import plistlib
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.mail import folders, index, message, threads
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
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LOOKED_AT = 50_000
"""Entries of a folder looked at to tell whether mails lie in it."""
_PLIST_LIMIT = 2**20
_FLAGS = re.compile(rb"<key>flags</key>\s*<integer>(\d{1,19})</integer>")
_APPLE_KINDS: tuple[tuple[int, folders.Kind], ...] = ((1 << 1, "bin"), (1 << 6, "draft"), (1 << 24, "spam"))
"""Bits of Apple Mail's flags, and what they make of a mail."""
_WITH_ATTACHMENTS = "Attachments"
"""Where Apple Mail keeps the attachments of partial mails, attached mails of other people among them."""


class EmlSource:
    """Reads a mail file, or every mail file below a folder."""

    name: ClassVar[str] = "eml"
    title: ClassVar[str] = "Mail files (eml, emlx)"

    def recognises(self, path: Path) -> bool:
        """True for a file that begins with mail headers, and for a folder with an ``.eml`` or ``.emlx`` below it."""
        if path.is_dir():
            return any(p.suffix.lower() in _SUFFIXES for p in itertools.islice(path.rglob("*"), _LOOKED_AT))
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
        return sorted(
            p for p in path.rglob("*") if p.suffix.lower() in _SUFFIXES and not _is_attached(p) and p.is_file()
        )

    def diagnose(self, path: Path) -> str | None:
        """Says what is wrong with a file called ``.eml`` or ``.emlx`` that does not begin with mail headers."""
        if path.suffix.lower() not in _SUFFIXES or not path.is_file():
            return None
        try:
            head = _head(path)
        except OSError:
            return None
        expected = "expected a mail that begins with headers (From:, Date:, Subject: …)"
        if not head.strip():
            return f"{path.name} is empty: {expected}; export it again"
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            return f"{path.name} is a message of Outlook's own format: rename it to NAME.msg and import it again"
        if head.lstrip()[:1] == b"<":
            return f"{path.name} is a web page: {expected}; save the mail as 'message source' or 'EML', not as HTML"
        return f"{path.name} is no mail: {expected}, found {head[:40]!r}"

    def identities(self, path: Path) -> Iterator[Identity]:
        """Senders of what lies in a Sent folder, addresses it was delivered to, then the most frequent senders."""
        evidence = Evidence(path.name)
        for file in self.files(path):
            try:
                evidence.add(_fields(file), folders.of_path(file))
            except OSError:
                continue
        yield from evidence.ranked()

    def answered(self, path: Path, owner: Owner) -> frozenset[str]:
        """Message-IDs that this mail answers, if it is the owner's."""
        fields = _fields(path)
        if (
            Owners(owner).recognise(sender(decoded(fields.get("from", "")))) is None
            or folders.of_path(path) in folders.LEFT_OUT
        ):
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
    elif raw.startswith(_UTF16):
        raw = raw.decode("utf-16", "replace").encode()
    elif b"\0" in raw[:_OUTLOOK_HEADER] and _FIRST_LINE.match(raw, _OUTLOOK_HEADER):
        raw = raw[_OUTLOOK_HEADER:]
    if b"\n" not in raw[:_HEAD_BYTES] and b"\r" in raw[:_HEAD_BYTES]:
        raw = raw.replace(b"\r", b"\n")
    return raw.lstrip(b"\r\n\xef\xbb\xbf")


def _read(path: Path, owners: Owners, wanted: Collection[str]) -> Message | Skipped:
    with path.open("rb") as handle:
        whole = handle.read(message.SIZE_LIMIT)
    raw = mail_bytes(whole, path.suffix)
    fields = index.fields(b"\n" + _header_block(raw))
    kind = _kind(path, whole)
    if kind in folders.LEFT_OUT:
        return Skipped(folders.LEFT_OUT[kind], path.name)
    mine = owners.recognise(sender(decoded(fields.get("from", "")))) is not None
    if fields and not mine and next(iter(threads.ids(fields.get("message-id", ""))), "") not in wanted:
        return Skipped(NOT_NEEDED, path.name)
    return message.read(raw, owners, source=EmlSource.name, where=path.name)


def _kind(path: Path, whole: bytes) -> folders.Kind:
    """What keeps a mail from being read: the folder it lies in, or Apple Mail's flags behind it."""
    kind = folders.of_path(path)
    if kind in folders.LEFT_OUT or path.suffix.lower() != ".emlx":
        return kind
    length = _LENGTH_LINE.match(whole)
    flags = _flags(whole[length.end() + int(length[1]) :][:_PLIST_LIMIT]) if length else 0
    return next((found for bit, found in _APPLE_KINDS if flags & bit), kind)


def _flags(plist: bytes) -> int:
    found = _FLAGS.search(plist)
    if found:
        return int(found[1])
    if not plist.startswith(b"bplist"):
        return 0
    try:
        values = plistlib.loads(plist)
    except Exception:  # a damaged list of flags says nothing; the mail before it is whole
        return 0
    flags = values.get("flags", 0) if isinstance(values, dict) else 0
    return flags if isinstance(flags, int) else 0


def _is_attached(path: Path) -> bool:
    parts = path.parts
    return _WITH_ATTACHMENTS in parts and any(part.endswith(".mbox") for part in parts)


def _fields(path: Path) -> dict[str, str]:
    return index.fields(b"\n" + _header_block(mail_bytes(_head(path), path.suffix)))


def _head(path: Path) -> bytes:
    with path.open("rb") as handle:
        return handle.read(_HEAD_BYTES)


def _header_block(raw: bytes) -> bytes:
    end = re.search(rb"\n\r?\n", raw)
    return raw[: end.start() + 1] if end else raw
