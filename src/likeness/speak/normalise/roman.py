"""Roman numerals in names: Henry VIII, Chapter IV, World War II."""

from __future__ import annotations

import re

from likeness.speak.normalise.numbers import cardinal, ordinal
from likeness.speak.normalise.rule import Rule, one_of, rule, word_list
from likeness.speak.normalise.style import Style

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_WELL_FORMED = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_NUMBERED = word_list(
    "Chapter Part Act Scene Volume Vol Book Section War Type Phase Appendix Article Level Grade Stage Mark Title "
    "Episode Fantasy Bowl Table Figure Fig Class Category Form Unit Module Lesson Canto Psalm Symphony Sonata "
    "Opus Rocky Apollo Saturn Factor Group Round Season Step Schedule Annex Protocol Day"
)
_RULERS = word_list(
    "Henry Louis Elizabeth George Charles James Edward William Richard Mary John Paul Pius Benedict Leo Gregory "
    "Clement Innocent Alexander Nicholas Peter Ivan Catherine Frederick Wilhelm Philip Felipe Ferdinand Carlos "
    "Alfonso Francis Napoleon Constantine Justinian Ramses Ramesses Ptolemy Cleopatra Darius Xerxes Otto Leopold "
    "Joseph Gustav Gustaf Christian Haakon Harald Olav Margrethe Albert Rainier Willem Robert David Malcolm "
    "Kenneth Boniface Urban Sixtus Julius Adrian Stephen Thomas Mehmed Murad Selim Suleiman Baldwin"
)


def value(numeral: str) -> int | None:
    """What ``numeral`` (capitals) stands for, or ``None`` if it is not well formed."""
    if not numeral or not _WELL_FORMED.fullmatch(numeral):
        return None
    total = 0
    for mark, following in zip(numeral, numeral[1:] + "I", strict=True):
        worth = _VALUES[mark]
        total += -worth if worth < _VALUES[following] else worth
    return total


def _ruler(match: re.Match[str], style: Style) -> str:
    number = value(match[2])
    return f"{match[1]} the {ordinal(number, style)}" if number else match[0]


def _numbered(match: re.Match[str], style: Style) -> str:
    number = value(match[2])
    return f"{match[1]} {cardinal(number, style)}" if number else match[0]


RULES: tuple[Rule, ...] = (
    rule(rf"\b({one_of(_RULERS)}) ([IVX]{{2,6}}|[VX])\b", _ruler),
    rule(rf"\b({one_of(_RULERS)}) (I)(?=\s*(?:[.,;:!?)]|$)|'s\b| of\b)", _ruler),
    rule(rf"\b((?:{one_of(_NUMBERED)}))\.? ([IVXLCDM]{{1,9}})\b(?!')", _numbered),
    rule(r"\b([A-Z][a-z]+) ([IVX]{2,6})\b", _numbered),
)
