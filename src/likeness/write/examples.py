"""Three kinds of training example from one exchange.

``reply``: the message answered, and the whole answer. ``draft``: an instruction written backwards from the text, and
the whole message. ``rewrite``: the text with its habits taken out, and the text. Instruction and neutral text come
from a writer engine, by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from likeness.core import plugins
from likeness.core.errors import EngineMissing
from likeness.core.prompts import DRAFT_PROMPT, REPLY_PROMPT, REWRITE_PROMPT
from likeness.core.protocols import Writer
from likeness.core.types import Example, ExampleKind, Exchange, WriteRequest
from likeness.write.dataset import Row, example_to_json, line
from likeness.write.redact import Names, Redactor


def whole(exchange: Exchange) -> str:
    """The message as it was sent: greeting, text and sign-off."""
    return "\n\n".join(part for part in (exchange.greeting, exchange.text, exchange.sign_off) if part)


def make_examples(
    rows: Iterable[Row], writer: Writer, redactor: Redactor, kinds: Collection[ExampleKind], skipped: Counter[str]
) -> Iterator[Example]:
    """Yield the examples of each row in a fixed order of kinds.

    ``skipped`` counts by reason what gave no example ("no context to reply to", "neutral text is the same", …).
    """
    for row in rows:
        for kind in ("reply", "draft", "rewrite"):
            if kind not in kinds:
                continue
            made = _MAKERS[kind](row.exchange, writer)
            if isinstance(made, str):
                skipped[made] += 1
            else:
                # What an engine made of a clean text is looked through too: it may have run two numbers together.
                prompt, completion = (redactor.redact(part).text for part in made)
                yield _example(row, kind, prompt, completion)


@dataclass(slots=True)
class Made:
    """Lines of ``examples.jsonl``, and what is counted of them: by kind, channel, split, and by reason not made."""

    lines: list[bytes] = field(default_factory=list)
    kind: Counter[str] = field(default_factory=Counter)
    channel: Counter[str] = field(default_factory=Counter)
    split: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    def count(self, other: Made) -> None:
        """Take over the counts of ``other``, not its lines."""
        for name in ("kind", "channel", "split", "skipped"):
            getattr(self, name).update(getattr(other, name))


class ExampleMaker:
    """Makes the examples of a batch of rows with the engine called ``engine``, opened without an artefact.

    ``names`` are taken out of what the engine made, too: an instruction says whom to write to.
    Raises :class:`EngineMissing` when it cannot run or does not write.
    """

    def __init__(
        self, engine: str, regions: Sequence[str], kinds: Collection[ExampleKind], names: Names | None = None
    ) -> None:
        chosen = plugins.engine(engine)
        if "writer" not in chosen.info.kind:
            raise EngineMissing(f"engine {engine!r} does not write", hint="choose a writer with the recipe's `writer`")
        self._engine = chosen.open(None)
        self._redactor = Redactor(tuple(regions), names)
        self._kinds = kinds

    def __call__(self, rows: Iterable[Row]) -> Made:
        made = Made()
        writer = cast(Writer, self._engine)
        for example in make_examples(rows, writer, self._redactor, self._kinds, made.skipped):
            made.lines.append(line(example_to_json(example)))
            made.kind[example.kind] += 1
            made.channel[example.channel] += 1
            made.split[example.split] += 1
        return made

    def close(self) -> None:
        self._engine.close()


def _example(row: Row, kind: ExampleKind, prompt: str, completion: str) -> Example:
    exchange = row.exchange
    return Example(
        id=f"{exchange.id}-{kind}",
        kind=kind,
        split=row.split,
        prompt=prompt,
        completion=completion,
        exchange_id=exchange.id,
        channel=exchange.channel,
        correspondent=exchange.correspondent,
        conversation=exchange.conversation,
        sent_at=exchange.sent_at.isoformat() if exchange.sent_at else "",
        message_ids=exchange.message_ids,
    )


def _reply(exchange: Exchange, writer: Writer) -> tuple[str, str] | str:
    if not exchange.context:
        return "no context to reply to"
    return REPLY_PROMPT.format(context=exchange.context), whole(exchange)


def _draft(exchange: Exchange, writer: Writer) -> tuple[str, str] | str:
    request = WriteRequest(
        task="instruct",
        text=exchange.text,
        context=exchange.context,
        recipient=exchange.correspondent,
        channel=exchange.channel,
    )
    instruction = "".join(writer.write(request).pieces).strip()
    if not instruction:
        return "no instruction found"
    return DRAFT_PROMPT.format(instruction=instruction), whole(exchange)


def _rewrite(exchange: Exchange, writer: Writer) -> tuple[str, str] | str:
    neutral = "".join(writer.write(WriteRequest(task="neutralise", text=exchange.text)).pieces).strip()
    if not neutral or neutral == exchange.text:
        return "neutral text is the same"
    return REWRITE_PROMPT.format(text=neutral), exchange.text


_MAKERS = {"reply": _reply, "draft": _draft, "rewrite": _rewrite}
