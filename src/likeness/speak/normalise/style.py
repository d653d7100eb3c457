"""How a variety of English reads what is written in figures."""

from __future__ import annotations

from dataclasses import dataclass

from likeness.core.errors import InputError


@dataclass(frozen=True, slots=True)
class Style:
    """``day_first``: 3/12/24 is the third of December. ``with_and``: one hundred and five."""

    day_first: bool
    with_and: bool


_AMERICAN = Style(day_first=False, with_and=False)
_BRITISH = Style(day_first=True, with_and=True)
_AMERICAN_TAGS = frozenset(("en", "en-us", "en-ca", "en-ph"))


def style_of(language: str) -> Style:
    """The style of a BCP 47 tag: ``en`` and ``en-US`` American, every other English (``en-GB`` …) British.

    Raises :class:`InputError` for a language other than English.
    """
    tag = language.strip().lower().replace("_", "-")
    if tag.split("-")[0] != "en":
        raise InputError(
            f"figures and abbreviations cannot be read out in {language!r}", hint="write them as words, or use English"
        )
    return _AMERICAN if tag in _AMERICAN_TAGS else _BRITISH
