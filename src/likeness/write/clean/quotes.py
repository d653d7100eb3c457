"""Finding what the owner did not write in a mail's plain text: quotes, attribution lines, reply headers, forwards.

The owner's text between quotes (an inline reply) is kept; what follows a reply header without quote marks is not.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from likeness.write.clean import headers, marks
from likeness.write.clean.attributions import MOST_LINES, Attributions, apart
from likeness.write.clean.html import BARE
from likeness.write.clean.marks import is_quote, unquote

_STRAY = re.compile(r"[\s:>|]{1,80}$")


@dataclass(slots=True)
class Split:
    """``own`` lines are the owner's, ``quoted`` theirs who is answered (first level, marks removed)."""

    own: list[str] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)
    removed: Counter[str] = field(default_factory=Counter)


def split_quotes(lines: list[str], *, answering: bool = True, marked: bool = False) -> Split:
    """Tell the owner's lines from quoted ones. ``answering``: the mail is known to answer another; ``marked``: its
    mark-up said what is quoted.

    A removed stretch leaves one blank line in ``own`` so that the paragraphs around it stay apart. Lines that the
    owner began with a quote mark themselves (code after a prompt, a poem) stay when nothing else in the mail is quoted.
    """
    lines = _without_bare_marks([part for line in lines for part in apart(line)])
    quoted = [is_quote(line) for line in lines]
    typed = any(quoted) and not marked and marks.typed_by_author(lines, quoted, answering=answering)
    if typed and not _headed(lines, quoted):
        return Split(own=lines)
    return _Splitter(lines, marks.with_broken_ends(lines, quoted)).split()


def _without_bare_marks(lines: list[str]) -> list[str]:
    """Settle what a plain ``<blockquote>`` was: a citation of the author's above the first attribution, else a quote.

    A mail that is one such block is the author's own text, indented.
    """
    bare = [line.startswith(f"{BARE}>") for line in lines]
    if not any(bare):
        return lines
    lines = [line.removeprefix(BARE) for line in lines]
    quoted = [is_quote(line) for line in lines]
    known = Attributions(lines, quoted)
    heads = (
        i for i, line in enumerate(lines)
        if line.strip() and not quoted[i] and (known.length(i) or headers.find(lines, i)[0])
    )  # fmt: skip
    alone = all(bare[i] or not line.strip() for i, line in enumerate(lines))
    own = len(lines) if alone else next(heads, 0)
    return [unquote(line) if bare[i] and i < own else line for i, line in enumerate(lines)]


def _headed(lines: list[str], quoted: list[bool]) -> bool:
    """True when an attribution or a reply header stands anywhere."""
    known = Attributions(lines, quoted)
    return any(known.length(i) or headers.find(lines, i)[0] for i, line in enumerate(lines) if line.strip())


class _Splitter:
    def __init__(self, lines: list[str], quoted: list[bool]) -> None:
        self.lines, self.quoted = lines, quoted
        self.last_quote = max((i for i, mark in enumerate(quoted) if mark), default=-1)
        self.attributions = Attributions(lines, quoted)
        self.result = Split()
        self.above = False

    def split(self) -> Split:
        position = 0
        while position < len(self.lines):
            if self.quoted[position]:
                position = self._quote(position)
                continue
            line = self.lines[position]
            count = self.attributions.length(position)
            if count:
                position = self._attribution(position, count)
                continue
            kind, count = headers.find(self.lines, position)
            if kind:
                position = self._header(position, count, kind)
                continue
            if not _STRAY.match(line) or not line.strip():
                self.result.own.append(line)
                self.above = self.above or bool(line.strip())
            position += 1
        return self.result

    def _quote(self, position: int) -> int:
        while position < len(self.lines) and self.quoted[position]:
            line = self.lines[position]
            inner = unquote(line) if is_quote(line) else line
            if not is_quote(inner):
                self.result.quoted.append(inner)
            self.result.removed["quote"] += 1
            position += 1
        self.result.own.append("")
        return position

    def _attribution(self, position: int, count: int) -> int:
        """What follows unmarked is theirs below the owner's answer, the owner's where a marked quote comes later."""
        self.result.removed["attribution"] += 1
        end = position + count
        if self.last_quote < end or (self.above and self._answers_deeper(end)):
            return self._drop_rest(end)
        self.result.own.append("")
        return end

    def _answers_deeper(self, start: int) -> bool:
        """The unmarked text at ``start`` is itself an answer: the first marked quote below it has an attribution."""
        first = next(i for i in range(start, len(self.lines)) if self.quoted[i])
        above = [i for i in range(start, first) if self.lines[i].strip()]
        return len(above) > 1 and any(self.attributions.length(i) for i in above[-MOST_LINES:])

    def _header(self, position: int, count: int, kind: str) -> int:
        """Skip the header; what follows is dropped too, unless it is quoted and the owner wrote below it."""
        end = position + count
        self.result.removed["forward" if kind == "forward" else "reply header"] += 1
        if not self.above and kind == "reply" and self.last_quote >= end:
            self.result.own.append("")
            return end
        return self._drop_rest(end)

    def _drop_rest(self, start: int) -> int:
        rest = range(start, len(self.lines))
        self.result.quoted += [unquote(self.lines[i]) if self.quoted[i] else self.lines[i] for i in rest]
        self.result.removed["quote"] += len(rest)
        return len(self.lines)
