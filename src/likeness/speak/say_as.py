"""SSML's ``say-as``: text read as what it is said to be, whatever it looks like.

The kinds are those of the W3C note "SSML 1.0 say-as attribute values" and those that other speech services share.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from likeness.speak.normalise import spoken
from likeness.speak.normalise.numbers import cardinal, decimal, digits, ordinal
from likeness.speak.normalise.rule import word_list
from likeness.speak.normalise.style import Style, style_of

UNSAID = frozenset(("expletive", "bleep"))
_SPELLED = frozenset(("characters", "character", "spell-out", "spell", "verbatim", "letters"))
_SIGNS = {
    "-": "dash", "_": "underscore", ".": "dot", ",": "comma", "/": "slash", "\\": "backslash", "@": "at", "#": "hash",
    "&": "and", "+": "plus", "*": "star", "=": "equals", ":": "colon", ";": "semicolon", "%": "percent", "!":
    "exclamation mark", "?": "question mark", "(": "open bracket", ")": "close bracket", "$": "dollar",
    "'": "apostrophe", '"': "quote", "<": "less than", ">": "greater than", "|": "bar", "~": "tilde", "^": "caret",
}  # fmt: skip
_MONTHS = word_list("January February March April May June July August September October November December")


def said(text: str, kind: str, detail: str = "", language: str = "en") -> str:
    """``text`` in words, read as ``kind`` (``detail`` is the order of a date: "dmy", "ym" …).

    A text that is not what it is said to be is read plainly.
    """
    if kind in UNSAID:
        return ""
    if kind in _SPELLED:
        return _spelled(text)
    reader = _READERS.get(kind)
    words = reader(text, detail, style_of(language)) if reader else ""
    return words or spoken(text, language)


def _spelled(text: str) -> str:
    """Each letter and figure by its name; letters stay capitals, which engines read as letters."""
    names = [digits(mark) if mark.isdecimal() and mark.isascii() else _SIGNS.get(mark, mark.upper()) for mark in text]
    return ", ".join(name for name in names if name.strip())


def _cardinal(text: str, detail: str, style: Style) -> str:
    figures = text.replace(",", "").replace(" ", "")
    if re.fullmatch(r"[+-]?\d+", figures):
        return cardinal(figures.removeprefix("+"), style)
    return decimal(figures, style) if re.fullmatch(r"\d+\.\d+", figures) else ""


def _ordinal(text: str, detail: str, style: Style) -> str:
    figures = re.fullmatch(r"(\d+)(?:st|nd|rd|th)?", text.replace(",", ""))
    return ordinal(figures[1], style) if figures else ""


def _digits(text: str, detail: str, style: Style) -> str:
    return digits(text)


def _telephone(text: str, detail: str, style: Style) -> str:
    groups = [digits(group) for group in re.split(r"[^\d+]+", text)]
    return ("plus " if text.lstrip().startswith("+") else "") + ", ".join(group for group in groups if group)


def _date(text: str, detail: str, style: Style) -> str:
    """A date whose figures stand in the order ``detail`` (default: by the first group, else as the text is read)."""
    groups = re.findall(r"\d+", text)
    order = re.sub(r"[^dmy]", "", re.sub(r"(.)\1+", r"\1", detail))
    if not order and len(groups) == 3 and len(groups[0]) == 4:
        order = "ymd"
    if not order or len(groups) != len(order) or re.search(r"[A-Za-z]", text):
        return ""
    parts = dict(zip(order, groups, strict=True))
    month = int(parts.get("m", "0"))
    if "m" in parts and not 1 <= month <= len(_MONTHS):
        return ""
    name = _MONTHS[month - 1] if month else ""
    day, year = parts.get("d", ""), parts.get("y", "")
    if day and not name:
        return ""
    written = f"{name} {int(day)}" if day else name
    return spoken(f"{written}, {year}" if day and year else f"{written} {year}".strip())


def _fraction(text: str, detail: str, style: Style) -> str:
    return spoken(text.replace("+", " ")) if re.fullmatch(r"[\d\s+]*\d\s*/\s*\d+", text) else ""


def _time(text: str, detail: str, style: Style) -> str:
    """A time of day, or a length of time written 1'21"."""
    length = re.fullmatch(r"(\d{1,3})'(\d{1,2})\"", text.strip())
    return spoken(f"{length[1]} minutes {length[2]} seconds") if length else ""


_READERS: dict[str, Callable[[str, str, Style], str]] = {
    "cardinal": _cardinal, "number": _cardinal, "ordinal": _ordinal, "digits": _digits, "telephone": _telephone,
    "date": _date, "fraction": _fraction, "time": _time, "duration": _time,
}  # fmt: skip
KINDS = frozenset(_READERS) | _SPELLED | UNSAID | {"unit", "measure", "currency", "address", "name", "net", "vxml:date"}
"""What ``interpret-as`` may say; the last ones are read as the text itself is."""
