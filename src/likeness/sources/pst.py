"""Outlook's archives for Windows (``.pst``, ``.ost``), through libpff (extra ``pst``) or the program ``readpst``.

libpff reads them in place. ``readpst`` (Debian package pst-utils) unpacks them into a private temporary folder as mbox
files, which are read from there and removed. libpff is taken where both are there.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from likeness.core.errors import EngineMissing
from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.mail import archive, folders, mapi, properties
from likeness.sources.mail.addresses import Owners
from likeness.sources.mbox import MboxSource
from likeness.sources.shared.chats import resumable

_MAGIC = b"!BDN"
_CONTENT = slice(8, 10)
_ADDRESS_BOOK = b"AB"
_LIBRARY, _PROGRAM = "pypff", "readpst"
_INSTALL = "pip install 'likeness[pst]', or install the program readpst (Debian and Ubuntu: apt install pst-utils)"
_REPAIR = (
    "repair it with Outlook's own tool (SCANPST.EXE), or open it in Outlook and export it again "
    "(File > Open & Export > Import/Export > Export to a file > .pst), without a password"
)
_CODEPAGE_OF_STRINGS = 0x3FFD
_DEEPEST = 60


class PstSource:
    """Reads the mails of a PST or OST archive."""

    name: ClassVar[str] = "pst"
    title: ClassVar[str] = "Outlook archive (pst, ost; extra 'pst' or the program readpst)"

    def recognises(self, path: Path) -> bool:
        """True for such an archive, where there is something to read it with and libpff, if that is it, can open it."""
        if not _is_archive(path) or not _reader():
            return False
        return _reader() == _PROGRAM or _failure(path) is None

    def files(self, path: Path) -> Sequence[Path]:
        """The archive itself."""
        return [path]

    def diagnose(self, path: Path) -> str | None:
        """Says what is missing to read an archive, or what is wrong with it."""
        if not path.is_file():
            return None
        if not _is_archive(path):
            if path.suffix.lower() not in (".pst", ".ost"):
                return None
            return f"{path.name} is no Outlook archive (it does not begin with '!BDN'): {_REPAIR}"
        reader = _reader()
        if not reader:
            return f"{path.name} is an Outlook archive, and nothing to read it with is installed: {_INSTALL}"
        failure = _failure(path) if reader == _LIBRARY else None
        return (
            f"{path.name} is an Outlook archive that is damaged or encrypted ({failure}): {_REPAIR}"
            if failure
            else None
        )

    def identities(self, path: Path) -> Iterator[Identity]:
        """Senders of what lies in Sent, then whom most mail is addressed to, as for any mail."""
        if _required() == _LIBRARY:
            with _opened(path) as opened:
                yield from archive.identities(path.name, opened)
            return
        with _unpacked(path) as unpacked:
            seen: set[str] = set()
            every = (one for box in unpacked.boxes for one in MboxSource().identities(box))
            for found in sorted(every, key=_from_sent_first):
                if found.value not in seen:
                    seen.add(found.value)
                    yield found

    def answered(self, path: Path, owner: Owner) -> frozenset[str]:
        """Message-IDs that the owner's mails in this archive answer, wherever those may be."""
        if _required() == _LIBRARY:
            with _opened(path) as opened:
                return archive.answered(opened, Owners(owner))
        with _unpacked(path) as unpacked:
            return frozenset().union(*(MboxSource().answered(box, owner) for box in unpacked.boxes))

    def read(
        self, path: Path, owner: Owner, *, start: int = 0, wanted: Collection[str] = ()
    ) -> Iterator[Message | Skipped | Progress]:
        """The owner's mails, what they answer and those ``wanted``. ``start`` is the number of an item.

        Raises :class:`EngineMissing` where there is nothing to read it with.
        """
        size = path.stat().st_size
        if _required() == _LIBRARY:
            with _opened(path) as opened:
                yield from archive.read(opened, Owners(owner), size=size, start=start, wanted=wanted)
            return
        with _unpacked(path) as unpacked:
            yield from resumable(_from_boxes(path.name, unpacked, owner, wanted), start=start, size=size)


