"""Times of day and durations written with colons."""

from __future__ import annotations

import re

from likeness.speak.normalise.numbers import cardinal
from likeness.speak.normalise.rule import Rule, rule
from likeness.speak.normalise.style import Style

_HALF = r"(?P<half>[aApP])\.?[mM]\b\.?"
_TIME = r"(?:[01]?\d|2[0-4])(?:[:.h][0-5]\d)?"


def _minutes(minutes: int, style: Style) -> str:
    return f"oh {cardinal(minutes, style)}" if minutes < 10 else cardinal(minutes, style)


def _half_letters(letter: str) -> str:
    return f"{letter.upper()} M"


def _stop(match: re.Match[str]) -> str:
    """The full stop of "p.m." once more, where it ends the sentence."""
    rest = match.string[match.end() :]
    ends = match[0].endswith(".") and (not rest.strip() or re.match(r"\s+[A-Z\"]", rest))
    return "." if ends else ""


def _twelve(match: re.Match[str], style: Style) -> str:
    hour, minutes = int(match["hour"]), int(match["minutes"] or 0)
    words = cardinal(hour % 12 or 12 if hour > 12 else hour, style)
    if minutes:
        words += f" {_minutes(minutes, style)}"
    return f"{words} {_half_letters(match['half'])}{_stop(match)}"


def _twenty_four(match: re.Match[str], style: Style) -> str:
    hour, minutes = int(match["hour"]), int(match["minutes"])
    if minutes:
        return f"{cardinal(hour, style) if hour else 'zero'} {_minutes(minutes, style)}"
    if hour == 0:
        return "midnight"
    if hour <= 12:
        return f"{cardinal(hour, style)} o'clock"
    return f"{cardinal(hour, style)} hundred"


def _duration(match: re.Match[str], style: Style) -> str:
    names = ("hour", "minute", "second")
    parts = [(int(figures), name) for figures, name in zip(match.groups()[:3], names, strict=True)]
    said = [f"{cardinal(count, style)} {name}{'' if count == 1 else 's'}" for count, name in parts if count]
    return " ".join(said) or "zero seconds"


def _range_half(match: re.Match[str], style: Style) -> str:
    """9-5pm: the first time without its half of the day."""
    return f"{match[1]} to {match[2]}"


RULES: tuple[Rule, ...] = (
    rule(rf"(?<![\w:.])({_TIME}(?:\s?[aApP]\.?[mM]\b\.?)?)\s?[-–—]\s?({_TIME}\s?[aApP]\.?[mM]\b)", _range_half),
    rule(r"(?<![\w:.])((?:[01]?\d|2[0-4]):[0-5]\d)\s?[-–—]\s?((?:[01]?\d|2[0-4]):[0-5]\d)(?![\w:])", _range_half),
    rule(rf"(?<![\w:.$£€])(?P<hour>0?\d|1\d|2[0-4])(?:[:.h](?P<minutes>[0-5]\d))?\s?{_HALF}", _twelve),
    rule(r"(?<![\w:.])(\d{1,3}):([0-5]\d):([0-5]\d)(?:[.,]\d{1,6})?(?:Z|[+-]\d\d:?\d\d)?(?![\w:])", _duration),
    rule(r"(?<![\w:.])(?P<hour>[01]?\d|2[0-4]):(?P<minutes>[0-5]\d)(?:Z\b|(?![\w:]))", _twenty_four),
    rule(r"(?<![\w:.])(?P<hour>[01]?\d|2[0-4])h(?P<minutes>[0-5]\d)(?![\w:])", _twenty_four),
)
