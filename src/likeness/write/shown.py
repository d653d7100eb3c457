"""What a trainer shows of a run: one conversation with the words that are learned marked, and what was left out.

``shown.json`` in the run's folder: ``row`` is a list of ``[text, learned]`` that together are the conversation as the
model reads it, ``left_out`` counts examples by reason. It quotes the person, as does the page made of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SHOWN = "shown.json"
PAGE = "training.html"
"""The run's page, in the folder of the run and then of the adapter."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Pieces of a conversation with whether they are learned, and how many examples were left out for which reason."""

    row: tuple[tuple[str, bool], ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)


def read_shown(folder: Path) -> Shown:
    """What a trainer left to be shown; empty where it left nothing, or the file is damaged."""
    try:
        raw = json.loads((folder / SHOWN).read_text(encoding="utf-8"))
        row = tuple((str(text), bool(learned)) for text, learned in raw["row"])
        return Shown(row, {str(reason): int(count) for reason, count in raw["left_out"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Shown()
