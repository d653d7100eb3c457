"""A text on its way out: which engine is asked what, in one stage or two, and what of its answer is the draft."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Literal

from likeness.core import prompts
from likeness.core.errors import InputError
from likeness.core.types import AsyncDraft, Ending, Provenance, Turn, WriteRequest
from likeness.server.gateway import Gateway
from likeness.server.parts import TextPiece, Written
from likeness.server.stages import Stages
from likeness.server.streams import closed
from likeness.server.writers import Pen
from likeness.write import requests
from likeness.write.finish import Finisher
from likeness.write.two_stage import kept

Kind = Literal["draft", "rewrite", "chat"]
_PERSONAL_CHARACTERS = 4000
_CONVERSATION_CHARACTERS = 40_000
"""Most characters of a text, where no limit in tokens is given."""
_CHARACTERS_PER_TOKEN = 4
_LONGEST_TOKEN = 16
"""Characters: with a language model, a limit in tokens is kept by itself and the one in characters only guards."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be written.

    ``kind`` "chat" is a conversation (``turns``) for the plain model. ``voiced`` asks for two stages: a plain model
    writes what to say, the personal model says it. ``adapter`` names another than the person's newest.
    ``max_tokens`` 0 leaves the length to what is usual.
    """

    kind: Kind
    text: str
    turns: tuple[Turn, ...] = ()
    voiced: bool = False
    adapter: str = ""
    context: str = ""
    style_reference: str = ""
    recipient: str = ""
    channel: str = ""
    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0
    max_tokens: int = 0
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Told:
    """How a text came about and ended."""

    provenance: Provenance
    ending: Ending


@dataclass(frozen=True, slots=True)
class _Substance:
    """What to say, by the plain model."""

    text: str
    told: _Told


async def write(gateway: Gateway, order: Order, stages: Stages) -> AsyncGenerator[TextPiece | Written, None]:
    """Yield the text piece by piece, then whole with its provenance."""
    said: list[str] = []
    first: _Substance | None = None
    if order.kind == "chat":
        pen, request = gateway.writers.plain(), _conversation(order)
    else:
        pen, request = gateway.writers.personal(order.adapter, order.channel), _personal(order)
    if _in_two_stages(gateway, order):
        # Found before anything is written, so that what is missing is said at once.
        pen = gateway.writers.personal(order.adapter, order.channel)
        first = await _substance(gateway, request, stages)
        request = WriteRequest("rewrite", first.text[: requests.LONGEST_REQUEST], **_hints(order))
    told: _Told | None = None
    request = _fitting(pen, request, order)
    async with aclosing(_pieces(pen, request, stages, Finisher(request))) as pieces:
        async for piece in pieces:
            if isinstance(piece, _Told):
                told = piece
            else:
                said.append(piece)
                yield TextPiece(piece)
    text = "".join(said)
    if not text.strip() and request.task != "chat":
        raise InputError("the writer found nothing to say to that", hint="say more about what to write")
    assert told is not None
    yield Written(text, _both(first, text, told.provenance), _sum(first, told.ending))


def _in_two_stages(gateway: Gateway, order: Order) -> bool:
    if order.kind == "rewrite":
        return False
    return order.voiced or (order.kind == "draft" and gateway.writers.by_default_in_two_stages())


async def _substance(gateway: Gateway, request: WriteRequest, stages: Stages) -> _Substance:
    """The first stage, read to its end."""
    asked = request if request.task == "chat" else prompts.substance(request)
    asked = replace(asked, stop=(), max_characters=_PERSONAL_CHARACTERS)
    # A plain model likes to put a frame around what it is asked for: a draft has none.
    finisher = Finisher(request)
    said: list[str] = []
    told: _Told | None = None
    async with aclosing(_pieces(gateway.writers.plain(), asked, stages, finisher, "substance")) as pieces:
        async for piece in pieces:
            if isinstance(piece, _Told):
                told = piece
            else:
                said.append(piece)
    text = "".join(said).strip()
    if not text or told is None:
        raise InputError("the plain model found nothing to say to that", hint="say more about what to write")
    return _Substance(text, told)


async def _pieces(
    pen: Pen, request: WriteRequest, stages: Stages, taking: Finisher, stage: str = "write"
) -> AsyncGenerator[str | _Told, None]:
    """The draft in what ``pen`` writes, then how it came about. A language model's frame around it is taken off."""
    with stages.timed(stage):
        draft = await pen.begin(request)
    finisher = taking if draft.provenance.method == "generated" else None
    try:
        while True:
            with stages.timed(stage):
                piece = await anext(draft.pieces, None)
            if piece is None:
                break
            if finisher is None:
                yield piece
                continue
            if text := finisher.feed(piece):
                yield text
            if finisher.stopped:
                break
        if finisher is not None and (text := finisher.end()):
            yield text
    finally:
        await closed(draft.pieces)
    yield _Told(_taken(draft.provenance, finisher), _ending(draft, finisher))


