"""Getting a model: the only thing that ever downloads, and only when a person says so.

Files come into a hidden folder beside the models, each checked against the hash that the hub states before it gets its
name; when all are there, the folder gets its own. Interrupted at any moment, the same command goes on within the file
it was at. ``likeness-model.json`` in the folder says where the model came from, and its hashes.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from likeness.core import files, plugins
from likeness.core.catalogue import Model
from likeness.core.errors import DoesNotFit, InputError, LikenessError
from likeness.core.events import Event
from likeness.core.hub import Listing, RemoteFile, client, listing, refuse, unreachable
from likeness.core.models import models_folder

if TYPE_CHECKING:
    import httpx

RECORD = "likeness-model.json"
_BLOCK = 1 << 20
_TRIES = 3
_SPARE_BYTES = 200 << 20


@dataclass(frozen=True, slots=True)
class Cost:
    """What getting a model takes: bytes in all, those that are here already, and free bytes on its disk."""

    model: Model
    listing: Listing | None
    total: int
    here: int
    free: int


def cost(model: Model) -> Cost:
    """Ask the hub what ``model`` consists of. Raises as :func:`likeness.core.hub.listing`."""
    files.private_folder(models_folder())
    free = shutil.disk_usage(models_folder()).free
    if not model.repository:
        return Cost(model, None, model.about_mb * 1_000_000, 0, free)
    with client() as connection:
        found = listing(connection, model.repository, model.revision, model.files)
    return Cost(model, found, found.size, sum(_bytes_here(_making(model), file) for file in found.files), free)


def get(asked_for: Cost) -> Iterator[Event]:
    """Download what :func:`cost` told, check it, and let the engine that works with it make it ready.

    Raises :class:`DoesNotFit` without room on the disk, :class:`LikenessError` for a file that stays wrong, and as
    :func:`cost`. What was downloaded stays, and the next call goes on from there.
    """
    model, found = asked_for.model, asked_for.listing
    if asked_for.total - asked_for.here + _SPARE_BYTES > asked_for.free:
        needed, free = (asked_for.total - asked_for.here) / 1e9, asked_for.free / 1e9
        raise DoesNotFit(
            f"{model.name} takes {needed:.1f} GB, and {models_folder()} has {free:.1f} GB free",
            hint="make room, or set LIKENESS_MODELS to a folder on another disk",
        )
    making = files.private_folder(_making(model))
    if found is not None:
        yield from _download(model, found, making)
        record = {"repository": found.repository, "commit": found.commit, "files": [asdict(f) for f in found.files]}
        files.write_json(making / RECORD, {**record, "got_at": datetime.now(UTC).isoformat(timespec="seconds")})
    yield from _made_ready(model, making)
    files.discard(model.folder)
    making.replace(model.folder)
    yield Event("get model", 1, 1, "models", f"{model.name} is here: {model.folder}")


def verify(model: Model) -> Iterator[Event]:
    """Read every file again and compare it with the hash it came with; the last event's metrics count ``damaged``.

    Raises :class:`InputError` when the model is not here, or came by another way.
    """
    try:
        raw = json.loads((model.folder / RECORD).read_text(encoding="utf-8"))
        known = [RemoteFile(**entry) for entry in raw["files"]]
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(
            f"{model.name} was not got by this command, so its hashes are not known", hint="likeness models get NAME"
        ) from None
    damaged = []
    for number, file in enumerate(known, 1):
        path = model.folder / file.path
        if path.is_file():  # what an engine made into something else is gone by intent
            wrong = path.stat().st_size != file.size or _hash(path, file) != file.hash
            damaged += [file.path] * wrong
        yield Event("verify model", number, len(known), "files", file.path, {"damaged": float(len(damaged))})
    note = f"damaged: {', '.join(damaged)}" if damaged else "every file is as it was published"
    yield Event("verify model", len(known), len(known), "files", note, {"damaged": float(len(damaged))})


def remove(model: Model) -> int:
    """Remove a model, and what an unfinished download of it left; returns the bytes freed."""
    folders = [folder for folder in (model.folder, _making(model)) if folder.is_dir()]
    freed = sum(path.lstat().st_size for folder in folders for path in folder.rglob("*") if not path.is_dir())
    for folder in folders:
        files.discard(folder)
    return freed


def _making(model: Model) -> Path:
    """Where a model grows. Not ending in ``.part``: that is what a sweep takes for abandoned."""
    return models_folder() / f".{model.name}.getting"


def _part(folder: Path, file: RemoteFile) -> Path:
    """The unfinished ``file``; named by its hash, so that another version of it is never continued."""
    return folder / f"{file.path}.{file.hash[:16]}.part"


def _bytes_here(folder: Path, file: RemoteFile) -> int:
    for path in (folder / file.path, _part(folder, file)):
        if path.is_file():
            return min(path.stat().st_size, file.size)
    return 0


def _download(model: Model, found: Listing, making: Path) -> Iterator[Event]:
    done = 0
    with client() as connection:
        for file in found.files:
            if not _is_here(making / file.path, file):
                for tried in range(1, _TRIES + 1):
                    for here in _fetched(connection, found, file, making):
                        yield Event("get model", done + here, found.size, "bytes", file.path)
                    if _accepted(making, file):
                        break
                    if tried == _TRIES:
                        raise LikenessError(
                            f"{file.path} of {model.name} came {_TRIES} times with another hash than the hub states",
                            hint="try again later; nothing of it is used",
                        )
            done += file.size
            yield Event("get model", done, found.size, "bytes", file.path)


def _is_here(path: Path, file: RemoteFile) -> bool:
    """Whether a file was downloaded and checked before; read again, since a disk can lie."""
    return path.is_file() and path.stat().st_size == file.size and _hash(path, file) == file.hash


def _fetched(connection: httpx.Client, found: Listing, file: RemoteFile, making: Path) -> Iterator[int]:
    """Download ``file``, from where it was left; yields how many bytes of it are here."""
    import httpx

    part = _part(making, file)
    files.private_folder(part.parent)
    begun = part.stat().st_size if part.is_file() else 0
    if begun >= file.size:
        return
    url = f"/{found.repository}/resolve/{found.commit}/{file.path}"
    headers = {"Range": f"bytes={begun}-", "Accept-Encoding": "identity"} if begun else {"Accept-Encoding": "identity"}
    try:
        with connection.stream("GET", url, headers=headers) as answer:
            refuse(answer.status_code, found.repository)
            if answer.status_code != 206:
                begun = 0  # it sends the whole file, whatever was asked for
            with part.open("ab" if begun else "wb") as target:
                part.chmod(files.FILE_MODE)
                for block in answer.iter_bytes(_BLOCK):
                    begun += len(block)
                    if begun > file.size:
                        break
                    target.write(block)
                    yield begun
    except httpx.HTTPError as error:
        raise unreachable(error) from None


def _accepted(making: Path, file: RemoteFile) -> bool:
    """Give a downloaded file its name if it is what the hub states; else throw it away, unless more is to come."""
    part = _part(making, file)
    if not file.size and not part.exists():
        part.touch(files.FILE_MODE)
    if part.stat().st_size < file.size:
        return False
    if part.stat().st_size == file.size and _hash(part, file) == file.hash:
        part.replace(making / file.path)
        return True
    part.unlink()
    return False


def _hash(path: Path, file: RemoteFile) -> str:
    found = file.hasher()
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def _made_ready(model: Model, folder: Path) -> Iterator[Event]:
    """Let the engine that asks for it turn what was downloaded into what it opens."""
    from likeness.core.protocols import PreparesModel

    for name in plugins.names(plugins.ENGINES):
        loaded = plugins.engine_class(name)
        if loaded is not None and model.name in loaded.info.models and isinstance(loaded, PreparesModel):
            yield from loaded.prepare_model(folder)
