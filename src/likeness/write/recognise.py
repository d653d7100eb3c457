"""Which source reads what of the paths a person points at, judged by content; and what nothing reads, and why.

Archives in archives are unpacked and looked through in the same way, one level deep.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from likeness.core import plugins
from likeness.core.errors import InputError, LikenessError, UnknownFormat, UnsafeInput
from likeness.core.events import Event
from likeness.core.protocols import Diagnosing, Source
from likeness.write import unpack, walk
from likeness.write.describe import described
from likeness.write.unpack_folder import UnpackFolder

HINT = "likeness import --formats lists what can be imported, and how to get it"
_EVENT_EVERY = 200
_LEVELS = 2
_SAID = 3

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Archive:
    """A file or folder that a source reads. ``name`` is what the ledger calls it ("Takeout.zip/Mail/All.mbox")."""

    source: str
    path: Path
    name: str
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What nothing reads. ``why`` completes a sentence that begins with ``name``.

    ``diagnosed`` is true where something is wrong with it and can be put right (encrypted, truncated, empty, the
    wrong part of an export) and false where it is simply nothing that is known; ``unsafe`` where it is over a limit.
    """

    name: str
    why: str
    diagnosed: bool = False
    unsafe: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found: archives and what was left out in a stable order, pictures and the like, hidden entries."""

    archives: tuple[Archive, ...]
    left_out: tuple[LeftOut, ...] = ()
    media: int = 0
    hidden: int = 0


def recognise(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """Which source reads what: (source name, file or folder), in a stable order. Raises what :func:`survey` raises."""
    return [(found.source, found.path) for found in survey(paths).archives]


def survey(paths: Sequence[Path], folders: UnpackFolder | None = None) -> Survey:
    """:func:`surveying` without its events."""
    steps = surveying(paths, folders)
    while True:
        try:
            next(steps)
        except StopIteration as ended:
            found: Survey = ended.value
            return found


def surveying(paths: Sequence[Path], folders: UnpackFolder | None = None) -> Generator[Event, None, Survey]:
    """Look at every file; with ``folders`` to unpack them into, also into zip, tar and gz archives.

    A folder that a source knows as a whole is given to it; every other file in it is looked at. Sources for
    "everything else" come last and are asked about files only. Raises :class:`InputError` for a path that is not
    there, :class:`UnknownFormat` (:class:`UnsafeInput`) when nothing at all is recognised, and
    :class:`HomeUnavailable` when the disk is too small for what must be unpacked.
    """
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise InputError(f"{path} is not there", hint="check the path")
    surveyor = _Surveyor(folders)
    for path in paths:
        yield from surveyor.look(path, Path(path.name))
    yield from surveyor.unpack_all()
    found = surveyor.result()
    if not found.archives:
        raise _nothing(paths, found)
    return found


def _nothing(paths: Sequence[Path], found: Survey) -> LikenessError:
    problems = [left for left in found.left_out if left.diagnosed] or list(found.left_out)
    kind = UnsafeInput if problems and problems[0].unsafe else UnknownFormat
    if len(paths) == 1 and problems and problems[0].name == walk.readable(paths[0].name):
        return kind(f"{paths[0]} {problems[0].why}", hint=HINT)
    said = [f"{path} {described(path).text}" for path in paths[:_SAID]]
    if problems and problems[0].diagnosed:
        said.append(f"{problems[0].name} {problems[0].why}")
    return kind("; ".join(said), hint=HINT)


class _Surveyor:
    """Walks, asks, and remembers."""

    def __init__(self, folders: UnpackFolder | None) -> None:
        sources = plugins.sources()
        self._first = [source for source in sources if not getattr(source, "last_resort", False)]
        self._sources = sources
        self._diagnosing = [source for source in sources if isinstance(source, Diagnosing)]
        self._folders = folders
        self._found: dict[tuple[str, Path], Archive] = {}
        self._claimed: set[Path] = set()
        self._read_with: set[str] = set()
        self._left_out: list[LeftOut] = []
        self._packed: list[tuple[Path, Path]] = []
        self._level = 1
        self._media = self._hidden = self._looked = 0

    def result(self) -> Survey:
        left_out = tuple(left for left in self._left_out if left.name not in self._read_with)
        return Survey(tuple(self._found.values()), left_out, self._media, self._hidden)

    def look(self, path: Path, name: Path) -> Generator[Event, None, None]:
        """Look at a file, or at a folder and everything below it; ``name`` is what ``path`` is called."""
        if path.is_file():
            self._file(path, name, named=True)
            yield self._event(path)
            return
        if not path.is_dir():
            self._leave(name, *described(path))
            return
        holders: dict[Path, frozenset[str]] = {}
        for folder in walk.folders(path):
            here = name / folder.path.relative_to(path)
            held = holders.get(folder.path.parent, frozenset())
            held |= self._folder(folder.path, here, held)
            holders[folder.path] = held
            self._hidden += folder.hidden
            for odd, why in folder.odd:
                self._leave(here if odd == folder.path else here / odd.name, why, diagnosed=True)
            for file in folder.files:
                if file not in self._claimed:
                    self._file(file, here / file.name)
                self._looked += 1
                if self._looked % _EVENT_EVERY == 0:
                    yield self._event(file)
        yield self._event(path)

    def unpack_all(self) -> Generator[Event, None, None]:
        """Unpack what was put aside and look through it, and once more what is found in that."""
        for self._level in range(2, 2 + _LEVELS):
            packed, self._packed = self._packed, []
            names = dict(packed)
            groups = unpack.grouped(path for path, _ in packed)
            if self._folders is not None and groups:
                total = sum(unpack.expected_bytes(parts) for parts in groups)
                self._folders.require(total, groups[0].name if len(groups) == 1 else f"{len(groups)} archives")
            for parts in groups:
                yield from self._unpacked(parts, names[parts.paths[0]].with_name(parts.name))

    def _unpacked(self, parts: unpack.Parts, name: Path) -> Generator[Event, None, None]:
        folders = self._folders
        if folders is None:
            raise AssertionError("nothing is put aside without a folder for it")
        if missing := unpack.missing_parts(parts):
            self._leave(name, f"is not complete: part {missing} is not here; what is there is read", diagnosed=True)
        folder = folders.new()
        before, left_before = len(self._found) + len(self._packed), len(self._left_out)
        try:
            result = yield from unpack.unpack(parts, folder, folders)
        except UnsafeInput as error:
            self._left_out.append(LeftOut(walk.readable(str(name)), f"was not read: {error}", True, unsafe=True))
            return
        self._media += result.media
        yield from self.look(folder, name)
        if len(self._found) + len(self._packed) == before:
            inside = [left for left in self._left_out[left_before:] if left.diagnosed]
            del self._left_out[left_before:]
            self._left_out += inside
            if not inside and not result.problems:
                self._leave(name, *self._why(parts.paths[0]))
        for problem in result.problems:
            self._leave(name, f"was not read whole: {problem}", diagnosed=True)

    def _folder(self, path: Path, name: Path, held: frozenset[str]) -> frozenset[str]:
        """Give the folder to every source that knows it; returns their names.

        One that already holds the folder above gets this one only if it is another export, with files of its own.
        """
        takers = set()
        for source in self._first:
            if not _ask(source.recognises, path, default=False):
                continue
            files = _files(source, path)
            if not files or (source.name in held and any(file in self._claimed for file in files)):
                continue
            takers.add(source.name)
            self._claimed.update(files)
            self._take(source, path, name, files)
        return frozenset(takers)

    def _file(self, path: Path, name: Path, *, named: bool = False) -> None:
        if walk.is_media(path.name) and not named:
            self._media += 1
            return
        for source in self._sources:
            if _ask(source.recognises, path, default=False):
                self._take(source, path, name, _files(source, path) or (path,))
                return
        if walk.is_sidecar(path):
            return
        form = unpack.kind(path)
        if form and self._folders is not None and self._level <= _LEVELS:
            self._packed.append((path, name))
        elif form and self._folders is not None:
            self._leave(
                name, "is an archive in an archive in an archive: unpack it and import the folder", diagnosed=True
            )
        else:
            self._leave(name, *self._why(path))

    def _take(self, source: Source, path: Path, name: Path, files: tuple[Path, ...]) -> None:
        # A file is called by its own name; what was unpacked by that of its archive and its place in it.
        shown = str(name) if self._level > 1 else path.name
        beside = getattr(source, "companions", None)
        companions: Sequence[Path] = _ask(beside, path, default=[]) if beside else []
        for companion in companions:
            if companion.is_relative_to(path.parent):
                self._read_with.add(walk.readable(str(name.parent / companion.relative_to(path.parent))))
        self._found.setdefault((source.name, path), Archive(source.name, path, walk.readable(shown), files))

    def _why(self, path: Path) -> tuple[str, bool]:
        """Why nothing reads ``path``, and whether it can be put right."""
        for source in self._diagnosing:
            said = _ask(source.diagnose, path, default=None)
            if said:
                named = said.removeprefix(str(path)).removeprefix(path.name)
                return (named.strip() if named != said else f"cannot be imported: {said}"), True
        return described(path)

    def _leave(self, name: Path, why: str, diagnosed: bool) -> None:
        self._left_out.append(LeftOut(walk.readable(str(name)), walk.readable(why), diagnosed))

    def _event(self, path: Path) -> Event:
        return Event("looking", self._looked, None, "files", walk.readable(path.name))


def _files(source: Source, path: Path) -> tuple[Path, ...]:
    """Its files, without those that only a link to a folder leads to: they are read where they are."""
    linked: dict[Path, bool] = {path: False}

    def through_link(folder: Path) -> bool:
        if folder not in linked:
            linked[folder] = folder.is_symlink() or (folder.is_relative_to(path) and through_link(folder.parent))
        return linked[folder]

    nothing: tuple[Path, ...] = ()
    found = _ask(lambda path: tuple(source.files(path)), path, default=nothing)
    return tuple(file for file in found if file == path or not through_link(file.parent))


def _ask(question: Callable[[Path], _Value], path: Path, *, default: _Value) -> _Value:
    """A source's answer; ``default`` where the file cannot be read or is over a limit, which is said of it later."""
    try:
        return question(path)
    except (OSError, LikenessError):
        return default