def _is_archive(path: Path) -> bool:
    try:
        with path.open("rb") as handle:
            head = handle.read(16)
    except OSError:
        return False
    return head.startswith(_MAGIC) and head[_CONTENT] != _ADDRESS_BOOK


def _reader() -> str:
    """What archives are read with here: the library, else the program, else ""."""
    if find_spec(_LIBRARY) is not None:
        return _LIBRARY
    return _PROGRAM if shutil.which(_PROGRAM) else ""


def _required() -> str:
    reader = _reader()
    if not reader:
        raise EngineMissing("reading an Outlook archive (pst, ost) needs libpff-python or readpst", hint=_INSTALL)
    return reader


def _failure(path: Path) -> str | None:
    """What libpff says when it cannot open ``path``; ``None`` when it can."""
    import pypff

    opened = pypff.file()
    try:
        opened.open(str(path))
        opened.get_root_folder()
    except (OSError, ValueError, RuntimeError, MemoryError) as error:
        return type(error).__name__
    opened.close()
    return None


@contextmanager
def _opened(path: Path) -> Iterator[_Pst]:
    import pypff

    opened = pypff.file()
    try:
        opened.open(str(path))
        root = opened.get_root_folder()
    except (OSError, ValueError, RuntimeError, MemoryError):
        yield _Pst(None, path.name)
        return
    try:
        yield _Pst(root, path.name)
    finally:
        opened.close()


class _Pst:
    """An archive opened by libpff: :class:`likeness.sources.mail.archive.Archive`.

    Any call into libpff can fail on a damaged block; that item is counted as malformed and the next one is read.
    """

    def __init__(self, root: Any, name: str) -> None:
        self._name = name
        self._damaged = root is None
        self._folders: list[tuple[int, Any, str, folders.Kind]] = []
        self._count = 0
        if root is not None:
            self._add(root, (), 0)

    def _add(self, folder: Any, names: tuple[str, ...], depth: int) -> None:
        own = _tried(lambda: folder.name, None)
        names = (*names, str(own)) if own else names
        kind: folders.Kind = next((found for name in reversed(names) if (found := folders.kind(name))), "")
        self._folders.append((self._count, folder, "/".join(names), kind))
        self._count += _tried(lambda: int(folder.number_of_sub_messages), 0)
        for number in range(_tried(lambda: int(folder.number_of_sub_folders), 0) if depth < _DEEPEST else 0):
            inner = _tried(lambda number=number: folder.get_sub_folder(number), None)
            if inner is not None:
                self._add(inner, names, depth + 1)

    def headings(self) -> Iterator[archive.Heading]:
        if self._damaged:
            yield archive.Heading(-1, None, reason="damaged archive", bad=True)
        for place in range(self._count):
            item = self._item(place, mapi.NEEDED - properties.BODIES)
            if item is None:
                yield archive.Heading(place, None, reason="damaged", bad=True)
            elif not item.is_mail:
                yield archive.Heading(place, None, reason="no mail (contact, appointment, task …)")
            else:
                fields = {name: values[0] for name, values in item.headers().items()}
                yield archive.Heading(place, fields, "draft" if item.is_draft else self._folder(place)[3])

    def read(self, place: int, owners: Owners, *, by_subject: bool) -> Message | Skipped:
        item = self._item(place, mapi.NEEDED)
        where = self.where(place)
        if item is None:
            return Skipped("damaged", where, bad=True)
        kind = self._folder(place)[3]
        return item.read(owners, source=PstSource.name, where=where, kind=kind, by_subject=by_subject)

    def where(self, place: int) -> str:
        if place < 0:
            return self._name
        first, _, names, _ = self._folder(place)
        return f"{self._name}/{names}:item {place - first}"

    def _folder(self, place: int) -> tuple[int, Any, str, folders.Kind]:
        return self._folders[bisect_right(self._folders, place, key=lambda entry: entry[0]) - 1]

    def _item(self, place: int, ids: frozenset[int]) -> mapi.Item | None:
        first, folder, _, _ = self._folder(place)
        found = _tried(lambda: folder.get_sub_message(place - first), None)
        if found is None:
            return None
        own: dict[int, properties.Value] = {}
        for records in _record_sets(found):
            own.update(_properties(records, ids))
        people = _tried(lambda: found.recipients, None)
        return mapi.Item(own, [_properties(records, ids) for records in _record_sets(people)])


