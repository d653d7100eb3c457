"""What a writer is asked: requests out of what a caller gave, checked once for every surface."""

from __future__ import annotations

import re
from typing import Any

from likeness.core.errors import InputError
from likeness.core.types import WriteRequest

LONGEST_REQUEST = 20_000
"""Characters of request, context or reference; more is refused."""
LONGEST_REWRITE = LONGEST_REQUEST * 2
"""Characters that a rewritten text may become."""
_SURROGATE = re.compile("[\ud800-\udfff]")


def draft_request(task: str, *, context: str = "", style_reference: str = "", **more: Any) -> WriteRequest:
    """A request to draft what ``task`` says, answering ``context`` when there is one; ``more`` are other fields.

    Raises :class:`InputError` when there is nothing to go by, a text is longer than 20,000 characters, or not Unicode.
    """
    if not task.strip() and not context.strip():
        raise InputError("there is nothing to write about", hint="say what to write", param="task")
    return WriteRequest(
        task="draft",
        text=_bounded(task, "task"),
        context=_bounded(context, "context"),
        style_reference=_bounded(style_reference, "style_reference"),
        **_readable_all(more),
    )


def rewrite_request(text: str, *, style_reference: str = "", **more: Any) -> WriteRequest:
    """A request for ``text`` in the person's words. Raises :class:`InputError` as :func:`draft_request` does."""
    if not text.strip():
        raise InputError("there is no text to rewrite", param="text")
    return WriteRequest(
        task="rewrite",
        text=_bounded(text, "text"),
        style_reference=_bounded(style_reference, "style_reference"),
        **{"max_characters": LONGEST_REWRITE, **_readable_all(more)},
    )


def readable(text: str, param: str) -> str:
    """``text``; raises :class:`InputError` when it has halves of surrogate pairs: no encoding, and no tokenizer, has
    them. They come from bytes that are not UTF-8 in a command, and from "\\ud83d" without its other half in JSON.
    """
    if _SURROGATE.search(text):
        raise InputError(f"{param} has characters that are not Unicode text", hint="send it as UTF-8", param=param)
    return text


def _readable_all(fields: dict[str, Any]) -> dict[str, Any]:
    for name, value in fields.items():
        if isinstance(value, str):
            readable(value, name)
    return fields


def _bounded(text: str, param: str) -> str:
    if len(text) > LONGEST_REQUEST:
        raise InputError(
            f"{param} has {len(text):,} characters; at most {LONGEST_REQUEST:,} are taken",
            hint="send it in parts",
            param=param,
        )
    return readable(text, param)
