"""A voice on disk: ``voice.json`` says what it is, ``acoustic.npz`` speaks, ``units.npz`` and ``waveform.npy`` hold the
owner's own sound where there was enough of it. Nothing is pickled.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from likeness.core import files
from likeness.core.errors import InputError, NotFound
from likeness.engines.builtin.voice import emotions, model
from likeness.engines.builtin.voice.emotions import Emotion
from likeness.engines.builtin.voice.joining import Joiner
from likeness.engines.builtin.voice.model import AcousticModel
from likeness.engines.builtin.voice.prior import prior
from likeness.engines.builtin.voice.units import Units

DESCRIPTION = "voice.json"
ACOUSTIC = "acoustic.npz"
UNITS = "units.npz"
WAVEFORM = "waveform.npy"
FORMAT = 1
RATE = 22_050
UNITS_FROM_SECONDS = 40.0
"""Speech with transcripts from which units of it are closer than the vocoder alone, at no cost in clearness."""
LEAST_WEIGHT = 0.25
"""An emotion with less of a share than this lends its colour, not its units."""
_AGAIN = "enrol the voice again"


@dataclass(frozen=True, slots=True)
class Voice:
    """An adapted model, the joiner of the owner's own sound (``None``: vocoder only), the description, and the emotions
    it knows, the first of which is how ``acoustic`` speaks.
    """

    acoustic: AcousticModel
    joiner: Joiner | None
    description: Mapping[str, Any]
    emotions: tuple[Emotion, ...]

    def has_units_of(self, weights: Mapping[str, float]) -> bool:
        """Whether there is enough of the owner's own sound for the emotions in ``weights``."""
        if self.joiner is None:
            return False
        if weights.get(self.emotions[0].name, 0.0) > 0.5:
            return True
        there = self.joiner.units.seconds(len(self.emotions))
        seconds = sum(s for e, s in zip(self.emotions, there, strict=True) if weights.get(e.name, 0.0) >= LEAST_WEIGHT)
        return bool(seconds >= UNITS_FROM_SECONDS)


def save(
    folder: Path,
    acoustic: AcousticModel,
    known: Sequence[Emotion],
    units: Units | None,
    waveform: Any,
    description: dict[str, Any],
) -> None:
    """Write a voice into ``folder``, mode 0600; ``waveform`` is int16 at :data:`RATE`, ignored without ``units``."""
    with files.replacing(folder / ACOUSTIC) as handle:
        np.savez_compressed(handle, allow_pickle=False, **acoustic.arrays(), **emotions.arrays(known))
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
        arrays = model.read_arrays(folder / ACOUSTIC, f"{folder.name}/{ACOUSTIC}")
        acoustic = AcousticModel.of(arrays)
        known = emotions.of(arrays, acoustic)
        return Voice(acoustic, _joiner(folder) if has_units else None, description, known)
    except (OSError, ValueError, KeyError, IndexError, zipfile.BadZipFile) as error:
        raise InputError(f"the voice in {folder.name!r} is damaged: {error}", hint=_AGAIN) from None


def stock(name: str) -> Voice:
    """A voice of nobody's: the shipped prior at the mean of its teachers ("average"), or as one of them.

    Raises :class:`NotFound` for another ``name``.
    """
    shipped = prior()
    if name == "average":
        acoustic = shipped.model
    elif name in shipped.speaker_names:
        acoustic = shipped.speaker(shipped.speaker_names.index(name))
    else:
        raise NotFound(f"the shipped prior has no voice {name!r}", hint=f"voices: {', '.join(shipped.speaker_names)}")
    return Voice(acoustic, None, {}, (Emotion(emotions.NEUTRAL, 0.0, acoustic.statistics),))


def _joiner(folder: Path) -> Joiner:
    units = Units.from_arrays(model.read_arrays(folder / UNITS, f"{folder.name}/{UNITS}"))
    waveform = np.load(folder / WAVEFORM, mmap_mode="r", allow_pickle=False)
    if waveform.dtype != np.int16 or waveform.ndim != 1 or len(waveform) < len(units.frames) * RATE // 200 - RATE:
        raise ValueError(f"{WAVEFORM} does not fit {UNITS}")
    return Joiner(units, waveform, RATE)
