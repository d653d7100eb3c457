"""The voices in a person's home: listed, found by name, opened, never one for another.

"me" is a voice of the home; "ENGINE/VOICE" is one that came with an engine, and is taken only when it is asked for so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from likeness.core import artefacts, plugins, sound_files
from likeness.core.artefacts import Manifest
from likeness.core.errors import EngineMissing, InputError, NotFound
from likeness.core.home import PersonHome
from likeness.core.protocols import Based, EngineInfo, Speaker, Stock
from likeness.core.types import StockVoice
from likeness.speak.emotions import NAMES
from likeness.speak.guard import Reference

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}\Z")


@dataclass(frozen=True, slots=True)
class Voice:
    """A published voice: its ``name``, ``folder`` and ``manifest`` (engine, measures, notes, consent)."""

    name: str
    folder: Path
    manifest: Manifest


def voices(home: PersonHome) -> list[Voice]:
    """The person's voices, newest first. A voice is asked for by its name, so that a damaged one hides no other; those
    are told by :func:`damaged`."""
    return [Voice(folder.name, folder, manifest) for folder, manifest in artefacts.surveyed(home.voices)[0]]


def damaged(home: PersonHome) -> dict[str, InputError]:
    """What is wrong with each voice whose manifest cannot be read, by name."""
    found = artefacts.surveyed(home.voices)[1]
    return {folder.name: found[folder] for folder in sorted(found)}


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


@dataclass(frozen=True, slots=True)
class OpenVoice:
    """A voice that is ready to speak: its speaker, its engine's description, and what speaking needs to know of it.

    ``emotions`` are the seconds recorded in each, ``references`` what a cloning engine was shown of the person.
    """

    name: str
    speaker: Speaker
    info: EngineInfo
    emotions: Mapping[str, float] = field(default_factory=dict)
    language: str = "en"
    references: tuple[Reference, ...] = ()


@contextmanager
def open_voice(home: PersonHome, name: str, engine: str | None = None, *, base: bool = False) -> Iterator[OpenVoice]:
    """The voice called ``name`` ("me", or "ENGINE/VOICE" for a stock one), closed at the end of the block.

    ``engine`` only asserts which one made it. ``base``: the same engine as it was before it learned the person.

    Raises :class:`NotFound` for an unknown voice, :class:`EngineMissing` when its engine cannot run here, is another
    than ``engine``, or cannot be heard without the person; no other voice is ever taken in its place.
    """
    if "/" in name:
        with _open_stock(name, base) as opened:
            yield opened
        return
    folder = voice_folder(home, name)
    manifest = artefacts.load(folder)
    if engine is not None and engine != manifest.engine:
        raise EngineMissing(
            f"voice {name!r} was made by engine {manifest.engine!r}, not {engine!r}",
            hint=f"enrol it again with {engine!r}",
        )
    made_by = plugins.engine(manifest.engine)
    language = str(manifest.extra.get("language") or "en")
    if base:
        if not hasattr(made_by, "open_base"):
            raise EngineMissing(
                f"{made_by.info.title} has no voice of its own to compare with",
                hint="compare with a stock voice: likeness say --voice ENGINE/VOICE",
            )
        with cast("type[Based]", made_by).open_base(folder) as plain:  # type: ignore[attr-defined]
            yield OpenVoice(f"{name} (base)", cast("Speaker", plain), made_by.info, {}, language)
        return
    with made_by.open(folder) as own:
        yield OpenVoice(
            name, cast("Speaker", own), made_by.info, emotions_of(manifest), language, references_in(folder)
        )


@contextmanager
def _open_stock(name: str, base: bool) -> Iterator[OpenVoice]:
    engine, _, voice = name.partition("/")
    made_by = plugins.engine(engine)
    known = {each.id: each for each in stock_voices(engine)}
    if voice not in known:
        few = ", ".join(list(known)[:8])
        raise NotFound(f"engine {engine!r} has no voice {voice!r}", hint=f"some it has: {few}", param="voice")
    if base:
        raise InputError(f"{name} was made of nobody's speech", hint="name a voice of your own", param="voice")
    with made_by.open(None, {"voice": voice}) as opened:
        yield OpenVoice(name, cast("Speaker", opened), made_by.info, {}, known[voice].language)


def stock_voices(engine: str) -> tuple[StockVoice, ...]:
    """The voices that came with ``engine``. Raises :class:`EngineMissing` when it cannot run here or has none."""
    made_by = plugins.engine(engine)
    if not hasattr(made_by, "stock_voices"):
        raise EngineMissing(f"engine {engine!r} has no voices of its own", hint="see: likeness voices engines")
    return cast("type[Stock]", made_by).stock_voices()


def emotions_of(manifest: Manifest) -> dict[str, float]:
    """Seconds recorded in each emotion, in the order of the nine; empty for a voice that knows none."""
    found = manifest.extra.get("emotions") or {}
    if not isinstance(found, Mapping):
        return {}
    places = {name: place for place, name in enumerate(NAMES)}
    names = sorted(map(str, found), key=lambda name: (places.get(name, len(places)), name))
    return {name: float(found[name]) for name in names}


def references_in(folder: Path) -> tuple[Reference, ...]:
    """What a cloning engine keeps of the person in a voice's folder (``references.json`` and the sound files it names).

    Empty for other engines. Raises :class:`InputError` when it is damaged.
    """
    path = folder / "references.json"
    if not path.is_file():
        return ()
    try:
        rows = [
            (Path(row["file"]).name, str(row["transcript"]))
            for row in json.loads(path.read_text(encoding="utf-8"))["references"]
        ]
        return tuple(
            Reference(sound_files.read(folder / name, hint="enrol it again"), transcript) for name, transcript in rows
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"the references in {folder.name!r} are damaged: {error}", hint="enrol it again") from None
