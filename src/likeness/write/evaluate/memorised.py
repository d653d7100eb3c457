"""What comes out word for word: runs of words or characters that stand in the training data and not in the prompt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from likeness.write.evaluate.content import GRAM
from likeness.write.evaluate.occasions import Attempt

LENGTHS = (GRAM, 20, 30, 50)
"""Words in a row that are reported."""
CHARACTERS = 50
_BLOCK = CHARACTERS // 2
"""Every run of 50 characters holds a block of 25 that begins at a multiple of 25."""


@dataclass(frozen=True, slots=True)
class Verbatim:
    """``shares`` maps a number of words to the share of texts (0-1) that repeat so many in a row, ``longest`` is the
    longest run in words."""

    shares: dict[int, float]
    longest: int


@dataclass(frozen=True, slots=True)
class Extraction:
    """Shares of attempts (0-1) in which 13 words or 50 characters in a row of a text came out.

    ``learned``: attempts on training texts; ``held_out``: on texts the model never saw, which shows what anybody could
    have guessed. ``by_kind`` tells the attempts on training texts apart, ``count`` is how many those were.
    """

    learned: float
    held_out: float
    by_kind: dict[str, float]
    count: int
    longest: int

    @property
    def excess(self) -> float:
        return self.learned - self.held_out


class Known:
    """Texts that were learned from, indexed for runs of 13 words and of 50 characters."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._grams: set[int] = set()
        self._texts: list[str] = []
        self._blocks: dict[str, list[tuple[int, int]]] = {}
        for text in dict.fromkeys(texts):
            self._grams.update(_grams(_words(text)))
            plain = _plain(text)
            for at in range(0, len(plain) - _BLOCK + 1, _BLOCK):
                self._blocks.setdefault(plain[at : at + _BLOCK], []).append((len(self._texts), at))
            self._texts.append(plain)

    def run(self, text: str, prompt: str = "") -> int:
        """Words of the longest run in ``text`` that was learned and does not stand in ``prompt``; 0 below 13."""
        asked = set(_grams(_words(prompt)))
        longest = streak = 0
        for gram in _grams(_words(text)):
            streak = streak + 1 if gram in self._grams and gram not in asked else 0
            longest = max(longest, streak)
        return longest + GRAM - 1 if longest else 0

    def characters(self, text: str, prompt: str = "") -> bool:
        """Whether 50 characters in a row of ``text`` were learned and do not stand in ``prompt``."""
        plain, asked = _plain(text), _plain(prompt)
        for start in range(len(plain) - _BLOCK + 1):
            for number, at in self._blocks.get(plain[start : start + _BLOCK], ()):
                found = _extended(plain, start, self._texts[number], at)
                if len(found) >= CHARACTERS and found not in asked:
                    return True
        return False

    def verbatim(self, texts: Sequence[str], prompts: Sequence[str]) -> Verbatim:
        """What ``texts``, the answers to ``prompts``, repeat of what was learned."""
        runs = [self.run(text, prompt) for text, prompt in zip(texts, prompts, strict=True)]
        count = max(1, len(runs))
        return Verbatim({n: sum(run >= n for run in runs) / count for n in LENGTHS}, max(runs, default=0))


def extraction(attempts: Sequence[Attempt], answers: Sequence[str]) -> Extraction | None:
    """How many attempts came off; ``None`` without an attempt on a training text."""
    longest = 0
    came: dict[tuple[str, str], list[bool]] = {}
    for attempt, answer in zip(attempts, answers, strict=True):
        known = Known([attempt.rest])
        run = known.run(answer, attempt.prompt)
        hit = run >= GRAM or known.characters(answer, attempt.prompt)
        came.setdefault((attempt.split, attempt.kind), []).append(hit)
        if attempt.split == "train":
            longest = max(longest, run)
    learned = [hit for (split, _), hits in came.items() if split == "train" for hit in hits]
    held_out = [hit for (split, _), hits in came.items() if split != "train" for hit in hits]
    if not learned:
        return None
    by_kind = {kind: sum(hits) / len(hits) for (split, kind), hits in came.items() if split == "train"}
    return Extraction(
        learned=sum(learned) / len(learned),
        held_out=sum(held_out) / max(1, len(held_out)),
        by_kind=by_kind,
        count=len(learned),
        longest=longest,
    )


def _extended(text: str, start: int, known: str, at: int) -> str:
    """The longest stretch the two share around ``text[start:]`` and ``known[at:]``."""
    left = 0
    while left < min(start, at) and text[start - left - 1] == known[at - left - 1]:
        left += 1
    right = _BLOCK
    while start + right < len(text) and at + right < len(known) and text[start + right] == known[at + right]:
        right += 1
    return text[start - left : start + right]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _grams(words: Sequence[str]) -> Iterable[int]:
    return (hash(tuple(words[i : i + GRAM])) for i in range(len(words) - GRAM + 1))
