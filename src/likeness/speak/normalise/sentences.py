"""Text into sentences short enough to be spoken one at a time. Works on written and on spoken text alike."""

from __future__ import annotations

import re
from collections.abc import Iterator

from likeness.speak.normalise.abbreviations import STARTERS, table

LONGEST = 300
"""Characters in a sentence; longer ones are cut at clause marks, then at words."""

_END = re.compile(r"(?<![.!?…])[.!?…]+[\"')\]”’]*(?=\s)|\n\s*\n|[。！？]")
_LAST_WORD = re.compile(r"[\w.'-]+$")
_SPELLED = re.compile(r"(?:^|\s)[A-Z] [A-Z]$")
_INITIAL_BEFORE = re.compile(r"\b[A-Z]\. ?I$")
_ALWAYS_ON = frozenset(("e.g", "i.e", "cf", "vs", "viz", "approx"))
_NEVER_LAST = _ALWAYS_ON | frozenset(table()["name"])
_BEFORE_FIGURES = frozenset(table()["figure"])
_SOMETIMES_LAST = frozenset(table()["any"]) - _NEVER_LAST
_CLAUSE = (
    re.compile(r"[;:—…](?=\s)"),
    re.compile(r"[,)](?=\s)|\s(?=[—(–])"),
    re.compile(r"\s(?=and |or |but |which |that )"),
)
_SPACE = re.compile(r"\s")


def sentences(text: str) -> list[str]:
    """The sentences of ``text`` in order, trimmed, none empty, none over :data:`LONGEST` characters.

    A dot after an abbreviation, an initial or inside a number ends nothing; blank lines always do.
    """
    return [part for sentence in _split(text) for part in _short(" ".join(sentence.split())) if part]


def _split(text: str) -> Iterator[str]:
    start = 0
    for match in _END.finditer(text):
        if match[0].startswith(("\n", "!", "?", "。", "！", "？")) or _ends(text, start, match):
            yield text[start : match.end()]
            start = match.end()
    yield text[start:]


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether the dots at ``match`` end a sentence."""
    rest = text[match.end() : match.end() + 40].lstrip()
    if not rest:
        return True
    opening = rest.lstrip("\"'([“‘*_#-—– ")[:1]
    if match[0].startswith(("..", "…")):
        return not opening.islower()
    before = text[max(start, match.start() - 40) : match.start()]
    word = _last_word(before)
    if word not in _ALWAYS_ON and re.split(r"\W", rest.lstrip("\"'(["), maxsplit=1)[0] in STARTERS:
        return not re.match(r"[A-Z]\.", rest)
    if word in _NEVER_LAST or (word in _BEFORE_FIGURES and opening.isdigit()):
        return False
    initial = len(word) == 1 and word.isupper() and (word != "I" or _INITIAL_BEFORE.search(before))
    if initial and opening.isupper():
        return bool(_SPELLED.search(before))
    if opening.islower():
        return not (word in _SOMETIMES_LAST or "." in word or word in _BEFORE_FIGURES)
    return not (re.fullmatch(r"(?:[A-Z]\.)+[A-Z]", word) and opening.isupper() and len(rest.split()[0]) < 2)


def _last_word(text: str) -> str:
    match = _LAST_WORD.search(text)
    return match[0] if match else ""


def _short(sentence: str) -> Iterator[str]:
    """``sentence`` in pieces of at most :data:`LONGEST` characters, cut as late as the best kind of mark allows."""
    while len(sentence) > LONGEST:
        cut = _cut(sentence)
        yield sentence[:cut].strip()
        sentence = sentence[cut:].strip()
    yield sentence


def _cut(sentence: str) -> int:
    head = sentence[: LONGEST + 1]
    for mark in _CLAUSE:
        ends = [match.end() for match in mark.finditer(head) if LONGEST // 4 <= match.end() <= LONGEST]
        if ends:
            return ends[-1]
    spaces = [match.start() for match in _SPACE.finditer(head)]
    return spaces[-1] if spaces and spaces[-1] > 0 else LONGEST
