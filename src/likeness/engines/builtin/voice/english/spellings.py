"""Other spellings of a word that the lexicon may know: American for British, plain for drawn out."""

from __future__ import annotations

import re
from collections.abc import Iterator

# British ending or middle, American one.
_AMERICAN: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(british), american)
    for british, american in (
        ("is(e|es|ed|er|ers|ing|ation|ations|able)$", r"iz\1"),
        ("ys(e|es|ed|er|ers|ing)$", r"yz\1"),
        ("our(s|ed|ing|able|er|ers|ite|ites|ful|less|y|ly|'s)?$", r"or\1"),
        ("tre(s)?$", r"ter\1"),
        ("ll(ed|ing|er|ers|or|ors)$", r"l\1"),
        ("ogue(s|d)?$", r"og\1"),
        ("ence(s)?$", r"ense\1"),
        ("lment(s)?$", r"llment\1"),
        ("ae", "e"),
        ("oe", "e"),
    )
)
_DRAWN_OUT = re.compile(r"(\w)\1{2,}")


def respelled(word: str) -> Iterator[str]:
    """Spellings to try for ``word`` (lower case), the likeliest first; ``word`` itself is not among them."""
    for british, american in _AMERICAN:
        other = british.sub(american, word, count=1)
        if other != word:
            yield other
    if _DRAWN_OUT.search(word):
        yield _DRAWN_OUT.sub(r"\1\1", word)
        yield _DRAWN_OUT.sub(r"\1", word)
