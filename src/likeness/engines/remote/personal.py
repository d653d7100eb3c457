"""What a server is told of a personal adapter: the name it has there and the system prompt it was learned with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from likeness.core import artefacts
from likeness.core.errors import NotFound
from likeness.core.exports import EXPORTS, exports
from likeness.core.prompts import PLAIN_SYSTEM_PROMPT, SYSTEM_PROMPT


@dataclass(frozen=True, slots=True)
class Personal:
    """An adapter, or one checkpoint of its training. ``exports`` says under what it was handed to which server."""

    folder: Path
    name: str
    system: str
    base_model: str
    exports: dict[str, dict[str, str]]


def personal(folder: str) -> Personal | None:
    """The adapter in ``folder``; ``None`` for "", the base as it is. Raises :class:`NotFound` and :class:`InputError`.

    ``folder`` may be a checkpoint (``<adapter>/checkpoints/step-000100``), which is called after both.
    """
    if not folder:
        return None
    at = Path(folder)
    home = next((place for place in (at, *at.parents[:2]) if (place / artefacts.MANIFEST).is_file()), None)
    if home is None:
        raise NotFound(f"there is no adapter at {at.name!r}", hint="`likeness status` lists what there is")
    return _read(at, home, _stamp(home / artefacts.MANIFEST), _stamp(at / EXPORTS))


def system_prompt(adapter: Personal | None) -> str:
    """The system prompt that a request to ``adapter`` begins with."""
    return adapter.system if adapter else PLAIN_SYSTEM_PROMPT


@lru_cache(maxsize=32)
def _read(at: Path, home: Path, manifest_stamp: int, exports_stamp: int) -> Personal:
    """The stamps make a changed file another entry of the cache."""
    manifest = artefacts.load(home)
    return Personal(
        folder=at,
        name=home.name if at == home else f"{home.name}-{at.name}",
        system=str(manifest.extra.get("system_prompt") or SYSTEM_PROMPT),
        base_model=manifest.base_model,
        exports=exports(at),
    )


def _stamp(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
