"""Token counts for clients that want them."""

from __future__ import annotations

import math


def tokens(text: str) -> int:
    """An estimate, four characters to a token: the built-in engines have no tokens to count."""
    return math.ceil(len(text) / 4)


def usage(prompt: str, completion: str) -> dict[str, int]:
    """OpenAI's usage object."""
    taken, made = tokens(prompt), tokens(completion)
    return {"prompt_tokens": taken, "completion_tokens": made, "total_tokens": taken + made}
