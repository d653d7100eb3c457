"""What assistants add after the text: offers to change it, notes on what they did.

"Let me know if you need anything" is what people write to each other and stays; "let me know if you'd like me to make
it shorter" speaks of the draft.
"""

from __future__ import annotations

import re

from likeness.write.finish.frame import Frame, plain
from likeness.write.finish.phrases import phrases

_RULE = re.compile(r"[-*_=]{3,}\Z")
_MARKS = " \t\n(*_#>[-–—•¿¡"
_LONGEST_OPENER = 40


def may_be(sentence: str) -> bool:
    """True while ``sentence`` so far can be, or be the beginning of, something an assistant adds."""
    said = bare(sentence)[:_LONGEST_OPENER]
    openers = phrases().openers
    return said.startswith(openers) or any(word.startswith(said) for word in openers)


def bare(sentence: str) -> str:
    """``sentence`` in plain lower case, without what emphasises or brackets it."""
    stripped = sentence.strip()
    if _RULE.match(stripped):
        return stripped
    return plain(stripped.lstrip(_MARKS).replace("*", "").replace("_", " "))


def strength(sentence: str, frame: Frame) -> int:
    """2 when ``sentence`` speaks of the draft, 1 when people write it too but assistants often, 0 otherwise."""
    said = bare(sentence)
    if _RULE.match(said):
        return 1
    if not may_be(sentence):
        return 0
    found = phrases().offers.search(said)
    if found is None and ("\n" in sentence[: len(sentence) - len(sentence.lstrip())] or frame.framed):
        # Notes stand on their own; inside a paragraph "I changed the text" is the person's.
        found = phrases().notes.search(said)
    if found is None:
        return 1 if phrases().polite.search(said) else 0
    told = [word for word in re.findall(r"\w+", said) if word in phrases().telling]
    asked_for = frame.speaks_of(said[:_LONGEST_OPENER].rsplit(" ", 1)[0], *told)
    return 2 if frame.framed or not asked_for else 0
