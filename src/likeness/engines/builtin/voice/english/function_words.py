"""The little words that sentences lean on, said weakly unless a pause follows."""

from __future__ import annotations

Phones = tuple[str, ...]

# Weak forms as said inside a phrase. Before a vowel the article changes.
_WEAK: dict[str, str] = {
    "a": "AH0", "an": "AH0 N", "the": "DH AH0", "and": "AH0 N D", "of": "AH0 V", "to": "T UW0", "for": "F ER0",
    "from": "F R AH0 M", "at": "AE0 T", "as": "AE0 Z", "in": "IH0 N", "on": "AA0 N", "by": "B AY0", "with": "W IH0 DH",
    "is": "IH0 Z", "are": "AA0 R", "was": "W AH0 Z", "were": "W ER0", "be": "B IY0", "been": "B IH0 N", "am": "AE0 M",
    "has": "HH AE0 Z", "have": "HH AE0 V", "had": "HH AE0 D", "do": "D UW0", "does": "D AH0 Z", "can": "K AH0 N",
    "could": "K UH0 D", "would": "W UH0 D", "should": "SH UH0 D", "will": "W IH0 L", "shall": "SH AE0 L",
    "i": "AY0", "you": "Y UW0", "he": "HH IY0", "she": "SH IY0", "it": "IH0 T", "we": "W IY0", "they": "DH EY0",
    "me": "M IY0", "him": "HH IH0 M", "her": "HH ER0", "us": "AH0 S", "them": "DH AH0 M", "my": "M AY0",
    "your": "Y AO0 R",
    "his": "HH IH0 Z", "its": "IH0 T S", "our": "AW0 ER0", "their": "DH EH0 R",
    "or": "AO0 R", "but": "B AH0 T",
    "if": "IH0 F", "than": "DH AH0 N", "that": "DH AE0 T", "so": "S OW0", "i'm": "AY0 M", "it's": "IH0 T S",
}  # fmt: skip

# What the same words are when they end a phrase, or stand alone.
_STRONG: dict[str, str] = {
    "a": "EY1", "the": "DH AH1", "and": "AE1 N D", "of": "AH1 V", "to": "T UW1", "for": "F AO1 R", "from": "F R AH1 M",
    "was": "W AA1 Z", "were": "W ER1", "can": "K AE1 N", "her": "HH ER1", "them": "DH EH1 M", "our": "AW1 ER0",
    "than": "DH AE1 N", "an": "AE1 N",
}  # fmt: skip

# Pronouns stay weak even before a pause ("I told them."); alone they are strong.
_ALWAYS_WEAK = frozenset(("it", "me", "him", "her", "us", "them", "you"))


def said(word: str, following: str, *, pause: bool) -> Phones | None:
    """The form of ``word`` here, or ``None`` if it is no function word.

    ``following`` is the first phoneme of the next word ("" when the word stands alone); ``pause`` whether something
    breaks after it.
    """
    weak = _WEAK.get(word)
    if weak is None:
        return None
    if not following or (pause and word not in _ALWAYS_WEAK):
        return tuple((_STRONG.get(word) or weak.replace("0", "1")).split())
    vowel = following[0] in "AEIOU"
    if vowel and word == "the":
        return ("DH", "IY0")
    return tuple(weak.split())
