"""What a server is told of a personal adapter: the name it has there and the system prompt it was learned with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from likeness.core.artefacts import MANIFEST
from likeness.core.exports import EXPORTS, exports
from likeness.core.prompts import PLAIN_SYSTEM_PROMPT
from likeness.engines.language import adapters


@dataclass(frozen=True, slots=True)
class Personal:
    """An adapter, or one checkpoint of its training. ``exports`` says under what it was handed to which server."""

    folder: Path
    name: str
    system: str
    base_model: str
    exports: dict[str, dict[str, str]]


def personal(folder: str) -> Personal | None:
    """The adapter in ``folder``; ``None`` for "", the base as it is. Raises what ``adapters.find`` raises.

    A checkpoint (``<adapter>/checkpoints/step-000100``) is called after both.
    """
    if not folder:
        return None
    at = Path(folder)
    places = (at, *at.parents[:2])
    return _read(at, tuple(_stamp(place / name) for place in places for name in (MANIFEST, EXPORTS)))


def system_prompt(adapter: Personal | None) -> str:
    """The system prompt that a request to ``adapter`` begins with."""
    return adapter.system if adapter else PLAIN_SYSTEM_PROMPT


@lru_cache(maxsize=32)
def _read(at: Path, stamps: tuple[int, ...]) -> Personal:
    """``stamps`` make a changed file another entry of the cache."""
    found = adapters.find(at)
    manifest = found.manifest
    own = manifest.name if manifest is not None else at.name
    return Personal(
        folder=at,
        name=own if own == at.name else f"{own}-{at.name}",
        system=found.system_prompt,
        base_model=manifest.base_model if manifest is not None else "",
        exports=exports(at),
    )


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
