"""Runaway repetition: the same letters, words or sentences again and again."""

from __future__ import annotations

from typing import Literal

Verdict = Literal["", "held", "looping"]

_LETTERS = 12
"""Longest period looked for within a word without spaces, in characters."""
_LETTERS_HELD, _LETTERS_LOOP = 24, 160
_WORDS = 40
"""Longest period looked for in words."""
_WORDS_HELD = 5
_FEWEST_WORDS, _FEWEST_NUMBERS = 24, 200
"""Words that repeat what was said before them, and the same for words without letters: tables have many zeros."""
_SENTENCES = 8
"""Longest period looked for in sentences."""

_LONG, _AGAIN = 40, 6
"""A sentence of so many characters that is said so often, wherever, is a loop."""
_COPIES = ((60, 4), (24, 5), (8, 8), (0, 16))
"""How many copies one after the other make a loop, by the fewest characters that are repeated. All but the first are
taken away, so that patience costs only the model's time."""


class Loops:
    """Counts, character by character, how long the text has been repeating itself."""

    def __init__(self) -> None:
        self._word = ""
        self._words: list[str] = []
        self._matched = [0] * (_WORDS + 1)
        self._holding = False
        self._sentences: list[str] = []
        self._known: set[str] = set()

    def take(self, char: str) -> Verdict:
        """What the text is doing after ``char``."""
        if char.isspace():
            return self._word_over() if self._word else ("held" if self._holding else "")
        self._word += char
        if len(self._word) >= _LETTERS_HELD and (length := self._periodic()):
            return "looping" if length >= _LETTERS_LOOP else "held"
        return "held" if self._holding and self._expected() else ""

    def close(self, sentence: str) -> Verdict:
        """A sentence is complete: "held" when it was said before, "looping" when it was said too often."""
        said = _bare(sentence)
        if not any(map(str.isalpha, said)) and len(said) > 1:
            # Rulers and rows of numbers come again in what people paste.
            return ""
        repeated = said in self._known
        self._sentences.append(said)
        self._known.add(said)
        if not repeated:
            return ""
        for period in range(1, _SENTENCES + 1):
            times = self._times(period)
            length = sum(map(len, self._sentences[-period:]))
            if times >= _times_of_a_loop(length):
                return "looping"
        if len(said) >= _LONG and self._sentences.count(said) >= _AGAIN:
            return "looping"
        return "held"

    def begins_like_before(self, sentence: str) -> bool:
        """True while ``sentence`` so far is the beginning of one said before."""
        said = _bare(sentence)
        return not said or any(known.startswith(said) for known in self._known)

    def _times(self, period: int) -> int:
        """How often the last ``period`` sentences stand one after the other at the end."""
        block, times = self._sentences[-period:], 1
        while self._sentences[-period * (times + 1) : -period * times] == block:
            times += 1
        return times

    def _periodic(self) -> int:
        """How many of the last characters of the word repeat with a short period; 0 when too few."""
        word = self._word
        for period in range(1, _LETTERS + 1):
            length = period
            while length < min(len(word), _LETTERS_LOOP) and word[-length - 1] == word[-length - 1 + period]:
                length += 1
            if length >= max(_LETTERS_HELD, 3 * period):
                return length
        return 0

    def _word_over(self) -> Verdict:
        word, self._word = self._word.casefold(), ""
        self._words.append(word)
        last = len(self._words) - 1
        self._holding = False
        for period in range(1, min(_WORDS, last) + 1):
            same = word == self._words[last - period]
            self._matched[period] = self._matched[period] + 1 if same else 0
            count = self._matched[period]
            if count >= max(3 * period, _FEWEST_WORDS) and (count >= _FEWEST_NUMBERS or self._spoken(period)):
                return "looping"
            if count >= max(period, _WORDS_HELD):
                self._holding = True
        return "held" if self._holding else ""

    def _spoken(self, period: int) -> bool:
        """True when half of the last ``period`` words have letters."""
        block = self._words[-period:]
        return 2 * sum(any(map(str.isalpha, word)) for word in block) >= period

    def _expected(self) -> bool:
        """True while the word so far is what a repetition would say next."""
        word = self._word.casefold()
        return any(
            count >= max(period, _WORDS_HELD) and self._words[-period].startswith(word)
            for period, count in enumerate(self._matched)
            if period
        )


def _bare(sentence: str) -> str:
    return " ".join(sentence.casefold().split())


def _times_of_a_loop(length: int) -> int:
    return next(times for fewest, times in _COPIES if length >= fewest)
