"""What somebody typed to search for, as terms: words, "phrases", prefix*, -without.

Nothing in it reaches the full-text engine as an operator: every term is quoted, and what is neither a quotation mark,
a leading ``-`` nor a closing ``*`` is a word's own text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from likeness.core.errors import InputError

MOST_TERMS = 32
LONGEST_QUERY = 1000

UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
"""Scripts whose words are not set apart by spaces (Thai, Lao, Burmese, Khmer, Japanese, Chinese) or change by what is
attached to them (Korean), as ranges of a character class: found there is any run of characters."""
_IS_UNSPACED = re.compile(f"[{UNSPACED}]")
_TERM = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')
_DASHES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "−": "-", "\0": " "})


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to find. ``text`` is as typed, without its marks; ``prefix`` means its last word may go on."""

    text: str
    prefix: bool = False

    @property
    def unspaced(self) -> bool:
        """True when it is to be found as a run of characters and not as words."""
        return has_unspaced(self.text)

    @property
    def words(self) -> tuple[str, ...]:
        """The words of ``text`` as the full-text index tells them apart, folded."""
        return tuple(fold(word) for word in split_words(self.text))

    def quoted(self) -> str:
        """As a string of the full-text engine, in which nothing is an operator."""
        return '"' + self.text.replace('"', " ") + '"' + (" *" if self.prefix and not self.unspaced else "")


@dataclass(frozen=True, slots=True)
class Query:
    """What must be there (all of it) and what must not (none of it)."""

    needed: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.needed or self.excluded)

    @property
    def plain(self) -> str:
        """The needed terms as plain text, for search by meaning."""
        return " ".join(term.text for term in self.needed)


def parse(typed: str) -> Query:
    """Understand what was typed. A lone quotation mark begins a phrase that goes to the end.

    Raises :class:`InputError` when it is too long, or says only what must not be there.
    """
    if len(typed) > LONGEST_QUERY:
        raise InputError(
            f"{len(typed):,} characters are too many to search for; at most {LONGEST_QUERY:,}", param="query"
        )
    needed: list[Term] = []
    excluded: list[Term] = []
    for minus, phrase, word in _TERM.findall(typed.translate(_DASHES).encode("utf-8", "replace").decode("utf-8")):
        text = phrase or word
        if not any(char.isalnum() for char in text):
            continue
        term = Term(text.rstrip("*") if word else text, prefix=bool(word) and text.endswith("*"))
        (excluded if minus else needed).append(term)
    if len(needed) + len(excluded) > MOST_TERMS:
        raise InputError(f"more than {MOST_TERMS} words to search for", hint="leave some out", param="query")
    if excluded and not needed:
        raise InputError(
            "everything but some words cannot be searched for", hint="say what to find as well", param="query"
        )
    return Query(tuple(dict.fromkeys(needed)), tuple(dict.fromkeys(excluded)))


def has_unspaced(text: str) -> bool:
    """Whether ``text`` has a character of :data:`UNSPACED`."""
    return not text.isascii() and bool(_IS_UNSPACED.search(text))


def fold(text: str) -> str:
    """``text`` without case and diacritics, as the index compares it."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def split_words(text: str) -> list[str]:
    """Runs of letters, marks and digits."""
    return re.findall(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*", text)
