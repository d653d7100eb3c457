"""A voice of this engine on disk: ``voice.json`` and ``colours.safetensors``, one tone colour for each emotion.

    {"version": 1, "model": "OpenVoiceV2", "base_voice": "ENGINE/VOICE", "rate": 22050, "emotions": {"neutral": 41.2}}

``emotions`` are seconds of speech. The colours are called ``base`` (of the base voice's own sound) and
``emotion.NAME``; each is float32 of shape (1, 256, 1).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from likeness.core import files
from likeness.core.errors import InputError, NotFound
from likeness.engines.openvoice.converter import Colour

FILE = "voice.json"
COLOURS = "colours.safetensors"
VERSION = 1


@dataclass(frozen=True, slots=True)
class ConvertedVoice:
    """Whose speech is converted, by which model, and into which colours; ``seconds`` of speech by emotion."""

    model: str
    base_voice: str
    rate: int
    seconds: Mapping[str, float]
    base: Colour
    colours: Mapping[str, Colour]

    def target(self, blend: Sequence[tuple[str, float]]) -> Colour:
        """The colours of some emotions mixed by weight; of all, by how much there is of each, where none is named.

        Raises :class:`InputError` for an emotion that the voice does not have.
        """
        parts = blend or tuple(self.seconds.items())
        absent = [name for name, _ in parts if name not in self.colours]
        if absent:
            raise InputError(f"this voice has no recordings of {absent[0]!r}", hint=f"it has {', '.join(self.colours)}")
        weights = np.array([weight for _, weight in parts], dtype=np.float64)
        if not np.isfinite(weights).all() or weights.min() < 0 or weights.sum() <= 0:
            raise InputError("the weights of the emotions must be 0 or more, and not all 0", param="blend")
        mixed = sum(w * self.colours[name] for w, (name, _) in zip(weights / weights.sum(), parts, strict=True))
        return np.asarray(mixed, dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write both files into ``folder``."""
        from safetensors.numpy import save_file

        with files.placing(folder / COLOURS) as temporary:
            save_file({"base": self.base} | {f"emotion.{name}": it for name, it in self.colours.items()}, temporary)
        told = {"version": VERSION, "model": self.model, "base_voice": self.base_voice, "rate": self.rate}
        files.write_json(folder / FILE, {**told, "emotions": dict(self.seconds)})

    @classmethod
    def load(cls, folder: Path) -> ConvertedVoice:
        """Raises :class:`NotFound` when there is no such voice, :class:`InputError` when it is damaged."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        if not (folder / FILE).is_file():
            raise NotFound(f"{folder.name} is no voice of OpenVoice", hint="`likeness voices list` shows the voices")
        try:
            told = json.loads((folder / FILE).read_text(encoding="utf-8"))
            if told["version"] != VERSION:
                raise ValueError(f"its version is {told['version']!r}")
            held = load_file(folder / COLOURS)
            seconds = {str(name): float(value) for name, value in told["emotions"].items()}
            return cls(
                model=str(told["model"]),
                base_voice=str(told["base_voice"]),
                rate=int(told["rate"]),
                seconds=seconds,
                base=_colour(held["base"]),
                colours={name: _colour(held[f"emotion.{name}"]) for name in seconds},
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
            raise InputError(f"the voice {folder.name!r} is damaged: {error}", hint="enrol the voice again") from None


def _colour(array: Colour) -> Colour:
    if array.ndim != 3 or array.shape[::2] != (1, 1) or not np.isfinite(array).all():
        raise ValueError(f"a colour of shape {array.shape}")
    return array.astype(np.float32)
