"""Token counts for clients that want them."""

from __future__ import annotations

import math

from likeness.core.types import Ending


def tokens(text: str) -> int:
    """An estimate, four characters to a token: the built-in engines have no tokens to count."""
    return math.ceil(len(text) / 4)


def usage(prompt: str, completion: str, ending: Ending) -> dict[str, int]:
    """OpenAI's usage object: what the model counted, where it did, else estimated."""
    taken = ending.prompt_tokens or tokens(prompt)
    made = ending.completion_tokens or tokens(completion)
    return {"prompt_tokens": taken, "completion_tokens": made, "total_tokens": taken + made}
