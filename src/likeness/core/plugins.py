"""The one door to sources and engines: entry points, found by name, imported only when asked for.

Built-ins are registered like third parties' plugins (``[project.entry-points]`` in pyproject.toml). Listing imports
nothing; a library that an engine needs and that is not installed gives :class:`EngineMissing` with the command that
installs it.
"""

from __future__ import annotations

from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from likeness.core.errors import EngineMissing, NotFound

if TYPE_CHECKING:  # the contracts bring numpy, which a listing does not need
    from likeness.core.protocols import Engine, EngineInfo, Source

SOURCES = "likeness.sources"
ENGINES = "likeness.engines"


def names(group: str) -> list[str]:
    """Names registered under an entry-point group, without importing any of them."""
    if group == SOURCES:
        return sorted(_sources())
    return sorted({point.name for point in metadata.entry_points(group=group)})


def _load(group: str, name: str) -> Any:
    for point in metadata.entry_points(group=group):
        if point.name == name:
            return point.load()
    raise KeyError(name)


@cache
def _sources() -> dict[str, metadata.EntryPoint]:
    """Sources by name. Kept, since looking for them reads the metadata of everything that is installed."""
    return {point.name: point for point in metadata.entry_points(group=SOURCES)}


def source(name: str) -> Source:
    """The source called ``name``. Raises :class:`NotFound`."""
    point = _sources().get(name)
    if point is None:
        raise NotFound(f"no source called {name!r}", hint=f"sources: {', '.join(sorted(_sources()))}")
    loaded: Source = point.load()()
    return loaded


def sources() -> list[Source]:
    """Every source, in name order; those for "everything else" (``last_resort``) after the others."""
    return sorted(map(source, sorted(_sources())), key=lambda source: getattr(source, "last_resort", False))


def engine(name: str) -> type[Engine]:
    """The engine class called ``name``.

    Raises :class:`EngineMissing` when there is none of that name, or when a library it needs is not installed.
    """
    try:
        loaded: type[Engine] = _load(ENGINES, name)
    except KeyError:
        known = ", ".join(names(ENGINES))
        raise EngineMissing(f"there is no engine called {name!r}", hint=f"engines: {known}") from None
    except ImportError as error:
        raise EngineMissing(f"engine {name!r} cannot be loaded: {error}", hint="install what it needs") from error
    missing = missing_libraries(loaded.info)
    if missing:
        raise EngineMissing(
            f"engine {name!r} needs {', '.join(missing)}, which is not installed", hint=loaded.info.install
        )
    return loaded


def engine_class(name: str) -> type[Engine] | None:
    """The engine class called ``name``, whether or not what it needs is installed; ``None`` when it cannot be read."""
    try:
        loaded: type[Engine] = _load(ENGINES, name)
    except (KeyError, ImportError):
        return None
    return loaded


def engine_files(name: str) -> list[Path]:
    """The source files of the engine called ``name``: its module and those beside it in its package. Imports at most
    the packages that hold it. Empty when there is no such engine, or it has no files."""
    found = (point for point in metadata.entry_points(group=ENGINES) if point.name == name)
    spec = next((find_spec(point.module) for point in found), None)
    if spec is None or spec.origin is None:
        return []
    return sorted(Path(spec.origin).parent.glob("*.py")) if spec.parent else [Path(spec.origin)]


def import_failed(library: str, error: Exception, install: str) -> EngineMissing:
    """What to raise when importing ``library`` raised ``error``: it is absent, or here and broken; ``install`` is the
    command that gets it."""
    if isinstance(error, ModuleNotFoundError) and error.name == library:
        return EngineMissing(f"language models need {library}", hint=f"install it with: {install}")
    return EngineMissing(
        f"{library} is installed, but cannot be imported: {type(error).__name__}: {error}",
        hint=f"install it again, with what it needs: {install}",
    )


def missing_libraries(info: EngineInfo) -> list[str]:
    """The libraries an engine needs that are not installed."""
    return [library for library in info.needs if find_spec(library) is None]


def engines_of(kind: str) -> list[type[Engine]]:
    """The engines of a kind ("recogniser", "speaker" …) that can be loaded, in name order; their libraries may still
    be missing. Imports every engine's module, none of which imports a heavy library."""
    found: list[type[Engine]] = []
    for name in names(ENGINES):
        try:
            loaded: type[Engine] = _load(ENGINES, name)
        except ImportError:
            continue
        if kind in loaded.info.kind:
            found.append(loaded)
    return found


def is_ready(info: EngineInfo) -> bool:
    """Whether an engine can start now: its libraries are installed and, where it needs a model, one is here."""
    from likeness.core.models import find_weights

    if missing_libraries(info):
        return False
    for model in info.models:
        try:
            find_weights(model)
        except EngineMissing:
            continue
        return True
    return not info.models
