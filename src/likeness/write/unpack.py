"""Unpacks zip, tar and gz archives into a private folder: only what can hold messages, and within limits.

Names are taken apart and put together again, so that nothing is written outside the folder; links, devices and
entries with ``..`` or an absolute path are counted and left out. What unpacks to far more than its size is refused.
"""

from __future__ import annotations

import errno
import gzip
import lzma
import os
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, cast

from likeness.core import files
from likeness.core.artefacts import digest
from likeness.core.errors import UnsafeInput
from likeness.core.events import Event
from likeness.write.unpack_folder import UnpackFolder
from likeness.write.walk import is_media, readable

ENTRIES_LIMIT = 500_000
RATIO_LIMIT = 200
"""Text packs to a tenth, the most repetitive of it to a fiftieth; what unpacks to more was built to fill the disk."""
RATIO_COUNTS_FROM = 64 * 2**20
_CHUNK = 1 << 16
_NAME_BYTES = 200
_TAR_HEADER_LIMIT = 1 << 20
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    RuntimeError,  # NotImplementedError among them: a method of packing that the library does not know
)
_OTHER_ZIPS = frozenset(
    [
        ".docx",
        ".xlsx",
        ".pptx",
        ".odt",
        ".ods",
        ".odp",
        ".epub",
        ".jar",
        ".apk",
        ".ipa",
        ".pages",
        ".numbers",
        ".key",
        ".whl",
        ".xpi",
    ]
)
_PART = re.compile(
    r"(?P<stem>.+?)[-_. ]*(?:[-_. ]part[-_. ]?(?P<part>\d{1,3})|-(?P<number>\d{3}))(?P<end>\.zip|\.tgz|\.tar\.gz)$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Unpacked:
    """What came of unpacking: how many files were written, pictures and the like left out, and problems."""

    files: int = 0
    bytes: int = 0
    media: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Parts:
    """One archive: a single file, or the parts of one that was exported in several."""

    name: str
    paths: tuple[Path, ...]

    @property
    def packed(self) -> int:
        return sum(path.stat().st_size for path in self.paths)


def kind(path: Path) -> str:
    """ "zip", "tar", "gz", or "" for what is not unpacked. Never raises."""
    if path.suffix.lower() in _OTHER_ZIPS:
        return ""
    try:
        with path.open("rb") as handle:
            head = handle.read(512)
        if head.startswith(b"PK\x03\x04"):
            return "zip" if zipfile.is_zipfile(path) else ""
        if head[257:262] == b"ustar":
            return "tar"
        if head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")):
            return _compressed(path, head)
    except OSError:
        pass
    return ""


def grouped(paths: Iterable[Path]) -> list[Parts]:
    """Archives in the order given; those in one folder that differ in the number of their part become one."""
    groups: dict[tuple[Path, str, str], list[Path]] = {}
    for path in paths:
        match = _PART.match(path.name)
        stem, end = (match["stem"], match["end"]) if match else (path.name, "")
        groups.setdefault((path.parent, stem.casefold(), end.casefold()), []).append(path)
    return [_parts(members) for members in groups.values()]


def missing_parts(parts: Parts) -> str:
    """Which numbers are missing between the first part and the last one given; "" for none or a single file."""
    matches = [_PART.match(path.name) for path in parts.paths]
    here = {int(match["part"] or match["number"]) for match in matches if match}
    if len(parts.paths) < 2 and here != {n for n in here if n > 1}:
        return ""
    missing = sorted(set(range(1, max(here, default=0))) - here)
    return ", ".join(map(str, missing[:10])) + (", …" if len(missing) > 10 else "")


def expected_bytes(parts: Parts) -> int:
    """What the files to be unpacked take; for tar and gz, which do not say, what they take packed."""
    size = 0
    for path in parts.paths:
        if kind(path) != "zip":
            size += path.stat().st_size
            continue
        with suppress(*_DAMAGE), zipfile.ZipFile(path) as archive:
            size += sum(m.file_size for m in archive.infolist() if _wanted(m.filename) and not m.is_dir())
    return size


def unpack(parts: Parts, into: Path, folders: UnpackFolder) -> Generator[Event, None, Unpacked]:
    """Unpack every part into ``into``.

    Damage, encryption and entries left out are told in :attr:`Unpacked.problems`; what could be read is kept.
    Raises :class:`UnsafeInput` for an archive over the limits and :class:`HomeUnavailable` when the disk is too small.
    """
    writer = _Writer(parts, into, folders)
    for path in parts.paths:
        form = kind(path)
        entries = {"zip": _zipped, "tar": _tarred, "gz": _single}[form](path, writer.result)
        try:
            for name, handle in entries:
                yield from writer.write(name, handle)
        except _DAMAGE as error:
            writer.result.problems.append(f"{path.name} is damaged or truncated ({_said(error)}); the rest is missing")
    return writer.result


_Entry = tuple[str, IO[bytes]]


class _Writer:
    """Writes entries within the limits of one archive."""

    def __init__(self, parts: Parts, into: Path, folders: UnpackFolder) -> None:
        self.result = Unpacked()
        self._name = parts.name
        self._packed = parts.packed
        self._into = into
        self._folders = folders
        self._limit = folders.room()

    def write(self, name: str, handle: IO[bytes]) -> Iterator[Event]:
        """Write one entry, piece by piece."""
        shown = readable(name)
        try:
            target = _target(self._into, name)
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, files.FILE_MODE)
        except OSError as error:
            self._full(error)
            self.result.problems.append(f"{shown} cannot be unpacked: {error.strerror}")
            return
        self.result.files += 1
        with os.fdopen(descriptor, "wb", buffering=0) as out:
            while chunk := self._chunk(handle, shown):
                self.result.bytes += len(chunk)
                self._check()
                try:
                    out.write(chunk)
                except OSError as error:
                    self._full(error)
                    raise
                note = f"{self._name}: {PurePosixPath(shown).name}"
                yield Event("unpacking", self.result.bytes, None, "bytes", note)

    def _chunk(self, handle: IO[bytes], shown: str) -> bytes:
        """The next piece; nothing more of an entry that is damaged from here on."""
        try:
            return handle.read(_CHUNK)
        except _DAMAGE as error:
            self.result.problems.append(f"{shown} is damaged in the archive ({_said(error)}); what came before is read")
            return b""

    def _full(self, error: OSError) -> None:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            self._folders.require(self.result.bytes + self._folders.room() + 1, self._name)

    def _check(self) -> None:
        size = self.result.bytes
        if size > RATIO_COUNTS_FROM and size > self._packed * RATIO_LIMIT:
            raise UnsafeInput(
                f"{self._name} unpacks to more than {RATIO_LIMIT} times its size", hint="no export does; check it"
            )
        if self.result.files > ENTRIES_LIMIT:
            raise UnsafeInput(f"{self._name} holds more than {ENTRIES_LIMIT:,} files", hint="no export does; check it")
        if size > self._limit:
            self._folders.require(size + self._folders.room() + 1, self._name)