def _taken(provenance: Provenance, finisher: Finisher | None) -> Provenance:
    """The provenance of a finished draft says what was taken from it."""
    if finisher is None or not finisher.removed:
        return provenance
    return replace(provenance, details={**provenance.details, "finished": ", ".join(finisher.removed)})


def _ending(draft: AsyncDraft, finisher: Finisher | None) -> Ending:
    """How the draft ended; one that the finishing pass ended for its length counts as cut."""
    ending = draft.ended()
    if finisher is not None and "length" in finisher.removed:
        return replace(ending, reason="length")
    return ending


def _personal(order: Order) -> WriteRequest:
    if order.kind == "rewrite":
        return requests.rewrite_request(order.text, **_hints(order))
    return requests.draft_request(order.text, context=order.context, **_hints(order))


def _conversation(order: Order) -> WriteRequest:
    hints = {**_hints(order, _CONVERSATION_CHARACTERS), "style_reference": ""}
    return WriteRequest("chat", "", turns=order.turns, **hints)


def _hints(order: Order, limit: int = _PERSONAL_CHARACTERS) -> dict[str, Any]:
    return {
        "style_reference": order.style_reference,
        "recipient": order.recipient,
        "channel": order.channel,
        "temperature": order.temperature,
        "top_p": order.top_p,
        "seed": order.seed,
        "stop": order.stop,
        "max_characters": min(limit, order.max_tokens * _CHARACTERS_PER_TOKEN) if order.max_tokens else limit,
    }


def _fitting(pen: Pen, request: WriteRequest, order: Order) -> WriteRequest:
    """``request`` as ``pen`` can honour it: limits in tokens and stops are a language model's.

    Raises :class:`InputError` for stops that would be ignored.
    """
    if "chat" in pen.info.can:
        most = max(request.max_characters, order.max_tokens * _LONGEST_TOKEN)
        return replace(request, max_tokens=order.max_tokens, max_characters=most)
    if order.stop:
        raise InputError(f"{pen.engine} does not know stop", hint="leave it out", param="stop")
    return request


def _both(first: _Substance | None, text: str, provenance: Provenance) -> Provenance:
    """The provenance of a text that was written in two stages names both, and what the second one lost."""
    if first is None:
        return provenance
    earlier = first.told.provenance
    details = {
        **provenance.details,
        "substance": first.text,
        "substance_engine": earlier.engine,
        "substance_note": earlier.note,
        **kept(first.text, text),
    }
    note = f"What to say: {earlier.engine}. In whose words: {provenance.note}"
    return replace(provenance, note=note, details=details)


def _sum(first: _Substance | None, ending: Ending) -> Ending:
    if first is None:
        return ending
    return replace(
        ending,
        prompt_tokens=first.told.ending.prompt_tokens + ending.prompt_tokens,
        completion_tokens=first.told.ending.completion_tokens + ending.completion_tokens,
    )
