"""The built-in writer: no model, nothing downloaded. It recalls what the person wrote and learns their habits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from likeness.core.errors import InputError, NotReady
from likeness.core.events import Event
from likeness.core.protocols import EngineInfo
from likeness.core.types import Draft, Provenance, WriteRequest
from likeness.engines.builtin.recall import learn
from likeness.engines.builtin.recall.draft import draft
from likeness.engines.builtin.recall.instruct import instruct
from likeness.engines.builtin.recall.neutralise import neutralise, parts
from likeness.engines.builtin.recall.reference import manner
from likeness.engines.builtin.recall.rewrite import rewrite
from likeness.engines.builtin.recall.sites import Situation


class RecallEngine:
    """Writer and trainer. ``neutralise`` and ``instruct`` work without an adapter; the rest needs one."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="builtin.recall",
        title="Built-in writer (recalls and rewrites)",
        kind=frozenset({"writer", "trainer"}),
        memory_mb=120,
        can=frozenset({"adapter", "rewrite", "draft", "verbatim"}),
        licence="Apache-2.0",
        notes="Uses no language model. A draft is put together from what the person wrote before; it does not invent.",
    )

    def __init__(self, learned: learn.Learned | None = None) -> None:
        self._learned = learned

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Load the adapter in ``artefact``, or nothing for the tasks that need none.

        Raises :class:`NotFound` or :class:`InputError` when the adapter is not there or damaged.
        """
        return cls(learn.load(artefact) if artefact is not None else None)

    def close(self) -> None:
        """Close the memory."""
        if self._learned is not None:
            self._learned.memory.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    @classmethod
    def train(cls, data: Path, recipe: Mapping[str, Any], out: Path) -> Iterator[Event]:
        """Learn the edit model, the habits and the memory from the Dataset ``data`` into ``out``."""
        yield from learn.learn(data, recipe, out)

    def write(self, request: WriteRequest) -> Draft:
        """Answer ``request``; the text comes in one piece per paragraph.

        Raises :class:`InputError` for an empty text and :class:`NotReady` when the task needs an adapter.
        """
        if not request.text.strip() and not (request.task == "draft" and request.context.strip()):
            raise InputError("there is no text to work on", hint="give some text", param="text")
        if request.task == "neutralise":
            return self._plain(neutralise(request.text), "Said plainly by rule.")
        if request.task == "instruct":
            made = instruct(request.text, request.recipient, request.context, request.channel)
            return self._plain(made, "The instruction was derived from the message by rule.")
        if self._learned is None:
            raise NotReady("no adapter was opened, so the person's habits are unknown", hint="likeness prepare writing")
        if request.task == "rewrite":
            return self._rewritten(request, self._learned)
        return self._drafted(request, self._learned)

    def _plain(self, text: str, note: str) -> Draft:
        return Draft(_pieces(text), Provenance(self.info.name, "rewritten", note))

    def _rewritten(self, request: WriteRequest, learned: learn.Learned) -> Draft:
        person = learned.habits.correspondent(request.recipient, request.channel)
        situation = Situation(request.channel or learned.habits.letters(), person)
        made = rewrite(
            request.text,
            learned.edits,
            learned.habits,
            situation,
            manner=manner(request.style_reference),
            temperature=request.temperature,
            seed=request.seed,
        )
        given = parts(request.text)
        text = made.text
        if given.greeting:
            name = re.search(r"(?-i:[A-Z][\w'’-]+)(?=\W*\Z)", given.greeting)
            own = learned.habits.greeting(situation.channel, person, name.group() if name else "")
            text = f"{own or given.greeting}\n\n{text}"
        if given.sign_off:
            text = f"{text}\n\n{learned.habits.sign_off(situation.channel, person) or given.sign_off}"
        note = _applied(made.edits, changed=text.strip() != request.text.strip())
        details: dict[str, float | str] = {"edits": float(made.edits), "withdrawn": float(made.withdrawn)}
        return Draft(
            _pieces(text[: request.max_characters]), Provenance(self.info.name, "rewritten", note, (), details)
        )

    def _drafted(self, request: WriteRequest, learned: learn.Learned) -> Draft:
        made = draft(request, learned)
        ids = tuple(dict.fromkeys(made.message_ids))
        if made.recalled:
            note = "Recalled, not invented: put together from how you have said such things before."
        else:
            note = "Nothing alike was found in your messages: composed from the request in your manner."
        method: Literal["recalled", "composed"] = "recalled" if made.recalled else "composed"
        return Draft(_pieces(made.text[: request.max_characters]), Provenance(self.info.name, method, note, ids))


def _applied(edits: int, *, changed: bool) -> str:
    """What rewriting did, for the reader."""
    if edits:
        places = "one place" if edits == 1 else f"{edits} places"
        return f"Your habits were applied to the given text in {places}; its content is unchanged."
    if changed:
        return "Only greeting, capitals and marks of the given text follow your habits; its content is unchanged."
    return "The given text stays as it is: none of your habits applied to it."


def _pieces(text: str) -> Iterator[str]:
    """``text`` by paragraphs; joined they are ``text``."""
    start = 0
    while start < len(text):
        end = text.find("\n\n", start)
        end = len(text) if end < 0 else end + 2
        yield text[start:end]
        start = end
