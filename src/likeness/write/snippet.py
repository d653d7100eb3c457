"""The part of a message that shows why it was found."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from likeness.core.store.terms import Query, Term, fold

_WIDTH = 160
_BEFORE = 40
_LONGEST = 200_000
_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Snippet:
    """``text`` on one line, without control characters; ``marks`` are the places (start, end) of what was found."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


def snippet(query: Query, text: str) -> Snippet:
    """About 160 characters of ``text`` around the most of what ``query`` needs; its beginning when nothing is there."""
    line = _one_line(text[:_LONGEST])
    places = sorted(set(_places(query, line)))
    start = 0
    if places:
        starts = [begin for begin, _ in places]
        best = max(range(len(places)), key=lambda i: (bisect_left(starts, starts[i] + _WIDTH - _BEFORE) - i, -i))
        start = max(0, starts[best] - _BEFORE)
        if start:
            start = min(line.find(" ", start, starts[best]) + 1 or start, starts[best])
    end = min(len(line), start + _WIDTH)
    if end < len(line):
        space = line.rfind(" ", start + _WIDTH // 2, end)
        end = space if space > 0 else end
    before, after = ("… " if start else ""), (" …" if end < len(line) else "")
    shift = len(before) - start
    marks = tuple((begin + shift, min(stop, end) + shift) for begin, stop in places if start <= begin < end)
    return Snippet(f"{before}{line[start:end]}{after}", marks)


def has_all(query: Query, text: str) -> bool:
    """Whether ``text`` has every needed term as words."""
    line = _one_line(text)
    return all(next(_term_places(term, line, list(_words(line))), None) for term in query.needed)


def _one_line(text: str) -> str:
    """White space as single spaces, and nothing that a terminal would obey."""
    return "".join(char for char in _SPACE.sub(" ", text).strip() if char.isprintable() or char == "\u200d")


def _places(query: Query, line: str) -> Iterator[tuple[int, int]]:
    words = list(_words(line))
    for term in query.needed:
        yield from _term_places(term, line, words)


def _words(line: str) -> Iterator[tuple[str, int, int]]:
    for match in _WORD.finditer(line):
        yield fold(match.group()), match.start(), match.end()


def _term_places(term: Term, line: str, words: list[tuple[str, int, int]]) -> Iterator[tuple[int, int]]:
    if term.unspaced:
        folded = line.lower()
        place = folded.find(term.text.lower()) if len(folded) == len(line) else line.find(term.text)
        while place >= 0:
            yield place, place + len(term.text)
            place = folded.find(term.text.lower(), place + 1)
        return
    wanted = term.words
    for i in range(len(words) - len(wanted) + 1):
        if all(words[i + j][0] == wanted[j] for j in range(len(wanted) - 1)):
            last = words[i + len(wanted) - 1][0]
            if last == wanted[-1] or (term.prefix and last.startswith(wanted[-1])):
                yield words[i][1], words[i + len(wanted) - 1][2]
