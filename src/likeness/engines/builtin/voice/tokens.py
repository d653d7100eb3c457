"""Phones laid out in time: what a text is made of for the acoustic model, with or without the moment it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from likeness.engines.builtin.voice.english.phones import Word
from likeness.engines.builtin.voice.symbols import PAUSE, symbol_of

SENTENCE_ENDS = frozenset({"period", "question", "exclamation"})


@dataclass(frozen=True, slots=True)
class Token:
    """One phone or pause. ``word`` is the index of its word (-1 in a pause), ``syllable`` counts within the word;
    ``start`` and ``end`` are frames (end excluded), both 0 before durations are known.
    """

    symbol: str
    stress: int = 0
    word: int = -1
    syllable: int = 0
    start: int = 0
    end: int = 0

    @property
    def is_pause(self) -> bool:
        return self.symbol == PAUSE

    @property
    def frames(self) -> int:
        return self.end - self.start


def of_words(words: Sequence[Word]) -> list[list[Token]]:
    """The tokens of each word, without times."""
    return [
        [Token(symbol_of(phone), phone.stress, number, phone.syllable) for phone in word.phones]
        for number, word in enumerate(words)
    ]


def spoken(words: Sequence[Word]) -> list[Token]:
    """The tokens as they will be said: a pause at both ends and wherever the punctuation asks for one."""
    tokens = [Token(PAUSE)]
    for word, inside in zip(words, of_words(words), strict=True):
        tokens += inside
        if word.pause_after:
            tokens.append(Token(PAUSE))
    if not tokens[-1].is_pause:
        tokens.append(Token(PAUSE))
    return tokens


def timed(tokens: Sequence[Token], lengths: Sequence[int]) -> list[Token]:
    """The same tokens one after the other, each ``lengths`` frames long."""
    placed, start = [], 0
    for token, length in zip(tokens, lengths, strict=True):
        placed.append(replace(token, start=start, end=start + int(length)))
        start += int(length)
    return placed


def sentences(words: Sequence[Word]) -> list[list[Word]]:
    """Split ``words`` after each that ends a sentence."""
    found: list[list[Word]] = [[]]
    for word in words:
        found[-1].append(word)
        if word.pause_after in SENTENCE_ENDS:
            found.append([])
    return [sentence for sentence in found if sentence]
