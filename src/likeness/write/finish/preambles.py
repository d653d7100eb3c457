"""How assistants begin before they come to the text.

A preamble speaks of the text itself: it has a word for "here is", and one for what was asked for. "Sure, I'll come."
and "Here is the plan:" do not, and stay.
"""

from __future__ import annotations

import re

from likeness.write.finish.frame import Frame, plain
from likeness.write.finish.phrases import phrases

LONGEST = 220
"""Characters within which a preamble has ended."""
_LONGEST_OPENING = 40
_OWN = re.compile(r"\b(?:i (?:get|got|see|sent|received|wrote|used|have|had)|from|below|error|we|he|she|they)\b")
"""What makes "here is the message …" the words of somebody who passes on another's."""
_MINE = re.compile(r"\bof (?:my|our|mine)\b")
_COLON = re.compile(r":(?=\s|\*|\"|“|\Z)")
_BREAK = re.compile(r"[.!?](?=\s)|\n")
_AFTER_YES = " ,.!:;—–-\n"
_BEFORE_YES = "¡"
_LEVEL = str.maketrans({"’": "'", "‘": "'"})


def find(text: str, frame: Frame, *, final: bool) -> int | None:
    """How many characters of ``text`` are preamble: 0 for none, ``None`` while that cannot be said yet."""
    known = phrases()
    yes, rest = _after_yes(text)
    opening = plain(rest[:_LONGEST_OPENING].lstrip(_BEFORE_YES))
    if not opening:
        return 0 if final else None
    if not opening.startswith(known.here) and not (yes and known.help.match(opening)):
        coming = (*known.here, *known.assent, *(("i'd be happy to", "i would be happy to", "let me") if yes else ()))
        waiting = not final and any(word.startswith(opening) for word in coming)
        return None if waiting else 0
    end = _end(rest)
    if end is None:
        return None if not final and len(rest) < LONGEST else 0
    after = rest[end + 1 : end + 2]
    if rest[end] != "\n" and not after and not final:
        return None
    own_line = rest[end] == "\n" or after in ("", "\n")
    if not _speaks_of_the_text(plain(rest[:end]), frame, yes=yes, colon=rest[end] == ":", own_line=own_line):
        return 0
    return len(text) - len(rest) + end + 1


def _speaks_of_the_text(clause: str, frame: Frame, *, yes: bool, colon: bool, own_line: bool) -> bool:
    known, words = phrases(), clause.split()
    if (frame.asks_for(" ".join(words[:2])) and len(words) > 1) or _MINE.search(clause):
        return False
    if known.about.search(clause) and (colon or own_line):
        return True
    if yes and known.helping.search(clause) and own_line:
        return True
    if not colon or _OWN.search(clause):
        return False
    here = max((word for word in known.here if clause.startswith(word)), key=len, default="")
    named = known.only_named.match(clause[len(here) :].strip())
    return (yes and known.named.search(clause) is not None) or (own_line and named is not None)


def _after_yes(text: str) -> tuple[bool, str]:
    """Whether ``text`` begins with words of assent, and what follows them."""
    rest, found = text.lstrip(), False
    while True:
        low = rest.lstrip(_BEFORE_YES).translate(_LEVEL).casefold()
        word = max((word for word in phrases().assent if low.startswith(word)), key=len, default="")
        start = len(rest) - len(rest.lstrip(_BEFORE_YES)) + len(word)
        after = rest[start : start + 1]
        if not word or (after and after not in _AFTER_YES):
            return found, rest
        rest, found = rest[start:].lstrip(_AFTER_YES), True


def _end(rest: str) -> int | None:
    """Where the first clause ends: at a colon that something follows, a sentence's end or the end of the line."""
    found = [match.start() for match in (_COLON.search(rest), _BREAK.search(rest)) if match]
    return min(found, default=None)
