"""Writing and scoring with a language model on this machine, the same in every runtime."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from likeness.core import models
from likeness.core.errors import EngineMissing, InputError
from likeness.core.events import Event
from likeness.core.prompts import PLAIN_SYSTEM_PROMPT, chat
from likeness.core.protocols import EngineInfo
from likeness.core.types import BaseFit, Draft, Estimate, Provenance, ScoreRequest, Scores, Turn, WriteRequest
from likeness.engines.language import adapters
from likeness.engines.language.prompt_cache import STEP, PromptCache, whole_steps
from likeness.engines.language.runtime import Prepared, Runtime, Sampling, State
from likeness.engines.language.scoring import batches
from likeness.engines.language.streaming import Limits, Writing
from likeness.engines.language.vocabulary import Vocabulary
from likeness.engines.tuning.backend import Backend

TASKS = ("draft", "rewrite", "chat")
_MOST_ADAPTERS = 4
"""Kept ready beside the base; one of rank 16 on every layer of a 7B model takes 160 MB."""
_MOST_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Adapter:
    """Which weights a text is written with (``None``: the base's own) and what the model is told first."""

    key: str
    prepared: Prepared | None
    system: str


class LanguageEngine(ABC):
    """A :class:`~likeness.core.protocols.Writer` and ``Scorer`` on a base that stays loaded.

    Opened on an adapter's folder, it writes with that adapter unless a request names another; opened on none, a
    request without an adapter is answered by the base as it is. To be used on one thread.
    """

    info: ClassVar[EngineInfo]

    def __init__(self, runtime: Runtime, base: Path, adapter: Path | None = None, *, prompt_cache: bool = True) -> None:
        self._runtime = runtime
        self._base = base
        self._digest = models.digest(base)
        self._vocabulary = Vocabulary(base)
        self._adapter = str(adapter or "")
        self._ready: OrderedDict[str, _Adapter] = OrderedDict()
        self._plain = _Adapter("", None, PLAIN_SYSTEM_PROMPT)
        self._prompts = PromptCache() if prompt_cache else None

    @classmethod
    @abstractmethod
    def load(cls, base: Path, options: Mapping[str, Any]) -> Runtime:
        """The model in ``base``, in this engine's runtime."""

    @classmethod
    @abstractmethod
    def backend(cls) -> type[Backend]:
        """What trains in this engine's runtime, on the devices that are here."""

    @classmethod
    def train(cls, data: Path, recipe: Mapping[str, Any], out: Path) -> Iterator[Event]:
        """See :class:`~likeness.core.protocols.Trainer`."""
        from likeness.engines.tuning import run

        yield from run.train(cls.backend(), data, recipe, out)

    @classmethod
    def estimate(cls, data: Path, recipe: Mapping[str, Any]) -> Iterator[Event | Estimate]:
        """See :class:`~likeness.core.protocols.Estimating`."""
        from likeness.engines.tuning import run

        yield from run.estimate(cls.backend(), data, recipe)

    @classmethod
    def bases(cls, recipe: Mapping[str, Any]) -> tuple[BaseFit, ...]:
        """See :class:`~likeness.core.protocols.Estimating`."""
        from likeness.engines.tuning import plan

        return plan.bases(recipe, cls.info.name)

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Load a base model. ``artefact`` is an adapter's folder, or a checkpoint's in one.

        ``options``: ``model`` (or ``base``) the base's folder or name, by default the one the adapter was learned on;
        ``bits`` (4 or 8) to hold it in fewer bits than its files have, 0 not to, by default what this engine learned
        the adapter with; ``prompt_cache`` false to read every prompt
        from its beginning.

        Raises :class:`EngineMissing` when the model or a library is not on this machine, :class:`InputError` when its
        files or the adapter cannot be used.
        """
        base, chosen = cls._chosen(artefact, options)
        try:
            runtime = cls.load(base, chosen)
        except ImportError as error:
            # Installed, and damaged or without something of the system's: what is absent was said by its name before.
            raise EngineMissing(f"{cls.info.name} cannot be loaded: {error}", hint=cls.info.install) from error
        try:
            opened = cls(runtime, base, artefact, prompt_cache=bool(chosen.get("prompt_cache", True)))
            opened._with("")
        except BaseException:
            runtime.close()
            raise
        return opened

    @classmethod
    def memory_needed(cls, artefact: Path | None, options: Mapping[str, Any] | None) -> int:
        """See :class:`~likeness.core.protocols.Sized`: the model's files, what the runtime adds, and kept prompts."""
        from likeness.engines.language.memory import needed_mb

        base, chosen = cls._chosen(artefact, options)
        return needed_mb(base, int(chosen["bits"]), cls.info.memory_mb)

    @classmethod
    def _chosen(cls, artefact: Path | None, options: Mapping[str, Any] | None) -> tuple[Path, dict[str, Any]]:
        """The base, and the options with ``bits`` in any case."""
        chosen = dict(options or {})
        manifest = adapters.find(artefact).manifest if artefact is not None else None
        base = cls._base_folder(artefact, chosen)
        bits = chosen.get("bits")
        if bits is None and manifest and manifest.engine == cls.info.name and not models.is_quantised(base):
            bits = manifest.recipe.get("bits")
        return base, {**chosen, "bits": int(bits or 0)}

    @classmethod
    def _base_folder(cls, artefact: Path | None, options: Mapping[str, Any]) -> Path:
        named = str(options.get("model") or options.get("base") or "")
        if named:
            return models.find_model(named)
        if artefact is not None:
            return adapters.base_for(artefact)
        raise EngineMissing(
            f"{cls.info.name} does not know which model to load",
            hint="name the folder of a model with LIKENESS_WRITER_MODEL, or learn an adapter: likeness train writing",
        )

    def close(self) -> None:
        """Let the model go."""
        if self._prompts:
            self._prompts.clear()
        self._ready.clear()
        self._runtime.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # ── writing ───────────────────────────────────────────────────────────────────────────────────────────

    def write(self, request: WriteRequest) -> Draft:
        """Begin to write; the model works while ``pieces`` are read.

        Raises :class:`InputError` for a task that is not a language model's, a prompt longer than the model reads, or
        an adapter that is not of this base, and :class:`NotFound` for one that is not there.
        """
        if request.task not in TASKS:
            raise InputError(
                f"{self.info.name} cannot {request.task}", hint=f"it can: {', '.join(TASKS)}", param="task"
            )
        adapter = self._with(request.adapter)
        prompt = self._vocabulary.prompt(chat(request, adapter.system))
        writing = Writing(
            self._vocabulary.tokenizer, self._vocabulary.ends, self._limits(request, len(prompt)), len(prompt)
        )
        name = Path(request.adapter or self._adapter).name
        return Draft(
            pieces=self._written(adapter, prompt, Sampling.of(request), writing),
            provenance=Provenance(
                engine=self.info.name,
                method="generated",
                note=f"Written by {self._base.name}" + (f" with the adapter {name}." if name else "."),
                details={"model": self._base.name, "adapter": name},
            ),
            ended=lambda: writing.ending,
        )

    def _limits(self, request: WriteRequest, prompt: int) -> Limits:
        left = self._vocabulary.positions - prompt
        if left < 1:
            raise InputError(
                f"what is asked takes {prompt:,} tokens, and {self._base.name} reads {self._vocabulary.positions:,}, "
                "its answer included",
                hint="shorten the message, or use a model with a longer context",
            )
        characters = request.max_characters if request.max_characters > 0 else _MOST_CHARACTERS
        # A character takes at most four tokens; the rest is for tokens that show nothing.
        most = request.max_tokens or 4 * characters + 16
        return Limits(min(most, left), characters, request.stop)

    def _written(self, adapter: _Adapter, prompt: list[int], sampling: Sampling, writing: Writing) -> Iterator[str]:
        state, read = self._read(adapter, prompt)
        failed = True
        try:
            yield from writing.pieces(self._tokens(adapter, state, read, sampling))
            failed = False
        except GeneratorExit:
            failed = False
            raise
        finally:
            # What an error left behind may have read half a token.
            if not failed and self._prompts is not None:
                kept = whole_steps(len(prompt) - 1)
                rest = self._runtime.rewind(state, kept) if kept else None
                if rest is not None:
                    self._prompts.put(adapter.key, prompt[:kept], rest)

    def _read(self, adapter: _Adapter, prompt: list[int]) -> tuple[State, Any]:
        """Read the prompt, as far as it is not known, in whole steps and then the rest."""
        found = self._prompts.take(adapter.key, prompt, self._runtime.rewind) if self._prompts is not None else None
        state, known = found or (self._runtime.begin(), 0)
        last = whole_steps(len(prompt) - 1)
        self._runtime.switch(adapter.prepared)
        for start in range(known, last, STEP):
            self._runtime.read(state, prompt[start : start + STEP])
        return state, self._runtime.read(state, prompt[last:])

    def _tokens(self, adapter: _Adapter, state: State, read: Any, sampling: Sampling) -> Iterator[int]:
        tokens = self._runtime.decode(state, read, sampling)
        while True:
            # Another text may have been begun since the last token, with another adapter.
            self._runtime.switch(adapter.prepared)
            yield next(tokens)

    # ── scoring ───────────────────────────────────────────────────────────────────────────────────────────

    def score(self, request: ScoreRequest) -> Scores:
        """Float64 of shape (n, 2): log probability (natural) of each answer and its end, and tokens.

        A conversation without a system message gets the adapter's, or the plain one. Raises as :meth:`write` does.
        """
        adapter = self._with(request.adapter)
        rows = []
        for turns, answer in request.items:
            asked = chat(WriteRequest("chat", "", turns=turns), adapter.system)
            rows.append(self._vocabulary.answered(asked, answer))
        scores = np.zeros((len(rows), 2), np.float64)
        self._runtime.switch(adapter.prepared)
        for batch in batches(rows):
            found = self._runtime.log_probabilities([rows[index] for index in batch])
            for index, each in zip(batch, found, strict=True):
                scores[index] = each.sum(), len(each)
        return scores

    def length(self, turns: Sequence[Turn], answer: str) -> int:
        """Tokens of a conversation with its answer. Raises :class:`InputError` when the model cannot read all of it."""
        asked = chat(WriteRequest("chat", "", turns=tuple(turns)), self._plain.system)
        return len(self._vocabulary.answered(asked, answer).tokens)

    def _with(self, folder: str) -> _Adapter:
        """The adapter that a request names, ready; loaded again when its files were written anew."""
        folder = folder or self._adapter
        if not folder:
            return self._plain
        files = adapters.find(Path(folder))
        key = repr(files.stamp)
        ready = self._ready.pop(key, None)
        if ready is None:
            prepared = self._runtime.prepare(adapters.read(files, self._base, self._digest))
            ready = _Adapter(key, prepared, files.system_prompt)
        self._ready[key] = ready
        while len(self._ready) > _MOST_ADAPTERS:
            self._ready.popitem(last=False)
        return ready
