"""Asking the models: every question to every one of them, what is known already left alone, the cost said first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from likeness.core import plugins
from likeness.core.errors import EngineMissing
from likeness.core.events import Event
from likeness.core.protocols import Engine, Scorer, Writer
from likeness.write.evaluate.answers import Kept, answered, scored, weights_of
from likeness.write.evaluate.material import Candidate, Material
from likeness.write.evaluate.measure import Answered
from likeness.write.evaluate.result import ANSWERS

_TIMED = 3
"""Answers after which their cost is told."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An engine with the options it is opened with, and the models it is asked as, at which temperature."""

    engine: str
    options: Mapping[str, Any]
    candidates: Sequence[Candidate]
    temperature: float = 0.0

    def kept(self, material: Material, candidate: Candidate) -> Kept:
        """What ``candidate`` has answered before, on this very base with these very weights."""
        held = " ".join(f"{name}={self.options[name]}" for name in sorted(self.options) if name != "key")
        if self.temperature:
            held += f" temperature={self.temperature}"
        base = f"{held} {material.manifest.extra.get('base_digest', '')}"
        weights = weights_of(self.engine, base, candidate.adapter)
        safe = "".join(char if char.isalnum() or char in "-._" else "-" for char in candidate.label)
        return Kept(material.folder / ANSWERS / f"{safe}.jsonl", weights)


def engine_of(name: str) -> type[Engine]:
    """The engine called ``name``. Raises :class:`EngineMissing` when it cannot run here or does not write."""
    found = plugins.engine(name)
    if "writer" not in found.info.kind:
        raise EngineMissing(f"engine {name!r} does not write", hint="choose another with --engine")
    return found


def ask(material: Material, asked: Asked, found: list[Answered]) -> Iterator[Event]:
    """Ask every candidate of ``asked`` and append what it said to ``found``.

    The first event says how many answers are to come, a later one, once a few were timed, how long they take.
    """
    engine = engine_of(asked.engine)
    questions = material.questions()
    kept = [asked.kept(material, candidate) for candidate in asked.candidates]
    missing = sum(known.answer(question) is None for known in kept for question in questions)
    total = len(questions) * len(asked.candidates)
    done = total - missing
    told = f"{missing:,} answers to write" + (f", {done:,} are there already" if done else "")
    yield Event("cost", 0, None, "answers", told, {"answers": float(missing), "known": float(done)})
    clock = _Clock(missing)
    with _opened(engine, asked) as writers:
        for candidate, known in zip(asked.candidates, kept, strict=True):
            writer, adapter = writers(candidate)
            said = Answered(candidate, asked.engine)
            fresh = [known.answer(question) is None for question in questions]
            for new, answer in zip(fresh, answered(writer, adapter, questions, known, asked.temperature), strict=True):
                said.answers.append(answer)
                if new:
                    done += 1
                    yield Event("answers", done, total, "answers", candidate.label)
                    yield from clock.told(answer.seconds)
            if "score" in engine.info.can:
                yield from _score(cast("Scorer", writer), adapter, material, known, said)
            found.append(said)
    yield Event("answers", total, total, "answers", asked.candidates[-1].label)


def _score(scorer: Scorer, adapter: str, material: Material, known: Kept, said: Answered) -> Iterator[Event]:
    items = material.likelihoods()
    for scores in scored(scorer, adapter, items, known):
        said.scores.extend(scores)
        yield Event("likelihoods", len(said.scores), len(items), "texts", said.candidate.label)


class _Clock:
    """Says once what the answers will cost, after a few of them."""

    def __init__(self, missing: int) -> None:
        self._missing = missing
        self._seconds: list[float] = []

    def told(self, seconds: float) -> Iterator[Event]:
        self._seconds.append(seconds)
        if len(self._seconds) != min(_TIMED, self._missing):
            return
        # The first answer also loads the model's pages and fills caches.
        each = sorted(self._seconds)[len(self._seconds) // 2]
        rest = each * (self._missing - len(self._seconds))
        note = f"{self._missing:,} answers of {each:.1f} s (measured on {len(self._seconds)}): {_duration(rest)} more"
        yield Event("cost", 1, 1, "answers", note, {"seconds_per_answer": each, "seconds": rest})


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"about {seconds:.0f} s"
    return f"about {seconds / 60:.0f} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"


@contextmanager
def _opened(engine: type[Engine], asked: Asked) -> Iterator[_Writers]:
    writers = _Writers(engine, asked)
    try:
        yield writers
    finally:
        writers.close()


class _Writers:
    """A writer for each candidate: one for all where the engine can switch adapters, else opened in turn."""

    def __init__(self, engine: type[Engine], asked: Asked) -> None:
        self._engine = engine
        self._options = asked.options
        self._open: Engine | None = None
        self._on: Path | None = None

    def __call__(self, candidate: Candidate) -> tuple[Writer, str]:
        """The writer for ``candidate``, and the adapter to name in each request to it."""
        switching = "switch" in self._engine.info.can
        wanted = None if switching else candidate.adapter
        if self._open is None or wanted != self._on:
            self.close()
            self._open, self._on = self._engine.open(wanted, self._options), wanted
        return cast("Writer", self._open), str(candidate.adapter or "") if switching else ""

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