def _zipped(path: Path, result: Unpacked) -> Iterator[_Entry]:
    encrypted = unsafe = 0
    with zipfile.ZipFile(path) as archive:
        listed = archive.infolist()
        if len(listed) > ENTRIES_LIMIT:
            raise UnsafeInput(f"{path.name} holds {len(listed):,} files", hint=f"the limit is {ENTRIES_LIMIT:,}")
        for member in listed:
            if member.is_dir() or not _counted(member.filename, result):
                continue
            if member.flag_bits & 1:
                encrypted += 1
            elif stat.S_ISLNK(member.external_attr >> 16) or not safe(member.filename):
                unsafe += 1
            else:
                try:
                    handle = archive.open(member)
                except _DAMAGE as error:
                    result.problems.append(f"{readable(member.filename)} is damaged in the archive ({_said(error)})")
                    continue
                with handle:
                    yield member.filename, handle
    if encrypted:
        result.problems.append(
            f"{path.name} is encrypted ({encrypted:,} files): unpack it with its password and import the folder"
        )
    _tell_unsafe(path, unsafe, result)


def _tarred(path: Path, result: Unpacked) -> Iterator[_Entry]:
    unsafe = 0
    with tarfile.open(path, "r|*", tarinfo=_TarEntry) as archive:
        for member in archive:
            archive.members = []  # type: ignore[attr-defined]  # the library keeps every header it has seen
            if member.isdir() or not _counted(member.name, result):
                continue
            if not member.isreg() or not safe(member.name):
                unsafe += 1
                continue
            handle = archive.extractfile(member)
            if handle is not None:
                yield member.name, handle
    _tell_unsafe(path, unsafe, result)


def _single(path: Path, result: Unpacked) -> Iterator[_Entry]:
    with gzip.open(path) as handle:
        yield path.stem or "unpacked", cast("IO[bytes]", handle)


class _TarEntry(tarfile.TarInfo):
    """A header that refuses to read megabytes of extended header into memory."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in (b"L", b"K", b"x", b"g", b"X") and self.size > _TAR_HEADER_LIMIT:
            raise tarfile.ReadError("header too long")
        return cast("tarfile.TarInfo", super()._proc_member(archive))  # type: ignore[misc]


def safe(name: str) -> bool:
    """False for a name that points outside the folder it is unpacked into."""
    parts = name.replace("\\", "/").split("/")
    return (
        not name.startswith(("/", "\\")) and ".." not in parts and not re.match(r"[A-Za-z]:", name) and "\0" not in name
    )


def _counted(name: str, result: Unpacked) -> bool:
    if is_media(name):
        result.media += 1
        return False
    return _wanted(name)


def _wanted(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return (
        not is_media(name)
        and not any(part.startswith(".") and part not in (".", "..") for part in parts)
        and ("__MACOSX" not in parts)
    )


def _target(into: Path, name: str) -> Path:
    """Where an entry goes: its folders made, a name already there (also in another case) given a number."""
    parts = [_short(part) for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
    folder = files.private_folder(into.joinpath(*parts[:-1]))
    target = folder / parts[-1]
    number = 1
    while os.path.lexists(target):
        number += 1
        target = folder / f"{Path(parts[-1]).stem} ({number}){Path(parts[-1]).suffix}"
    return target


def _short(part: str) -> str:
    if len(os.fsencode(part)) <= _NAME_BYTES:
        return part
    return f"{part[:40]}-{digest([part])}{Path(part).suffix[:20]}"


def _parts(members: Sequence[Path]) -> Parts:
    first = members[0]
    match = _PART.match(first.name)
    name = f"{match['stem']}{match['end']}" if match and len(members) > 1 else first.name
    return Parts(name, tuple(sorted(members)))


def _compressed(path: Path, head: bytes) -> str:
    try:
        with tarfile.open(path, "r|*", tarinfo=_TarEntry) as archive:
            archive.next()
        return "tar"
    except _DAMAGE:
        return "gz" if head.startswith(b"\x1f\x8b") else ""


def _tell_unsafe(path: Path, count: int, result: Unpacked) -> None:
    if count:
        result.problems.append(f"{path.name}: {count:,} links or entries that point outside it were left out")


def _said(error: BaseException) -> str:
    if isinstance(error, NotImplementedError):
        return "packed in a way that is not known here: unpack it and import the folder"
    return type(error).__name__
