"""Engine ``faster_whisper``: Whisper through CTranslate2, on a processor or an NVIDIA card."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from likeness.core.errors import InputError, first_line
from likeness.core.protocols import EngineInfo
from likeness.core.types import Audio, Heard
from likeness.engines import sound
from likeness.engines.recognisers import whisper

MODELS = ("faster-whisper-large-v3-turbo", "faster-whisper-medium", "faster-whisper-small")


class FasterWhisper:
    """Recogniser of some hundred languages with times for words."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="faster_whisper",
        title="Whisper (CTranslate2)",
        kind=frozenset({"recogniser"}),
        needs=("faster_whisper", "ctranslate2"),
        install="pip install 'likeness[whisper]'",
        memory_mb=2000,
        licence=whisper.LICENCE,
        notes="Hears about as well as a person. Reads its model from a folder; downloads nothing.",
        models=MODELS,
        languages=("*",),
    )

    def __init__(self, folder: Path) -> None:
        import ctranslate2
        from faster_whisper import WhisperModel

        whisper.whole(folder, "model.bin", "tokenizer.json", "config.json")
        on_card = ctranslate2.get_cuda_device_count() > 0
        try:
            self._model: Any = WhisperModel(
                str(folder),
                device="cuda" if on_card else "cpu",
                compute_type="auto" if on_card else "int8",
                local_files_only=True,
            )
        except Exception as error:  # the runtime raises RuntimeError, its tokenizer plain Exception
            raise InputError(
                f"the model {folder.name} cannot be loaded: {first_line(error)}",
                hint="get the model again, whole",
            ) from None

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Load the model that ``options["model"]`` names (a folder or a name of the catalogue), else the best here.

        Raises :class:`EngineMissing` when it is not here and :class:`InputError` when it is damaged.
        """
        return cls(whisper.folder_of(options, MODELS))

    def close(self) -> None:
        """Let the model go."""
        self._model = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def recognise(self, audio: Audio, *, language: str = "en", expected: str = "") -> Heard:
        """What is said; ``language`` "" lets the model find out. ``expected`` is not used: Whisper would repeat it.

        Raises :class:`InputError` for a language that the model does not know.
        """
        spoken = language.split("-")[0].lower()
        if spoken and spoken not in self._model.supported_languages:
            # the library would take it for English and go on
            raise InputError(f"this model of Whisper does not hear {language!r}", param="language")
        samples = sound.at_rate(audio)
        if whisper.is_silent(samples):
            return Heard("", (), language)
        segments, info = self._model.transcribe(
            samples, language=spoken or None, word_timestamps=True, condition_on_previous_text=False, beam_size=5
        )
        found = list(segments)
        words = [(w.word, w.start, w.end, w.probability) for segment in found for w in segment.words or ()]
        text = " ".join(segment.text for segment in found)
        return whisper.heard(text, words, str(info.language), audio.seconds)
