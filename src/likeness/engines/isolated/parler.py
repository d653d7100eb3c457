"""Engine ``parler``: Parler-TTS Mini (Lyth and King 2024, arXiv 2402.01912) in an environment of its own.

It speaks as a voice that is described in words and cannot imitate a person, so that it never learns one: its voices are
stock voices, for hearing something at once and for engines that convert a voice into the person's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from likeness.core.errors import InputError
from likeness.core.protocols import EngineInfo
from likeness.core.types import Audio, SpeakRequest, StockVoice
from likeness.engines.isolated.speaker import IsolatedSpeaker

NAMES = ("Laura", "Gary", "Jon", "Lea", "Karen", "Rick", "Brenda", "David", "Eileen", "Jordan", "Mike", "Yann", "Joy",
         "James", "Eric", "Lauren", "Rose", "Will", "Jason", "Aaron", "Naomie", "Alisa", "Patrick", "Jerry", "Tina",
         "Jenna", "Bill", "Tom", "Carol", "Barbara", "Rebecca", "Anna", "Bruce", "Emily")  # fmt: skip
"""Speakers that Parler-TTS Mini v1 was trained to keep apart by name."""
_FEELING = {
    "neutral": "calm and neutral",
    "happy": "happy and excited",
    "sad": "sad and slow",
    "angry": "angry and forceful",
    "surprised": "surprised and curious",
    "whispered": "whispered and very quiet",
    "authoritative": "confident and authoritative",
    "tired": "tired, slow and low",
    "playful": "playful and cheerful",
}


class ParlerEngine(IsolatedSpeaker):
    """Speaker with stock voices."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="parler",
        title="Parler-TTS Mini",
        kind=frozenset({"speaker"}),
        install="likeness models get parler-tts-mini-v1",
        memory_mb=4500,
        can=frozenset({"streaming", "stock", "emotion"}),
        licence="Apache-2.0",
        notes="English. Voices described in words: nobody's own. Runs in an environment of its own.",
        models=("parler-tts-mini-v1",),
        isolated=True,
    )
    worker: ClassVar[str] = "parler"

    def __init__(self, model: Path, voice: str) -> None:
        super().__init__(model)
        self._speaker = voice

    @classmethod
    def stock_voices(cls, options: Mapping[str, Any] | None = None) -> tuple[StockVoice, ...]:
        """The named voices. Raises :class:`EngineMissing` when the model is not here."""
        cls.model_folder(str((options or {}).get("model", "")))
        return tuple(StockVoice(name.lower(), name) for name in NAMES)

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Load the model to speak as ``options["voice"]``, a name; the first when left out.

        Raises :class:`InputError` for an artefact or a name it does not have, :class:`EngineMissing` without the model.
        """
        chosen = options or {}
        if artefact is not None:
            raise InputError("Parler-TTS cannot learn a voice", hint="use openvoice with it as the base voice")
        names = {name.lower(): name for name in NAMES}
        wanted = str(chosen.get("voice", "")).lower() or NAMES[0].lower()
        if wanted not in names:
            raise InputError(f"Parler-TTS has no voice {wanted!r}", hint=f"voices: {', '.join(names)}", param="voice")
        return cls(cls.model_folder(str(chosen.get("model", ""))), names[wanted])

    def speak(self, request: SpeakRequest) -> Iterator[Audio]:
        """Yield 44.1 kHz sound while it is made; the emotion and the tempo go into the description."""
        yield from self._sounds(request.text, {"description": self._description(request), "seed": request.seed})

    def _description(self, request: SpeakRequest) -> str:
        feeling = _FEELING.get(request.emotion, request.emotion)
        return (
            f"{self._speaker}'s voice is {feeling}, at a moderate speed. "
            "The recording is of very high quality, with the voice sounding clear and very close up."
        )
