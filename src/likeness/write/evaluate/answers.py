"""Answers and likelihoods kept on disk as they are made, so that an interrupted evaluation goes on where it stopped.

One file of JSON lines for each model judged (``evaluation/step-000300.jsonl`` in the folder of the adapter, mode 0600).
A line belongs to what was asked and to the very weights that were asked, so nothing of another training is ever used;
a last line cut short by a crash is passed over.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from likeness.core import artefacts, files
from likeness.core.exports import EXPORTS
from likeness.core.protocols import Scorer, Writer
from likeness.core.types import ScoreRequest, Turn, WriteRequest
from likeness.write.finish.finisher import Finisher, through

_AT_ONCE = 16
"""Answers whose likelihood is asked for together."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``text`` as its reader would get it, ``raw`` what the model said of its own accord, ``seconds`` it took.

    ``ended`` is "stop", "length" or "" where the engine does not say; ``removed`` what the finishing pass took away.
    """

    text: str
    raw: str
    seconds: float
    ended: str = ""
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """``turns`` is what the model is asked, ``request`` what the finishing pass is told of it."""

    turns: tuple[Turn, ...]
    request: WriteRequest
    max_characters: int

    @property
    def key(self) -> str:
        return _key("answer", self.max_characters, self.request.task, *((t.role, t.content) for t in self.turns))


class Kept:
    """What one model has answered so far. ``weights`` identifies it: its engine, base and adapter."""

    def __init__(self, path: Path, weights: str) -> None:
        self._path = path
        self._weights = weights
        self._found: dict[str, Any] = {}
        files.private_folder(path.parent)
        if path.is_file():
            self._found = dict(_lines(path, weights))

    def answer(self, question: Question) -> Answer | None:
        found = self._found.get(question.key)
        return Answer(**{**found, "removed": tuple(found["removed"])}) if found is not None else None

    def score(self, turns: tuple[Turn, ...], completion: str) -> tuple[float, float] | None:
        found = self._found.get(_score_key(turns, completion))
        return (float(found[0]), float(found[1])) if found is not None else None

    def put_answer(self, question: Question, answer: Answer) -> None:
        self._append({question.key: asdict(answer)})

    def put_scores(self, items: Sequence[tuple[tuple[Turn, ...], str]], scores: Any) -> None:
        """``scores`` of shape (n, 2), as ``Scorer.score`` gives them."""
        self._append(
            {_score_key(*item): [float(row[0]), float(row[1])] for item, row in zip(items, scores, strict=True)}
        )

    def _append(self, found: dict[str, Any]) -> None:
        self._found.update(found)
        lines = (
            json.dumps({"weights": self._weights, "key": k, "value": v}, ensure_ascii=False) for k, v in found.items()
        )
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, files.FILE_MODE)
        with os.fdopen(descriptor, "a", encoding="utf-8", errors="replace") as handle:
            # A line that a crash cut short must not swallow the next one.
            handle.write("".join(f"\n{line}" for line in lines) + "\n")


def answered(
    writer: Writer, adapter: str, questions: Sequence[Question], kept: Kept, temperature: float = 0.0
) -> Iterator[Answer]:
    """The answers to ``questions`` in order, those ``kept`` among them, the others written now and kept."""
    for question in questions:
        known = kept.answer(question)
        if known is None:
            known = _written(writer, adapter, question, temperature)
            kept.put_answer(question, known)
        yield known


def _written(writer: Writer, adapter: str, question: Question, temperature: float) -> Answer:
    began = time.perf_counter()
    drafted = writer.write(
        WriteRequest(
            "chat",
            "",
            turns=question.turns,
            adapter=adapter,
            temperature=temperature,
            max_characters=question.max_characters,
        )
    )
    finisher = Finisher(question.request)
    raw: list[str] = []
    text = "".join(through(finisher, _noted(drafted.pieces, raw)))
    return Answer(
        text=text,
        raw="".join(raw),
        seconds=round(time.perf_counter() - began, 4),
        ended=drafted.ended().reason,
        removed=finisher.removed,
    )


def _noted(pieces: Iterator[str], into: list[str]) -> Iterator[str]:
    """``pieces``, each also put into the list ``into``."""
    try:
        for piece in pieces:
            into.append(piece)
            yield piece
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()


def scored(
    scorer: Scorer, adapter: str, items: Sequence[tuple[tuple[Turn, ...], str]], kept: Kept
) -> Iterator[list[tuple[float, float]]]:
    """Log probability and tokens of each of ``items``, a batch at a time, those ``kept`` among them."""
    for start in range(0, len(items), _AT_ONCE):
        batch = items[start : start + _AT_ONCE]
        missing = [item for item in batch if kept.score(*item) is None]
        if missing:
            kept.put_scores(missing, scorer.score(ScoreRequest(tuple(missing), adapter)))
        yield [found for item in batch if (found := kept.score(*item)) is not None]


def weights_of(engine: str, base: str, adapter: Path | None) -> str:
    """What identifies a model's answers: the engine, the base, and the bytes of the adapter's weights."""
    if adapter is None:
        return artefacts.digest([engine, base])
    sha = hashlib.sha256()
    # What was exported elsewhere is told in exports.json, so that a new export is asked anew.
    for path in sorted([*adapter.glob("adapter_*"), *adapter.glob(EXPORTS)]):
        with path.open("rb") as handle:
            while block := handle.read(1 << 20):
                sha.update(block)
    return artefacts.digest([engine, base, sha.hexdigest()])


def _score_key(turns: tuple[Turn, ...], completion: str) -> str:
    return _key("score", completion, *((turn.role, turn.content) for turn in turns))


def _key(*parts: Any) -> str:
    return artefacts.digest([json.dumps(part, ensure_ascii=False) for part in parts])


def _lines(path: Path, weights: str) -> Iterator[tuple[str, Any]]:
    with path.open(encoding="utf-8", newline="\n") as handle:
        for line in handle:
            try:
                record = json.loads(line)
                if record["weights"] == weights:
                    yield record["key"], record["value"]
            except (ValueError, KeyError, TypeError):
                continue
