"""From a conversation to an order for the writer."""

from __future__ import annotations

from typing import Any, Literal

from likeness.core.errors import InputError
from likeness.core.types import Turn
from likeness.server.drafting import Kind, Order
from likeness.server.gateway import BASE_MODEL
from likeness.server.schemas import ChatMessage, ChatRequest
from likeness.write.requests import readable

_STYLE = "style:"
_CONTEXT = "context:"
_REFUSED = ("tools", "functions", "tool_choice", "function_call", "response_format", "logprobs", "prediction")
_ROLES: dict[str, Literal["system", "user", "assistant"]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}
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
    if order.model == BASE_MODEL:
        return _conversation(order, text), []
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
    style, context = "\n\n".join(filter(None, styles)), "\n\n".join(filter(None, contexts))
    kind: Kind = "rewrite" if order.model.endswith(":rewrite") else "draft"
    return Order(kind, text, context=context, style_reference=style, **_common(order)), notes


def _conversation(order: ChatRequest, text: str) -> Order:
    """All turns, for the plain model. Raises :class:`InputError` for what it has no use for."""
    if order.voice is None:
        for name in ("adapter", "style_reference"):
            if getattr(order, name):
                raise InputError(f"{name} is the person's, and this is the plain model", hint='voice: "me"', param=name)
    if order.context:
        raise InputError("context is for the model me", hint="say it in a message", param="context")
    turns = []
    for message in order.messages:
        role = _ROLES.get(message.role)
        if role is None:
            raise InputError(f"turns of {message.role!r} are not understood", hint="leave them out", param="messages")
        turns.append(Turn(role, readable(_text(message), "messages")))
    return Order("chat", text, turns=tuple(turns), style_reference=order.style_reference, **_common(order))


def _common(order: ChatRequest) -> dict[str, Any]:
    stop = [order.stop] if isinstance(order.stop, str) else order.stop or []
    return {
        "voiced": order.voice is not None,
        "adapter": order.adapter,
        "recipient": order.recipient,
        "channel": order.channel,
        "temperature": order.temperature or 0.0,
        "top_p": 1.0 if order.top_p is None else order.top_p,
        "seed": (order.seed or 0) % 2**31,
        "max_tokens": order.max_completion_tokens or order.max_tokens or 0,
        "stop": tuple(filter(None, stop)),
    }


def _text(message: ChatMessage) -> str:
    if message.content is None or isinstance(message.content, str):
        return message.content or ""
    for part in message.content:
        if part.type != "text":
            raise InputError(f"a message part of type {part.type!r} cannot be read", hint="send text", param="messages")
    return "\n".join(part.text or "" for part in message.content)
