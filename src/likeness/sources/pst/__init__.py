"""Outlook's archives for Windows (``.pst``, ``.ost``), through libpff (extra ``pst``) or the program ``readpst``.

libpff reads them in place. ``readpst`` (Debian package pst-utils) unpacks them into a private temporary folder as mbox
files, which are read from there and removed. libpff is taken where both are there.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from likeness.core.errors import EngineMissing
from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.mail import archive
from likeness.sources.mail.addresses import Owners
from likeness.sources.pst import library, program
from likeness.sources.shared.chats import resumable

_MAGIC = b"!BDN"
_CONTENT = slice(8, 10)
_HEADER = 512
"""Bytes of the header in the older of the two forms (MS-PST 2.2.2.6)."""
_ADDRESS_BOOK = b"AB"
_LIBRARY, _PROGRAM = "pypff", program.NAME
_INSTALL = "pip install 'likeness[pst]', or install the program readpst (Debian and Ubuntu: apt install pst-utils)"
_REPAIR = (
    "repair it with Outlook's own tool (SCANPST.EXE), or open it in Outlook and export it again "
    "(File > Open & Export > Import/Export > Export to a file > .pst), without a password"
)


class PstSource:
    """Reads the mails of a PST or OST archive."""

    name: ClassVar[str] = "pst"
    title: ClassVar[str] = "Outlook archive (pst, ost; extra 'pst' or the program readpst)"

    def recognises(self, path: Path) -> bool:
        """True for such an archive, where there is something to read it with and libpff, if that is it, can open it."""
        reader = _reader()
        return bool(reader) and _is_archive(path) and _failure(path, reader) is None

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
        failure = _failure(path, reader)
        return (
            f"{path.name} is an Outlook archive that is damaged or encrypted ({failure}): {_REPAIR}"
            if failure
            else None
        )

    def identities(self, path: Path) -> Iterator[Identity]:
        """Senders of what lies in Sent, then whom most mail is addressed to, as for any mail."""
        if _required() == _LIBRARY:
            with library.opened(path) as opened:
                yield from archive.identities(path.name, opened)
            return
        with program.unpacked(path) as found:
            yield from program.identities(found)

    def answered(self, path: Path, owner: Owner) -> frozenset[str]:
        """Message-IDs that the owner's mails in this archive answer, wherever those may be."""
        if _required() == _LIBRARY:
            with library.opened(path) as opened:
                return archive.answered(opened, Owners(owner))
        with program.unpacked(path) as found:
            return program.answered(found, owner)

    def read(
        self, path: Path, owner: Owner, *, start: int = 0, wanted: Collection[str] = ()
    ) -> Iterator[Message | Skipped | Progress]:
        """The owner's mails, what they answer and those ``wanted``. ``start`` is the number of an item.

        Raises :class:`EngineMissing` where there is nothing to read it with.
        """
        size = path.stat().st_size
        if _required() == _LIBRARY:
            with library.opened(path) as opened:
                yield from archive.read(opened, Owners(owner), size=size, start=start, wanted=wanted)
            return
        with program.unpacked(path) as found:
            yield from resumable(program.messages(path.name, found, owner, wanted), start=start, size=size)


def _failure(path: Path, reader: str) -> str | None:
    """Why an archive cannot be opened. readpst tells only by reading it, so there the length of the header decides."""
    if path.stat().st_size < _HEADER:
        return "its header is cut short"
    return library.failure(path) if reader == _LIBRARY else None


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
