"""Sums of money: $3.50, £20, €1.2m, 50p, 20 EUR, US$5-10."""

from __future__ import annotations

import re
from typing import NamedTuple

from likeness.speak.normalise.numbers import cardinal, decimal
from likeness.speak.normalise.rule import Rule, one_of, rule
from likeness.speak.normalise.style import Style


class Currency(NamedTuple):
    """Names of a currency and of its hundredth ("" where it has none)."""

    one: str
    many: str
    cent: str
    cents: str


_DOLLAR = ("dollar", "dollars", "cent", "cents")
_CURRENCIES: dict[str, Currency] = {
    "$": Currency(*_DOLLAR),
    "US$": Currency("US dollar", "US dollars", "cent", "cents"),
    "A$": Currency("Australian dollar", "Australian dollars", "cent", "cents"),
    "C$": Currency("Canadian dollar", "Canadian dollars", "cent", "cents"),
    "£": Currency("pound", "pounds", "penny", "pence"),
    "€": Currency("euro", "euros", "cent", "cents"),
    "¥": Currency("yen", "yen", "", ""),
    "₹": Currency("rupee", "rupees", "paisa", "paise"),
    "₽": Currency("ruble", "rubles", "", ""),
    "₩": Currency("won", "won", "", ""),
    "₿": Currency("bitcoin", "bitcoins", "", ""),
    "₺": Currency("lira", "lira", "", ""),
    "₪": Currency("shekel", "shekels", "", ""),
}
_SAME = {
    "AU$": "A$", "CA$": "C$", "USD": "US$", "GBP": "£", "EUR": "€", "JPY": "¥", "AUD": "A$", "CAD": "C$", "INR": "₹",
}  # fmt: skip
_CODES = {
    "CHF": Currency("Swiss franc", "Swiss francs", "centime", "centimes"),
    "SEK": Currency("Swedish krona", "Swedish kronor", "", ""),
    "NOK": Currency("Norwegian krone", "Norwegian kroner", "", ""),
    "DKK": Currency("Danish krone", "Danish kroner", "", ""),
    "PLN": Currency("zloty", "zlotys", "", ""),
    "CNY": Currency("yuan", "yuan", "", ""),
    "NZD": Currency("New Zealand dollar", "New Zealand dollars", "cent", "cents"),
}
_ALL = _CURRENCIES | {sign: _CURRENCIES[same] for sign, same in _SAME.items()} | _CODES
_SCALES = {
    "k": "thousand", "K": "thousand", "m": "million", "M": "million", "mn": "million", "mio": "million",
    "bn": "billion", "b": "billion", "B": "billion", "tn": "trillion", "T": "trillion", "thousand": "thousand",
    "million": "million", "billion": "billion", "trillion": "trillion", "hundred": "hundred",
}  # fmt: skip
_SIGN = one_of(_ALL)
_AMOUNT = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_SCALE = rf"(?:\s?(?P<scale>{one_of(_SCALES)})\b)?"


def said_sum(amount: str, currency: Currency, scale: str, style: Style) -> str:
    """``amount`` figures of ``currency``; ``scale`` is a word such as million, or "". Two decimals are hundredths."""
    whole, _, fraction = amount.replace(",", "").partition(".")
    if scale:
        return f"{decimal(amount, style)} {scale} {currency.many}"
    if len(fraction) != 2 or not currency.cent:
        words = decimal(amount, style)
        return f"{words} {currency.one if words == 'one' else currency.many}"
    parts = []
    units, hundredths = int(whole or 0), int(fraction)
    if units or not hundredths:
        parts.append(f"{cardinal(units, style)} {currency.one if units == 1 else currency.many}")
    if hundredths:
        parts.append(f"{cardinal(hundredths, style)} {currency.cent if hundredths == 1 else currency.cents}")
    return " and ".join(parts)


def _sum(match: re.Match[str], style: Style) -> str:
    scale = _SCALES.get(match["scale"] or "", "")
    minus = "minus " if match["minus"] else ""
    return minus + said_sum(match["amount"], _ALL[match["sign"]], scale, style)


def _range(match: re.Match[str], style: Style) -> str:
    scale = _SCALES.get(match["scale"] or "", "")
    first = decimal(match["first"], style)
    return f"{first} to {said_sum(match['amount'], _ALL[match['sign']], scale, style)}"


def _pence(match: re.Match[str], style: Style) -> str:
    one, many = ("penny", "pence") if match[2] == "p" else ("cent", "cents")
    words = cardinal(match[1], style)
    return f"{words} {one if match[1] == '1' else many}"


RULES: tuple[Rule, ...] = (
    rule(rf"(?<!\w)(?P<sign>{_SIGN})\s?(?P<first>{_AMOUNT})\s?[-–—]\s?(?P=sign)?(?P<amount>{_AMOUNT}){_SCALE}", _range),
    rule(rf"(?<![\w])(?P<minus>-)?(?P<sign>{_SIGN})\s?(?P<amount>{_AMOUNT}){_SCALE}", _sum),
    rule(
        rf"(?<![\w.,])(?P<minus>-)?(?P<amount>{_AMOUNT})(?:\s?(?P<scale>k|m|bn|million|billion))?\s?(?P<sign>{_SIGN})(?!\w)",
        _sum,
    ),
    rule(r"(?<![\w.,:])(\d{1,3})(p|¢)(?!\w)", _pence),
)
