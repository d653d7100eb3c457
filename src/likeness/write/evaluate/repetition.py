"""Collapse: answers that say the same thing over and over, the same to everybody, nothing, or never end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from itertools import groupby

_GRAM = 4
_TIMES = 4
_SHORTEST = 5


@dataclass(frozen=True, slots=True)
class Repetition:
    """Shares of answers (0-1): ``looping`` say one word eight times on end, or four words in a row so often (four times
    or more) that they are a third of the text; ``same`` are longer than four words and were given to another message
    too; ``empty`` have no word at all; ``endless`` went on until the limit, three times what the person needs.
    """

    looping: float
    same: float
    empty: float
    endless: float = 0.0

    def beyond(self, other: Repetition) -> float:
        """By how much the worst of the shares is above that of ``other``, the person's own; 0 when none is."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return max(0.0, *(float(mine) - float(theirs) for mine, theirs in pairs))


def repetition(texts: Sequence[str], groups: Sequence[str], endless: int = 0) -> Repetition:
    """What of ``texts``, the answers to different prompts, is repetition; ``endless`` of them were cut by the limit.

    ``groups`` name the message that each prompt goes back to: the same answer to two prompts of one message is right.
    """
    plain = [tuple(re.findall(r"\w+", text.casefold())) for text in texts]
    given: dict[tuple[str, ...], set[str]] = {}
    for words, group in zip(plain, groups, strict=True):
        given.setdefault(words, set()).add(group)
    count = max(1, len(texts))
    return Repetition(
        looping=sum(loops(words) for words in plain) / count,
        same=sum(len(words) >= _SHORTEST and len(given[words]) > 1 for words in plain) / count,
        empty=sum(not words for words in plain) / count,
        endless=endless / count,
    )


def loops(words: Sequence[str]) -> bool:
    """Whether a text goes round in circles."""
    grams = Counter(tuple(words[i : i + _GRAM]) for i in range(len(words) - _GRAM + 1))
    longest = max((len(list(same)) for _, same in groupby(words)), default=0)
    return longest >= 2 * _TIMES or any(times >= max(_TIMES, len(words) / (3 * _GRAM)) for times in grams.values())
