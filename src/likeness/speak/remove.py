"""Take a voice away, with everything that was made from it; what goes is said first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from likeness.core import artefacts, files
from likeness.core.artefacts import Manifest
from likeness.core.errors import InputError, NotFound
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.speak.recordings import Recording, recordings
from likeness.speak.voices import checked_name

_INSTANT, _AUDIT = ".instant", "audit"


@dataclass(frozen=True, slots=True)
class Removal:
    """What goes with a voice, and sentences about what stays.

    ``folders``: the voice (with its evaluation, page and auditions), what interrupted work left of it, corpora that no
    other voice was made of, and voices of single clips that are among its recordings. ``recordings`` go only where that
    was asked for. ``size`` in bytes.
    """

    name: str
    folders: tuple[Path, ...]
    recordings: tuple[Recording, ...]
    size: int
    stays: tuple[str, ...] = ()


def preview(home: PersonHome, name: str, *, with_recordings: bool = False) -> Removal:
    """What :func:`remove` would take away for the voice ``name``. A voice whose manifest is damaged can go, too.

    ``with_recordings``: also what was uploaded for this voice alone, and, when no other voice is left, all recordings.
    Raises :class:`NotFound`, naming the voices there are.
    """
    folder = home.voices / checked_name(name)
    if not folder.is_dir():
        there = ", ".join(sorted(path.name for path in _others(home, name))) or "none"
        raise NotFound(f"there is no voice called {name!r}", hint=f"voices: {there}", param="voice")
    stays: list[str] = []
    others, unknown = _manifests(_others(home, name))
    corpora = _corpora(home, folder, others, unknown, stays)
    kept = recordings(home)
    own = [item for item in kept if item.voice == name]
    shared = [item for item in kept if item.voice != name]
    going = [] if not with_recordings else own if others or unknown else [*own, *_unowned(shared)]
    if len(going) < len(kept):
        count = len(kept) - len(going)
        hint = "" if with_recordings else " (--recordings takes those made for this voice alone, too)"
        stays.append(f"{count} recording{'s stay' if count != 1 else ' stays'}{hint}.")
    hashes = {item.sha256 for item in own}
    folders = [folder, *_left_over(home, name), *corpora, *_instant(home, hashes)]
    if going and (home.root / _AUDIT).is_dir():
        folders.append(home.root / _AUDIT)
    size = sum(map(_size, folders)) + sum(_size(path) for item in going for path in _files(item))
    return Removal(name, tuple(folders), tuple(going), size, tuple(stays))


def remove(removal: Removal) -> Iterator[Event]:
    """Take away what :func:`preview` told, the voice first, so that it is never seen half; an event for each thing."""
    total = len(removal.folders) + len(removal.recordings)
    for number, folder in enumerate(removal.folders, 1):
        files.discard(folder)
        yield Event("remove voice", number, total, "things", folder.name)
    for number, item in enumerate(removal.recordings, len(removal.folders) + 1):
        for path in _files(item):
            path.unlink(missing_ok=True)
        yield Event("remove voice", number, total, "things", item.name)


def _others(home: PersonHome, name: str) -> list[Path]:
    if not home.voices.is_dir():
        return []
    return [path for path in home.voices.iterdir() if path.is_dir() and path.name[0] != "." and path.name != name]


def _manifests(folders: list[Path]) -> tuple[list[Manifest], bool]:
    """The manifests of voices, and whether one of them cannot be read."""
    found, unknown = [], False
    for folder in folders:
        try:
            found.append(artefacts.load(folder))
        except NotFound:
            continue
        except InputError:
            unknown = True
    return found, unknown


def _corpora(home: PersonHome, folder: Path, others: list[Manifest], unknown: bool, stays: list[str]) -> list[Path]:
    """The corpora of the voice in ``folder`` that no other voice was made of."""
    try:
        parents = set(artefacts.load(folder).parents)
    except (InputError, NotFound):
        stays.append("Its manifest is damaged, so its corpus is not known; corpora nobody uses go with the next voice.")
        return []
    used = {parent for manifest in others for parent in manifest.parents}
    if unknown and parents:
        stays.append("Its corpus stays: another voice's manifest is damaged, and may name it.")
        return []
    if parents & used:
        stays.append("Its corpus stays: another voice was made of it, too.")
    found = [home.root / parent for parent in sorted(parents - used)]
    return [path for path in found if path.is_dir() and path.resolve().is_relative_to(home.root.resolve())]


def _left_over(home: PersonHome, name: str) -> list[Path]:
    """What an interrupted making or removal of the voice left."""
    return sorted(path for ending in ("part", "old") for path in home.voices.glob(f".{name}.*.{ending}"))


def _instant(home: PersonHome, hashes: set[str]) -> list[Path]:
    """Voices that a gateway made of single clips which are among the voice's recordings."""
    found = (home.root / _INSTANT).glob("*/recordings/*.json")
    return sorted({path.parent.parent for path in found if path.stem in hashes})


def _unowned(items: list[Recording]) -> list[Recording]:
    return [item for item in items if not item.voice]


def _files(item: Recording) -> tuple[Path, Path]:
    return item.path, item.path.with_suffix(".json")


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(inner.stat().st_size for inner in path.rglob("*") if inner.is_file())
