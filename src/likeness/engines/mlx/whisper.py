"""Engine ``mlx.whisper``: Whisper through mlx-audio, on Apple's chips."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from likeness.core.errors import EngineMissing, InputError, first_line
from likeness.core.protocols import EngineInfo
from likeness.core.types import Audio, Heard
from likeness.engines import sound
from likeness.engines.mlx.speech import library
from likeness.engines.recognisers import whisper

MODELS = ("whisper-large-v3-turbo-mlx", "whisper-small-mlx")


class MlxWhisper:
    """Recogniser of some hundred languages with times for words."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="mlx.whisper",
        title="Whisper (MLX)",
        kind=frozenset({"recogniser"}),
        needs=(*library.NEEDS, "transformers"),
        install=library.INSTALL,
        memory_mb=2500,
        licence=whisper.LICENCE,
        notes="Hears about as well as a person. Reads its model from a folder; downloads nothing.",
        models=MODELS,
        languages=("*",),
    )

    def __init__(self, folder: Path) -> None:
        whisper.whole(folder, "*.safetensors", "config.json", "tokenizer.json", "preprocessor_config.json")
        library.offline()
        try:
            import mlx.core as mx
            from mlx_audio.stt.utils import load_model
        except Exception as error:  # a broken installation raises more than ImportError
            raise EngineMissing(f"mlx-audio cannot be imported: {error}", hint=library.INSTALL) from error
        if not mx.metal.is_available():
            mx.disable_compile()
        try:
            with library.quiet():
                self._model: Any = load_model(folder, model_type="whisper")
                self._model.get_tokenizer("en")
        except (OSError, ValueError, TypeError, KeyError, RuntimeError, AttributeError) as error:
            raise InputError(
                f"the model {folder.name} cannot be loaded: {first_line(error)}", hint="get the model again, whole"
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

        Raises :class:`InputError` for a language it does not know.
        """
        import mlx.core as mx
        from mlx_audio.stt.models.whisper.tokenizer import LANGUAGES

        spoken = language.split("-")[0].lower()
        if spoken and spoken not in LANGUAGES:
            raise InputError(f"Whisper knows no language {language!r}", param="language")
        samples = sound.at_rate(audio)
        if whisper.is_silent(samples):
            return Heard("", (), language)
        with library.quiet():
            found = self._model.generate(
                mx.array(samples),
                language=spoken or None,
                word_timestamps=True,
                condition_on_previous_text=False,
                verbose=None,
            )
        words = [
            (word["word"], word["start"], word["end"], word.get("probability", 1.0))
            for segment in found.segments or ()
            for word in segment.get("words") or ()
        ]
        return whisper.heard(found.text, words, str(found.language or spoken), audio.seconds)
