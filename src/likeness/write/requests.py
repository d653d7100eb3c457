"""What a writer is asked: requests out of what a caller gave, checked once for every surface."""

from __future__ import annotations

from typing import Any

from likeness.core.errors import InputError
from likeness.core.types import WriteRequest

LONGEST_REQUEST = 20_000
"""Characters of request, context or reference; more is refused."""
LONGEST_REWRITE = LONGEST_REQUEST * 2
"""Characters that a rewritten text may become."""


def draft_request(task: str, *, context: str = "", style_reference: str = "", **more: Any) -> WriteRequest:
    """A request to draft what ``task`` says, answering ``context`` when there is one; ``more`` are other fields.

    Raises :class:`InputError` when there is nothing to go by or a text is longer than 20,000 characters.
    """
    if not task.strip() and not context.strip():
        raise InputError("there is nothing to write about", hint="say what to write", param="task")
    return WriteRequest(
        task="draft",
        text=_bounded(task, "task"),
        context=_bounded(context, "context"),
        style_reference=_bounded(style_reference, "style_reference"),
        **more,
    )


def rewrite_request(text: str, *, style_reference: str = "", **more: Any) -> WriteRequest:
    """A request for ``text`` in the person's words. Raises :class:`InputError` as :func:`draft_request` does."""
    if not text.strip():
        raise InputError("there is no text to rewrite", param="text")
    return WriteRequest(
        task="rewrite",
        text=_bounded(text, "text"),
        style_reference=_bounded(style_reference, "style_reference"),
        **{"max_characters": LONGEST_REWRITE, **more},
    )


def _bounded(text: str, param: str) -> str:
    if len(text) > LONGEST_REQUEST:
        raise InputError(
            f"{param} has {len(text):,} characters; at most {LONGEST_REQUEST:,} are taken",
            hint="send it in parts",
            param=param,
        )
    return text
