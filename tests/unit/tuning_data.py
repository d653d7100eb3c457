"""Small datasets for the tests of training, and a runtime that is arithmetic alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from likeness.core.prompts import REPLY_PROMPT
from likeness.engines.tuning.backend import Batch, Step
from likeness.write.tune_recipe import tune_recipe

WORDS = str.split("thanks for the slides see you on friday at the harbour boat key map boxes never mind okay then")


def example(number: int, **changes: Any) -> dict[str, Any]:
    """A line of ``examples.jsonl``; by default a chat of its own."""
    chance = np.random.default_rng(number)
    context, answer = (" ".join(chance.choice(WORDS, chance.integers(3, most))) for most in (20, 14))
    record = {
        "id": f"e{number}",
        "kind": "reply",
        "split": "train",
        "prompt": REPLY_PROMPT.format(context=context),
        "completion": answer,
        "exchange_id": f"x{number}",
        "channel": "whatsapp",
        "conversation": f"c{number}",
        "sent_at": f"2024-01-{1 + number % 28:02d}T10:00:00+00:00",
        "message_ids": [],
    }
    return record | changes


def dataset(folder: Path, records: Sequence[Mapping[str, Any]]) -> Path:
    """A folder with these examples."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(record) + "\n" for record in records)
    (folder / "examples.jsonl").write_text(text, encoding="utf-8")
    return folder


def ordinary(folder: Path, train: int = 20, valid: int = 5) -> Path:
    """``train`` and ``valid`` examples, each a conversation of its own."""
    made = [example(number, split="train" if number < train else "valid") for number in range(train + valid)]
    return dataset(folder, made)


def recipe(**changes: Any) -> dict[str, Any]:
    """The preset ``smoke`` as trainers get it: a dictionary with every value."""
    return tune_recipe("smoke", **{"maximum_steps": 0, **changes}).model_dump()


class Arithmetic:
    """A runtime without a model: weights move by what they, the tokens and the momentum say. Exact and fast.

    A loss falls with the steps. ``poison`` is a token whose rows have no number for a loss.
    """

    runtime: ClassVar[str] = "torch"
    poison: ClassVar[int] = -1
    rising_after: ClassVar[int] = 10**9

    def __init__(self, weights: Mapping[str, NDArray[np.float32]]) -> None:
        self.weights = {name: value.copy() for name, value in weights.items()}
        self.momentum = {name: np.zeros_like(value) for name, value in weights.items()}
        self.seen: list[tuple[str, ...]] = []

    @classmethod
    def open(cls, base: Path, recipe: Mapping[str, Any], weights: Mapping[str, NDArray[np.float32]]) -> Self:
        return cls(weights)

    def step(self, batches: Sequence[Batch], learning_rate: float, number: int) -> Step:
        each = [float(self.losses(batch).sum()) / batch.useful for batch in batches]
        loss = float(np.mean(each)) + (20.0 if number >= self.rising_after else 0.0)
        if not np.isfinite(loss):
            return Step(loss, float("nan"), tuple(each))
        for name, value in self.weights.items():
            slope = np.float32(loss) * np.cos(value + np.float32(number))
            self.momentum[name] = np.float32(0.9) * self.momentum[name] + slope
            self.weights[name] = value - np.float32(learning_rate) * self.momentum[name]
        return Step(loss, 1.0, tuple(each))

    def losses(self, batch: Batch) -> NDArray[np.float64]:
        level = float(sum(float(np.abs(value).sum()) for value in self.weights.values())) % 1
        found = np.where(batch.learned, 1 + batch.tokens % 7 + level, 0.0).sum(axis=1)
        return np.where((batch.tokens == self.poison).any(axis=1), np.nan, found)

    def adapter(self) -> dict[str, NDArray[np.float32]]:
        return {name: value.copy() for name, value in self.weights.items()}

    def optimizer(self) -> dict[str, NDArray[Any]]:
        return {name: value.copy() for name, value in self.momentum.items()}

    def restore(self, adapter: Mapping[str, NDArray[np.float32]], optimizer: Mapping[str, NDArray[Any]]) -> None:
        self.weights = {name: value.copy() for name, value in adapter.items()}
        self.momentum = {name: np.array(optimizer[name]) for name in adapter}

    def peak_mb(self) -> float:
        return 1.0

    def close(self) -> None:
        self.weights = {}
