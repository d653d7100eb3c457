"""Engine ``openvoice``: a base voice's speech in the person's tone colour, by OpenVoice V2's converter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from likeness.core.errors import NotReady
from likeness.core.events import Event
from likeness.core.models import find_weights
from likeness.core.protocols import Engine, EngineInfo
from likeness.core.types import Audio, Samples, SpeakRequest

if TYPE_CHECKING:
    from likeness.engines.openvoice.converter import Converter
    from likeness.engines.openvoice.voice import ConvertedVoice

RATE = 22_050
MODEL = "OpenVoiceV2"


class OpenVoice:
    """Speaker and trainer. What is said and how fast comes from the base voice, whose voice it is from the person.

    Options: ``model`` (a name or folder), ``base_voice`` (ENGINE or ENGINE/VOICE) and ``device`` (PyTorch's name of
    one, the CPU by default) take the place of what the voice was made with.
    """

    info: ClassVar[EngineInfo] = EngineInfo(
        name="openvoice",
        title="OpenVoice V2 over a base voice",
        kind=frozenset({"speaker", "trainer"}),
        needs=("torch",),
        install="pip install 'likeness[openvoice]'",
        memory_mb=600,
        can=frozenset({"streaming", "clone", "emotion", "base"}),
        licence="Apache-2.0; the model's weights MIT",
        notes="Takes the person's tone colour and puts it on a base voice's speech. Accent, melody and tempo stay the "
        "base voice's.",
        models=(MODEL,),
        languages=("*",),
    )
    rate: int = RATE

    def __init__(
        self,
        voice: ConvertedVoice | None = None,
        base: Engine | None = None,
        converter: Converter | None = None,
        held: ExitStack | None = None,
    ) -> None:
        self._voice, self._base, self._converter = voice, base, converter
        self._held = held or ExitStack()
        if voice is not None:
            self.rate = voice.rate

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Load the voice in ``artefact``, its base voice and the converter; without one there is nothing to speak with.

        Raises :class:`EngineMissing` when the model or the base voice's engine is not on this machine,
        :class:`NotFound` and :class:`InputError` for a folder that is no such voice or is damaged.
        """
        if artefact is None:
            return cls()
        from likeness.engines.openvoice import base
        from likeness.engines.openvoice.converter import Converter
        from likeness.engines.openvoice.voice import ConvertedVoice

        chosen = options or {}
        voice = ConvertedVoice.load(artefact)
        folder = find_weights(str(chosen.get("model") or voice.model))
        converter = Converter.load(folder, str(chosen.get("device") or ""))
        asked = base.resolved(str(chosen.get("base_voice") or voice.base_voice))
        with ExitStack() as stack:
            speaker = stack.enter_context(base.opened(asked))
            if asked != voice.base_voice:
                voice = replace(voice, base_voice=asked, base=converter.extract([base.sample(speaker, converter.rate)]))
            return cls(voice, speaker, converter, stack.pop_all())

    @classmethod
    def open_base(cls, artefact: Path, options: Mapping[str, Any] | None = None) -> Self:
        """The base voice of the voice in ``artefact`` as it is, without the person. Raises as :meth:`open`."""
        from likeness.engines.openvoice import base
        from likeness.engines.openvoice.voice import ConvertedVoice

        voice = ConvertedVoice.load(artefact)
        asked = base.resolved(str((options or {}).get("base_voice") or voice.base_voice))
        with ExitStack() as stack:
            return cls(voice, stack.enter_context(base.opened(asked)), None, stack.pop_all())

    @classmethod
    def memory_needed(cls, artefact: Path | None, options: Mapping[str, Any] | None) -> int:
        """MB of the converter and of the base voice together."""
        if artefact is None:
            return cls.info.memory_mb
        from likeness.engines.openvoice import base
        from likeness.engines.openvoice.voice import ConvertedVoice

        asked = str((options or {}).get("base_voice") or ConvertedVoice.load(artefact).base_voice)
        return cls.info.memory_mb + base.memory(base.resolved(asked))

    def close(self) -> None:
        """Let go of the model and close the base voice."""
        self._held.close()
        self._voice = self._base = self._converter = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def speak(self, request: SpeakRequest) -> Iterator[Audio]:
        """Yield mono sound at :attr:`rate` while the base voice still speaks; the same request gives the same samples.

        Rate, pitch, energy and pauses go to the base voice as they are; ``blend`` says which emotions' tone colours are
        mixed, all of them without one. Raises, before any sound, what the base voice raises, :class:`InputError` for
        an emotion that this voice does not have, :class:`NotReady` without a voice.
        """
        from likeness.engines.openvoice import base

        if self._voice is None or self._base is None:
            raise NotReady("there is no voice to speak with", hint="`likeness enrol voice PATH…` makes one")
        target = self._voice.target(request.blend)
        said = base.said(self._base, replace(request, emotion="neutral", blend=()), self.rate)
        if self._converter is not None:
            said = self._converter.stream(said, self._voice.base, target, seed=request.seed)
        return _sounds(said, self.rate)

    @classmethod
    def train(cls, data: Path, recipe: Mapping[str, Any], out: Path) -> Iterator[Event]:
        """Take the tone colour of every emotion in the corpus ``data``, and that of the base voice, into ``out``.

        The recipe's ``model`` and ``base_voice`` count. Raises :class:`EngineMissing` when either is not on this
        machine, and :class:`InputError` for a corpus that cannot be read.
        """
        from likeness.engines.openvoice.converter import Converter
        from likeness.engines.openvoice.learning import learn

        model = str(recipe.get("model") or MODEL)
        yield from learn(data, recipe, model, Converter.load(find_weights(model)), out)

    @classmethod
    def prepare_model(cls, folder: Path) -> Iterator[Event]:
        """Turn the published ``converter/checkpoint.pth`` in ``folder`` into safetensors; see :mod:`.preparing`."""
        from likeness.engines.openvoice.preparing import prepare

        yield from prepare(folder)


def _sounds(pieces: Iterator[Samples], rate: int) -> Iterator[Audio]:
    for samples in pieces:
        if len(samples):
            yield Audio(samples, rate)
