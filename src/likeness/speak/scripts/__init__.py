"""What a person reads aloud: a script for each context of ``speak.emotions``, or texts of their own.

``<emotion>.txt`` holds one prompt a line; its first lines, after ``#``, say how to read them. A line's id is made of
its emotion and its words, so that a take stays with what was read when a script is reordered or grows.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from likeness.core.errors import InputError, NotFound
from likeness.speak import emotions

_WORDS_PER_MINUTE = {"sad": 135.0, "tired": 130.0, "whispered": 140.0, "authoritative": 140.0}
_USUAL_WORDS_PER_MINUTE = 150.0
_LONGEST_LETTERS = 400
_LARGEST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Line:
    """One prompt: what is read in one take. ``required`` ones cannot be skipped."""

    id: str
    emotion: str
    text: str
    required: bool = False

    @property
    def seconds(self) -> float:
        """About how long reading it takes."""
        return reading_seconds(self.text, self.emotion)


@dataclass(frozen=True, slots=True)
class Script:
    """The lines of one context, and how to read them."""

    emotion: str
    how: str
    lines: tuple[Line, ...]

    @property
    def minutes(self) -> float:
        """About how long reading all of it takes, without the time between the lines."""
        return sum(line.seconds for line in self.lines) / 60


def line(emotion: str, text: str, *, required: bool = False) -> Line:
    """A line with its id: the emotion and ten hex digits of the SHA-256 of both. What a terminal obeys is left out."""
    words = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    digest = hashlib.sha256(f"{emotion}\n{words}".encode()).hexdigest()[:10]
    return Line(f"{emotion}-{digest}", emotion, words, required)


@cache
def script(emotion: str) -> Script:
    """The script of one of ``emotions.NAMES``, or of another word for it. Raises :class:`NotFound`."""
    known = emotions.known(emotion)
    if known is None:
        raise NotFound(
            f"there is no script for {emotion!r}", hint=f"scripts: {', '.join(emotions.NAMES)}", param="emotion"
        )
    text = resources.files(__name__).joinpath(f"{known.name}.txt").read_text(encoding="utf-8")
    how = " ".join(row.lstrip("# ") for row in text.splitlines() if row.startswith("#"))
    return Script(known.name, how, tuple(line(known.name, row) for row in _rows(text)))


def own_script(path: Path, emotion: str = "neutral") -> Script:
    """Texts of the person's own: a UTF-8 file with one prompt a line; lines that begin with ``#`` are left out.

    Raises :class:`NotFound` when it is not there, :class:`InputError` when it is not text, holds nothing to read, or
    has a line of more than 400 characters (about half a minute, which nobody reads in one take).
    """
    if not path.is_file():
        raise NotFound(f"there is no file {str(path)!r}", hint="name a text file with one sentence a line")
    if path.stat().st_size > _LARGEST_BYTES:
        raise InputError(f"{path.name} is over 1 MB", hint="give a script of some pages, one sentence a line")
    try:
        rows = _rows(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError(f"{path.name} is not UTF-8 text", hint="save it as UTF-8") from None
    rows = [row for row in rows if any(character.isalnum() for character in row)]
    if not rows:
        raise InputError(f"{path.name} holds nothing to read", hint="write one sentence a line")
    for number, row in enumerate(rows, 1):
        if len(row) > _LONGEST_LETTERS:
            raise InputError(
                f"text {number} of {path.name} has {len(row)} characters", hint=f"at most {_LONGEST_LETTERS} a line"
            )
    own = dict.fromkeys(line(emotion, row) for row in rows)
    return Script(emotion, f"Your own texts from {path.name}.", tuple(own))


def reading_seconds(text: str, emotion: str = "neutral") -> float:
    """About how long it takes to read ``text`` aloud in that context, in seconds; figures count as read out."""
    from likeness.speak.normalise import spoken

    words = len(spoken(text).split())
    return 0.4 + 60.0 * words / _WORDS_PER_MINUTE.get(emotion, _USUAL_WORDS_PER_MINUTE)


def _rows(text: str) -> list[str]:
    return [" ".join(row.split()) for row in text.splitlines() if row.strip() and not row.startswith("#")]
