"""What a request's stages hand on: text, sound, and what is known once each is whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from likeness.core.types import Ending, Provenance


@dataclass(frozen=True, slots=True)
class TextPiece:
    """The next stretch of the text."""

    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """The whole text."""

    text: str
    provenance: Provenance
    ending: Ending = field(default_factory=Ending)


@dataclass(frozen=True, slots=True)
class Sound:
    """The next stretch of the encoded sound; all of it when a whole file was asked for."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Spoken:
    """The end of the speech: how long it is and its sample rate in Hz."""

    seconds: float
    rate: int


Part = TextPiece | Written | Sound | Spoken
