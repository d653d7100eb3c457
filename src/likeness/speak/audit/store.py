"""The measures of an audit on disk: ``audit/audit.json`` in the person's home, written whole or not at all (0600)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from likeness.core import files
from likeness.core.errors import InputError
from likeness.core.types import ClipCheck, Verdict
from likeness.speak.audit.model import Mark, Measured
from likeness.speak.breaths import Breath
from likeness.speak.compression import Compression
from likeness.speak.measures import Hum

FILE = "audit.json"
VERSION = 2
"""Raised whenever a measure changes: what an older one measured is measured anew."""


@dataclass(slots=True)
class Store:
    """Measures by key (:func:`key`), and when and with what they were taken. ``instruments`` are engines' names."""

    measured: dict[str, Measured] = field(default_factory=dict)
    made_at: str = ""
    instruments: tuple[str, ...] = ()


def key(sha256: str, transcript: str, emotion: str, instruments: Iterable[str]) -> str:
    """What the measures of a recording depend on, as 16 hex digits."""
    parts = json.dumps([VERSION, sha256, transcript, emotion, sorted(instruments)])
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def save(folder: Path, store: Store) -> None:
    """Write the measures into ``folder``, which is made when it is not there."""
    files.private_folder(folder)
    entries = {name: asdict(clip) for name, clip in store.measured.items()}
    value = {"version": VERSION, "made_at": store.made_at, "instruments": store.instruments, "measured": entries}
    files.write_json(folder / FILE, value)


def load(folder: Path) -> Store:
    """The measures in ``folder``; none when there are none, or when an older version wrote them.

    Raises :class:`InputError` when the file is damaged.
    """
    path = folder / FILE
    if not path.is_file():
        return Store()
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if raw["version"] != VERSION:
            return Store()
        measured = {name: _clip(entry) for name, entry in raw["measured"].items()}
        return Store(measured, str(raw["made_at"]), tuple(raw["instruments"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        problem = f"the audit's {FILE} is damaged: {type(error).__name__}"
        raise InputError(problem, hint=f"remove {path} and give `likeness audit voice` again") from None


def _clip(entry: Mapping[str, Any]) -> Measured:
    found = dict(entry["check"])
    found["verdict"], found["reasons"] = Verdict(found["verdict"]), tuple(found["reasons"])
    return Measured(
        **{
            **entry,
            "check": ClipCheck(**found),
            "hum": Hum(**entry["hum"]),
            "compression": Compression(**entry["compression"]),
            "breaths": tuple(Breath(**each) for each in entry["breaths"]),
            "marks": tuple(Mark(**each) for each in entry["marks"]),
            "timbre": tuple(entry["timbre"]),
            "vectors": {name: tuple(vector) for name, vector in entry["vectors"].items()},
        }
    )
