"""Engine ``pocketsphinx``: CMU's small recogniser, whose English model comes inside its package."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from likeness.core.errors import InputError
from likeness.core.protocols import EngineInfo
from likeness.core.types import Audio, Heard, HeardWord
from likeness.engines import sound

_FRAMES_PER_SECOND = 100
_LONGEST_SECONDS = 20.0
_SILENT = 1e-3
_FILLER = re.compile(r"<.*>|\[.*\]|\+\+.*\+\+")
_VARIANT = re.compile(r"\(\d+\)$")


class PocketSphinx:
    """Recogniser of US English with times for words."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="pocketsphinx",
        title="PocketSphinx",
        kind=frozenset({"recogniser"}),
        needs=("pocketsphinx",),
        install="pip install 'likeness[pocketsphinx]'",
        memory_mb=200,
        licence="BSD-2-Clause",
        notes="Small and quick, with nothing to download. It mishears about every fourth word of a clear voice: enough "
        "to see that a wrong sentence was read, too little for subtitles.",
        languages=("en",),
    )

    def __init__(self) -> None:
        import pocketsphinx

        self._decoder: Any = pocketsphinx.Decoder(samprate=sound.RATE, loglevel="FATAL")

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Load the model of its package; there is nothing to choose."""
        return cls()

    def close(self) -> None:
        """Let the model go."""
        self._decoder = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def recognise(self, audio: Audio, *, language: str = "en", expected: str = "") -> Heard:
        """What is said in English ``audio``; ``expected`` is not used. Long sound is heard in pieces cut where it is
        quiet. Raises :class:`InputError` for another language."""
        if language.split("-")[0].lower() != "en":
            raise InputError(f"pocketsphinx hears English only, not {language!r}", param="language")
        samples = sound.at_rate(audio)
        words: list[HeardWord] = []
        for start, piece in sound.pieces(samples, _LONGEST_SECONDS):
            if len(piece) > _FRAMES_PER_SECOND and float(np.abs(piece).max(initial=0.0)) > _SILENT:
                words += self._words(piece, start / sound.RATE)
        return Heard(" ".join(word.text for word in words), tuple(words), "en")

    def _words(self, samples: np.ndarray[Any, np.dtype[np.float32]], offset: float) -> list[HeardWord]:
        self._decoder.start_utt()
        self._decoder.process_raw((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes(), full_utt=True)
        self._decoder.end_utt()
        if self._decoder.hyp() is None:
            return []
        probability = self._decoder.get_logmath().exp
        return [
            HeardWord(
                _VARIANT.sub("", segment.word),
                round(offset + segment.start_frame / _FRAMES_PER_SECOND, 3),
                round(offset + (segment.end_frame + 1) / _FRAMES_PER_SECOND, 3),
                min(1.0, float(probability(round(segment.prob)))),
            )
            for segment in self._decoder.seg()
            if not _FILLER.fullmatch(segment.word)
        ]
