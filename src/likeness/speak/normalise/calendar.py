"""Dates and years. 3/12/24 is read month first or day first as the style says, or as the figures force it."""

from __future__ import annotations

import re

from likeness.speak.normalise.numbers import ordinal, plural, year
from likeness.speak.normalise.rule import Rule, one_of, rule, word_list
from likeness.speak.normalise.style import Style

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_SHORT_MONTHS = {month[:3]: month for month in MONTHS} | {"Sept": "September"}
_DAYS = {
    "Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday", "Thur": "Thursday",
    "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday",
}  # fmt: skip
_MONTH = rf"(?P<month>{one_of([*MONTHS, *_SHORT_MONTHS])})\b\.?"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_DAY_2 = r"(?P<last>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>1[0-9]\d\d|20\d\d)(?!\d|[.,]\d)"
_TO = r"\s?(?:-|–|—|to)\s?"
_BEFORE_YEAR = word_list(
    "in since by until till from before after during circa around about year years early late mid spring summer autumn "
    "fall winter of and or to between than for the class Christmas Easter"
)


def _month(name: str) -> str:
    return _SHORT_MONTHS.get(name, name)


def _then_time(match: re.Match[str]) -> str:
    """What joins a date to a time written right behind it."""
    return " at" if re.match(r" \d{1,2}[:.]\d\d", match.string[match.end() :]) else ""


def said_date(day: int, month: int, full_year: str, style: Style) -> str:
    """A date in full; ``full_year`` of four figures, or "" for none."""
    name, nth = MONTHS[month - 1], ordinal(day, style)
    words = f"the {nth} of {name}" if style.day_first else f"{name} {nth}"
    return f"{words}, {year(full_year, style)}" if full_year else words


def _full_year(figures: str) -> str:
    if len(figures) == 4:
        return figures
    return ("20" if int(figures) < 70 else "19") + figures


def _iso(match: re.Match[str], style: Style) -> str:
    month, day = int(match["month"]), int(match["day"])
    return (
        said_date(day, month, match["year"], style) + _then_time(match) + (f" at {match['at']}" if match["at"] else "")
    )


def _figures(match: re.Match[str], style: Style) -> str:
    first, second = int(match["first"]), int(match["second"])
    day_first = style.day_first or match["mark"] == "."
    day, month = (first, second) if day_first else (second, first)
    if month > 12:
        day, month = month, day
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0]
    return said_date(day, month, _full_year(match["year"]), style) + _then_time(match)


def _day_month(match: re.Match[str], style: Style) -> str:
    days = ordinal(int(match["day"]), style)
    if match["last"]:
        days += f" to the {ordinal(int(match['last']), style)}"
    words = f"{days} of {_month(match['month'])}"
    words = (match["the"] or "the ") + words
    return (f"{words}, {year(match['year'], style)}" if match["year"] else words) + _then_time(match)


def _month_day(match: re.Match[str], style: Style) -> str:
    words = f"{_month(match['month'])} {ordinal(int(match['day']), style)}"
    if match["last"]:
        words += f" to {ordinal(int(match['last']), style)}"
    return (f"{words}, {year(match['year'], style)}" if match["year"] else words) + _then_time(match)


def _month_year(match: re.Match[str], style: Style) -> str:
    return f"{_month(match['month'])} {year(match['year'], style)}"


def _decade(match: re.Match[str], style: Style) -> str:
    return plural(year(match[1], style).removeprefix("one "))


def _years(match: re.Match[str], style: Style) -> str:
    first, last = match[1], match[2]
    return f"{year(first, style)} to {year(last, style)}"


def _year_alone(match: re.Match[str], style: Style) -> str:
    return year(match[1], style)


def _after_preposition(match: re.Match[str], style: Style) -> str:
    return f"{match[1]}{year(match[2], style)}"


def _days(match: re.Match[str], style: Style) -> str:
    return f"{_DAYS[match[1]]} to {_DAYS[match[2]]}"


def _months(match: re.Match[str], style: Style) -> str:
    return f"{_month(match[1])} to {_month(match[2])}"


RULES: tuple[Rule, ...] = (
    rule(rf"\b({one_of(_DAYS)})\s?[-–]\s?({one_of(_DAYS)})\b", _days),
    rule(rf"\b({one_of([*MONTHS, *_SHORT_MONTHS])})\s?[-–]\s?({one_of([*MONTHS, *_SHORT_MONTHS])})\b", _months),
    rule(
        rf"\b({one_of(_DAYS)})\b\.?(?=,? (?:\d|{one_of([*MONTHS, *_SHORT_MONTHS])}))",
        lambda match, style: _DAYS[match[1]],
    ),
    rule(
        r"(?<![\d-])(?P<year>[12]\d{3})-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])"
        r"(?:T(?P<at>\d\d:\d\d)(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?|(?![\d-]))",
        _iso,
    ),
    rule(
        r"(?<![\d/.-])(?P<year>[12]\d{3})(?P<at>)/(?P<month>0[1-9]|1[0-2])/(?P<day>0[1-9]|[12]\d|3[01])(?![\d/])", _iso
    ),
    rule(
        r"(?<![\d/.-])(?P<first>\d{1,2})(?P<mark>[/.-])(?P<second>\d{1,2})(?P=mark)(?P<year>[12]\d{3}|\d\d)(?![\d/-]|\.\d)",
        _figures,
    ),
    rule(
        rf"(?<![\w.])(?P<the>[Tt]he )?{_DAY}(?:{_TO}{_DAY_2})?(?: of)?[ -]{_MONTH}(?:,?[ -]{_YEAR})?(?![\w-])",
        _day_month,
    ),
    rule(rf"\b{_MONTH} {_DAY}(?:{_TO}{_DAY_2})?(?:,? {_YEAR})?(?![\w:]|[.,/-]\d|%)", _month_day),
    rule(rf"\b{_MONTH},? {_YEAR}\b", _month_year),
    rule(r"(?<![\w.,])(1[1-9]\d\d|20\d\d)\s?[-–]\s?(1[1-9]\d\d|20\d\d|\d\d)(?![\w-]|[.,]\d)", _years),
    rule(r"(?<![\w.,])(1[1-9]\d0|20\d0|[1-9]00)'?s\b", _decade),
    rule(r"(?<![\w.,])'([2-9]0)s\b", _decade),
    rule(r"(?<=\b(?:the|his|her|our|mid)[ -])([2-9]0)'?s\b", _decade),
    rule(
        rf"\b((?:{one_of(_BEFORE_YEAR)}) )(1[0-9]\d\d|20\d\d)(?![\w%°$£€]|[.,/:]\d)", _after_preposition, re.IGNORECASE
    ),
    rule(r"(?<![\w.,$£€#+-])(1[5-9]\d\d|20\d\d)(?![\w%°$£€/:-]|[.,]\d| ?[a-zA-Z]{1,2}\b)", _year_alone),
)
