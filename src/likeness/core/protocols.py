"""The contracts that sources and engines keep. A third party's plugin needs this page and ``core.types``, no more.

Sources are registered under the entry-point group ``likeness.sources``, engines under ``likeness.engines``;
``core.plugins`` finds them by name and imports one only when it is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from likeness.core.events import Event
from likeness.core.types import (
    AsyncDraft,
    Audio,
    BaseFit,
    Clip,
    Draft,
    Estimate,
    Heard,
    Identity,
    Message,
    Progress,
    ScoreRequest,
    Scores,
    Skipped,
    SpeakRequest,
    StockVoice,
    Turn,
    Vectors,
    WriteRequest,
)


@dataclass(frozen=True, slots=True)
class Owner:
    """The confirmed names and addresses of the person, compared case-insensitively."""

    identities: frozenset[str]

    def is_me(self, *values: str) -> bool:
        """True when any of ``values`` (an address, a display name) is the owner's."""
        return any(value.strip().casefold() in self.identities for value in values if value)

    @classmethod
    def of(cls, values: Iterable[str]) -> Owner:
        return cls(frozenset(value.strip().casefold() for value in values if value.strip()))


@runtime_checkable
class Source(Protocol):
    """Reads one export format. Instances are cheap and hold no state between calls."""

    name: ClassVar[str]
    """Short name used in the ledger and as ``Message.source``."""
    title: ClassVar[str]
    """What a person calls it: "Mail (mbox)".

    A source that reads other files together with the one it recognises (a description names a backup and a file with
    its passphrase) has a method ``companions(path)`` that returns them, and they are not told as left out.
    """

    def recognises(self, path: Path) -> bool:
        """True when ``path`` (a file or folder) looks like this format, judged by content and not by name alone.

        A source for "everything else" (tables, transcripts) sets ``last_resort = True`` and is asked after the others.
        """
        ...

    def files(self, path: Path) -> Sequence[Path]:
        """The files under ``path`` to read, in a stable order; ``[path]`` itself for a single file."""
        ...

    def identities(self, path: Path) -> Iterator[Identity]:
        """Names and addresses that may be the owner's, most likely first, found without reading all of it twice."""
        ...

    def read(self, path: Path, owner: Owner, *, start: int = 0) -> Iterator[Message | Skipped | Progress]:
        """Read one file of :meth:`files`, from ``start`` (a ``Progress.cursor`` this source gave earlier).

        Never raises on bad content: what cannot be read is a :class:`Skipped`. Yields the owner's messages and what
        they answer (mail) or the whole conversation (chat). May yield a message already yielded.
        """
        ...


@runtime_checkable
class Diagnosing(Source, Protocol):
    """A source that knows its own format even where it cannot read it."""

    def diagnose(self, path: Path) -> str | None:
        """What is wrong with a file that was evidently meant for this source and that :meth:`recognises` turns down
        (encrypted, truncated, empty, the wrong part of an export): what was expected, what was found, what to do.
        ``None`` when it is none of this source's. Never raises on content.
        """
        ...


