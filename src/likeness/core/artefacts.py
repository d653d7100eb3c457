"""Datasets, adapters and voices on disk: a folder with a ``manifest.json``, published whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from likeness import __version__
from likeness.core import files
from likeness.core.errors import InputError, NotFound

MANIFEST = "manifest.json"
ArtefactKind = Literal["dataset", "adapter", "corpus", "voice", "song"]
_TEXTS = ("kind", "name", "engine", "base_model", "form", "data_hash", "created_at", "version")
_TABLES = ("recipe", "measures", "extra")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an artefact says of itself.

    ``data_hash`` identifies what it was made from, ``recipe`` how, ``measures`` what was measured of it,
    ``engine`` which engine made it ("" for data), ``parents`` the artefacts it was made from. ``form`` names the file
    format of an adapter that several engines open ("lora": PEFT safetensors, see ``core.lora``); "" is the engine's
    own.
    """

    kind: ArtefactKind
    name: str
    engine: str = ""
    base_model: str = ""
    form: str = ""
    data_hash: str = ""
    recipe: Mapping[str, Any] = field(default_factory=dict)
    measures: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    created_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    version: str = __version__

    def save(self, folder: Path) -> None:
        """Write the manifest into ``folder``."""
        files.write_json(folder / MANIFEST, {name: getattr(self, name) for name in self.__slots__})


def load(folder: Path) -> Manifest:
    """Read the manifest of an artefact.

    Raises :class:`NotFound` when there is none and :class:`InputError`, with the whole path, when it cannot
    be understood.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise NotFound(f"no artefact at {folder.name!r}", hint="`likeness status` lists what there is")
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        known = {key: value for key, value in raw.items() if key in Manifest.__slots__}
        for key in ("notes", "parents"):
            known[key] = tuple(known.get(key, ()))
        return _checked(Manifest(**known))
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(
            f"{path} is damaged: {error}", hint="remove that folder, and make again what was in it"
        ) from None


def _checked(manifest: Manifest) -> Manifest:
    """``manifest``, whose fields are of the kinds that everything relies on. Raises :class:`TypeError`."""
    for names, kind, told in ((_TEXTS, str, "a text"), (_TABLES, dict, "an object")):
        wrong = [name for name in names if not isinstance(getattr(manifest, name), kind)]
        if wrong:
            raise TypeError(f"{', '.join(wrong)} must be {told}")
    return manifest


@contextmanager
def publish(folder: Path) -> Iterator[Path]:
    """Fill a temporary folder that becomes ``folder`` on success. The block must leave a manifest in it."""
    with files.publishing(folder) as temporary:
        yield temporary
        load(temporary)


def listed(folder: Path) -> list[tuple[Path, Manifest]]:
    """The artefacts in ``folder``, newest first. Half-written ones (names that begin with a dot) are not seen.

    Raises :class:`InputError` when the manifest of one is damaged: what it was, perhaps the newest, is not known, so
    that going on without it would not be what was asked for. :func:`surveyed` tells both kinds apart.
    """
    found, damaged = surveyed(folder)
    for error in damaged.values():
        raise error
    return found


def surveyed(folder: Path) -> tuple[list[tuple[Path, Manifest]], dict[Path, InputError]]:
    """The artefacts in ``folder``, newest first, and what is wrong with those whose manifest is damaged."""
    found: list[tuple[Path, Manifest]] = []
    damaged: dict[Path, InputError] = {}
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name.startswith(".") or not (path / MANIFEST).is_file():
            continue
        try:
            found.append((path, load(path)))
        except InputError as error:
            damaged[path] = error
    # Of those made within the same second, the one written last is the newest.
    found.sort(key=lambda item: (item[1].created_at, (item[0] / MANIFEST).stat().st_mtime_ns), reverse=True)
    return found, damaged


def digest(parts: Iterable[str | bytes]) -> str:
    """A short stable hash (16 hex digits of SHA-256) of ``parts`` in order."""
    sha = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        sha.update(len(raw).to_bytes(8, "big"))
        sha.update(raw)
    return sha.hexdigest()[:16]
