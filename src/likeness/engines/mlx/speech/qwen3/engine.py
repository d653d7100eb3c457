"""Engine ``mlx.qwen3_tts``: Qwen3-TTS by mlx-audio, from references, by embedding, tuned, or with baked voices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from likeness.core.errors import EngineMissing, InputError, NotReady
from likeness.core.events import Event
from likeness.core.protocols import EngineInfo
from likeness.core.types import Audio, SpeakRequest, StockVoice
from likeness.engines import references
from likeness.engines.mlx.speech import library

if TYPE_CHECKING:
    from likeness.engines.mlx.speech.qwen3.model import Model
    from likeness.engines.mlx.speech.qwen3.voice import Voice

_MODES = ("", "in_context", "embedding")


class Qwen3TtsEngine:
    """Speaker and trainer. Its voices are of four kinds:

    - enrolled: a reference for each emotion that was recorded, with what is said in it where that is known;
    - tuned: the same, with a LoRA on the talker (``recipe["adapter"]``);
    - baked: a folder that is a whole model of the kind custom_voice, opened as the artefact;
    - stock: the voices of a published custom_voice model, which are nobody's own here.

    Options of :meth:`open`: ``model`` (name or folder), ``adapter`` (folder), ``voice`` (of a custom_voice model),
    ``mode`` ("in_context", "embedding"), ``language`` (ISO 639-1), and the fields of ``talker.Sampling``.
    """

    info: ClassVar[EngineInfo] = EngineInfo(
        name="mlx.qwen3_tts",
        title="Qwen3-TTS on MLX",
        kind=frozenset({"speaker", "trainer"}),
        needs=library.NEEDS,
        install=library.INSTALL,
        memory_mb=3600,
        can=frozenset({"streaming", "clone", "emotion", "adapter"}),
        opens=frozenset({"lora"}),
        licence="Apache-2.0 (library: MIT)",
        notes="Clones from 3 to 15 s of speech for each emotion, best with transcripts; 0.6B and 1.7B.",
        models=(
            "Qwen3-TTS-12Hz-0.6B-Base",
            "Qwen3-TTS-12Hz-1.7B-Base",
            "Qwen3-TTS-12Hz-0.6B-CustomVoice",
            "Qwen3-TTS-12Hz-1.7B-CustomVoice",
        ),
        languages=("en", "zh", "de", "es", "fr", "it", "ja", "ko", "pt", "ru"),
    )
    rate: int = 24_000

    def __init__(self, model: Model, voice: Voice | None, vector: Any, options: Mapping[str, Any]) -> None:
        from likeness.engines.mlx.speech.qwen3.talker import Sampling

        self._model: Model | None = model
        self._voice, self._vector = voice, vector
        self._mode = str(options.get("mode") or "")
        if self._mode not in _MODES:
            raise InputError(f"there is no mode {self._mode!r}", hint="in_context or embedding", param="mode")
        self._sampling = Sampling.of(options)
        self._language = str(options.get("language") or (voice.kept.language if voice else ""))

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Load the model and the voice in ``artefact``, or the one of the model's own that ``options["voice"]`` names.

        Raises :class:`EngineMissing` when model or library are not here, :class:`InputError` when files are damaged or
        do not belong together, :class:`NotReady` when nothing says whose voice it should be.
        """
        from likeness.engines.mlx.speech.qwen3 import voice as voices
        from likeness.engines.mlx.speech.qwen3.model import BAKED, Model

        given = dict(options or {})
        folder, tuned = _folders(artefact, given)
        model = Model(folder, tuned)
        if artefact is not None and artefact != folder:
            return cls(model, voices.load(artefact, model), None, given)
        if model.kind != BAKED:
            raise NotReady("there is no voice to speak with", hint="`likeness enrol voice PATH…` makes one")
        name = str(given.get("voice") or "")
        if not name:
            known = _speakers(folder)
            if len(known) != 1:
                raise InputError(f"{folder.name} has {len(known)} voices", hint="name one as `voice`", param="voice")
            name = known[0]
        return cls(model, None, model.talker.named(name), given)

    @classmethod
    def open_base(cls, artefact: Path, options: Mapping[str, Any] | None = None) -> Self:
        """The same model without reference, vector and adapter: it speaks with whichever voice it draws."""
        from likeness.engines.mlx.speech.qwen3.model import Model

        given = dict(options or {})
        folder, _ = _folders(artefact, given)
        return cls(Model(folder), None, None, given)

    @classmethod
    def memory_needed(cls, artefact: Path | None, options: Mapping[str, Any] | None) -> int:
        """See ``Sized``: by the size of the model's files."""
        return library.memory_mb(_folders(artefact, dict(options or {}))[0])

    @classmethod
    def stock_voices(cls, options: Mapping[str, Any] | None = None) -> tuple[StockVoice, ...]:
        """The voices of the custom_voice model that ``options["model"]`` names, else of the first that is here."""
        folder = _stock_folder(dict(options or {}))
        return tuple(StockVoice(name, name.replace("_", " ").title(), "*") for name in _speakers(folder))

    def close(self) -> None:
        """Let go of the model."""
        if self._model is not None:
            self._model.close()
        self._model = self._voice = self._vector = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def speak(self, request: SpeakRequest) -> Iterator[Audio]:
        """Yield 24 kHz mono sound, the first 0.32 s as soon as they are there; the same seed gives the same sound.

        Raises :class:`InputError` for a text without a letter or digit, :class:`NotReady` when closed.
        """
        if self._model is None:
            raise NotReady("the engine is closed")
        if not any(letter.isalnum() for letter in request.text):
            raise InputError("there is nothing to say: the text has no word", param="text")
        return self._pieces(self._model, request)

    def _pieces(self, model: Model, request: SpeakRequest) -> Iterator[Audio]:
        vector, heard, codes = self._vector, "", None
        if self._voice is not None:
            sounded = self._voice.sounded(request.blend, self._mode)
            vector, heard, codes = sounded.vector, sounded.heard, sounded.codes
        prompt = model.talker.prompt(request.text, self._language, vector, heard, codes)
        seconds = library.longest_seconds(request.text)
        for samples in model.speak(prompt, sampling=self._sampling, seed=request.seed, seconds=seconds, before=codes):
            yield Audio(samples, self.rate)

    @classmethod
    def train(cls, data: Path, recipe: Mapping[str, Any], out: Path) -> Iterator[Event]:
        """Enrol the speaker of the corpus in ``data``: no weight changes. See :func:`voice.enrol`.

        Raises :class:`EngineMissing` when the model is not here and :class:`InputError` when it cannot clone, or the
        adapter that the recipe names does not belong on it.
        """
        from likeness.engines.mlx.speech.qwen3 import voice as voices
        from likeness.engines.mlx.speech.qwen3.model import Model

        named = str(recipe.get("model") or "") or cls.info.models[0]
        tuned = str(recipe.get("adapter") or "")
        yield Event("load", note=named)
        model = Model(library.folder_of(None, named), Path(tuned).expanduser() if tuned else None)
        try:
            yield from voices.enrol(data, recipe, out, model, named)
        finally:
            model.close()


