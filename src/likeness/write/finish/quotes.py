"""Quotation marks around the whole, told from those that a person set."""

from __future__ import annotations

from likeness.write.finish import explanations
from likeness.write.finish.frame import Frame

CLOSING = {
    "“": "”",
    "„": "“”",
    "«": "»",
    "»": "«",
    "”": "”",
    '"': '"',
    "'": "'",
    "‘": "’",
    "‹": "›",
    "「": "」",
    "『": "』",
}
"""What closes what; „ is closed by “ (German) or ” (Dutch, Polish)."""
_SINGLE = "'‘"
_SURE = 300
"""A quotation that opens a text and has not closed after so many characters is around the whole."""


def around(text: str, frame: Frame, *, final: bool) -> bool | None:
    """Whether the mark that ``text`` begins with opens a quotation of the whole; ``None`` while that is open."""
    if not text or text[0] not in CLOSING:
        return False
    end = closes(text)
    if end is None:
        if final:
            return False
        long = len(text) >= _SURE or "\n\n" in text.rstrip()
        if not long:
            return None
        return frame.framed if text[0] in _SINGLE else True
    rest = text[end + 1 :]
    if not rest.strip():
        return True if final else None
    if rest[0] != "\n":
        return False
    if frame.framed:
        return True
    if not final:
        return None if explanations.may_be(rest) or explanations.strength(rest, frame) else False
    return explanations.strength(rest, frame) == 2


def closes(text: str) -> int | None:
    """Where the mark that opens ``text`` is closed, or ``None``. Marks inside, and apostrophes, are passed over."""
    opening, marks = text[0], CLOSING[text[0]]
    depth = 1
    for place in range(1, len(text)):
        char = text[place]
        before, after = text[place - 1], text[place + 1 : place + 2]
        if opening not in marks and char == opening:
            depth += 1
        elif char in marks:
            if opening in _SINGLE and after.isalnum():
                continue
            if opening in marks and before in " \t\n([" and after.strip():
                depth += 1
                continue
            depth -= 1
            if depth == 0:
                return place
    return None
