"""A voice on disk: ``voice.json`` says what it is, ``acoustic.npz`` speaks, ``units.npz`` and ``waveform.npy`` hold the
owner's own sound where there was enough of it. Nothing is pickled.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from likeness.core import files
from likeness.core.errors import InputError, NotFound
from likeness.engines.builtin.voice import model
from likeness.engines.builtin.voice.joining import Joiner
from likeness.engines.builtin.voice.model import AcousticModel
from likeness.engines.builtin.voice.units import Units

DESCRIPTION = "voice.json"
ACOUSTIC = "acoustic.npz"
UNITS = "units.npz"
WAVEFORM = "waveform.npy"
FORMAT = 1
RATE = 22_050
_AGAIN = "enrol the voice again"


@dataclass(frozen=True, slots=True)
class Voice:
    """An adapted model, the joiner of the owner's own sound (``None``: vocoder only), and the description."""

    acoustic: AcousticModel
    joiner: Joiner | None
    description: Mapping[str, Any]


def save(
    folder: Path, acoustic: AcousticModel, units: Units | None, waveform: Any, description: dict[str, Any]
) -> None:
    """Write a voice into ``folder``, mode 0600; ``waveform`` is int16 at :data:`RATE`, ignored without ``units``."""
    with files.replacing(folder / ACOUSTIC) as handle:
        np.savez_compressed(handle, allow_pickle=False, **acoustic.arrays())
    if units is not None:
        with files.replacing(folder / UNITS) as handle:
            np.savez(handle, allow_pickle=False, **units.arrays())
        with files.replacing(folder / WAVEFORM) as handle:
            np.save(handle, waveform, allow_pickle=False)
    files.write_json(folder / DESCRIPTION, {"format": FORMAT, "rate": RATE, **description})


def load(folder: Path) -> Voice:
    """Open the voice in ``folder``. Raises :class:`NotFound` when there is none, :class:`InputError` when damaged."""
    path = folder / DESCRIPTION
    if not path.is_file():
        raise NotFound(f"there is no built-in voice in {folder.name!r}", hint="`likeness enrol voice PATH…` makes one")
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
        version, has_units = int(description["format"]), description["renderer"] == "units"
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder.name}/{DESCRIPTION} is damaged: {error}", hint=_AGAIN) from None
    if version != FORMAT:
        raise InputError(f"the voice in {folder.name!r} has format {version}, known is {FORMAT}", hint=_AGAIN)
    try:
        acoustic = AcousticModel.of(model.read_arrays(folder / ACOUSTIC, f"{folder.name}/{ACOUSTIC}"))
        return Voice(acoustic, _joiner(folder) if has_units else None, description)
    except (OSError, ValueError, KeyError, IndexError, zipfile.BadZipFile) as error:
        raise InputError(f"the voice in {folder.name!r} is damaged: {error}", hint=_AGAIN) from None


def _joiner(folder: Path) -> Joiner:
    units = Units.from_arrays(model.read_arrays(folder / UNITS, f"{folder.name}/{UNITS}"))
    waveform = np.load(folder / WAVEFORM, mmap_mode="r", allow_pickle=False)
    if waveform.dtype != np.int16 or waveform.ndim != 1 or len(waveform) < len(units.frames) * RATE // 200 - RATE:
        raise ValueError(f"{WAVEFORM} does not fit {UNITS}")
    return Joiner(units, waveform, RATE)
