"""What announced values look like, and what must hold of one besides its look."""

from __future__ import annotations

import re

from likeness.write.redact.announcing_words import QUOTES

_GROUP = r"(?:[A-Z]{1,4}|[A-Za-z]{0,8}\d[A-Za-z\d]*)"
PAPER = rf"{_GROUP}(?:[ ./-]{_GROUP}){{0,6}}(?!\w)"
PLATE = (
    r"(?:[A-Z]{2}[- ]?\d{3}[- ]?[A-Z]{2}|[A-Z]{2}\d{2} ?[A-Z]{3}|[A-Z]\d{1,3} ?[A-Z]{3}|[A-Z]{3} ?\d{1,3}[A-Z]|"
    r"[A-ZÄÖÜ]{1,3}[- :][A-ZÄÖÜ]{1,2}[- ]?\d{1,4}[EH]?|\d{4}[- ]?[A-Z]{3}|[A-Z]{1,2}[- ]?\d{4}[- ]?[A-Z]{1,2}|"
    r"\d{1,4} ?[A-Z]{2,3} ?\d{2}|[A-Z]{3}[- ]?\d{3,4}|\d[A-Z]{3}\d{3}|\d{3}[- ]?[A-Z]{3}|"
    r"\d{2,3}[- ][A-Z]{2,3}[- ]\d{1,3}|"
    r"[A-Z]{1,2}[- ]?\d{5,6}|[A-Z]{2} ?[A-Z0-9]{4,6})(?![\w-])"
)
_MONTH = r"[^\W\d_]{3,10}\.?"
DATE = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th|er|º|°)?[./ -]{{1,2}}(?:of |de |d'|di )?(?:\d{{1,2}}|{_MONTH})(?:[./ -]|"
    rf", )(?:de |del )?(?:19|20)?\d{{2}}|"
    rf"\d{{1,2}} [A-Z]{{3}}(?: ?/ ?[A-Z]{{3,4}})? \d{{2,4}}|"
    rf"(?:19|20)\d{{2}}[-./]\d{{1,2}}[-./]\d{{1,2}}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? ?(?:19|"
    rf"20)\d{{2}})(?![\w]|[./-]\d)"
)
PIN = (
    r"(?:\d{2}[A-Z]\d{2}|[A-Za-z]?\d{3,8})(?:[#*]|[A-Za-z](?!\w))?(?!\w|[.,:/ -]\d| ?(?:%|€|\$|euros?|times|mal|"
    r"fois|veces|volte|"
    r"tries|attempts)\b)"
)
LONG_PIN = (
    r"[A-Za-z]?\d{4,8}(?:[#*]|[A-Za-z](?!\w))?(?!\w|[.,:/ -]\d| ?(?:%|€|\$|euros?|times|mal|fois|veces|volte|km|m\b|"
    r"h\b|uhr|people|personen?|users?|rooms?|members?|[kmg]b\b|mah|px|[kc]?g\b|calls?|entries|items?))"
)
SECRET = rf"[^\s{QUOTES}<>]{{3,80}}"
KEY = r"[A-Za-z0-9_+/=.~-]{12,300}"


def _digits(value: str) -> int:
    return sum(character.isdigit() for character in value)


_FAR = re.compile(r"[^\W\d_]{3,}\W+[^\W\d_]{3,}|\w{5,}")
"""Whether more than small words stand between."""


def is_paper(value: str, gap: str) -> bool:
    size = sum(c.isalnum() for c in value)
    # The numbers of German papers have no vowels, and may have one digit only.
    enough = _digits(value) >= 2 or (_digits(value) == 1 and re.fullmatch(r"[CFGHJKLMNPRTVWXYZ\d]{9}", value, re.I))
    if _FAR.search(gap):
        enough = (
            size >= 8
            and " " not in value
            and (_digits(value) >= 5 or value.upper() == value or not re.search(r"[aeiou]", value))
        )
    return size >= 6 and bool(enough) and not re.fullmatch(rf"{DATE}|\d\.\d+", value)


def is_plate(value: str, gap: str) -> bool:
    return (
        _digits(value) >= 2
        and any(c.isalpha() for c in value)
        and not re.match(r"(?i)(?:in|at|on|of|to|am|um|im|le|en|el|il|la|à|no|nr)\b", value)
    )


def is_chassis(value: str, gap: str) -> bool:
    return _digits(value) >= 3


def is_any(value: str, gap: str) -> bool:
    return True


def is_code(value: str, gap: str) -> bool:
    """A year needs to be told for certain."""
    return not re.fullmatch(r"(?:19|20)\d\d", value) or bool(re.search(r"[:=#(]|\b(?:is|ist|est|es|è)\b|^\s*$", gap))


def secret_like(value: str, gap: str = "") -> bool:
    """No word of a sentence: it has a digit or a mark in it, or capitals inside."""
    inner = value.strip("*_.,;:!?()")
    if len(inner) < 4 or inner.startswith("[") or inner.casefold().startswith(("http://", "https://")):
        return False
    if re.fullmatch(r"[^\W\d_]+(?:[-'’/][^\W\d_]+)*", inner):
        odd_end = value.rstrip(".,;:?)")
        return bool(re.search(r"[a-z][A-Z]", inner)) or (
            odd_end.endswith("!") and bool(re.search(r"[:=\n]|\bto\b", gap))
        )
    return bool(re.search(r"\d|[!@#$%^&*+=~?<>|\\_]", inner)) and not re.fullmatch(r"\d{1,3}|[\d,.]+\s?%", inner)


def is_odd(value: str) -> bool:
    """Whether marks stand between letters, as in no word."""
    return bool(re.search(r"[^\W_][@$%&#=+*^~!][^\W_]", value)) and "://" not in value


def is_mixed(value: str, gap: str) -> bool:
    inner = value.strip(".-=/")
    if re.search(r"(?i)\b(?:commit|sha\d*|hash|md5|checksum|revision)\b", gap):
        return False
    return (
        len(inner) >= 12
        and _digits(inner) >= 2
        and any(c.isalpha() for c in inner)
        and "/" not in inner[:4]
        and not re.match(r"(?i)www\.|https?:", inner)
    )


_NO_VALUE = re.compile(
    r"[*•x.…_-]+$|[$%]\{?[A-Z_({]|\$\w|\{\{|<|(?:your|my_|the_|change|example|placeholder|secret_?here|os\.|"
    r"process\.|"
    r"getenv|env\.|null|none|true|false|required|optional|string)|https?:|[/\\]|\[|"
    r"\w+\(|\w+\[|[A-Za-z_]+\.[a-z_]+(?:\.[a-z_]+)*$",
    re.I,
)


def is_filled_in(value: str) -> bool:
    """Whether ``value`` stands for itself: no blank to fill in, no name of a variable, no path."""
    return not _NO_VALUE.match(value.strip("\"'"))
