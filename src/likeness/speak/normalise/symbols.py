"""Signs that have a name: mathematics, arrows, the ampersand, the slash."""

from __future__ import annotations

import re

from likeness.speak.normalise.numbers import cardinal, ordinal
from likeness.speak.normalise.rule import Rule, one_of, rule, word_list
from likeness.speak.normalise.style import Style

_BETWEEN = {
    "+": "plus", "=": "equals", "<": "is less than", ">": "is greater than", "*": "times", "×": "times", "·": "times",
    "/": "divided by", "÷": "divided by", "-": "minus",
}  # fmt: skip
_ALWAYS = {
    "±": "plus or minus", "≈": "is about", "≠": "is not equal to", "≤": "is at most", "≥": "is at least",
    "<=": "is at most", ">=": "is at least", "!=": "is not equal to", "==": "equals", "∞": "infinity",
    "√": "the square root of", "∑": "the sum of", "∫": "the integral of", "∂": "partial", "∈": "in", "∀": "for all",
    "∃": "there is", "∅": "the empty set", "∩": "intersected with", "∪": "joined with", "⊂": "within", "→": "to",
    "⇒": "implies", "->": "to", "=>": "implies", "←": "from", "↔": "to and from", "×": "times", "÷": "divided by",
    "π": "pi", "§": "section", "¶": "paragraph", "&": "and", "°": "degrees", "%": "percent", "‰": "per mille",
    "@": "at", "$": "dollars", "£": "pounds", "€": "euros", "¥": "yen", "¢": "cents",
}  # fmt: skip
_RUNG = {"2": "squared", "²": "squared", "3": "cubed", "³": "cubed"}
_PAIRS = word_list("and/or he/she she/he his/her her/his him/her s/he")
_OPERAND = r"[\w.)]"


def _power(match: re.Match[str], style: Style) -> str:
    exponent = match[2].strip("{}()")
    if exponent in _RUNG:
        return f"{match[1]} {_RUNG[exponent]}"
    if exponent.lstrip("-").isdecimal():
        minus = "minus " if exponent.startswith("-") else ""
        power = cardinal(exponent, style) if minus else ordinal(exponent, style)
        return f"{match[1]} to the {power}" + (" power" if not minus else "")
    return f"{match[1]} to the power of {exponent}"


def _between(match: re.Match[str], style: Style) -> str:
    return f" {_BETWEEN[match[1]]} "


def _minus(match: re.Match[str], style: Style) -> str:
    """A spaced hyphen between figures is a minus only in an equation."""
    return " minus "


def _or(match: re.Match[str], style: Style) -> str:
    return match[0].replace("and/or", "and or").replace("s/he", "she or he").replace("/", " or ")


RULES: tuple[Rule, ...] = (
    rule(r"\bC\+\+", "C plus plus"),
    rule(r"\b([CF])#(?!\w)", lambda match, style: f"{match[1]} sharp"),
    rule(r"#(?=\d)", "number "),
    rule(rf"\b{one_of(_PAIRS)}\b", _or),
    rule(r"([\w)])[\^](\{?-?\w{1,6}\}?)", _power),
    rule(r"([\w)])([²³])", _power),
    rule(rf"(?<={_OPERAND})\s-\s(?=\d[\d.]*\s?[=+*/×÷-])", _minus),
    rule(r"(?<=[\d)a-z])\s?([+=*×·÷])\s?(?=-?[\d(a-z])", _between),
    rule(r"(?<=\w)\s-\s?(?=\d+(?:\.\d+)?\s+equals\b)", _minus),
    rule(r"(?<=[\d)])-(?=\d+(?:\.\d+)?\s+equals\b)", _minus),
    rule(
        r"(?<=[\w)])\s?([<>])\s?(?=-?\d)|(?<=\w)\s([<>])\s(?=\w)",
        lambda match, style: f" {_BETWEEN[match[1] or match[2]]} ",
    ),
    rule(r"(?<=\w)\s?=\s?(?=\w)", " equals "),
    rule(r"(?<=\w)\s\+\s(?=\w)", " plus "),
    rule(r"(?<=\w)\+(?=\W|$)", " plus"),
    rule(r"(?<!\w)\+(?=\d)", "plus "),
    rule(rf"({one_of(_ALWAYS)})", lambda match, style: f" {_ALWAYS[match[1]]} "),
    rule(r"(?<=[A-Z])/(?=[A-Z])", " "),
    rule(r"(?<=[^\W\d_])\s?/\s?(?=[^\W\d_])", " slash "),
)
