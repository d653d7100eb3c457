"""Reads a chat's text from a ``.txt`` or a ``.zip``, within limits."""

from __future__ import annotations

import codecs
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from likeness.core.errors import UnsafeInput
from likeness.core.types import Skipped

TEXT_LIMIT = 128 * 2**20
"""Bytes of one chat's text. Ten years of a busy group are about 30 MB."""
_RATIO_LIMIT = 200
_RATIO_COUNTS_FROM = 8 * 2**20
_ENTRIES_LIMIT = 200_000
HEAD = 65_536
DAMAGED = (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError)
"""What a zip raises that is damaged, encrypted or of a version unknown here (a ``RuntimeError``)."""
_IOS_NAME = "_chat.txt"

_TITLE = re.compile(
    r"^(?:whatsapp[ -]?(?:chat|chatt|samtale|sohbeti|keskustelu)? ?(?:(?:with|mit|con|com|met|med|avec|z)[ _]|- ?)|"
    r"(?:chat de|chat do|conversa do|conversa no|conversación de|conversație|discussion|chat|czat|historia czatu|чат)"
    r" whatsapp (?:(?:con|com|avec|with|dengan|s uživatelem|s používateľom|cu|z|з|с контактом|с)[ _]|- ?)|"
    r"whatsapp[ -]chat[ _-]+)",
    re.IGNORECASE,
)
_COPY = re.compile(r"\s*\(\d+\)$|[ _-]+\d$")


class Text(NamedTuple):
    """One chat: its title as the file's name gives it ("" when it gives none), file name, and text.

    ``renamed`` when that is no name that WhatsApp gives a file, so that it may say nothing of the chat.
    """

    title: str
    name: str
    text: str
    renamed: bool = False


def head(path: Path) -> list[str]:
    """The first 64 KiB of each chat that ``path`` may hold."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as handle:
            return [decode(handle.read(HEAD))]
    with zipfile.ZipFile(path) as archive:
        return [decode(_read(archive, member, HEAD)) for member in _members(archive)]


def texts(path: Path) -> Iterator[Text | Skipped]:
    """The chats of a file. Raises :class:`UnsafeInput` for one over :data:`TEXT_LIMIT` or built to exhaust memory."""
    if not zipfile.is_zipfile(path):
        _check(path.name, path.stat().st_size)
        yield Text(_title(path), path.name, decode(path.read_bytes()), _is_renamed(path))
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for member in _members(archive):
                name = f"{path.name}/{member.filename}"
                _check(name, member.file_size, member.compress_size)
                try:
                    raw = _read(archive, member, TEXT_LIMIT + 1)
                except DAMAGED as error:
                    yield Skipped("damaged or encrypted archive", name, bad=True, detail=type(error).__name__)
                    continue
                _check(name, len(raw))
                after = _named_after(path, PurePosixPath(member.filename))
                yield Text(_title(after), name, decode(raw), _is_renamed(after))
    except DAMAGED as error:
        yield Skipped("damaged or encrypted archive", path.name, bad=True, detail=type(error).__name__)


def decode(raw: bytes) -> str:
    """UTF-8 with or without a mark, or UTF-16 with one; other bytes become U+FFFD."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    return raw.decode("utf-8-sig", "replace")


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    listed = archive.infolist()
    if len(listed) > _ENTRIES_LIMIT:
        raise UnsafeInput(f"{archive.filename} holds {len(listed):,} files", hint=f"the limit is {_ENTRIES_LIMIT:,}")
    texts = [m for m in listed if m.filename.lower().endswith(".txt") and not m.filename.startswith("__MACOSX/")]
    # iOS calls a chat _chat.txt; other texts beside it were sent in the chat.
    chats = {PurePosixPath(m.filename).parent for m in texts if PurePosixPath(m.filename).name == _IOS_NAME}
    return [m for m in texts if PurePosixPath(m.filename).name == _IOS_NAME or not _beside(m, chats)]


def _beside(member: zipfile.ZipInfo, folders: set[PurePosixPath]) -> bool:
    return PurePosixPath(member.filename).parent in folders


def _named_after(archive: Path, member: PurePosixPath) -> Path:
    """What names the chat: the text's own name, else that of its folder, else that of the archive."""
    if member.name != _IOS_NAME:
        return Path(member.name)
    return Path(f"{member.parent.name}.zip") if member.parent.name else archive


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    with archive.open(member) as handle:
        return handle.read(limit)


def _check(name: str, size: int, packed: int | None = None) -> None:
    if size > TEXT_LIMIT:
        raise UnsafeInput(f"{name} holds {size / 2**20:,.0f} MB of text", hint=f"the limit is {TEXT_LIMIT >> 20} MB")
    if packed is not None and size > _RATIO_COUNTS_FROM and size > packed * _RATIO_LIMIT:
        raise UnsafeInput(
            f"{name} unpacks to {size // max(packed, 1)} times its size", hint="a chat does not; unpack and check it"
        )


def is_named_as_an_export(path: Path) -> bool:
    """True for a ``.txt`` or ``.zip`` called as WhatsApp calls one, in the languages that are known."""
    named = path.name.lower() == _IOS_NAME or _TITLE.match(path.stem.replace("_", " ")) is not None
    return named and path.suffix.lower() in (".txt", ".zip")


def _stem(path: Path) -> str:
    return path.parent.name if path.stem == "_chat" else path.stem


def _is_renamed(path: Path) -> bool:
    return _TITLE.match(_stem(path)) is None


def _title(path: Path) -> str:
    stem = _stem(path)
    stem = _COPY.sub("", stem) if _TITLE.match(stem) else stem
    title = _TITLE.sub("", stem).strip()
    return title or stem
