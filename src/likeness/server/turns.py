"""From a conversation to an order for the writer."""

from __future__ import annotations

from likeness.core.errors import InputError
from likeness.server.schemas import ChatMessage, ChatRequest
from likeness.server.work import Order

_STYLE = "style:"
_CONTEXT = "context:"
_CHARACTERS_PER_TOKEN = 4
_LONGEST = 4000
_REFUSED = ("tools", "functions", "tool_choice", "function_call", "response_format", "logprobs", "stop", "prediction")
"""Fields of OpenAI's that would change the answer and cannot be honoured."""
_HARMLESS = {
    "tool_choice": ("none", "auto"),
    "function_call": ("none", "auto"),
    "response_format": ({"type": "text"},),
}


def refuse_unsupported(order: ChatRequest) -> None:
    """Raise :class:`InputError` for what would be ignored otherwise."""
    given = order.model_extra or {}
    for name in _REFUSED:
        value = given.get(name)
        if value and value not in _HARMLESS.get(name, ()):
            raise InputError(f"{name} is not supported here", hint="leave it out", param=name)
    if order.n not in (None, 1):
        raise InputError("one answer per request", hint="leave n out", param="n")
    if order.modalities is not None and "text" not in order.modalities:
        raise InputError("audio comes with its text", hint='modalities: ["text", "audio"]', param="modalities")


def order_of(order: ChatRequest) -> tuple[Order, list[str]]:
    """What is to be written, and notes on what of the conversation was not used."""
    last = order.messages[-1]
    if last.role != "user":
        raise InputError("the last message has to be the user's", param="messages")
    text = _text(last)
    if not text.strip():
        raise InputError("the last message is empty", param="messages")
    styles, contexts = [order.style_reference], [order.context]
    unused = 0
    for message in order.messages[:-1]:
        if message.role not in ("system", "developer"):
            unused += 1
            continue
        hint = _text(message).strip()
        if hint.casefold().startswith(_STYLE):
            styles.append(hint[len(_STYLE) :].strip())
        else:
            contexts.append(hint[len(_CONTEXT) :].strip() if hint.casefold().startswith(_CONTEXT) else hint)
    notes = [f"{unused} earlier turns were not used: every request stands alone"] if unused else []
    limit = order.max_completion_tokens or order.max_tokens
    return (
        Order(
            text=text,
            rewrite=order.model.endswith(":rewrite"),
            context="\n\n".join(filter(None, contexts)),
            style_reference="\n\n".join(filter(None, styles)),
            recipient=order.recipient,
            channel=order.channel,
            temperature=order.temperature or 0.0,
            seed=(order.seed or 0) % 2**31,
            max_characters=min(_LONGEST, limit * _CHARACTERS_PER_TOKEN) if limit else _LONGEST,
        ),
        notes,
    )


def _text(message: ChatMessage) -> str:
    if message.content is None or isinstance(message.content, str):
        return message.content or ""
    for part in message.content:
        if part.type != "text":
            raise InputError(f"a message part of type {part.type!r} cannot be read", hint="send text", param="messages")
    return "\n".join(part.text or "" for part in message.content)
