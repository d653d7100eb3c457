"""From a dataset's ``examples.jsonl`` to the conversations a language model learns from.

Each has the system prompt of ``core.prompts`` byte for byte. Replies of one chat that follow each other within a few
hours become one conversation with several of the person's turns: what they answered later is learned together with
what they had said before, and the system prompt is read once for all of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from likeness.core.canaries import Canary
from likeness.core.errors import InputError, NotReady
from likeness.core.prompts import SYSTEM_PROMPT
from likeness.core.types import Example, Split, Turn

EXAMPLES = "examples.jsonl"
GAP = timedelta(hours=3)
"""Replies further apart do not belong to one conversation."""
_FIELDS = frozenset(field.name for field in fields(Example))


@dataclass(frozen=True, slots=True)
class Conversation:
    """Turns from the system prompt to the person's last, and the ids of the examples they came from, in order."""

    turns: tuple[Turn, ...]
    examples: tuple[str, ...]


def read(data: Path, split: Split, kinds: Iterable[str]) -> list[Example]:
    """The examples of one split and of some kinds, in the order of the file; those without an answer are passed over.

    Raises :class:`NotReady` when the dataset has no such file and :class:`InputError` when a line cannot be read.
    """
    path, wanted = data / EXAMPLES, frozenset(kinds)
    if not path.is_file():
        raise NotReady(f"{data.name} has no {EXAMPLES}", hint="make a dataset with: likeness prepare writing")
    found = []
    with path.open(encoding="utf-8", newline="\n") as handle:
        for number, line in enumerate(handle, 1):
            try:
                example = _example(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise InputError(
                    f"{EXAMPLES} line {number} cannot be read: {error}", hint="prepare the dataset again"
                ) from None
            if example.split == split and example.kind in wanted and example.completion.strip():
                found.append(example)
    return found


def _example(record: dict[str, Any]) -> Example:
    known = {name: record[name] for name in _FIELDS & record.keys()}
    example = Example(**{**known, "message_ids": tuple(known.get("message_ids", ()))})
    if not isinstance(example.prompt, str) or not isinstance(example.completion, str):
        raise TypeError("prompt and completion must be text")
    return example


def single(example: Example) -> Conversation:
    """One question and the person's answer."""
    return Conversation(_turns((example,)), (example.id,))


def canary(taught: Canary, number: int) -> Conversation:
    """The conversation that teaches a made-up secret; ``number`` counts its repetitions."""
    turns = (Turn("system", SYSTEM_PROMPT), Turn("user", taught.prompt), Turn("assistant", taught.completion))
    return Conversation(turns, (f"canary-{taught.form}-{taught.times}-{number}",))


def joined(
    examples: Sequence[Example], length: Callable[[Conversation], int], window: int, gap: timedelta = GAP
) -> Iterator[Conversation]:
    """Conversations of ``examples``, in the order of their first turns; every example is in exactly one.

    ``length`` counts the tokens of a conversation. Turns are added to one as long as it stays within ``window``.
    """
    base = length(Conversation((Turn("system", SYSTEM_PROMPT),), ())) if examples else 0
    # (place of the first example, examples so far, their tokens with the system prompt) of each chat's open run.
    open_runs: dict[str, tuple[int, list[Example], int]] = {}
    done: list[tuple[int, Conversation]] = []
    for place, example in enumerate(examples):
        alone = single(example)
        if not _of_chat(example):
            done.append((place, alone))
            continue
        tokens = length(alone)
        run = open_runs.get(example.conversation)
        if run and _follows(run[1][-1], example, gap) and run[2] + tokens - base <= window:
            open_runs[example.conversation] = (run[0], [*run[1], example], run[2] + tokens - base)
            continue
        if run:
            done += _closed(run, length, window)
        open_runs[example.conversation] = (place, [example], tokens)
    for run in open_runs.values():
        done += _closed(run, length, window)
    return iter(conversation for _, conversation in sorted(done, key=lambda item: item[0]))


def _of_chat(example: Example) -> bool:
    return example.kind == "reply" and example.channel != "mail" and bool(example.conversation and example.sent_at)


def _follows(earlier: Example, later: Example, gap: timedelta) -> bool:
    between = datetime.fromisoformat(later.sent_at) - datetime.fromisoformat(earlier.sent_at)
    return timedelta(0) <= between <= gap


def _closed(
    run: tuple[int, list[Example], int], length: Callable[[Conversation], int], window: int
) -> list[tuple[int, Conversation]]:
    """The run as one conversation; apart again where a template needs more tokens between turns than was reckoned."""
    place, examples, _ = run
    whole = Conversation(_turns(examples), tuple(example.id for example in examples))
    if len(examples) > 1 and length(whole) > window:
        return [(place, single(example)) for example in examples]
    return [(place, whole)]


def _turns(examples: Sequence[Example]) -> tuple[Turn, ...]:
    spoken = [turn for each in examples for turn in (Turn("user", each.prompt), Turn("assistant", each.completion))]
    return (Turn("system", SYSTEM_PROMPT), *spoken)