def _record_sets(item: Any) -> Iterator[Any]:
    for number in range(_tried(lambda: int(item.number_of_record_sets), 0)):
        records = _tried(lambda number=number: item.get_record_set(number), None)
        if records is not None:
            yield records


def _properties(records: Any, ids: frozenset[int]) -> dict[int, properties.Value]:
    found: dict[int, properties.Value] = {}
    raw: dict[int, tuple[int, bytes]] = {}
    for number in range(_tried(lambda: int(records.number_of_entries), 0)):
        entry = _tried(lambda number=number: records.get_entry(number), None)
        id = _tried(lambda entry=entry: entry.entry_type, None)
        if id in ids or id == _CODEPAGE_OF_STRINGS:
            data = _tried(lambda entry=entry: entry.data, None)
            raw.setdefault(id, (_tried(lambda entry=entry: entry.value_type, 0) or 0, data or b""))
    codepage = properties.value(*raw.get(_CODEPAGE_OF_STRINGS, (0, b"")))
    page = properties.codepage(codepage if isinstance(codepage, int) else 0)
    for id, (type_, data) in raw.items():
        value = properties.value(type_, data, page)
        if value is not None:
            found[id] = value
    return found


def _tried(call: Callable[..., Any], otherwise: Any) -> Any:
    """What a call into libpff gives, or ``otherwise`` where the archive is damaged there."""
    try:
        return call()
    except (OSError, ValueError, RuntimeError, MemoryError, AttributeError, OverflowError, SystemError):
        return otherwise


class _Unpacked(NamedTuple):
    """The mbox files that came out, and what the program ended with."""

    boxes: Sequence[Path]
    code: int


@contextmanager
def _unpacked(path: Path) -> Iterator[_Unpacked]:
    """The mbox files that ``readpst`` makes of an archive, in a private folder that is removed afterwards.

    Each is named after the folder of the archive that says what it is for ("Sent Items"), where one does.
    """
    with tempfile.TemporaryDirectory(prefix="likeness-") as name:
        root = Path(name)
        command = [_PROGRAM, "-q", "-r", "-8", "-t", "e", "-j", "0", "-o", str(root), str(path.resolve())]
        nothing = subprocess.DEVNULL
        done = subprocess.run(command, check=False, stdin=nothing, stdout=nothing, stderr=nothing)
        boxes = []
        for box in sorted(file for file in root.rglob("mbox") if file.is_file()):
            names = box.parent.relative_to(root).parts
            told = next((name for name in reversed(names) if folders.kind(name)), box.parent.name)
            boxes.append(box.rename(box.with_name(told)))
        yield _Unpacked(boxes, done.returncode)


def _from_boxes(name: str, unpacked: _Unpacked, owner: Owner, wanted: Collection[str]) -> Iterator[Message | Skipped]:
    if unpacked.code:
        yield Skipped("damaged archive", name, bad=True, detail=f"{_PROGRAM} ended with code {unpacked.code}")
    elif not unpacked.boxes:
        yield Skipped("no mail in it", name)
    source = MboxSource()
    asked = frozenset(wanted).union(*(source.answered(box, owner) for box in unpacked.boxes))
    for box in unpacked.boxes:
        for item in source.read(box, owner, wanted=asked):
            where = "" if isinstance(item, Progress) else f"{name}/{box.parent.name}:{item.where.rpartition(':')[2]}"
            if isinstance(item, Message):
                yield replace(item, source=PstSource.name if item.source == source.name else item.source, where=where)
            elif isinstance(item, Skipped):
                yield replace(item, where=where)


def _from_sent_first(identity: Identity) -> tuple[bool, int]:
    return ("in Sent" not in identity.evidence, -identity.count)
