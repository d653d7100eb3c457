"""A private folder for what is unpacked: gone at the end, and after a kill gone at the next start."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import time
from pathlib import Path
from typing import Self

from likeness.core import files
from likeness.core.errors import HomeUnavailable

_PREFIX = ".unpacked-"
_LOCK = ".lock"
_RESERVE = 512 * 2**20
_UNLOCKED_SECONDS = 60.0


class UnpackFolder:
    """Folders (0700) under ``parent``, made when first asked for, removed when the block ends.

    Each process holds a lock on its own; one without a lock is what a killed process left, and is removed.
    """

    def __init__(self, parent: Path) -> None:
        self._parent = parent
        self._folder: Path | None = None
        self._lock = -1
        self._number = 0

    def __enter__(self) -> Self:
        sweep(self._parent)
        return self

    def __exit__(self, *exc: object) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            os.close(self._lock)
            self._folder = None

    def new(self) -> Path:
        """A new empty folder. Raises :class:`HomeUnavailable` when it cannot be made."""
        try:
            if self._folder is None:
                folder = self._parent / f"{_PREFIX}{secrets.token_hex(4)}"
                folder.mkdir(mode=files.FOLDER_MODE)
                self._lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, files.FILE_MODE)
                fcntl.flock(self._lock, fcntl.LOCK_EX)
                self._folder = folder
            self._number += 1
            return files.private_folder(self._folder / str(self._number))
        except OSError as error:
            raise HomeUnavailable(
                f"nothing can be unpacked in {self._parent}: {error.strerror}", hint="check the disk and its space"
            ) from None

    def room(self) -> int:
        """Bytes that may be unpacked: what is free on the disk, less what the store and the system need."""
        return max(0, shutil.disk_usage(self._parent).free - _RESERVE)

    def require(self, size: int, name: str) -> None:
        """Raise :class:`HomeUnavailable` when ``size`` bytes of ``name`` do not fit on the disk."""
        room = self.room()
        if size > room:
            raise HomeUnavailable(
                f"unpacking {name} needs {size / 1e9:,.1f} GB, and the disk of {self._parent} has room for "
                f"{room / 1e9:,.1f} GB",
                hint="free some space, set LIKENESS_HOME to a larger disk, or unpack it elsewhere yourself",
            )


def sweep(parent: Path) -> None:
    """Remove the folders in ``parent`` that no living process holds."""
    for folder in parent.glob(f"{_PREFIX}*"):
        try:
            descriptor = os.open(folder / _LOCK, os.O_RDWR)
        except OSError:
            # Another process may be between making the folder and locking it.
            if _age(folder) > _UNLOCKED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            pass  # held by a living process
        finally:
            os.close(descriptor)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
