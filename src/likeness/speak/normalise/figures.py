"""What is left of figures when every special reading has been tried: plain numbers, in every script."""

from __future__ import annotations

import re
import unicodedata

from likeness.speak.normalise.numbers import cardinal, decimal, digits
from likeness.speak.normalise.rule import Rule, rule
from likeness.speak.normalise.style import Style


def _plain(match: re.Match[str], style: Style) -> str:
    return f" {decimal(match[0], style)} "


def _any_digit(match: re.Match[str], style: Style) -> str:
    """A numeric sign of another script or form (Ⅷ, ㊷): its value, or nothing if Unicode gives none."""
    worth = unicodedata.numeric(match[0], -1.0)
    if match[0].isdecimal():
        return f" {digits(str(unicodedata.digit(match[0])))} "
    return f" {cardinal(int(worth), style)} " if worth >= 0 and worth == int(worth) else " "


RULES: tuple[Rule, ...] = (
    rule(r"(?:(?<![\w)\]])-(?=\.?\d))?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|\.\d+", _plain, re.ASCII),
    rule(r"[0-9]", _any_digit),
)


def without_numerals(text: str, style: Style) -> str:
    """``text`` with the numerals that no rule reads (other scripts, circled, Roman signs) as words, or left out."""
    if text.isascii():
        return text
    return "".join(
        _any_digit(match, style) if unicodedata.category(mark) in ("Nd", "Nl", "No") else mark
        for mark in text
        if (match := re.match(r"(?s).", mark))
    )
