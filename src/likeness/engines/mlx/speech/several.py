"""Engine ``mlx.audio``: the other speech models of mlx-audio; what differs between them is in ``families``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from likeness.core import corpus as corpora
from likeness.core.errors import EngineFailed, EngineMissing, InputError, LikenessError, NotFound, NotReady
from likeness.core.events import Event
from likeness.core.models import find_weights
from likeness.core.protocols import EngineInfo
from likeness.core.types import Audio, SpeakRequest, StockVoice
from likeness.engines import references
from likeness.engines.mlx.speech import library
from likeness.engines.mlx.speech.families import FAMILIES, Asked, Family, family_of, named
from likeness.engines.references import Kept

_RATE = 24_000
"""What every one of them hears and gives; the loaded model is asked all the same."""


class MlxAudioEngine:
    """Speaker and trainer for models that clone, and stock voices, named ``FAMILY:VOICE`` ("kokoro:af_heart").

    Options of :meth:`open`: ``model`` (name or folder), ``voice`` (a stock voice). A stock voice never stands in for a
    person: opened on a voice's folder, it speaks from the person's references or not at all.
    """

    info: ClassVar[EngineInfo] = EngineInfo(
        name="mlx.audio",
        title="Other speech models on MLX",
        kind=frozenset({"speaker", "trainer"}),
        needs=library.NEEDS,
        install=library.INSTALL,
        memory_mb=4500,
        can=frozenset({"streaming", "clone", "emotion"}),
        licence="of the model: " + ", ".join(f"{family.title} {family.licence}" for family in FAMILIES),
        notes="; ".join(
            f"{family.title}: "
            + {"": "stock voices only", "sound": "clones", "words": "clones, needs transcripts"}[family.clones]
            + ("" if family.streams else ", sentence by sentence")
            for family in FAMILIES
        ),
        models=tuple(model for family in FAMILIES for model in family.models),
        languages=tuple(sorted({language for family in FAMILIES for language in family.languages})),
    )

    def __init__(self, family: Family, folder: Path, kept: Kept | None, voice: Path | None) -> None:
        self._family, self._kept, self._voice = family, kept, voice
        self._memory: dict[str, Any] = {}
        with family.opening(folder):
            self._model = library.load(folder, family.kind)
        self.rate = int(self._model.sample_rate or _RATE)

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Load the model of the voice in ``artefact``, or of the stock voice ``options["voice"]``.

        Raises :class:`EngineMissing` when model or library are not here, :class:`InputError` when files are damaged,
        :class:`NotFound` for an unknown stock voice and :class:`NotReady` when neither names one.
        """
        folder, kept = _opened_on(artefact, options)
        family = family_of(folder)
        if kept is not None:
            return cls(family, folder, kept, None)
        _, _, name = str((options or {}).get("voice") or "").rpartition(":")
        if not name:
            raise NotReady("there is no voice to speak with", hint="enrol one, or name a stock voice as FAMILY:VOICE")
        voices = family.stock(folder)
        if name not in voices:
            raise NotFound(
                f"{family.title} has no voice {name!r} here",
                hint=f"it has: {', '.join(voices) or 'none'}",
                param="voice",
            )
        return cls(family, folder, None, voices[name])

    @classmethod
    def memory_needed(cls, artefact: Path | None, options: Mapping[str, Any] | None) -> int:
        """See ``Sized``: by the size of the model's files."""
        return library.memory_mb(_opened_on(artefact, options)[0])

    @classmethod
    def stock_voices(cls, options: Mapping[str, Any] | None = None) -> tuple[StockVoice, ...]:
        """The stock voices of the model that ``options["model"]`` names, else of all that are here."""
        if (options or {}).get("model"):
            folder = library.folder_of(options)
            return _stock(family_of(folder), folder)
        found: list[StockVoice] = []
        for family in FAMILIES:
            here = library.first_here(family.models) if family.voices else None
            found += _stock(family, here) if here else ()
        if not found:
            raise EngineMissing(
                "no model with stock voices is on this machine", hint="get one once: likeness models get Kokoro-82M"
            )
        return tuple(found)

    def close(self) -> None:
        """Let go of the model."""
        import mlx.core as mx

        self._model, self._memory = None, {}
        mx.clear_cache()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def speak(self, request: SpeakRequest) -> Iterator[Audio]:
        """Yield mono sound at :attr:`rate`, in pieces where the model streams; the same seed gives the same sound.

        Raises :class:`InputError` for a text without a letter or digit, :class:`EngineFailed` when the model fails.
        """
        if self._model is None:
            raise NotReady("the engine is closed")
        if not any(letter.isalnum() for letter in request.text):
            raise InputError("there is nothing to say: the text has no word", param="text")
        seconds = library.longest_seconds(request.text)
        reference = self._kept.heaviest(request.blend) if self._kept else None
        asked = Asked(
            request.text,
            seconds,
            reference.audio.samples if reference else None,
            reference.transcript if reference else "",
            self._voice,
            reference.emotion if reference else "",
            self._memory,
        )
        return self._pieces(asked, request.seed)

    def _pieces(self, asked: Asked, seed: int) -> Iterator[Audio]:
        import mlx.core as mx

        mx.random.seed(seed)
        family, model = self._family, self._model
        made = family.say(model, asked) if family.say else _generated(model, asked, family)
        left = round(asked.seconds * self.rate)
        while left > 0:
            try:
                with library.quiet():
                    piece = next(made, None)
                    samples = None if piece is None else np.array(piece.astype(mx.float32)).reshape(-1)[:left]
            except LikenessError:
                raise
            except (ValueError, RuntimeError, TypeError, KeyError, AttributeError, AssertionError, OSError) as error:
                # The library's message may quote the text.
                told = type(error).__name__
                raise EngineFailed(f"{family.title} failed: {told}", hint="try another text or reference") from error
            if samples is None:
                return
            if len(samples):
                left -= len(samples)
                yield Audio(samples, self.rate)

    @classmethod
    def train(cls, data: Path, recipe: Mapping[str, Any], out: Path) -> Iterator[Event]:
        """Keep a reference for each emotion of the corpus in ``data``; no model is loaded for it.

        Raises :class:`EngineMissing` when the model is not here, :class:`InputError` when it does not clone, or needs
        to know what a reference says and it is not known.
        """
        name = str(recipe.get("model") or "") or cls.info.models[0]
        family = family_of(find_weights(name))
        if not family.clones:
            raise InputError(
                f"{family.title} has voices of its own only and cannot take on another",
                hint="choose a model that clones: " + ", ".join(each.models[0] for each in FAMILIES if each.clones),
                param="model",
            )
        if recipe.get("adapter"):
            raise InputError(f"{family.title} takes no adapter here", hint="leave `adapter` empty", param="adapter")
        corpus = corpora.load(data)
        words = family.clones == "words"
        groups = references.by_emotion(corpus)
        if words:
            groups = {
                emotion: clips for emotion, clips in groups.items() if any(clip.transcript for clip in clips)
            } or groups
        chosen = {}
        for done, (emotion, clips) in enumerate(groups.items(), 1):
            chosen[emotion] = references.chosen(
                clips, float(recipe["reference_seconds"]), _RATE, transcript_needed=words
            )
            yield Event("listen", done, len(groups), "emotions")
        references.save(out, Kept(name, _RATE, corpus.language, len(corpus.clips), chosen, {"family": family.name}))
        yield Event("learn", 1, 1, "voices", _remark(corpus.clips, chosen), {"references": float(len(chosen))})


