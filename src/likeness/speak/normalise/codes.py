"""Figures that name rather than count: telephone numbers, versions, network addresses, model names."""

from __future__ import annotations

import re

from likeness.speak.normalise.numbers import UNITS, cardinal, code, digits
from likeness.speak.normalise.rule import Rule, rule
from likeness.speak.normalise.style import Style


def _telephone(match: re.Match[str], style: Style) -> str:
    """Digit by digit, with a comma where the figures are grouped."""
    said = ", ".join(digits(group) for group in re.findall(r"\d+", match["number"]))
    return f" plus {said}" if match["number"].startswith("+") else f" {said}"


def _version(match: re.Match[str], style: Style) -> str:
    return f"version {_points(match[1], style)}"


def _points(figures: str, style: Style) -> str:
    return " point ".join(cardinal(part, style) for part in figures.split("."))


def _dotted(match: re.Match[str], style: Style) -> str:
    parts = match[0].split(".")
    if len(parts) == 4 and all(int(part) < 256 for part in parts):
        return " dot ".join(code(part, style) for part in parts)
    return _points(match[0], style)


def _postcode(match: re.Match[str], style: Style) -> str:
    """YO10 5DD: letters and figures one by one, the two halves parted."""
    outward, inward = (
        " ".join(UNITS[int(mark)] if mark.isdecimal() else mark for mark in half) for half in match.groups()
    )
    return f"{outward}, {inward}"


def _hexadecimal(match: re.Match[str], style: Style) -> str:
    return "hex " + " ".join(UNITS[int(mark)] if mark.isdecimal() else mark for mark in match[1])


def _named(match: re.Match[str], style: Style) -> str:
    return f"{match[1]} {code(match[2], style)}"


def _mixed_name(match: re.Match[str], style: Style) -> str:
    """A3, MP3, B2B, 4K, H2O, COVID-19: letters stay, figures become words."""
    words = []
    for part in re.findall(r"\d+|[^\W\d]+", match[0]):
        words.append(code(part, style) if part.isdecimal() else part)
    return " ".join(words)


# Before dates, whose figures they could be taken for.
EXACT: tuple[Rule, ...] = (
    rule(r"\b([A-Z]{1,2}\d[A-Z\d]?) (\d[A-Z]{2})\b", _postcode),
    rule(r"(?<![\w.,-])(?P<number>\d{4}(?: \d{4}){2,4}|\d{1,7}(?:-\d{1,7}){3,6})(?![\w-]|[.,]\d)", _telephone),
    rule(r"(?<![\w.,])[1-9]\d{0,2}(?: \d{3})+(?![\w]|[ .,]\d)", lambda match, style: match[0].replace(" ", ",")),
    rule(r"\b(CO|SO|NO|NH|CH)(?=\d\b)", lambda match, style: " ".join(match[1]) + " "),
    rule(r"\b0[xX]([0-9a-fA-F]{1,16})\b", _hexadecimal),
    rule(r"(?<![\w.+])(?P<number>\+\d[\d ().-]{5,22}\d)(?!\w)", _telephone),
    rule(r"(?<![\w.])(?P<number>(?:1[ .-])?\(\d{3,5}\)[ .-]?\d{3,4}[ .-]?\d{3,4})(?!\w)", _telephone),
    rule(r"(?<![\w.+-])(?P<number>(?:1[ .-])?\d{3}([ .-])\d{3}\2\d{4})(?![\w-])", _telephone),
    rule(r"(?<![\w.+-])(?P<number>0\d{2,4}[ -]\d{3,4}[ -]?\d{3,4})(?![\w-])", _telephone),
    rule(r"(?<![\w.+-])(?P<number>0\d{4}[ -]\d{5,6}|0\d{9,10})(?![\w-])", _telephone),
    rule(r"(?<![\w.+-])(?P<number>\d{3}-\d{4})(?![\w-])", _telephone),
)

NUMBERS: tuple[Rule, ...] = (
    rule(r"(?<![\w.])[vV](?:ersion |er\. ?|\. ?)?(\d+(?:\.\d+){1,4})(?!\w)", _version),
    rule(
        r"\b(Boeing|Airbus|Route|Highway|Interstate|[Ff]light|[Rr]oom|Area|Bus|Model|[Ee]xtension) "
        r"(\d{3,4})(?!\w|[.,]\d)",
        _named,
    ),
    rule(r"(?<![\w.])[vV](\d{1,3})(?![\w.]\w)", _version),
    rule(r"(?<![\w.,])\d{1,6}(?:\.\d{1,6}){2,5}(?!\w)", _dotted),
)

NAMES: tuple[Rule, ...] = (
    rule(
        r"(?<![\w.,])(?=[A-Za-z-]{0,40}\d)(?=[\d-]{0,40}[A-Za-z])[A-Za-z\d]{1,40}(?:-[A-Za-z\d]{1,40}){0,4}(?!\w)",
        _mixed_name,
    ),
)