@runtime_checkable
class Threaded(Source, Protocol):
    """A source that keeps only the owner's messages and what they answer, which can lie in two files (Sent, Inbox)."""

    def answered(self, path: Path, owner: Owner) -> frozenset[str]:
        """Native ids that the owner's messages in this file answer, wherever those may be."""
        ...

    def read(
        self, path: Path, owner: Owner, *, start: int = 0, wanted: Collection[str] = ()
    ) -> Iterator[Message | Skipped | Progress]:
        """As :meth:`Source.read`, and keep the messages with a native id in ``wanted`` too."""
        ...


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine needs and can, said before it is tried."""

    name: str
    title: str
    kind: frozenset[str]
    """Any of "writer", "speaker", "trainer", "embedder", "deployer", "recogniser", "speaker_encoder", "naturalness",
    "aligner"."""
    needs: tuple[str, ...] = ()
    """Importable libraries, by module name."""
    install: str = ""
    """The command that installs what is missing."""
    memory_mb: int = 0
    """Resident memory while loaded, roughly."""
    can: frozenset[str] = frozenset()
    """Any of "streaming", "adapter", "clone", "emotion", "rewrite", "draft"; "verbatim" when its adapters hold texts of
    the person word for word. Of language models: "chat" (any conversation, also without an adapter), "switch" (the
    adapter is named in each request, the base stays loaded), "concurrent" (an :class:`AsyncWriter`: many requests at
    once, its model lives elsewhere), "score", "fuse", "resume" (an interrupted training continues exactly).
    Of speakers: "style" (it follows rate, pitch, pitch_range, energy and pauses itself; without, they are put on its
    sound)."""
    opens: frozenset[str] = frozenset()
    """Forms of adapter it can use (``Manifest.form``): "lora" for PEFT LoRA; what it learned itself it always opens."""
    licence: str = ""
    notes: str = ""
    models: tuple[str, ...] = ()
    """Names in the catalogue (``core.catalogue``) of models it works with, its default first; none: nothing to get."""
    languages: tuple[str, ...] = ("en",)
    """ISO 639-1 codes that a speaker or recogniser works in; ("*",) for any."""
    isolated: bool = False
    """It runs in an environment of its own, which `likeness models get` makes."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """The clips a voice is made of, already at one rate and level (``speak.prepare``)."""

    clips: tuple[Clip, ...]
    rate: int
    language: str = "en"


class Engine(Protocol):
    """What every engine is: opened on an artefact's directory, used, closed (a context manager)."""

    info: ClassVar[EngineInfo]

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Load what is needed to work; ``artefact`` is the folder of an adapter or voice, or ``None``."""
        ...

    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...


@runtime_checkable
class Sized(Protocol):
    """An engine whose need of memory depends on the model it is opened on."""

    @classmethod
    def memory_needed(cls, artefact: Path | None, options: Mapping[str, Any] | None) -> int:
        """MB it will take, opened on these, without loading anything. Raises as ``Engine.open`` does."""
        ...


@runtime_checkable
class Writer(Protocol):
    """Writes text."""

    def write(self, request: WriteRequest) -> Draft: ...


@runtime_checkable
class AsyncWriter(Protocol):
    """Writes for many callers at once: a client of a server that holds the model. Used in one event loop."""

    def stream(self, request: WriteRequest) -> AsyncDraft:
        """As :meth:`Writer.write`; the pieces come as the server sends them. Closing them ends the request there.

        Raises as ``Writer.write`` does, at the latest at the first piece.
        """
        ...

    async def aclose(self) -> None:
        """Close the connections that were opened in the running event loop."""
        ...


@runtime_checkable
class Scorer(Protocol):
    """Says how likely its model finds given answers: for perplexity and for what it has memorised."""

    def score(self, request: ScoreRequest) -> Scores:
        """Float64 of shape (n, 2): log probability (natural, summed over the answer and its end), and tokens."""
        ...


@runtime_checkable
class Counting(Protocol):
    """Says how long texts are for its model, so that what it cannot read is left out before it is asked."""

    def length(self, turns: Sequence[Turn], answer: str) -> int:
        """Tokens of a conversation with its answer. Raises :class:`InputError` for one that it cannot read at all."""
        ...


@runtime_checkable
class Estimating(Protocol):
    """A trainer that can say what a run will cost."""

    @classmethod
    def estimate(cls, data: Path, recipe: Mapping[str, Any]) -> Iterator[Event | Estimate]:
        """Do a few real steps, throw them away, and yield an :class:`Estimate` last. Writes nothing that stays.

        Raises :class:`EngineMissing` when the base is not on this machine, :class:`DoesNotFit` when it cannot even be
        loaded; the hint names the nearest that fits.
        """
        ...

    @classmethod
    def bases(cls, recipe: Mapping[str, Any]) -> tuple[BaseFit, ...]:
        """Which known models this machine can tune with ``recipe``, smallest first; by arithmetic, loads none."""
        ...


@runtime_checkable
class Fusing(Protocol):
    """Writes base and adapter as one model."""

    @classmethod
    def fuse(cls, adapter: Path, base: Path, out: Path) -> Iterator[Event]:
        """Fill the empty folder ``out`` with a complete model (safetensors, configuration, tokenizer)."""
        ...


@runtime_checkable
class Deployer(Protocol):
    """Hands an adapter to another program that serves models."""

    def deploy(self, adapter: Path, files: Mapping[str, Path], options: Mapping[str, Any]) -> Iterator[Event]:
        """Make a model called ``options["name"]`` on ``options["from"]`` there, with the adapter in ``files``.

        The last event's note is the model's name. Raises :class:`EngineMissing` and :class:`InputError` with what to
        do (not running, too old, no such base, a base that carries an adapter already). An :class:`InputError` about
        the parameter "fuse" says that only whole models are taken there.
        """
        ...


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into vectors whose dot product says how near they are in meaning."""

    @property
    def model(self) -> str:
        """What made the vectors: those of two models must never be compared."""
        ...

    def embed(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Unit vectors, float32 of shape (len(texts), dimensions); ``query`` for what is searched with.

        Models that were trained with a prefix for queries and another for documents get it here.
        """
        ...


@runtime_checkable
class Speaker(Protocol):
    """Speaks text in the voice of the artefact it was opened on."""

    rate: int
    """Sample rate of what :meth:`speak` yields, in Hz."""

    def speak(self, request: SpeakRequest) -> Iterator[Audio]:
        """Yield the sound in order, in pieces, so that the first can play while the rest is made."""
        ...


@runtime_checkable
class Stock(Protocol):
    """A speaker with voices of its own. Opened without an artefact and with ``options["voice"]`` it speaks with one."""

    @classmethod
    def stock_voices(cls, options: Mapping[str, Any] | None = None) -> tuple[StockVoice, ...]:
        """The voices that are here now. Raises :class:`EngineMissing` when what it needs is not on this machine."""
        ...


@runtime_checkable
class Based(Protocol):
    """A speaker that can be heard as it was before it learned the person: for before and after."""

    @classmethod
    def open_base(cls, artefact: Path, options: Mapping[str, Any] | None = None) -> Self:
        """The same model or base voice that the voice in ``artefact`` was made of, without the person."""
        ...


@runtime_checkable
class PreparesModel(Protocol):
    """An engine whose models are published in a form that it does not open as it is (pickled weights)."""

    @classmethod
    def prepare_model(cls, folder: Path) -> Iterator[Event]:
        """Turn what was downloaded into ``folder`` (the catalogue's files, at their own paths) into what the engine
        opens, and remove what that replaces. Called once, right after the download and before the model counts as
        here; on a folder that is prepared already it does nothing. Reads no network.

        Raises :class:`InputError` when a file is damaged, not what it should be, or holds what is never read.
        """
        ...


@runtime_checkable
class Recogniser(Protocol):
    """Hears what is said."""

    def recognise(self, audio: Audio, *, language: str = "en", expected: str = "") -> Heard:
        """What is said in ``audio`` (any rate, up to some minutes). ``expected`` may help where it is known what should
        have been said; it must not be given back unheard. Silence gives an empty text."""
        ...


@runtime_checkable
class SpeakerEncoder(Protocol):
    """Turns speech into a vector that says who speaks."""

    same_speaker: float
    """Cosine from which two clips of some seconds are more likely of one speaker than of two."""

    def speaker_vector(self, audio: Audio) -> Vectors:
        """Unit vector, float32 of shape (d,), of speech of a second or more at any rate."""
        ...


@runtime_checkable
class Aligner(Protocol):
    """Lays a text along the speech that should say it, without hearing words: tells a wrong text from the right one."""

    wrong_below: float
    """Fit under which the text is hardly what is said."""

    @property
    def inventory(self) -> tuple[str, ...]:
        """Every phoneme of the language, in a fixed order."""
        ...

    def phonemes(self, text: str) -> tuple[str, ...]:
        """The phonemes of a spoken text, one after the other."""
        ...

    def fit(self, audio: Audio, text: str) -> float:
        """How well ``audio`` (any rate, up to two minutes) says ``text``: about 0 for other words of the same length,
        1 for the best there could be. Raises :class:`InputError` for a text without a word, or too long for the sound.
        """
        ...


@runtime_checkable
class Naturalness(Protocol):
    """Predicts what listeners would say of a sound."""

    def naturalness(self, audio: Audio) -> Mapping[str, float]:
        """Mean opinion scores (1-5) by name; "overall" is always among them."""
        ...


@runtime_checkable
class Trainer(Protocol):
    """Learns an artefact from a dataset (writing) or a corpus directory (voice)."""

    @classmethod
    def train(cls, data: Path, recipe: Mapping[str, Any], out: Path) -> Iterator[Event]:
        """Learn from the directory ``data`` and fill the empty directory ``out``; the caller publishes it.

        Writing: ``data`` is a Dataset. Speaking: ``data`` is a Corpus directory (``corpus.json``, see ``core.corpus``)
        with the clips' sound files, ``recipe`` has the fields of ``speak.recipe.VoiceRecipe``, and a speaker that
        clones keeps in ``out`` what it needs of the clips: references by emotion, their transcripts, vectors. For an
        engine that ``can`` "resume", ``out`` may hold what an interrupted run of the same data and recipe left there,
        and the run goes on from its last checkpoint.
        """
        ...
