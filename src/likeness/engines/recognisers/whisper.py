"""What the Whisper recognisers (Radford et al., 2022) have in common, whatever runs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from likeness.core.errors import EngineMissing, InputError
from likeness.core.models import find_weights
from likeness.core.types import Heard, HeardWord, Samples

SILENT = 2e-3
"""Peaks under this are silence, of which Whisper would make up words."""
LICENCE = "MIT, and of the models: MIT"


def folder_of(options: Mapping[str, Any] | None, models: tuple[str, ...]) -> Path:
    """The folder of the model in ``options["model"]``, else of the first of ``models`` that is here.

    Raises :class:`EngineMissing` with how to get one.
    """
    asked = str((options or {}).get("model") or "")
    if asked:
        return find_weights(asked)
    for name in models:
        try:
            return find_weights(name)
        except EngineMissing:
            continue
    raise EngineMissing("no model of Whisper is on this machine", hint=f"get one: likeness models get {models[0]}")


def whole(folder: Path, *names: str) -> Path:
    """``folder``, if it has files of all those names. Raises :class:`InputError`."""
    missing = [name for name in names if not any(folder.glob(name))]
    if missing:
        raise InputError(f"{folder.name} has no {', '.join(missing)}", hint="get the model again, whole")
    return folder


def is_silent(samples: Samples) -> bool:
    """Whether there is nothing to hear."""
    return float(np.abs(samples).max(initial=0.0)) < SILENT


def heard(text: str, words: Iterable[tuple[str, float, float, float]], language: str, seconds: float) -> Heard:
    """The answer: words stripped, in order, within the sound."""
    found = []
    for said, start, end, probability in words:
        first = min(max(float(start), 0.0), seconds)
        last = min(max(float(end), first), seconds)
        if said.strip():
            found.append(HeardWord(said.strip(), round(first, 3), round(last, 3), round(float(probability), 3)))
    return Heard(" ".join(text.split()), tuple(found), language)
