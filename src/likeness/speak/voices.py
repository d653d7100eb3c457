"""The voices in a person's home: listed, found by name, never one for another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from likeness.core import artefacts
from likeness.core.artefacts import Manifest
from likeness.core.errors import InputError, NotFound
from likeness.core.home import PersonHome

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}\Z")


@dataclass(frozen=True, slots=True)
class Voice:
    """A published voice: its ``name``, ``folder`` and ``manifest`` (engine, measures, notes, consent)."""

    name: str
    folder: Path
    manifest: Manifest


def voices(home: PersonHome) -> list[Voice]:
    """The person's voices, newest first."""
    return [Voice(folder.name, folder, manifest) for folder, manifest in artefacts.listed(home.voices)]


def checked_name(name: str) -> str:
    """``name`` if it can be a voice's. Raises :class:`InputError`: lower-case letters, digits, - and _, at most 40."""
    if not _NAME.match(name):
        raise InputError(
            f"{name!r} cannot be a voice's name",
            hint="use lower-case letters, digits, - and _, at most 40",
            param="voice",
        )
    return name


def voice_folder(home: PersonHome, name: str) -> Path:
    """The folder of the voice called ``name``. Raises :class:`NotFound`, naming those there are."""
    folder = home.voices / name
    if not _NAME.match(name) or not (folder / artefacts.MANIFEST).is_file():
        known = ", ".join(voice.name for voice in voices(home))
        hint = f"voices: {known}" if known else "make one with: likeness enrol voice PATH…"
        raise NotFound(f"there is no voice called {name!r}", hint=hint, param="voice")
    return folder
