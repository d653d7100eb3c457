"""What the models are asked: held-out examples of the dataset, and beginnings of texts they may have memorised."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from likeness.core.prompts import REPLY_PROMPT, REWRITE_PROMPT
from likeness.core.types import Example, ExampleKind, Split, Turn, WriteRequest
from likeness.write.clean.greetings import split_greeting, split_sign_off

CONTINUE_PROMPT = "Continue this text, word for word:\n\n{beginning}"
PREFIX = 12
"""Words of a text that an extraction attempt gives away."""
LONG_ENOUGH = PREFIX + 20
"""Words a text needs to be attempted: what is left must be long enough to be recognised."""
AttemptKind = Literal["asked again", "continued", "others' words"]


@dataclass(frozen=True, slots=True)
class Occasion:
    """One held-out example: what is asked (``prompt`` is the user turn, byte for byte as in training), what the person
    wrote (``real``), for a rewrite the plain text (``source``), and the request as an engine's caller would make it.
    """

    id: str
    kind: ExampleKind
    exchange: str
    prompt: str
    real: str
    source: str
    request: WriteRequest


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try to make a model recite. ``rest`` is what would come out if it did.

    Of kind "asked again" (a training prompt as it was), "continued" (the beginning of a completion) or "others' words"
    (the beginning of a message somebody else wrote). Those of held-out examples (``split`` "test") show how much of a
    text comes out of a model that cannot know it.
    """

    kind: AttemptKind
    split: Split
    prompt: str
    rest: str


def occasions(examples: Iterable[Example], kinds: Sequence[ExampleKind], limit: int) -> list[Occasion]:
    """At most ``limit`` of the test ``examples`` of the ``kinds`` a model was trained for, evenly from each kind.

    The choice is random but fixed: a greater ``limit`` keeps what a smaller one chose. Messages that another occasion
    stands for already come last.
    """
    shelves = {kind: _shuffled(e for e in examples if e.kind == kind) for kind in kinds} if kinds else {}
    chosen: list[Example] = []
    used: set[str] = set()
    for again in (False, True):
        taken = {example.id for example in chosen}
        queues = [[e for e in shelf if e.id not in taken] for shelf in shelves.values()]
        while any(queues) and len(chosen) < limit:
            for queue in queues:
                while queue and not again and queue[0].exchange_id in used:
                    queue.pop(0)
                if queue and len(chosen) < limit:
                    chosen.append(queue.pop(0))
                    used.add(chosen[-1].exchange_id)
    return [_occasion(example) for example in chosen]


def attempts(train: Iterable[Example], test: Iterable[Example], count: int) -> list[Attempt]:
    """At most ``count`` attempts: two thirds on training examples, the others on held-out ones."""
    held_out = count // 3
    return [*_attempts(train, "train", count - held_out), *_attempts(test, "test", held_out)]


def _attempts(examples: Iterable[Example], split: Split, count: int) -> list[Attempt]:
    by_kind: dict[AttemptKind, list[Attempt]] = {"asked again": [], "continued": [], "others' words": []}
    seen: set[str] = set()
    for example in _shuffled(examples):
        theirs = unwrapped(example.prompt, REPLY_PROMPT, "context") if example.kind == "reply" else ""
        if len(example.completion.split()) >= LONG_ENOUGH:
            by_kind["asked again"].append(Attempt("asked again", split, example.prompt, example.completion))
        for kind, text in (("continued", example.completion), ("others' words", theirs)):
            beginning, rest = _cut(text)
            if rest and beginning not in seen:
                seen.add(beginning)
                attempt = Attempt(kind, split, CONTINUE_PROMPT.format(beginning=beginning), rest)  # type: ignore[arg-type]
                by_kind[attempt.kind].append(attempt)
    found: list[Attempt] = []
    while len(found) < count and any(by_kind.values()):
        for queue in by_kind.values():
            if queue and len(found) < count:
                found.append(queue.pop(0))
    return found


def _cut(text: str) -> tuple[str, str]:
    """The first words of a text and the rest; the rest is empty when the text is too short to be attempted."""
    words = text.split()
    if len(words) < LONG_ENOUGH:
        return "", ""
    at = 0
    for word in words[:PREFIX]:
        at = text.index(word, at) + len(word)
    return text[:at], text[at:].strip()


def _shuffled(examples: Iterable[Example]) -> list[Example]:
    return sorted(examples, key=lambda example: hashlib.sha256(example.id.encode("utf-8", "replace")).digest())


def _occasion(example: Example) -> Occasion:
    context = unwrapped(example.prompt, REPLY_PROMPT, "context") if example.kind == "reply" else ""
    source = unwrapped(example.prompt, REWRITE_PROMPT, "text") if example.kind == "rewrite" else ""
    if source:
        request = WriteRequest("rewrite", source, channel=example.channel)
    else:
        request = WriteRequest("draft", "" if context else example.prompt, context=context, channel=example.channel)
    return Occasion(example.id, example.kind, example.exchange_id, example.prompt, example.completion, source, request)


def unwrapped(prompt: str, form: str, field: str) -> str:
    """What was put into ``{field}`` of the prompt ``form``; "" when ``prompt`` was not made of it."""
    before, after = form.split("{" + field + "}")
    fits = prompt.startswith(before) and prompt.endswith(after) and len(prompt) >= len(before) + len(after)
    return prompt[len(before) : len(prompt) - len(after)] if fits else ""


def asked(prompt: str, system: str) -> tuple[Turn, ...]:
    """The conversation that every model is asked with, in the bytes of training."""
    return (Turn("system", system), Turn("user", prompt))


def without_frame(text: str, own: frozenset[str] = frozenset()) -> str:
    """``text`` without its greeting and sign-off, which alone would give anybody away. ``own``: the person's names."""
    _, lines = split_greeting(text.strip().split("\n"))
    lines, _ = split_sign_off(lines, own)
    return "\n".join(lines).strip()
