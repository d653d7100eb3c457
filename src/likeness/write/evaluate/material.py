"""What a language model is judged by: the questions, the person's own texts, and what it was trained on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from likeness.core import artefacts, canaries
from likeness.core.artefacts import Manifest
from likeness.core.canaries import Canary
from likeness.core.errors import InputError, NotFound, NotReady
from likeness.core.home import PersonHome
from likeness.core.prompts import SYSTEM_PROMPT
from likeness.core.types import Example, ExampleKind, Turn, WriteRequest
from likeness.write import dataset as datasets
from likeness.write.dataset import Row
from likeness.write.evaluate.answers import Question
from likeness.write.evaluate.judgement import Role
from likeness.write.evaluate.leaks import correspondents
from likeness.write.evaluate.memorised import Known
from likeness.write.evaluate.occasions import Attempt, Occasion, asked, attempts, occasions
from likeness.write.redact import Names

CHECKPOINTS = "checkpoints"
ALTERNATIVES = 63
"""Other secrets that a canary is ranked against: exposures up to log2(64) = 6 bits can be shown."""
_KINDS: tuple[ExampleKind, ...] = ("reply", "draft", "rewrite")
_RECITED = 400
"""Characters of an attempt at making it recite: enough to know the text by."""
_ROOM = 3
"""Times the person's longest usual text: how far an answer may run on before it is cut."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model to be judged. ``adapter`` is its folder, ``None`` for the base or for what another program serves."""

    label: str
    role: Role
    step: int = 0
    adapter: Path | None = None
    validation_loss: float | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """Everything the models are asked and compared with. ``own`` are the words of the person's names; ``left_out``
    counts held-out examples longer than what was trained."""

    folder: Path
    manifest: Manifest
    rows: Sequence[Row]
    occasions: Sequence[Occasion]
    attempts: Sequence[Attempt]
    canaries: Sequence[Canary]
    names: Names
    own: frozenset[str]
    known: Known
    system: str
    max_characters: int
    left_out: int = 0

    @property
    def learned(self) -> list[str]:
        """The person's texts that were learned from."""
        return [row.exchange.text for row in self.rows if row.split == "train"]

    def questions(self) -> list[Question]:
        """All that a model is asked to write: the occasions, then the attempts, then for the canaries."""
        plain = [attempt.prompt for attempt in self.attempts] + [canary.prompt for canary in self.canaries]
        return [
            *(Question(asked(one.prompt, self.system), one.request, self.max_characters) for one in self.occasions),
            *(Question(asked(prompt, self.system), _AS_IT_IS, _RECITED) for prompt in plain),
        ]

    def likelihoods(self) -> list[tuple[tuple[Turn, ...], str]]:
        """All whose likelihood is asked for: what the person wrote, then each canary with its alternatives."""
        return [
            *((asked(one.prompt, self.system), one.real) for one in self.occasions),
            *(
                (asked(canary.prompt, self.system), completion)
                for canary in self.canaries
                for completion in (canary.completion, *canaries.alternatives(canary, ALTERNATIVES))
            ),
        ]


_AS_IT_IS = WriteRequest("chat", "")
"""Attempts at reciting are read as they come; finishing would hide what came out."""


Fits = Callable[[Sequence[Turn], str], bool]
"""Whether a conversation with its answer is one that could have been learned."""


def gathered(home: PersonHome, folder: Path, limit: int, fits: Fits = lambda turns, answer: True) -> Material:
    """The material for judging the adapter in ``folder`` on at most ``limit`` held-out examples of those that ``fits``.

    Raises :class:`NotReady` when its dataset is gone or has no example to judge by.
    """
    manifest = artefacts.load(folder)
    source = home.datasets / (manifest.parents[0] if manifest.parents else "")
    try:
        rows, examples = list(datasets.exchanges(source)), list(datasets.examples(source))
    except NotFound:
        raise NotReady("the dataset of this adapter is gone", hint="make it again: likeness prepare writing") from None
    kinds = [kind for kind in manifest.recipe.get("kinds", _KINDS) if kind in _KINDS]
    system = str(manifest.extra.get("system_prompt") or SYSTEM_PROMPT)
    held_out = [example for example in examples if example.split == "test"]
    test = [example for example in held_out if fits(asked(example.prompt, system), example.completion)]
    chosen = occasions(test, cast("list[ExampleKind]", kinds), limit)
    if not chosen:
        told = "" if not held_out else f" within the {manifest.recipe.get('window')} tokens it was tuned on"
        raise NotReady(f"the dataset has no test examples{told} to judge by", hint="import more, then prepare again")
    person = home.person()
    called = (person.display_name, *(value for value in person.identities if "@" not in value))
    train = [example for example in examples if example.split == "train" and example.kind in kinds]
    return Material(
        folder=folder,
        manifest=manifest,
        rows=rows,
        occasions=chosen,
        attempts=[
            attempt
            for attempt in attempts(train, [example for example in test if example.kind in kinds], max(3, limit // 2))
            if fits(asked(attempt.prompt, system), attempt.rest)
        ],
        canaries=_taught(folder),
        names=correspondents((row.exchange.correspondent for row in rows), called),
        own=frozenset(word.casefold() for name in called for word in name.split()),
        known=_known(rows, train),
        system=system,
        max_characters=_longest([one.real for one in chosen]),
        left_out=len(held_out) - len(test),
    )


def candidates(folder: Path, which: str) -> list[Candidate]:
    """The base and the checkpoints of the adapter in ``folder``: ``which`` is "all" or "last".

    An adapter without checkpoints is judged as it is. Raises :class:`InputError` for another ``which``.
    """
    if which not in ("all", "last"):
        raise InputError(f"{which!r} is no choice of checkpoints", hint="say all or last", param="checkpoints")
    found = [_checkpoint(path) for path in sorted((folder / CHECKPOINTS).glob("step-*"))]
    if not found:
        found = [Candidate(folder.name, "adapter", 0, folder)]
    return [Candidate("base", "base"), *(found if which == "all" else found[-1:])]


def _checkpoint(path: Path) -> Candidate:
    told: Mapping[str, object] = {}
    note = path / "checkpoint.json"
    if note.is_file():
        try:
            told = json.loads(note.read_text(encoding="utf-8"))
        except ValueError as error:
            raise InputError(f"{path.name}/{note.name} cannot be read: {error}", hint="train again") from None
    loss = told.get("valid_loss")
    number = path.name.removeprefix("step-")
    return Candidate(
        label=path.name,
        role="checkpoint",
        step=int(number) if number.isdigit() else 0,
        adapter=path,
        validation_loss=float(loss) if isinstance(loss, int | float) else None,
    )


def _taught(folder: Path) -> tuple[Canary, ...]:
    try:
        return canaries.load(folder)
    except NotFound:
        return ()


def _known(rows: Sequence[Row], train: Sequence[Example]) -> Known:
    """All that a model can have seen: the person's texts, what they answered, and the requests made of them."""
    texts = [text for row in rows if row.split == "train" for text in (row.exchange.text, row.exchange.context)]
    return Known([*texts, *(example.completion for example in train), *(example.prompt for example in train)])


def _longest(real: Sequence[str]) -> int:
    """Characters an answer may have: three times what nine of ten of the person's texts stay below, at least 600."""
    usual = sorted(map(len, real))[int(0.9 * (len(real) - 1))]
    return min(6000, max(600, _ROOM * usual))
