"""Spoken text cut into words, each with the pause that its punctuation asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from likeness.engines.builtin.voice.english.letters import plain, word_set
from likeness.engines.builtin.voice.english.phones import PAUSES, Pause

_TOKEN = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*'?|'[A-Za-z]+(?:'[A-Za-z]+)*|[0-9]|[.,;:!?()\[\]{}…—–\"\n]+|-+|\S")
_WORD = re.compile(r"['A-Za-z0-9]")
_PAUSE_OF: dict[str, Pause] = {
    ",": "comma", "(": "comma", ")": "comma", "[": "comma", "]": "comma", "{": "comma", "}": "comma",
    ";": "colon", ":": "colon", "—": "colon", "–": "colon", "…": "period", ".": "period", "?": "question",
    "!": "exclamation", "\n": "period",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Token:
    """A word as written (letters and apostrophes, or one digit), and the pause after it."""

    text: str
    pause_after: Pause


def tokens(text: str) -> list[Token]:
    """The words of ``text``. Everything that has no sound (other scripts, symbols, controls) is left out."""
    found: list[Token] = []
    space_before = True
    for match in _TOKEN.finditer(plain(text)):
        mark = match[0]
        if _WORD.match(mark) and mark.strip("'"):
            found.append(Token(_unquoted(mark), ""))
        elif found:
            pause = _pause(mark, spaced=space_before)
            if PAUSES.index(pause) > PAUSES.index(found[-1].pause_after):
                found[-1] = Token(found[-1].text, pause)
        space_before = match.string[match.end() : match.end() + 1].isspace()
    return found


def _pause(marks: str, *, spaced: bool) -> Pause:
    """The heaviest pause among ``marks``; a lone hyphen between words is none, spaced or doubled it is a dash."""
    if marks.startswith("-"):
        return "colon" if len(marks) > 1 or spaced else ""
    if "?" in marks:
        return "question"
    return max((_PAUSE_OF.get(mark, "") for mark in marks), key=PAUSES.index)


def _unquoted(word: str) -> str:
    """``word`` without quotation marks written as apostrophes; elisions ('em, 'bout, runnin') keep theirs."""
    if word.startswith("'") and word.lower() not in _ELISIONS:
        word = word.lstrip("'")
    if word.endswith("'") and not word.lower().endswith(("in'", "s'")):
        word = word.rstrip("'")
    return word


_ELISIONS = word_set("'em 'bout 'cause 'til 'tis 'twas 'round 'course 'n 'cuse 'kay 'gainst")
