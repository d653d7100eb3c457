"""Numbers in words. All functions take digits or integers and give lower-case words."""

from __future__ import annotations

import unicodedata

from likeness.speak.normalise.rule import word_list
from likeness.speak.normalise.style import Style

UNITS = word_list(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SCALES = (
    "", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion", "sextillion", "septillion",
    "octillion", "nonillion", "decillion",
)  # fmt: skip
_IRREGULAR = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_MOST_DIGITS = 3 * len(SCALES)


def plain_digits(text: str) -> str:
    """``text`` with the digits of every script as 0-9."""
    return "".join(str(unicodedata.digit(mark)) if mark.isdecimal() else mark for mark in text)


def digits(figures: str) -> str:
    """Each digit by its name; everything else in ``figures`` is passed over."""
    return " ".join(UNITS[int(figure)] for figure in figures if figure in "0123456789")


def cardinal(number: int | str, style: Style) -> str:
    """``number`` (may be negative, and a string may hold thousands separators); digit by digit beyond 10^36."""
    figures = str(number).replace(",", "").replace(" ", "")
    if figures.startswith("-"):
        return "minus " + cardinal(figures[1:], style)
    figures = figures.lstrip("0") or "0"
    if len(figures) > _MOST_DIGITS:
        return digits(figures)
    if len(figures) < 4:
        return _below_thousand(int(figures), style)
    groups = [int(figures[max(0, end - 3) : end]) for end in range(len(figures), 0, -3)]
    words = [
        f"{_below_thousand(group, style)} {SCALES[scale]}".strip()
        for scale, group in reversed(list(enumerate(groups)))
        if group
    ]
    if style.with_and and 0 < groups[0] < 100:
        words.insert(-1, "and")
    return " ".join(words)


def _below_thousand(number: int, style: Style) -> str:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _below_hundred(rest)
    words = f"{UNITS[hundreds]} hundred"
    if rest:
        words += (" and " if style.with_and else " ") + _below_hundred(rest)
    return words


def _below_hundred(number: int) -> str:
    if number < 20:
        return UNITS[number]
    tens, unit = divmod(number, 10)
    return TENS[tens] + (f"-{UNITS[unit]}" if unit else "")


def ordinal(number: int | str, style: Style) -> str:
    """first, twenty-second, one hundredth."""
    words = cardinal(number, style)
    start = max(words.rfind(" "), words.rfind("-")) + 1
    last = words[start:]
    if last in _IRREGULAR:
        last = _IRREGULAR[last]
    elif last.endswith("y"):
        last = last[:-1] + "ieth"
    else:
        last += "th"
    return words[:start] + last


def year(number: int | str, style: Style) -> str:
    """nineteen eighty-four, two thousand five, twenty ten, nineteen oh six, eighteen hundred."""
    figures = str(number)
    if len(figures) != 4 or figures[1:3] == "00" or figures == "0000":
        return cardinal(figures, style)
    century, rest = int(figures[:2]), int(figures[2:])
    if not rest:
        return f"{_below_hundred(century)} hundred"
    return f"{_below_hundred(century)} {_below_hundred(rest) if rest > 9 else 'oh ' + UNITS[rest]}"


def decimal(figures: str, style: Style) -> str:
    """``figures`` with an optional sign, separators and fraction: minus three point one four."""
    if figures[:1] in ("-", "+"):
        return ("minus " if figures[0] == "-" else "plus ") + decimal(figures[1:], style)
    whole, _, fraction = figures.partition(".")
    words = number(whole, style) if whole else ""
    return f"{words} point {digits(fraction)}".strip() if fraction else words


def number(figures: str, style: Style) -> str:
    """A whole number as people read it: digit by digit when it starts with 0 or is a long bare code, else cardinal."""
    bare = figures.replace(",", "").replace(" ", "")
    leading_zero = len(bare) > 1 and bare.startswith("0")
    code = len(bare) > 8 and bare == figures and not bare.endswith("000")
    return digits(bare) if leading_zero or code else cardinal(bare, style)


def plural(words: str) -> str:
    """The last word of a number in the plural: twenties, sixes, hundreds."""
    if words.endswith("y"):
        return words[:-1] + "ies"
    return words + ("es" if words.endswith(("s", "x")) else "s")


def code(figures: str, style: Style) -> str:
    """Digits inside a name (Boeing 747, A380): as a number up to two digits, in pairs to four, then digit by digit."""
    if figures.startswith("0") or len(figures) > 4:
        return digits(figures)
    if len(figures) == 3 and figures[1:] != "00":
        rest = int(figures[1:])
        return f"{UNITS[int(figures[0])]} {_below_hundred(rest) if rest > 9 else 'oh ' + UNITS[rest]}"
    return year(figures, style) if len(figures) == 4 else cardinal(figures, style)
