"""Walks a folder of exports: never in circles, never into what is hidden, never reading what is not a file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_SYSTEM = frozenset({"__MACOSX", "$RECYCLE.BIN", "System Volume Information", "Thumbs.db", "desktop.ini", "Icon\r"})
_PICTURES = "jpg jpeg jpe png gif webp heic heif tif tiff bmp svg ico dng cr2 nef arw raw psd avif jfif thumb"
_SOUNDS = "opus ogg oga m4a mp3 wav aac amr flac aif aiff caf wma mid midi 3ga spx"
_FILMS = "mp4 mov m4v 3gp 3g2 avi mkv webm mpg mpeg wmv flv mts m2ts vob"
_DOCUMENTS = "pdf doc docx xls xlsx ppt pptx odt ods odp pages numbers key epub rtf vcf ics apk ipa exe dmg pkg jar"
_STICKERS = "was tgs lottie ttf otf woff woff2 css"
_MEDIA = frozenset(f".{suffix}" for suffix in f"{_PICTURES} {_SOUNDS} {_FILMS} {_DOCUMENTS} {_STICKERS}".split())
_SIDECARS = ("-wal", "-shm", "-journal")
_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder: its regular files in name order, what is odd in it and why, and how many hidden entries it has.

    ``odd`` are links to folders and to nothing, pipes, devices, sockets, and the folder itself when unreadable.
    """

    path: Path
    files: tuple[Path, ...] = ()
    odd: tuple[tuple[Path, str], ...] = ()
    hidden: int = 0


def folders(root: Path) -> Iterator[Folder]:
    """``root`` and every folder below it, each before its own, in name order.

    A link to a folder is not followed, so that there is no way in circles. Files are not opened.
    """
    waiting = [root]
    while waiting:
        path = waiting.pop()
        try:
            with os.scandir(path) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield Folder(path, odd=((path, f"cannot be read: {error.strerror}"),))
            continue
        below: list[Path] = []
        files: list[Path] = []
        odd: list[tuple[Path, str]] = []
        hidden = 0
        for entry in listed:
            if entry.name.startswith(".") or entry.name in _SYSTEM:
                hidden += 1
            elif _is(entry, folder=True):
                below.append(Path(entry.path))
            elif _is(entry, folder=False):
                files.append(Path(entry.path))
            else:
                odd.append((Path(entry.path), oddity(Path(entry.path))))
        waiting.extend(reversed(below))
        yield Folder(path, tuple(files), tuple(odd), hidden)


def oddity(path: Path) -> str:
    """What ``path`` is when it is neither a file nor a folder of its own; "" for those."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return "is a link to nothing" if path.is_symlink() else f"cannot be read: {error.strerror}"
    if stat.S_ISDIR(mode):
        return "is a link to a folder, which is not followed; name that folder itself" if path.is_symlink() else ""
    return next((f"is {kind}, not a file" for matches, kind in _KINDS if matches(mode)), "")


def is_media(name: str) -> bool:
    """True for names of pictures, sounds, films and documents, which hold no messages."""
    return os.path.splitext(name)[1].lower() in _MEDIA  # noqa: PTH122 - names inside archives are not paths here


def is_sidecar(path: Path) -> bool:
    """True for what SQLite keeps beside a database; a source reads it with the database."""
    name = path.name
    return any(name.endswith(end) and path.with_name(name.removesuffix(end)).exists() for end in _SIDECARS)


def readable(name: str) -> str:
    """``name`` with bytes that are not UTF-8, and control characters, made harmless to show and store."""
    text = name.encode("utf-8", "replace").decode("utf-8")
    return "".join(char if char.isprintable() else "�" for char in text)


def _is(entry: os.DirEntry[str], *, folder: bool) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False) if folder else entry.is_file()
    except OSError:
        return False
