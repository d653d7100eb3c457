"""Engine ``xtts``: XTTS v2 (Casanova et al. 2024, arXiv 2406.04904) through coqui-tts, in an environment of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from likeness.core import corpus, files
from likeness.core.errors import InputError, NotReady
from likeness.core.events import Event
from likeness.core.protocols import EngineInfo
from likeness.core.types import Audio, SpeakRequest
from likeness.engines import references
from likeness.engines.isolated.environment import python_of
from likeness.engines.isolated.process import ModelProcess
from likeness.engines.isolated.speaker import IsolatedSpeaker

REFERENCE_RATE = 22_050
LONGEST_TEXT = 240
"""Characters at once: from 250 on the model may stop in the middle."""
_PICKLED, _WEIGHTS = "model.pth", "model.safetensors"
_CONFIGURATION = ("TTS.tts.configs.", "TTS.tts.models.xtts.Xtts", "TTS.config.shared_configs.")
"""Objects that stand beside the weights; they are passed over, not made."""
_TRAINING_ONLY = ("torch_mel_spectrogram_style_encoder", "torch_mel_spectrogram_dvae", "dvae")


class XttsEngine(IsolatedSpeaker):
    """Speaker and trainer: clones from the references of each emotion."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="xtts",
        title="XTTS v2",
        kind=frozenset({"speaker", "trainer"}),
        install="likeness models get XTTS-v2",
        memory_mb=3500,
        can=frozenset({"streaming", "clone", "emotion"}),
        licence="MPL-2.0 (library); Coqui Public Model License, not for commercial use (weights)",
        notes="Seventeen languages. Runs in an environment of its own, on CUDA or the processor.",
        models=("XTTS-v2",),
        languages=(
            "en",
            "es",
            "fr",
            "de",
            "it",
            "pt",
            "pl",
            "tr",
            "ru",
            "nl",
            "cs",
            "ar",
            "zh",
            "hu",
            "ko",
            "ja",
            "hi",
        ),
        isolated=True,
    )
    worker: ClassVar[str] = "xtts"

    def __init__(self, model: Path, artefact: Path | None) -> None:
        super().__init__(model)
        self._voice = artefact
        self._kept = references.load(artefact) if artefact is not None else None

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Load the model and the voice in ``artefact``.

        Raises :class:`EngineMissing` when the model is not here, :class:`NotFound` for a folder that is no voice of
        this engine, :class:`InputError` when it is damaged.
        """
        named = str((options or {}).get("model", ""))
        if not named and artefact is not None:
            named = references.load(artefact).model
        return cls(cls.model_folder(named), artefact)

    @classmethod
    def prepare_model(cls, folder: Path) -> Iterator[Event]:
        """Turn the pickled weights into safetensors without running what may be in them, then make the environment."""
        if (folder / _PICKLED).is_file():
            yield Event("read weights", 0, 1, "files", _PICKLED)
            _to_safetensors(folder)
            yield Event("read weights", 1, 1, "files", _WEIGHTS)
        yield from super().prepare_model(folder)

    @classmethod
    def train(cls, data: Path, recipe: Mapping[str, Any], out: Path) -> Iterator[Event]:
        """Keep the best reference of each emotion and what the model makes of it (:mod:`engines.references`)."""
        source = corpus.load(data)
        model = cls.model_folder(str(recipe.get("model", "")))
        grouped = references.by_emotion(source)
        longest = float(recipe.get("reference_seconds", 15))
        chosen = {emotion: references.chosen(clips, longest, REFERENCE_RATE) for emotion, clips in grouped.items()}
        with ModelProcess(python_of(model), cls.worker, model) as process, tempfile.TemporaryDirectory() as folder:
            for number, (emotion, reference) in enumerate(chosen.items()):
                yield Event("clone", number, len(chosen), "emotions", emotion)
                samples = Path(folder) / "reference.f32"
                files.write_bytes(samples, reference.audio.samples.astype("<f4").tobytes())
                process.ask("clone", {"samples": str(samples), "out": str(_latents(out, emotion))})
        references.save(out, references.Kept(model.name, REFERENCE_RATE, source.language, len(source.clips), chosen))
        yield Event("clone", len(chosen), len(chosen), "emotions", "done")

    def speak(self, request: SpeakRequest) -> Iterator[Audio]:
        """Yield 24 kHz sound while it is made. Raises :class:`NotReady` without a voice."""
        if self._kept is None or self._voice is None:
            raise NotReady("there is no voice to speak with", hint="likeness enrol voice PATH… --engine xtts")
        named = [(emotion, weight) for emotion, weight in request.blend if emotion in self._kept.references]
        named = named or [(self._kept.heaviest(()).emotion, 1.0)]
        total = sum(weight for _, weight in named)
        voice = [(str(_latents(self._voice, emotion)), weight / total) for emotion, weight in named]
        missing = [Path(file).name for file, _ in voice if not Path(file).is_file()]
        if missing:
            raise InputError(f"the voice lacks {', '.join(missing)}", hint="enrol the voice again")
        for part in _parts(request.text):
            yield from self._sounds(part, {"voice": voice, "language": self._kept.language, "seed": request.seed})


def _to_safetensors(folder: Path) -> None:
    from safetensors.numpy import save_file

    from likeness.engines.checkpoint.reader import read_checkpoint

    found = read_checkpoint(folder / _PICKLED, inert=_CONFIGURATION)
    kept = {name.removeprefix("xtts."): value for name, value in found.items()}
    kept = {name: value for name, value in kept.items() if name.split(".")[0] not in _TRAINING_ONLY}
    with files.placing(folder / _WEIGHTS) as target:
        save_file(kept, str(target))
    (folder / _PICKLED).unlink()


def _latents(folder: Path, emotion: str) -> Path:
    """Where the latents of an emotion lie; an emotion's name may hold a slash."""
    return folder / f"{emotion.replace('/', '-').replace(' ', '-')}.safetensors"


def _parts(text: str) -> Iterator[str]:
    """``text`` in parts the model can say at once, cut after a comma in the second half where there is one."""
    while len(text) > LONGEST_TEXT:
        window = text[:LONGEST_TEXT]
        cut = max(window.rfind(mark) for mark in (",", ";", ":"))
        cut = cut + 1 if cut > LONGEST_TEXT // 2 else window.rfind(" ")
        cut = cut if cut > 0 else LONGEST_TEXT
        yield text[:cut].strip()
        text = text[cut:]
    if text.strip():
        yield text.strip()
