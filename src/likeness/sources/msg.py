"""Single mails as Outlook saves them (``.msg``), or a folder of them.

An OLE container ([MS-OXMSG]): a stream ``__substg1.0_<id><type>`` for each property of changing length, the others in
``__properties_version1.0``, and a storage ``__recip_version1.0_#…`` for each recipient. Attachments are not read.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import olefile

from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.mail import folders, mapi, message, properties, threads
from likeness.sources.mail.addresses import Owners, decoded, sender
from likeness.sources.mail.identities import Evidence

NOT_NEEDED = "not yours, nor answered by you"
_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SUFFIX = ".msg"
_PROPERTIES = "__properties_version1.0"
_STREAM = "__substg1.0_"
_RECIPIENT = "__recip_version1.0_#"
_LOOKED_AT = 50_000
_HEADER_OF_MAIL, _HEADER_OF_RECIPIENT = 32, 8
_CODEPAGE_OF_STRINGS = 0x3FFD
_RECIPIENTS_READ = 2000


class MsgSource:
    """Reads an Outlook message, or every one below a folder."""

    name: ClassVar[str] = "msg"
    title: ClassVar[str] = "Outlook messages (msg)"

    def recognises(self, path: Path) -> bool:
        """True for an OLE container with a message's properties, and for a folder with a ``.msg`` below it."""
        if path.is_dir():
            return any(p.suffix.lower() == _SUFFIX for p in itertools.islice(path.rglob("*"), _LOOKED_AT))
        item = _opened(path)
        return isinstance(item, mapi.Item) and bool(item.properties)

    def files(self, path: Path) -> Sequence[Path]:
        """The messages below a folder in name order, or the file itself."""
        if path.is_file():
            return [path]
        return sorted(p for p in path.rglob("*") if p.suffix.lower() == _SUFFIX and p.is_file())

    def diagnose(self, path: Path) -> str | None:
        """Says what is wrong with a file called ``.msg`` that is no message of Outlook's."""
        if path.suffix.lower() != _SUFFIX or not path.is_file() or self.recognises(path):
            return None
        try:
            with path.open("rb") as handle:
                head = handle.read(64)
        except OSError:
            return None
        if not head:
            return f"{path.name} is empty: drag the mail out of Outlook again, or save it with File > Save As"
        if not head.startswith(_MAGIC):
            return f"{path.name} is no message of Outlook's; a mail as plain text must be called NAME.eml"
        return f"{path.name} is cut off, or a document of another program: save the mail again with File > Save As"

    def identities(self, path: Path) -> Iterator[Identity]:
        """Senders of what lies in a Sent folder, then whom most mail is addressed to, as for any mail."""
        evidence = Evidence(path.name)
        for file in self.files(path):
            item = _opened(file)
            if isinstance(item, mapi.Item) and item.is_mail:
                evidence.add(_first(item), folders.of_path(file))
        yield from evidence.ranked()

    def answered(self, path: Path, owner: Owner) -> frozenset[str]:
        """Message-IDs that this mail answers, if it is the owner's."""
        item = _opened(path)
        if not isinstance(item, mapi.Item) or folders.of_path(path) in folders.LEFT_OUT:
            return frozenset()
        fields = _first(item)
        if Owners(owner).recognise(sender(decoded(fields.get("from", "")))) is None:
            return frozenset()
        replies, references = threads.ids(fields.get("in-reply-to", "")), threads.ids(fields.get("references", ""))
        return frozenset(threads.parent_ids(replies, references)[:2])

    def read(
        self, path: Path, owner: Owner, *, start: int = 0, wanted: Collection[str] = ()
    ) -> Iterator[Message | Skipped | Progress]:
        """The mail in one file if it is the owner's or has a ``wanted`` Message-ID."""
        size = path.stat().st_size
        if start < size or size == 0:
            yield _read(path, Owners(owner), wanted)
        yield Progress(size, size, size)


def _read(path: Path, owners: Owners, wanted: Collection[str]) -> Message | Skipped:
    item = _opened(path)
    if isinstance(item, Skipped):
        return item
    if not item.is_mail:
        return Skipped("no mail (contact, appointment, task …)", path.name)
    fields = _first(item)
    mine = owners.recognise(sender(decoded(fields.get("from", "")))) is not None
    if not mine and next(iter(threads.ids(fields.get("message-id", ""))), "") not in wanted:
        return Skipped(NOT_NEEDED, path.name)
    return item.read(owners, source=MsgSource.name, where=path.name, kind=folders.of_path(path))


def _first(item: mapi.Item) -> dict[str, str]:
    return {name: values[0] for name, values in item.headers().items()}


def _opened(path: Path) -> mapi.Item | Skipped:
    """The message in ``path``. Never raises on content."""
    try:
        with path.open("rb") as handle:
            if handle.read(len(_MAGIC)) != _MAGIC:
                return Skipped("not a mail", path.name, bad=True)
            handle.seek(0)
            with olefile.OleFileIO(handle) as container:
                return _item(container)
    except OSError as error:
        if error.errno is not None:  # the file, not what is in it
            raise
        return Skipped("cannot be parsed", path.name, bad=True, detail=type(error).__name__)
    except Exception as error:  # a damaged container raises whatever its reader trips over
        return Skipped("cannot be parsed", path.name, bad=True, detail=type(error).__name__)


def _item(container: olefile.OleFileIO) -> mapi.Item:
    streams: dict[str, list[str]] = {}
    for entry in container.listdir():
        streams.setdefault(entry[0] if len(entry) == 2 else "", []).append(entry[-1]) if len(entry) <= 2 else None
    people = [name for name in streams if name.startswith(_RECIPIENT)][:_RECIPIENTS_READ]
    own = _properties(container, "", streams.get("", []), _HEADER_OF_MAIL)
    return mapi.Item(own, [_properties(container, name, streams[name], _HEADER_OF_RECIPIENT) for name in people])


def _properties(
    container: olefile.OleFileIO, storage: str, names: Sequence[str], header: int
) -> dict[int, properties.Value]:
    found: dict[int, properties.Value] = {}
    prefix = f"{storage}/" if storage else ""
    if _PROPERTIES in names:
        data = container.openstream(f"{prefix}{_PROPERTIES}").read(message.SIZE_LIMIT)[header:]
        for at in range(0, len(data) - 15, 16):
            type_, id = struct.unpack_from("<HH", data, at)
            if (
                id in mapi.NEEDED | {_CODEPAGE_OF_STRINGS}
                and (value := properties.value(type_, data[at + 8 : at + 16])) is not None
            ):
                found[id] = value
    number = found.get(_CODEPAGE_OF_STRINGS, 0)
    page = properties.codepage(number if isinstance(number, int) else 0)
    for name in names:
        if name.startswith(_STREAM) and len(name) == len(_STREAM) + 8:
            id, type_ = int(name[-8:-4], 16), int(name[-4:], 16)
            if id in mapi.NEEDED:
                value = properties.value(type_, container.openstream(prefix + name).read(message.SIZE_LIMIT), page)
                if value is not None:
                    found[id] = value
    return found
