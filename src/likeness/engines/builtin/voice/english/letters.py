"""Plain letters out of any text, and the names of the letters and digits."""

from __future__ import annotations

import unicodedata

NAMES: dict[str, str] = {
    "a": "EY1", "b": "B IY1", "c": "S IY1", "d": "D IY1", "e": "IY1", "f": "EH1 F", "g": "JH IY1", "h": "EY1 CH",
    "i": "AY1", "j": "JH EY1", "k": "K EY1", "l": "EH1 L", "m": "EH1 M", "n": "EH1 N", "o": "OW1", "p": "P IY1",
    "q": "K Y UW1", "r": "AA1 R", "s": "EH1 S", "t": "T IY1", "u": "Y UW1", "v": "V IY1",
    "w": "D AH1 B AH0 L Y UW0", "x": "EH1 K S", "y": "W AY1", "z": "Z IY1",
    "0": "Z IH1 R OW0", "1": "W AH1 N", "2": "T UW1", "3": "TH R IY1", "4": "F AO1 R", "5": "F AY1 V",
    "6": "S IH1 K S", "7": "S EH1 V AH0 N", "8": "EY1 T", "9": "N AY1 N",
}  # fmt: skip
"""What a letter or digit is called, in ARPAbet."""

# Latin letters that Unicode does not decompose, and the marks that stand for an apostrophe or a hyphen.
_PLAIN = str.maketrans(
    {
        "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
        "đ": "d", "Đ": "D", "ð": "th", "Ð": "TH", "þ": "th", "Þ": "Th", "ı": "i", "ŋ": "ng", "Ŋ": "NG",
        "’": "'", "‘": "'", "ʼ": "'", "′": "'", "`": "'", "´": "'", "‐": "-", "‑": "-", "\u00ad": "", "\u200b": "",
    }
)  # fmt: skip


def word_set(words: str) -> frozenset[str]:
    """The set of the words of a space-separated list."""
    return frozenset(words.split())


def plain(text: str) -> str:
    """``text`` with accented Latin letters as their base letters and typographic apostrophes as ``'``."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark)).translate(_PLAIN)


def unpronounceable(text: str) -> int:
    """How many letters of ``text`` belong to a script that has no pronunciation here (they are left out)."""
    return sum(1 for letter in plain(text) if letter.isalpha() and not letter.isascii())


def spell(word: str) -> tuple[str, ...]:
    """The names of the letters and digits of ``word``, only the last one with full stress."""
    names = [NAMES[letter].split() for letter in word.lower() if letter in NAMES]
    for name in names[:-1]:
        name[:] = [phone.replace("1", "2") for phone in name]
    return tuple(phone for name in names for phone in name)
