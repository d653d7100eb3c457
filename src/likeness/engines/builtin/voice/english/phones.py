"""The phonemes of General American in ARPAbet, as CMUdict writes them, and the words made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

VOWELS: tuple[str, ...] = (
    "AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW",
)  # fmt: skip
CONSONANTS: tuple[str, ...] = (
    "B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N", "NG", "P", "R", "S", "SH", "T", "TH", "V", "W", "Y",
    "Z", "ZH",
)  # fmt: skip
SYMBOLS: tuple[str, ...] = VOWELS + CONSONANTS
"""Every symbol a :class:`Phone` can carry, in a fixed order (39)."""

Stress = Literal[0, 1, 2]
"""0: unstressed (and every consonant), 1: primary, 2: secondary."""

Pause = Literal["", "comma", "colon", "period", "question", "exclamation"]
"""What ends at a word: nothing, a light break (comma, bracket), a heavier one (semicolon, colon, dash), a sentence."""

PAUSES: tuple[Pause, ...] = ("", "comma", "colon", "period", "question", "exclamation")

Coded = str
"""A pronunciation with one character for each phoneme and its stress, as the lexicon stores it."""

_VOWEL_SET = frozenset(VOWELS)
_MARKED = tuple(f"{vowel}{stress}" for vowel in VOWELS for stress in "012") + CONSONANTS
_FIRST_CODE = 0x30
_TO_CODE = {marked: chr(_FIRST_CODE + index) for index, marked in enumerate(_MARKED)}
_FROM_CODE = {code: marked for marked, code in _TO_CODE.items()}

# Consonant groups that can begin an English syllable; every single consonant but NG can.
_ONSETS = frozenset(
    f"{first} {rest}"
    for first, rests in {
        "P": "LRY", "B": "LRY", "T": "RW", "D": "RWY", "K": "LRWY", "G": "LRWY", "F": "LRY", "V": "Y", "M": "Y",
        "N": "Y", "TH": "RW", "SH": "R", "HH": "YW",
        "S": ("P", "T", "K", "M", "N", "L", "W", "F", "P L", "P R", "P Y", "T R", "T Y", "K R", "K W", "K Y", "K L"),
    }.items()
    for rest in rests
)  # fmt: skip


class Phone(NamedTuple):
    """One phoneme: ARPAbet symbol without digit, stress (0 for consonants), and its syllable's index in the word."""

    symbol: str
    stress: Stress
    syllable: int

    @property
    def is_vowel(self) -> bool:
        return self.symbol in _VOWEL_SET


@dataclass(frozen=True, slots=True)
class Word:
    """A spoken word: its letters as given, its phonemes (never empty) and the pause that follows it."""

    text: str
    phones: tuple[Phone, ...]
    pause_after: Pause = ""


def is_vowel(marked: str) -> bool:
    """Whether ``marked`` (``AH0``, ``K``) is a vowel."""
    return marked[:2] in _VOWEL_SET


def encode(marked: Iterable[str]) -> Coded:
    """ARPAbet with stress digits → one character each. Raises ``KeyError`` for an unknown symbol."""
    return "".join(_TO_CODE[phone] for phone in marked)


def decode(coded: Coded) -> tuple[str, ...]:
    """The reverse of :func:`encode`."""
    return tuple(_FROM_CODE[code] for code in coded)


def phones_of(marked: Sequence[str]) -> tuple[Phone, ...]:
    """Phonemes with their syllables, split by the maximal-onset rule."""
    nuclei = [index for index, phone in enumerate(marked) if is_vowel(phone)]
    starts = [0]
    for left, right in pairwise(nuclei):
        starts.append(_onset_start(marked, left + 1, right))
    found: list[Phone] = []
    syllable = 0
    for index, phone in enumerate(marked):
        while syllable + 1 < len(starts) and index >= starts[syllable + 1]:
            syllable += 1
        found.append(Phone(phone[:2] if is_vowel(phone) else phone, _stress(phone), syllable))
    return tuple(found)


def _stress(marked: str) -> Stress:
    match marked[-1]:
        case "1":
            return 1
        case "2":
            return 2
    return 0


def _onset_start(marked: Sequence[str], first: int, nucleus: int) -> int:
    """Where, among the consonants from ``first`` up to ``nucleus``, the next syllable begins."""
    for start in range(first, nucleus):
        cluster = marked[start:nucleus]
        if (len(cluster) == 1 and cluster[0] != "NG") or " ".join(cluster) in _ONSETS:
            return start
    return nucleus
