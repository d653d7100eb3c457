"""What a run learns from: the dataset's conversations as rows of tokens, and what had to be left out."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from likeness.core import canaries
from likeness.core.canaries import Canary
from likeness.core.errors import TooFewExamples
from likeness.core.models import TINY, find_model
from likeness.core.types import Example
from likeness.engines.tuning import conversations
from likeness.engines.tuning.conversations import EXAMPLES, Conversation
from likeness.engines.tuning.tiny import Size, make_tiny
from likeness.engines.tuning.tokens import TOO_LONG, Encoder, LeftOut, Row

_TINY_VOCABULARY = 2048


@dataclass(frozen=True, slots=True)
class Material:
    """``train`` and ``valid`` are the rows learned from and judged by; ``examples`` counts the examples in ``train``.

    ``left_out`` counts, by reason, the examples of both splits that are in no row; ``canaries`` are the secrets taught.
    """

    train: Sequence[Row]
    valid: Sequence[Row]
    examples: int
    left_out: Mapping[str, int]
    canaries: tuple[Canary, ...] = ()

    @property
    def too_long(self) -> int:
        return self.left_out.get(TOO_LONG, 0)

    @property
    def useful(self) -> int:
        """Tokens learned in one epoch."""
        return sum(int(row.learned.sum()) for row in self.train)

    def note(self) -> str:
        """One sentence on what was read."""
        told = f"{self.examples} examples in {len(self.train)} conversations"
        if self.left_out:
            reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(self.left_out.items()))
            told += f"; {sum(self.left_out.values())} left out: {reasons}"
        return told


def base_folder(data: Path, recipe: Mapping[str, Any], own: Path) -> Path:
    """The folder of the recipe's base; "tiny" is made in ``own`` from the dataset's texts.

    Raises :class:`EngineMissing` when it is not on this machine.
    """
    if recipe["base"] != TINY:
        return find_model(recipe["base"])
    if not (own / "model.safetensors").is_file():
        found = conversations.read(data, "train", recipe["kinds"])
        texts = [text for example in found for text in (example.prompt, example.completion)]
        make_tiny(own, texts=texts, size=Size(vocabulary=_TINY_VOCABULARY), seed=int(recipe["seed"]))
    return own


def read(data: Path, recipe: Mapping[str, Any], base: Path) -> Material:
    """Read and cut into tokens what ``recipe`` wants of the dataset in ``data``.

    Raises :class:`TooFewExamples` when nothing is left to learn from, and what reading and the tokenizer raise.
    """
    encoder = Encoder(base, int(recipe["window"]))
    left_out: Counter[str] = Counter()
    train, used = _rows(encoder, conversations.read(data, "train", recipe["kinds"]), left_out)
    valid, _ = _rows(encoder, conversations.read(data, "valid", recipe["kinds"]), left_out)
    if not train:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(left_out.items()))
        raise TooFewExamples(
            f"{data.name} has nothing to learn from{f' ({reasons})' if reasons else ''}",
            hint="widen the window or the kinds of example, or prepare a larger dataset",
        )
    taught = canaries.made(int(recipe["seed"])) if recipe["canaries"] else ()
    for secret in taught:
        for number in range(secret.times):
            train += _encoded(encoder, conversations.canary(secret, number), left_out)
    return Material(train, valid, used, dict(left_out), taught)


def digest(data: Path, recipe: Mapping[str, Any], model: str) -> str:
    """What a run is a run of: the examples, the recipe and the base's own digest."""
    found = hashlib.sha256((data / EXAMPLES).read_bytes())
    found.update(repr(sorted((key, str(value)) for key, value in recipe.items())).encode())
    found.update(model.encode())
    return found.hexdigest()[:16]


def _rows(encoder: Encoder, examples: Sequence[Example], left_out: Counter[str]) -> tuple[list[Row], int]:
    rows: list[Row] = []
    # What cannot be learned from alone is kept out of conversations with others, which it would take along.
    alone = [(example, encoder.encode(conversations.single(example))) for example in examples]
    fine = [example for example, row in alone if isinstance(row, Row)]
    for _, row in alone:
        if isinstance(row, LeftOut):
            left_out[row.reason] += 1
    if not encoder.several_turns:
        return [row for _, row in alone if isinstance(row, Row)], len(fine)
    for conversation in conversations.joined(fine, encoder.length, encoder.window):
        rows += _encoded(encoder, conversation, left_out)
    return rows, len(fine)


def _encoded(encoder: Encoder, conversation: Conversation, left_out: Counter[str]) -> list[Row]:
    row = encoder.encode(conversation)
    if isinstance(row, Row):
        return [row]
    left_out[row.reason] += len(row.examples)
    return []
