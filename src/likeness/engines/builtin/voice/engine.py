"""Engine ``builtin.voice``: learns a voice in place and speaks with it; nothing is downloaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from likeness.core.errors import InputError, NotFound, NotReady
from likeness.core.events import Event
from likeness.core.protocols import EngineInfo
from likeness.core.types import Audio, SpeakRequest, StockVoice

RATE = 22_050
LIMITS = {
    "rate": (0.5, 2.0),
    "pitch_range": (0.0, 2.0),
    "pitch": (-24.0, 24.0),
    "energy": (-40.0, 20.0),
    "pauses": (0.25, 4.0),
}
AVERAGE = "average"
STOCK = {
    AVERAGE: "What the shipped prior's three teachers have in common",
    "slt": "Synthetic, after a woman (flite's slt)",
    "rms": "Synthetic, after a man (flite's rms)",
    "awb": "Synthetic, after a man (flite's awb)",
}


class BuiltinVoice:
    """Speaker and trainer. Opened on a voice's folder, or on nobody's voice: those the prior was trained on."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="builtin.voice",
        title="Built-in voice",
        kind=frozenset({"speaker", "trainer"}),
        needs=("pyworld", "soundfile"),
        install="pip install likeness",
        memory_mb=200,
        can=frozenset({"streaming", "clone", "emotion", "style", "base"}),
        licence="Apache-2.0",
        notes="English. A small network shipped with the package, adapted on the recordings; rendered by the WORLD "
        "vocoder and, from about a minute with transcripts on, by units of the person's own sound.",
    )
    rate: int = RATE

    def __init__(self, artefact: Path | None = None, stock: str = "") -> None:
        from likeness.engines.builtin.voice import voice

        self._voice = voice.load(artefact) if artefact is not None else voice.stock(stock) if stock else None

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Load the voice in ``artefact``. Raises :class:`InputError` when it is damaged, :class:`NotFound` when it is
        no built-in voice. Without one ``options["voice"]`` names a stock voice (:meth:`stock_voices`); without either
        there is nothing to speak with.
        """
        if artefact is not None:
            return cls(artefact)
        stock = str((options or {}).get("voice") or "")
        if stock and stock not in STOCK:
            raise NotFound(f"the built-in engine has no voice {stock!r}", hint=f"voices: {', '.join(STOCK)}")
        return cls(stock=stock)

    @classmethod
    def open_base(cls, artefact: Path, options: Mapping[str, Any] | None = None) -> Self:
        """The shipped prior as it was before it learned the person in ``artefact``: nobody's voice, by the vocoder."""
        return cls(stock=AVERAGE)

    @classmethod
    def stock_voices(cls, options: Mapping[str, Any] | None = None) -> tuple[StockVoice, ...]:
        """The voices that ship with the package and are nobody's."""
        return tuple(StockVoice(name, title) for name, title in STOCK.items())

    def close(self) -> None:
        """Let go of the voice."""
        self._voice = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def speak(self, request: SpeakRequest) -> Iterator[Audio]:
        """Yield 22,050 Hz mono sound phrase by phrase; the same request gives the same samples.

        Raises :class:`InputError` for text without a word or a parameter out of its range, before any sound;
        :class:`NotReady` without a voice.
        """
        from likeness.engines.builtin.voice import speaking
        from likeness.engines.builtin.voice.english.pronounce import pronounce

        if self._voice is None:
            raise NotReady("there is no voice to speak with", hint="`likeness enrol voice PATH…` makes one")
        for name, (low, high) in LIMITS.items():
            if not low <= getattr(request, name) <= high:
                raise InputError(f"{name} must be between {low:g} and {high:g}", param=name)
        words = pronounce(request.text)
        if not words:
            raise InputError("there is nothing to say: the text has no word", param="text")
        return speaking.speak(self._voice, words, speaking.Manner.of(request))

    @classmethod
    def train(cls, data: Path, recipe: Mapping[str, Any], out: Path) -> Iterator[Event]:
        """Learn the voice of the corpus in ``data`` and fill ``out``; see :func:`enrol.enrol`.

        Stopping the iteration stops the work. The last event's metrics, ``voice.json`` and its notes are the measures.
        """
        from likeness.engines.builtin.voice.enrol import enrol

        yield from enrol(data, recipe, out)
