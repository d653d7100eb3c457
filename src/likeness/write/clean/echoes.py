"""Quotes that carry no mark at all, known by standing word for word in an earlier mail.

It is the mail that is answered, or one of the author's own that is quoted below or forwarded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from likeness.write.clean.marks import is_quote, unquote

_SPEECH = re.compile(r"\s*[\"'“‘„«`]")
_WORDS = re.compile(r"\w+")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_FEWEST = 5
_OWN_FEWEST = 12
_OWN_LARGEST = 40


def drop_echoes(text: str, parent: str) -> tuple[str, int]:
    """``text`` without the paragraphs that stand in ``parent``, and how many were taken.

    Paragraphs of fewer than five words stay, as do those in quotation marks, which the author means to cite, and what
    looks like code, unless a quote mark stands before it. When all of it stands in ``parent``, nothing is taken.
    """
    if not parent or not text:
        return text, 0
    below = _Words(parent)
    paragraphs = text.split("\n\n")
    kept = [paragraph for paragraph in paragraphs if not _is_echo(paragraph, below)]
    if not kept or len(kept) == len(paragraphs):
        return text, 0
    return "\n\n".join(kept), len(paragraphs) - len(kept)


def drop_own_echoes(text: str, earlier: Iterable[str]) -> tuple[str, int]:
    """``text`` without the author's own earlier mail at its end, and how many paragraphs were taken.

    ``earlier`` are cleaned texts of the author's mails of the same conversation. A last stretch of paragraphs goes when
    they stand one after another in one of them and make up half of it, or forty words: a formula that the author uses
    again (“Let me know what you think about it.”) stays. When nothing else would be left, nothing is taken.
    """
    paragraphs = text.split("\n\n")
    sizes = [len(_WORDS.findall(paragraph)) for paragraph in paragraphs]
    if sum(sizes) < _OWN_FEWEST:
        return text, 0
    for mail in earlier:
        known = _Words(mail)
        start = len(paragraphs)
        while start > 1 and known.holds(paragraphs[start - 1]):
            start -= 1
        while start < len(paragraphs) and not known.holds("\n".join(paragraphs[start:])):
            start += 1
        size = sum(sizes[start:])
        if size >= _OWN_FEWEST and (2 * size >= known.count or size >= _OWN_LARGEST) and any(sizes[:start]):
            return "\n\n".join(paragraphs[:start]), len(paragraphs) - start
    return text, 0


class _Words:
    """The words of a text, to be asked whether others stand in it in the same order without a gap."""

    def __init__(self, text: str) -> None:
        words = _WORDS.findall(text.casefold())
        self.count = len(words)
        self._joined = f" {' '.join(words)} "
        self._runs = set(zip(words, words[1:], words[2:], strict=False))

    def holds(self, text: str) -> bool:
        words = _WORDS.findall(text.casefold())
        if any(run not in self._runs for run in zip(words, words[1:], words[2:], strict=False)):
            return False
        return bool(words) and f" {' '.join(words)} " in self._joined


def _is_echo(paragraph: str, below: _Words) -> bool:
    lines = paragraph.split("\n")
    if all(is_quote(line) for line in lines):
        return below.holds("\n".join(unquote(line) for line in lines))
    words = _WORDS.findall(paragraph)
    if len(words) < _FEWEST or _SPEECH.match(paragraph) or len(_LETTERS.findall(paragraph)) < 0.8 * len(words):
        return False
    return below.holds(paragraph)