def _generated(model: Any, asked: Asked, family: Family) -> Iterator[Any]:
    for result in model.generate(asked.text, **family.arguments(model, asked)):
        yield result.audio


def _opened_on(artefact: Path | None, options: Mapping[str, Any] | None) -> tuple[Path, Kept | None]:
    """Where the model lies, and what is kept of the person whose voice ``artefact`` is."""
    if artefact is not None:
        kept = references.load(artefact)
        return library.folder_of(options, kept.model), kept
    if (options or {}).get("model"):
        return library.folder_of(options), None
    name = str((options or {}).get("voice") or "").partition(":")[0]
    if not name:
        raise NotReady("there is no voice to speak with", hint="enrol one, or name a stock voice as FAMILY:VOICE")
    family = named(name)
    return library.first_here(family.models) or find_weights(family.models[0]), None


def _stock(family: Family, folder: Path) -> tuple[StockVoice, ...]:
    return tuple(StockVoice(f"{family.name}:{name}", f"{family.title}: {name}") for name in family.stock(folder))


def _remark(clips: Any, chosen: Mapping[str, Any]) -> str:
    left_out = sorted({clip.emotion for clip in clips} - chosen.keys())
    return (
        f"No transcript is known for {', '.join(left_out)}, which this model needs: left out." if left_out else "done"
    )
