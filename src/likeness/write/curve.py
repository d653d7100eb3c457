"""What a training run noted as it went: ``training.jsonl``, a line for each step and each validation.

A step's line has ``step`` (from 1), ``epoch``, ``loss`` (nats per useful token), ``learning_rate``, ``gradient_norm``
(before clipping), ``tokens`` (padding included), ``useful_tokens`` and ``seconds``; a validation's ``step``,
``valid_loss`` and ``valid_tokens``. A continued run may note a step twice: the later line counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TRAINING = "training.jsonl"


@dataclass(frozen=True, slots=True)
class Point:
    """One optimizer step."""

    step: int
    loss: float
    learning_rate: float = 0.0
    gradient_norm: float = 0.0
    tokens: float = 0.0
    useful_tokens: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Curve:
    """The steps in their order, and the loss over the whole validation set by the step after which it was measured."""

    points: tuple[Point, ...] = ()
    validations: tuple[tuple[int, float], ...] = ()

    @property
    def best(self) -> tuple[int, float] | None:
        """Step and loss of the best validation; the earliest of equals."""
        return min(self.validations, key=lambda each: (each[1], each[0]), default=None)

    def measures(self) -> dict[str, float]:
        """What an adapter's manifest says of its training."""
        if not self.points:
            return {}
        seconds = sum(point.seconds for point in self.points)
        found = {
            "steps": float(self.points[-1].step),
            "training_seconds": seconds,
            "first_loss": self.points[0].loss,
            "loss": self.points[-1].loss,
        }
        if seconds:
            found["tokens_per_second"] = sum(point.tokens for point in self.points) / seconds
            found["useful_tokens_per_second"] = sum(point.useful_tokens for point in self.points) / seconds
        if self.best:
            found |= {"first_valid_loss": self.validations[0][1], "valid_loss": self.best[1]}
        return found


def read_curve(folder: Path) -> Curve:
    """The curve in a run's or an adapter's folder; empty without one. A line cut short by a kill is left out."""
    points: dict[int, Point] = {}
    validations: dict[int, float] = {}
    for record in _records(folder / TRAINING):
        step = int(record["step"])
        if "valid_loss" in record:
            validations[step] = float(record["valid_loss"])
        elif "loss" in record:
            known = {name: float(record[name] or 0.0) for name in Point.__slots__ if name in record}
            points[step] = Point(**{**known, "step": step})  # type: ignore[arg-type]
    return Curve(tuple(points[step] for step in sorted(points)), tuple(sorted(validations.items())))


def _records(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict) and isinstance(record.get("step"), int):
                yield record
