"""What is to be said and how, before it is planned: passages, silences and boundaries in order.

Marks (``speak.marks``) and SSML (``speak.ssml``) are both read into this; ``speak.plan`` makes sentences of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from likeness.core.errors import InputError

AUTO = "auto"
"""Instead of an emotion: chosen from the text, sentence by sentence."""
RANGES = {
    "rate": (0.5, 2.0),
    "pitch": (-12.0, 12.0),
    "pitch_range": (0.0, 2.0),
    "energy": (-20.0, 20.0),
    "pauses": (0.25, 4.0),
}
"""Least and most of each style parameter (units in :class:`Manner`)."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How something is said: ``rate`` multiplies tempo, ``pitch`` shifts in semitones, ``pitch_range`` scales the
    melody, ``energy`` changes level in dB, ``pauses`` multiplies the length of pauses; ``emotion`` is a context of
    recording, or :data:`AUTO`."""

    rate: float = 1.0
    pitch: float = 0.0
    pitch_range: float = 1.0
    energy: float = 0.0
    pauses: float = 1.0
    emotion: str = "neutral"

    def checked(self) -> Manner:
        """This manner. Raises :class:`InputError` for a value that is out of :data:`RANGES` or no number."""
        for name, (low, high) in RANGES.items():
            value = float(getattr(self, name))
            if not math.isfinite(value) or not low <= value <= high:
                raise InputError(f"{name} is {value:g}", hint=f"choose a value from {low:g} to {high:g}", param=name)
        return self

    def within(self) -> Manner:
        """This manner with every value moved into :data:`RANGES`: what nested elements multiply to."""
        moved = {name: min(max(getattr(self, name), low), high) for name, (low, high) in RANGES.items()}
        return replace(self, **moved)


@dataclass(frozen=True, slots=True)
class Passage:
    """Text in one manner. ``said``: it is words already and is not read out again."""

    text: str
    manner: Manner
    said: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """A pause that was asked for, in seconds as they are heard."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Boundary:
    """The end of a sentence, or of a ``paragraph``."""

    paragraph: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """What is to be said, and sentences about what was left out of it."""

    items: tuple[Passage | Silence | Boundary, ...]
    notes: tuple[str, ...] = field(default=())
