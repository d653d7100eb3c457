"""Numbers with a unit, percentages, fractions, ranges, ratios, ordinals; the table of units is ``units.txt``."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from likeness.speak.normalise.numbers import cardinal, decimal, ordinal
from likeness.speak.normalise.rule import Rule, one_of, rule, word_list
from likeness.speak.normalise.style import Style

NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_SIGNED = rf"(?:(?<![\w)])[-+])?(?:{NUMBER})"
_DASH = r"\s?[-–—]\s?"
# Signs that stand for something else after a space ("5 A students").
_TIGHT = frozenset(("A", "J", "N", "t"))
_NO_NOUNS = frozenset(
    word_list("of is are was and or to in from with at on for by per more less too later ago away each but than as if")
)
_MOST_COMMON_DENOMINATORS = {2: "half", 4: "quarter"}


@cache
def units() -> dict[str, tuple[str, str]]:
    """Sign → (singular, plural)."""
    table: dict[str, tuple[str, str]] = {}
    for line in files(__package__).joinpath("units.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            *signs, one, many = line.split()
            table |= dict.fromkeys(signs, (one.replace("_", " "), many.replace("_", " ")))
    return table


def _measure(match: re.Match[str], style: Style) -> str:
    sign = match["loose"] or match["tight"].strip()
    words, (one, many) = decimal(match["last"], style), units()[sign]
    joined = match["joint"] == "-" or _before_a_noun(match)
    said = f"{words} {one if words in ('one', 'minus one') or joined else many}"
    if match["first"]:
        said = f"{decimal(match['first'], style)} to {said}"
    if sign.endswith(".") and re.match(r"\s*$|\s+[A-Z]", match.string[match.end() :]):
        said += "."
    return said


def _before_a_noun(match: re.Match[str]) -> bool:
    """a 10-15 min walk, a 5 kg bag: the unit says of which kind, and stays singular."""
    after = re.match(r"\s([a-z]+)", match.string[match.end() :])
    before = re.search(r"\b(?:a|an|another|each|every|one) $", match.string[: match.start()])
    return bool(before and after and after[1] not in _NO_NOUNS)


def _by(match: re.Match[str], style: Style) -> str:
    said = " by ".join(decimal(part, style) for part in re.split(r"\s?[x×]\s?", match[1]))
    return f"{said} {units()[match['loose']][1]}" if match["loose"] else said


def _feet_inches(match: re.Match[str], style: Style) -> str:
    feet = f"{cardinal(match[1], style)} {'foot' if match[1] == '1' else 'feet'}"
    return f"{feet} {decimal(match[2], style)}" if match[2] else feet


def _inches(match: re.Match[str], style: Style) -> str:
    return f"{decimal(match[1], style)} inch" if match[1] == "1" else f"{decimal(match[1], style)} inches"


def fraction(over: int, under: int, style: Style) -> str:
    """one half, three quarters, two thirds, five sixteenths; "over" for what has no such name."""
    if under > 100 or under < 2:
        return f"{cardinal(over, style)} over {cardinal(under, style)}"
    name = _MOST_COMMON_DENOMINATORS.get(under) or ordinal(under, style)
    if over != 1:
        name = "halves" if under == 2 else f"{name}s"
    return f"{cardinal(over, style)} {name}"


def _mixed(match: re.Match[str], style: Style) -> str:
    over, under = int(match[2]), int(match[3])
    words = fraction(over, under, style)
    if over == 1 and under in (2, 4):
        words = "a " + words.removeprefix("one ")
    return f"{cardinal(match[1], style)} and {words}" + (f" {units()[match['loose']][1]}" if match["loose"] else "")


def _fraction(match: re.Match[str], style: Style) -> str:
    over, under = int(match[1]), int(match[2])
    if match["loose"] and over < under:
        return f"{fraction(over, under, style)} {units()[match['loose']][0]}"
    if (over, under) in ((24, 7), (9, 11)) or over == under > 9:
        return f"{cardinal(over, style)} {cardinal(under, style)}"
    if under in (5, 10, 100) and not match.string[match.end() :].startswith((" of", " cup", " teaspoon", " mile")):
        return f"{cardinal(over, style)} out of {cardinal(under, style)}"
    if over < under:
        return fraction(over, under, style)
    unit = f" {units()[match['loose']][1]}" if match["loose"] else ""
    return f"{cardinal(over, style)} over {cardinal(under, style)}{unit}"


def _per(match: re.Match[str], style: Style) -> str:
    return f" per {match[1]}"


def _scientific(match: re.Match[str], style: Style) -> str:
    unit = f" {units()[match['loose']][1]}" if match["loose"] else ""
    return f"{decimal(match[1], style)} times ten to the {decimal(match[2].lstrip('+'), style)}{unit}"


def _range(match: re.Match[str], style: Style) -> str:
    return f"{decimal(match[1], style)} to {decimal(match[2], style)}"


def _ordinal(match: re.Match[str], style: Style) -> str:
    return ordinal(match[1], style)


def _scaled(match: re.Match[str], style: Style) -> str:
    scale = {"k": "thousand", "M": "million", "mn": "million", "bn": "billion"}[match[2].strip()]
    return f"{decimal(match[1], style)} {scale}"


def _rules() -> tuple[Rule, ...]:
    loose = one_of(sign for sign in units() if sign not in _TIGHT and sign[0] not in "°%‰")
    tight = one_of(_TIGHT)
    always = one_of(sign for sign in units() if sign[0] in "°%‰")
    unit = rf"(?:(?P<joint>[\s-]?)(?P<loose>{loose})|(?P<tight>{tight}|\s?{always}))(?![\w/²³])"
    measured = rf"(?:\s(?P<loose>{loose})(?![\w/²³]))?"
    return (
        rule(r"(?<![\w.])[~≈](?=\s?[\d$£€.])\s?", "about "),
        rule(
            rf"(?<![\w.])((?:\d+(?:\.\d+)?\s?x\s?){{1,3}}\d+(?:\.\d+)?)(?:\s?(?P<loose>{loose})\b|(?!\d|[.,]\d))", _by
        ),
        rule(r"(?<![\w.])(\d+(?:\.\d+)?)x(?!\w)", lambda match, style: f"{decimal(match[1], style)} times"),
        rule(r"(?<=\w)/(months?|weeks?|days?|years?|hours?|minutes?|seconds?|nights?|person|users?|head)\b", _per),
        rule(
            r"\b(dollars?|cents?|pounds?|pence|euros?|yen)/(kg|g|lb|oz|km|mi|m|L|l|gal|ft|kWh)\b",
            lambda match, style: f"{match[1]} per {units()[match[2]][0]}",
        ),
        rule(r"(?<=\w)/(mo|wk|yr|hr|min|sec)\b", lambda match, style: f" per {units()[match[1]][0]}"),
        rule(rf"(?<![\w.,])({NUMBER})[eE]([+-]?\d{{1,3}})(?:\s(?P<loose>{loose})(?![\w/²³])|(?!\w))", _scientific),
        rule(rf"(?<![\w.,])({NUMBER})in\b", _inches),
        rule(r"(?<![\w.])(\d)'\s?(\d{1,2}(?:\.\d)?)\"?(?!\w)", _feet_inches),
        rule(rf"(?<![\w.\"])({NUMBER})(?:''| in(?=[,;:)]| x| by|$))(?!\w)", _inches),
        rule(r"(?<![\w.,/])(\d{1,3})(?:\s+|-)(\d{1,3})/(\d{1,3})(?![\w/]|\.\d)" + measured, _mixed),
        rule(r"(?<![\w.,/])(\d{1,3})/(\d{1,3})(?![\w/]|[.,]\d)" + measured, _fraction),
        rule(rf"(?<![\w.,])(?:(?P<first>{_SIGNED}){_DASH})?(?P<last>{_SIGNED}){unit}", _measure),
        rule(rf"(?<![\w.,])({NUMBER})(k|M|mn|\s?bn)(?![\w/])", _scaled),
        rule(r"(?<![\w.,])(\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)\b", _ordinal),
        rule(rf"(?<![\w.,:/+-])({NUMBER})(?:{_DASH}|\s?:\s?)({NUMBER})(?![\w:/]|[.,]\d|{_DASH}\d|\s?=)", _range),
    )


RULES: tuple[Rule, ...] = _rules()
