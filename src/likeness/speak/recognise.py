"""Hearing what a recording says: the recogniser that is ready here, and how far what it heard is from what was asked.

Errors are counted as edit distance (Levenshtein, 1966) over words or characters, both texts read out and normalised
alike: numbers and abbreviations as words, small letters, no punctuation, no apostrophes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from likeness.core import plugins
from likeness.core.errors import EngineMissing
from likeness.core.protocols import Recogniser
from likeness.core.settings import Settings

_LAST = ("pocketsphinx",)
"""Small ones that hear less, taken when nothing else is ready."""


@contextmanager
def open_recogniser(settings: Settings, name: str = "", *, language: str = "en") -> Iterator[Recogniser | None]:
    """The recogniser called ``name``, else the setting's, else the best one that is ready for ``language``.

    ``None`` when none was asked for and none is ready. Raises :class:`EngineMissing` when the one that was asked for
    cannot run here or hears nothing, and what its ``open`` raises.
    """
    asked = name or settings.recogniser
    chosen = asked or next(iter(ready_recognisers(language)), "")
    if not chosen:
        yield None
        return
    engine = plugins.engine(chosen)
    if "recogniser" not in engine.info.kind:
        known = ", ".join(found.info.name for found in plugins.engines_of("recogniser"))
        raise EngineMissing(f"engine {chosen!r} recognises no speech", hint=f"recognisers: {known}")
    options = {"model": settings.recogniser_model} if asked and settings.recogniser_model else {}
    with engine.open(None, options) as opened:
        yield cast("Recogniser", opened)


def ready_recognisers(language: str = "en") -> tuple[str, ...]:
    """Recognisers that can start now, their libraries and a model being here, for ``language``; the best first."""
    ready = [
        engine.info.name
        for engine in plugins.engines_of("recogniser")
        if plugins.is_ready(engine.info) and ({language, "*"} & set(engine.info.languages))
    ]
    return tuple(sorted(ready, key=lambda name: name in _LAST))


@dataclass(frozen=True, slots=True)
class Errors:
    """``wrong`` words or characters (replaced, left out or put in) among ``length`` that were asked for."""

    wrong: int
    length: int

    @property
    def rate(self) -> float:
        """Errors per word or character asked for; over 1 where more was heard than asked. 0.0 for two empty texts."""
        return self.wrong / self.length if self.length else float(bool(self.wrong))

    def __add__(self, other: Errors) -> Errors:
        """Those of both texts together, as a corpus's rate is counted."""
        return Errors(self.wrong + other.wrong, self.length + other.length)


def word_errors(asked: str, heard: str) -> Errors:
    """How many words of ``asked`` were heard otherwise, after :func:`normalised`."""
    wanted, got = normalised(asked).split(), normalised(heard).split()
    return Errors(edit_distance(wanted, got), len(wanted))


def character_errors(asked: str, heard: str) -> Errors:
    """How many characters of ``asked`` were heard otherwise, spaces left out, so that "any one" is "anyone"."""
    wanted, got = normalised(asked).replace(" ", ""), normalised(heard).replace(" ", "")
    return Errors(edit_distance(wanted, got), len(wanted))


def normalised(text: str) -> str:
    """``text`` as both sides are compared: read out as words, case-folded, letters and digits only."""
    from likeness.speak.normalise import spoken

    read_out = unicodedata.normalize("NFKC", spoken(text)).casefold()
    kept = (
        "" if char in "'’ʼ`" else char if char.isalnum() or unicodedata.combining(char) else " " for char in read_out
    )
    return " ".join("".join(kept).split())


def edit_distance(wanted: Sequence[str], got: Sequence[str]) -> int:
    """Fewest replacements, omissions and insertions that make one of the other."""
    row = list(range(len(got) + 1))
    for number, want in enumerate(wanted, 1):
        before, row[0] = row[0], number
        for place, have in enumerate(got, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (want != have))
    return row[-1]