def _folders(artefact: Path | None, options: dict[str, Any]) -> tuple[Path, Path | None]:
    """Where the model lies, and the adapter that goes on it."""
    tuned = Path(str(options["adapter"])).expanduser() if options.get("adapter") else None
    if artefact is None:
        return (library.folder_of(options) if options.get("model") else _stock_folder(options)), tuned
    if not (artefact / references.FILE).is_file() and (artefact / "config.json").is_file():
        return artefact, tuned
    kept = references.load(artefact)
    own = str(kept.extra.get("adapter") or "")
    return library.folder_of(options, kept.model), tuned or (artefact / own if own else None)


def _stock_folder(options: dict[str, Any]) -> Path:
    """The custom_voice model that is named, or the first that is here. Raises :class:`EngineMissing`."""
    if options.get("model"):
        return library.folder_of(options)
    wanted = [name for name in Qwen3TtsEngine.info.models if name.endswith("CustomVoice")]
    here = library.first_here(wanted)
    if here is None:
        raise EngineMissing(
            "no Qwen3-TTS with voices of its own is on this machine",
            hint=f"get it once: likeness models get {wanted[0]}",
        )
    return here


def _speakers(folder: Path) -> list[str]:
    config = library.config_of(folder)
    return sorted(str(name).casefold() for name in (config.get("talker_config") or {}).get("spk_id") or {})
