"""Writing files so that a half-written one is never seen, and nobody else can read them."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

FILE_MODE = 0o600
FOLDER_MODE = 0o700


def private_folder(path: Path) -> Path:
    """Make ``path`` and its missing parents with mode 0700 and return it."""
    missing = [path, *path.parents]
    for folder in reversed([p for p in missing if not p.exists()]):
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    return path


@contextmanager
def replacing(path: Path, mode: str = "wb") -> Iterator[IO[Any]]:
    """Open a temporary file beside ``path``; on success flush it to disk and rename it over ``path`` (mode 0600).

    ``mode`` is "wb" or "w" (UTF-8, newlines kept as given). On an exception the temporary file is removed.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    text = "b" not in mode
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        with os.fdopen(descriptor, mode, encoding="utf-8" if text else None, newline="" if text else None) as handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def placing(path: Path) -> Iterator[Path]:
    """As :func:`replacing`, for a library that opens the file itself: gives the name of the temporary file to fill."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        temporary.touch(FILE_MODE, exist_ok=False)  # nobody else can read it while it grows
        yield temporary
        with temporary.open("rb+") as handle:
            os.fsync(handle.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_bytes(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` whole or not at all."""
    with replacing(path) as handle:
        handle.write(data)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8 to ``path`` whole or not at all."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` as indented JSON to ``path`` whole or not at all."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, default=str) + "\n")


@contextmanager
def publishing(folder: Path) -> Iterator[Path]:
    """Fill a temporary folder beside ``folder``; on success rename it to ``folder``, replacing what was there.

    Every file in it gets mode 0600. Until the rename the old folder stays as it was; a crash leaves only a
    ``.*.part`` folder, which :func:`sweep` removes.
    """
    private_folder(folder.parent)
    temporary = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    temporary.mkdir(mode=FOLDER_MODE)
    try:
        yield temporary
        for path in temporary.rglob("*"):
            path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)
        old = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.old")
        if folder.exists():
            folder.replace(old)
        temporary.replace(folder)
        shutil.rmtree(old, ignore_errors=True)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def discard(folder: Path) -> None:
    """Remove a folder so that a half-removed one is never seen; what a crash leaves :func:`sweep` removes."""
    hidden = folder.with_name(f".{folder.name}.removed.part")
    shutil.rmtree(hidden, ignore_errors=True)
    if folder.exists():
        folder.replace(hidden)
    shutil.rmtree(hidden, ignore_errors=True)


def sweep(folder: Path, *, older_than: float = 0.0) -> None:
    """Remove what an interrupted :func:`replacing` or :func:`publishing` left in ``folder``.

    Only what has not changed for ``older_than`` seconds, so that another process still writing keeps its files.
    """
    if not folder.is_dir():
        return
    abandoned = [path for path in [*folder.glob(".*.old"), *folder.glob(".*.part")] if _age(path) >= older_than]
    for path in (path for path in abandoned if path.suffix == ".old"):
        original = folder / path.name[1:].rsplit(".", 2)[0]
        if not original.exists():
            path.replace(original)
        else:
            shutil.rmtree(path, ignore_errors=True)
    for path in (path for path in abandoned if path.suffix == ".part"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _age(path: Path) -> float:
    """Seconds since ``path`` was last written or renamed; negative once it is gone."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return -1.0
    return max(0.0, time.time() - max(status.st_mtime, status.st_ctime))
