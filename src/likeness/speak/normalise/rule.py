"""A rule of the normaliser: what it looks for and what is said instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from likeness.speak.normalise.style import Style

Say = Callable[[re.Match[str], Style], str]


class Rule(NamedTuple):
    """``say`` gives the words for each match of ``pattern``."""

    pattern: re.Pattern[str]
    say: Say


def rule(pattern: str, say: Say | str, flags: int = 0) -> Rule:
    """A rule from the source of a pattern; a string instead of a function is always said as it stands."""
    if isinstance(say, str):
        words = say
        return Rule(re.compile(pattern, flags), lambda match, style: words)
    return Rule(re.compile(pattern, flags), say)


def apply(rules: Iterable[Rule], text: str, style: Style) -> str:
    """``text`` with every rule applied in turn."""
    for pattern, say in rules:

        def replaced(match: re.Match[str], say: Say = say) -> str:
            return say(match, style)

        text = pattern.sub(replaced, text)
    return text


def word_list(words: str) -> tuple[str, ...]:
    """The words of a space-separated list."""
    return tuple(words.split())


def one_of(words: Iterable[str]) -> str:
    """A pattern that matches any of ``words``, the longest first."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word))) + ")"
