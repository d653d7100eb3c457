"""From spoken English text to phonemes.

A word is looked up; failing that, it is an initialism that is spelled out, another spelling or an inflection of a known
word, or it goes to the letter-to-sound model. Heteronyms and function words depend on their neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from likeness.engines.builtin.voice.english import function_words, heteronyms
from likeness.engines.builtin.voice.english.letter_to_sound import letter_to_sound
from likeness.engines.builtin.voice.english.letters import spell, word_set
from likeness.engines.builtin.voice.english.lexicon import additions, lexicon
from likeness.engines.builtin.voice.english.phones import Word, phones_of
from likeness.engines.builtin.voice.english.spellings import respelled
from likeness.engines.builtin.voice.english.suffixes import inflected, plural
from likeness.engines.builtin.voice.english.tokens import Token, tokens

Phones = tuple[str, ...]

# Two capitals that are letters although a word is spelled alike; longer ones go by the lexicon.
_LETTER_PAIRS = word_set("US IT AM PM OR ID AI UK EU UN TV PC HR PR VP IP OS MS AD BC")
_LONGEST_WORD = 40


def pronounce(text: str) -> list[Word]:
    """The words of ``text`` with their phonemes and pauses.

    ``text`` is spoken text (``speak.normalise``): numbers and signs already words. Digits that are left are named one
    by one; letters of other scripts, symbols and control characters are left out
    (:func:`letters.unpronounceable` counts those letters). Text without a single word gives an empty list.
    """
    found = tokens(text)
    shouted = _shouted(found)
    lower = [token.text.lower() for token in found]
    said: list[Word] = []
    following = "" if len(found) == 1 else "."
    for index in range(len(found) - 1, -1, -1):
        token = found[index]
        phones = _in_context(found, lower, index, following, shouted=shouted)
        said.append(Word(token.text, phones_of(phones), token.pause_after))
        following = phones[0]
    return said[::-1]


def _shouted(found: Sequence[Token]) -> bool:
    """Whether the whole text is in capitals, so that capitals mean nothing."""
    long = [token.text for token in found if len(token.text) > 1]
    return len(long) > 2 and sum(word.isupper() for word in long) > 0.7 * len(long)


def _in_context(found: Sequence[Token], lower: list[str], index: int, following: str, *, shouted: bool) -> Phones:
    token, word = found[index], lower[index]
    if word.isdigit():
        return spell(word)
    if len(word) == 1:
        if _is_letter_name(found, index):
            return spell(word)
    elif token.text.isupper() and not shouted and token.text in _LETTER_PAIRS:
        return spell(word)
    weak = function_words.said(word, following, pause=bool(token.pause_after))
    if weak:
        return weak
    return heteronyms.resolve(lower, index) or _alone(word, token.text.isupper() and not shouted)


def _is_letter_name(found: Sequence[Token], index: int) -> bool:
    """A single letter is its name; "a" and "I" are words, and so is "A" where a sentence begins."""
    text = found[index].text
    if text in ("a", "I"):
        return False
    begins = index == 0 or found[index - 1].pause_after in ("period", "question", "exclamation")
    alone = index + 1 == len(found) or bool(found[index].pause_after)
    return text != "A" or alone or not begins or _is_capital(found[index + 1].text)


def _is_capital(text: str) -> bool:
    return len(text) == 1 and text.isupper() and text != "I"


@lru_cache(maxsize=20_000)
def _alone(word: str, capitals: bool) -> Phones:
    """``word`` (lower case) by itself; ``capitals`` says that it was written in capitals among other words."""
    known = _first(word)
    if known:
        return known
    if capitals and (len(word) <= 3 or not _readable(word)):
        return spell(word)
    if not any(letter in "aeiouy" for letter in word):
        return spell(word)
    if len(word) > _LONGEST_WORD:
        half = len(word) // 2
        return _alone(word[:half], False) + _alone(word[half:], False)
    for other in (word, *respelled(word)):
        known = _first(other) or inflected(other, _first)
        if known:
            return known
    if word.endswith("'s"):
        return plural(_alone(word[:-2], capitals))
    return letter_to_sound().pronounce(word)


def _first(word: str) -> Phones | None:
    added = additions().get(word)
    if added:
        return added
    known = lexicon().pronunciations(word)
    return known[0] if known else None


def _readable(word: str) -> bool:
    """Whether capitals can be read as a word (SIGIR, LORAN) and need not be spelled out (HTML, XKCD)."""
    vowels = sum(letter in "aeiou" for letter in word)
    return vowels * 3 >= len(word) and not re.search("[^aeiouy]{3}", word)
