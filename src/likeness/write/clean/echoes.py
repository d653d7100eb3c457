"""Quotes that carry no mark at all, known by standing word for word in the message that is answered."""

from __future__ import annotations

import re

_SPEECH = re.compile(r"\s*[\"'“‘„«`]")
_WORDS = re.compile(r"\w+")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_FEWEST = 5


def drop_echoes(text: str, parent: str) -> tuple[str, int]:
    """``text`` without the paragraphs that stand in ``parent``, and how many were taken.

    Paragraphs of fewer than five words stay, as do those in quotation marks, which the author means to cite, and what
    looks like code. When all of it stands in ``parent``, nothing is taken.
    """
    if not parent or not text:
        return text, 0
    below = f" {' '.join(_WORDS.findall(parent)).casefold()} "
    paragraphs = text.split("\n\n")
    kept = [paragraph for paragraph in paragraphs if not _is_echo(paragraph, below)]
    if not kept or len(kept) == len(paragraphs):
        return text, 0
    return "\n\n".join(kept), len(paragraphs) - len(kept)


def _is_echo(paragraph: str, below: str) -> bool:
    words = _WORDS.findall(paragraph)
    if len(words) < _FEWEST or _SPEECH.match(paragraph) or len(_LETTERS.findall(paragraph)) < 0.8 * len(words):
        return False
    return f" {' '.join(words).casefold()} " in below
