"""Trainings that are under way or were interrupted: a folder each in ``PersonHome.runs``, worked in by one process.

A run's folder is called like the adapter it becomes, holds what the trainer puts there and ``run.json``, which says
what it is a run of. When it is done it is renamed into the adapters as a whole. The process that works on a run holds
a lock on its folder, which the system takes back when that process ends, however it ends.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from likeness.core import files
from likeness.core.errors import Busy, DoesNotFit, NotFound
from likeness.core.home import PersonHome
from likeness.write.curve import read_curve

RUN = "run.json"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_MB = 10**6


@dataclass(frozen=True, slots=True)
class Note:
    """What a run is of: the dataset's folder name, engine and base by name, preset, steps in all (0: not known yet)."""

    dataset: str
    engine: str
    base: str
    preset: str
    started_at: str
    steps: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it stands: after how many steps, whether a process is at it, and what it takes on the disk in MB."""

    name: str
    note: Note
    step: int
    running: bool
    disk_mb: float


def runs(home: PersonHome) -> list[Run]:
    """The runs of a person that are not finished, the newest first."""
    found = []
    for folder in sorted(home.runs.iterdir()) if home.runs.is_dir() else []:
        note = None if folder.name.startswith(".") else read_note(folder)
        if note is not None:
            curve = read_curve(folder)
            step = curve.points[-1].step if curve.points else 0
            found.append(Run(folder.name, note, step, _locked(folder), size(folder) / _MB))
    return sorted(found, key=lambda run: run.note.started_at, reverse=True)


def remove(home: PersonHome, name: str) -> None:
    """Throw the run called ``name`` away.

    Raises :class:`NotFound` when there is none and :class:`Busy` while a process is at it.
    """
    known = {run.name: run for run in runs(home)}
    if name not in known:
        raise NotFound(f"there is no run {name!r}", hint=f"runs: {', '.join(known) or 'none'}", param="name")
    if known[name].running:
        raise Busy(f"the run {name} is being trained", hint="stop it first with Ctrl-C")
    files.discard(home.runs / name)


@contextmanager
def working(folder: Path) -> Iterator[None]:
    """Be the only process at work on the run in ``folder``, which is made when absent.

    Raises :class:`Busy` when another is.
    """
    files.private_folder(folder)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Busy(
                "this training is under way in another process", hint="wait for it, or stop it: it can be continued"
            ) from None
        if not folder.is_dir() or os.fstat(descriptor).st_ino != folder.stat().st_ino:
            raise Busy("this training was finished by another process just now", hint="ask again")
        yield
    finally:
        os.close(descriptor)


def save_note(folder: Path, note: Note) -> None:
    """Say in ``folder`` what it is a run of."""
    files.write_json(folder / RUN, asdict(note))


def publish(folder: Path, target: Path) -> None:
    """Rename a finished run to ``target``, in the place of what was there; whole, or not at all."""
    files.private_folder(target.parent)
    for path in folder.rglob("*"):
        path.chmod(files.FOLDER_MODE if path.is_dir() else files.FILE_MODE)
    if folder.stat().st_dev != target.parent.stat().st_dev:
        with files.publishing(target) as copied:
            shutil.copytree(folder, copied, dirs_exist_ok=True)
        files.discard(folder)
        return
    old = target.with_name(f".{target.name}.before.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.replace(old)
    folder.replace(target)
    shutil.rmtree(old, ignore_errors=True)


def check_space(folder: Path, needed: int) -> None:
    """Raise :class:`DoesNotFit`, in numbers, when the disk has no room for the rest of a run of ``needed`` bytes."""
    free = shutil.disk_usage(folder).free
    rest = max(0, needed - size(folder))
    if free < rest:
        raise DoesNotFit(
            f"the run needs {rest / _MB:,.0f} MB more on the disk that holds {folder.parent}, and "
            f"{free / _MB:,.0f} MB are free",
            hint="make room, or keep fewer checkpoints with --checkpoints",
        )


@contextmanager
def telling_of_a_full_disk(folder: Path) -> Iterator[None]:
    """Turn the system's "no space left" into :class:`DoesNotFit`."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        free = shutil.disk_usage(folder if folder.is_dir() else folder.parent).free
        raise DoesNotFit(
            f"the disk that holds {folder.parent} is full ({free / _MB:,.0f} MB free): {error.strerror}",
            hint="make room; then the same command continues where the run stood",
        ) from error


def size(folder: Path) -> int:
    """Bytes of the files in ``folder``."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def read_note(folder: Path) -> Note | None:
    """What the folder is a run of; ``None`` when it does not say."""
    try:
        return Note(**json.loads((folder / RUN).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _locked(folder: Path) -> bool:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return False
    except OSError:
        return True
    finally:
        os.close(descriptor)
