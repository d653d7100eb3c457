"""What a file is that no source knows: said from its first bytes, with what to do about it."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import NamedTuple

from likeness.write.walk import is_media, oddity


class Description(NamedTuple):
    """``text`` ends a sentence that begins with the file's name; ``faulty`` when something can be put right."""

    text: str
    faulty: bool = True


_HEAD = 8192
_LISTED = 5
_SQLITE = b"SQLite format 3"
_FAULTY: tuple[tuple[bytes, str], ...] = (
    (b"Rar!", "a RAR archive: unpack it and import the folder"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it and import the folder"),
    (b"PK\x05\x06", "an empty zip archive: make the export again"),
    (b"PK\x07\x08", "a piece of a zip archive in several pieces: join them (zip -s 0), then import the whole"),
    (b"Salted__", "encrypted: export it again without a password, or decrypt it first"),
    (b"age-encryption.org", "encrypted: decrypt it first"),
    (b"-----BEGIN PGP", "encrypted: decrypt it first"),
)
_KNOWN: tuple[tuple[bytes, str], ...] = (
    (b"!BDN", "an Outlook archive (PST)"),
    (_SQLITE, "an SQLite database of no known program"),
    (b"PK\x03\x04", "a zip archive in which nothing is a known export"),
    (b"%PDF", "a PDF, from which messages cannot be told"),
    (b"\xd0\xcf\x11\xe0", "an old Microsoft Office file"),
)
_PIECE = re.compile(r"\.(?:z\d\d|zip\.\d{3}|part\d+\.rar|r\d\d|7z\.\d{3})$", re.IGNORECASE)
_UNFINISHED = frozenset({".crdownload", ".part", ".partial", ".download", ".icloud"})


def described(path: Path) -> Description:
    """What was found at ``path``. Never raises."""
    odd = oddity(path)
    if odd:
        return Description(odd)
    try:
        return _folder(path) if path.is_dir() else _file(path)
    except OSError as error:
        return Description(f"cannot be read: {error.strerror}")


def _folder(path: Path) -> Description:
    names = sorted(p.name for p in path.iterdir() if not p.name.startswith("."))
    listed = ", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
    return Description(f"is a folder in which nothing is a known export (it holds {listed or 'nothing'})", False)


def _file(path: Path) -> Description:
    size = path.stat().st_size
    if path.suffix.lower() in _UNFINISHED:
        return Description(f"is an unfinished download ({size:,} bytes): wait for it, or download it again")
    if size == 0:
        return Description("is empty: make the export again")
    if _PIECE.search(path.name):
        return Description("is a piece of an archive in several pieces: join them, then import the whole")
    with path.open("rb") as handle:
        head = handle.read(_HEAD)
    faulty = next((what for magic, what in _FAULTY if head.startswith(magic)), "")
    if not faulty and head.startswith(b"PK\x03\x04") and not zipfile.is_zipfile(path):
        faulty = "a truncated zip archive, its end is missing: download or copy it again"
    if not faulty and head.startswith(_SQLITE) and (stated := _sqlite_bytes(head)) > size:
        faulty = f"a truncated SQLite database, it says it has {stated:,} bytes: copy it again"
    if not faulty and not head.strip(b"\0"):
        faulty = "nothing but zero bytes: it was not downloaded or copied whole"
    return Description(f"is {faulty or _kind(path, head)} ({size:,} bytes)", bool(faulty))


def _sqlite_bytes(head: bytes) -> int:
    """What an SQLite file says its size is: pages times their size, from its header."""
    page = int.from_bytes(head[16:18], "big")
    return int.from_bytes(head[28:32], "big") * (65_536 if page == 1 else page)


def _kind(path: Path, head: bytes) -> str:
    if is_media(path.name):
        return "a picture, sound, film or document, which holds no messages"
    return next((what for magic, what in _KNOWN if head.startswith(magic)), "") or _text(head)


def _text(head: bytes) -> str:
    begins = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:64].lower()
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text (UTF-16) without mail headers or dated chat lines"
    if b"\0" in head:
        return "binary data of no known kind"
    if begins.startswith((b"{", b"[")):
        return "JSON of no known export"
    if begins.startswith((b"<!doctype html", b"<html")):
        return "a web page of no known export: where the service offers JSON, export as JSON"
    if begins.startswith(b"<"):
        return "XML of no known export"
    return "text without mail headers or dated chat lines"
