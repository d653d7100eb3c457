"""A text as the finders read it: what mark-up and mail clients put around values is blank, every offset the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MARKUP = re.compile(
    r"</?(?:a|b|i|u|p|em|br|li|td|tr|div|span|font|strong|code|pre|tt)\b[^<>\n]{0,200}>|"
    r"&(?:nbsp|amp|lt|gt|quot|#\d{1,5}|#x[0-9a-f]{1,5});|"
    r"(?:(?<!\S)|(?<=[(\"':>]))[*`]{1,2}(?!\d{1,2}\.\d{1,2}\.\d{2,4}(?![\d*]))(?=\S)|(?<=\S)[*`]{1,2}(?=[\s.,;:!?)\"'<&]|$)",
    re.I,
)
_SPACES = str.maketrans(
    dict.fromkeys("\u00a0\u2007\u2009\u202f\u200b\u2060\ufeff", " ") | {"\u2011": "-", "\u2010": "-"}
)
_ODD = re.compile(r"[<&*`\u00a0\u2007\u2009\u202f\u200b\u2060\ufeff\u2010\u2011]")


def plain_view(text: str) -> str:
    """``text`` with tags, entities, emphasis and odd spaces as spaces: as long as ``text``, offset for offset."""
    if not _ODD.search(text):
        return text
    return _MARKUP.sub(lambda match: " " * len(match[0]), text).translate(_SPACES)


def windows(text: str, size: int = 1500, overlap: int = 300) -> Iterator[tuple[int, str]]:
    """``text`` in pieces of about ``size`` characters with their offsets, cut at lines, the end of each once more at
    the start of the next: what a word gives away stands near it, and few pieces of a long text have such a word."""
    start = 0
    while len(text) - start > size + overlap:
        end = start + size
        yield start, text[start : end + overlap]
        # At a line's start, or else a word's, so that no value begins in the middle.
        line = text.rfind("\n", start + size // 2, end) + 1
        start = line or text.rfind(" ", start + size // 2, end) + 1 or end
    yield start, text[start:]
