"""Three kinds of training example from one exchange.

``reply``: the message answered, and the whole answer. ``draft``: an instruction written backwards from the text, and
the whole message. ``rewrite``: the text with its habits taken out, and the text. Instruction and neutral text come
from a writer engine, by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from likeness.core.protocols import Writer
from likeness.core.types import Example, ExampleKind, Exchange, WriteRequest
from likeness.write.dataset import Row
from likeness.write.recipe import DRAFT_PROMPT, REPLY_PROMPT, REWRITE_PROMPT
from likeness.write.redact import Redactor


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
