"""One conversation as it is learned, for a person to see: which words count, and which are only read."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

from likeness.core import files
from likeness.engines.tuning.material import Material
from likeness.engines.tuning.tokens import Row, load_tokenizer

SHOWN = "shown.json"
_LONGEST = 400
"""Tokens of the conversation shown."""


def save_shown(out: Path, base: Path, found: Material) -> None:
    """Write ``shown.json`` into ``out``: a conversation of ordinary length in pieces, and what was left out."""
    tokenizer: Any = load_tokenizer(base)
    row = _ordinary(found)
    pieces = []
    for learned, places in groupby(range(len(row.tokens)), lambda place: bool(row.learned[place])):
        text = tokenizer.decode([int(row.tokens[place]) for place in places], skip_special_tokens=False)
        pieces.append([text, learned])
    files.write_json(out / SHOWN, {"row": pieces, "left_out": dict(found.left_out)})


def _ordinary(found: Material) -> Row:
    """The row of median length among those that are short enough to be read; the shortest where none is."""
    ordered = sorted(found.train, key=lambda row: (len(row.tokens), row.name))
    short = [row for row in ordered if len(row.tokens) <= _LONGEST] or ordered[:1]
    return short[len(short) // 2]
