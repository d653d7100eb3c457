"""What does not have to be in memory while a dataset is made: files in a private folder that goes when the work ends.

The folder lies among the datasets under a name that begins with a dot and ends in ``.part``, so that nobody takes it
for a dataset and :func:`likeness.core.files.sweep` removes it when its maker was killed.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from likeness.core import files
from likeness.core.errors import Busy

_WRITE_BUFFER = 1 << 20


@contextmanager
def alone(parent: Path) -> Iterator[None]:
    """Be the only process at work in ``parent``, whose scratch folders are then nobody's and go.

    Raises :class:`Busy` when another is.
    """
    descriptor = os.open(files.private_folder(parent), os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Busy("a dataset is being prepared already", hint="wait until it is done, then try again") from None
        files.sweep(parent)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def folder(parent: Path) -> Iterator[Path]:
    """A private folder in ``parent`` for the length of the block."""
    path = files.private_folder(parent) / f".scratch.{secrets.token_hex(4)}.part"
    path.mkdir(mode=files.FOLDER_MODE)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def private(path: Path) -> IO[Any]:
    """Open a new file for writing bytes, mode 0600."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, files.FILE_MODE)
    return os.fdopen(descriptor, "w+b", buffering=_WRITE_BUFFER)


class Records:
    """Byte strings on disk, by number: written one after another, then read in any order. 8 bytes of memory each."""

    def __init__(self, path: Path) -> None:
        self._file = private(path)
        self._ends = array("q", [0])
        self._flushed = True

    def __len__(self) -> int:
        return len(self._ends) - 1

    def append(self, record: bytes) -> None:
        """Add one record; its number is the count of those before it."""
        self._file.write(record)
        self._ends.append(self._ends[-1] + len(record))
        self._flushed = False

    def __getitem__(self, number: int) -> bytes:
        if not self._flushed:
            self._file.flush()
            self._flushed = True
        start, end = self._ends[number], self._ends[number + 1]
        return os.pread(self._file.fileno(), end - start, start)

    def close(self) -> None:
        """Close the file; its folder's end removes it."""
        self._file.close()
