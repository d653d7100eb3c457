"""What embedding models were trained to be told with a question, and with a text that may answer it."""

from __future__ import annotations

_PROMPTS = {
    "nomic-embed": ("search_query: ", "search_document: "),
    "mxbai-embed": ("Represent this sentence for searching relevant passages: ", ""),
    "snowflake-arctic-embed": ("Represent this sentence for searching relevant passages: ", ""),
}
"""By the beginning of the model's name: for questions, for texts."""


def prompts(model: str) -> tuple[str, str]:
    """What to put before questions and before texts for the model called ``model``; nothing where none is known."""
    name = model.casefold().rsplit("/", 1)[-1]
    return next((found for begin, found in _PROMPTS.items() if name.startswith(begin)), ("", ""))
