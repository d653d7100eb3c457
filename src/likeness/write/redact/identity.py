"""Cards, bank accounts and the numbers states give people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from likeness.write.redact import checksums
from likeness.write.redact.announcing_words import GAP
from likeness.write.redact.shapes import DATE
from likeness.write.redact.spans import Span

_CARD = re.compile(
    r"(?<![\w.-])(?<!\d )(?:\d{13,19}|"
    r"\d{4}([ .·•/_–-]|\s{1,3}|\s[–·/-]\s)(?:\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?|\d{6}\1\d{4,5}))(?![\w-]|\.\d|"
    r" \d{3})"
)
_FOURS = re.compile(r"\d{4}([ .-])\d{4}\1\d{4}\1\d{4}(?!\d)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ .-]?[A-Z0-9]){11,30}\b", re.I)
_ACCOUNT = re.compile(
    r"(?<![\w-])(?:(?:bank )?account|acct|a/c|acc|bankverbindung|konto|kto\.?|kto-?nr\.?|ccc|rib|bban|kontonummer|"
    r"cuenta|"
    r"conto(?: corrente)?|conta|compte|"
    r"rekening|routing|rtn|aba|ach|sort code|s/c|blz|bsb|swift|rib|iban|bankleitzahl)(?!\w)"
    rf"{GAP}(?<!\w)(\d[\d -]{{4,24}}\d)(?![\w]|[.,]\d)",
    re.I,
)
_SORT_CODE = re.compile(r"(?<![\w-])\d{2}-\d{2}-\d{2}[ ,;/]{1,3}(?:a/?c\.?:? ?)?\d{8}(?![\w-])")
_SPANISH_ACCOUNT = re.compile(r"(?<![\w.-])\d{4}([ -]?)\d{4}\1\d{2}\1\d{10}(?![\w-]|[.,]\d)")
_FRENCH_ACCOUNT = re.compile(r"(?<![\w.-])\d{5}([ -]?)\d{5}\1[A-Z\d]{11}\1\d{2}(?![\w-]|[.,]\d)", re.I)
_DRIVER = re.compile(  # Great Britain: surname, decade, month (plus 50 for women), day, year, initials, check
    r"(?<!\w)(?=[A-Z]+9* ?\d)[A-Z][A-Z9]{4} ?\d(?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12]\d|3[01])\d ?"
    r"[A-Z][A-Z9]\w[A-Z]{2}(?: ?\d{2})?(?!\w)",
    re.I,
)
_SORT_CODE_AFTER = re.compile(r"(?<![\w-])\d{8} ?[(,;/]? ?(?:sort(?: code)?:? )?\d{2}-\d{2}-\d{2}(?![\w-])")
_FAR_ACCOUNT = re.compile(
    r"(?<!\w)(?:(?:bank )?account|konto\w*|compte|cuenta|"
    r"conto)(?!\w)[^.!?\n]{0,45}?(?<![\w.,-])(\d{10,12})(?![\w-]|[.,]\d)",
    re.I,
)
_CHASSIS = re.compile(r"(?<!\w)(?=[A-Z]*\d)[A-HJ-NPR-Z0-9]{17}(?!\w)")
_PLATE = re.compile(  # Great Britain since 2001, France since 2009: nothing else looks like these
    r"(?<![\w-])(?:[A-HJ-PR-Y][A-HJ-PR-Y](?:0[2-9]|[12]\d|5[1-9]|[67]\d) [A-HJ-PR-Z]{3}|"
    r"[A-HJ-NP-TV-Z]{2}-\d{3}-[A-HJ-NP-TV-Z]{2})(?![\w-])"
)
_STEUER_ID = re.compile(r"(?<![\w.,-])[1-9]\d(?:\d{9}| \d{3} \d{3} \d{3})(?![\w-]|[.,]\d)")
_TAX_BEFORE = re.compile(r"(?:steuer|finanzamt|id-?nr|\btin\b|identifikationsnummer)", re.I)
_NINO = re.compile(r"(?<!\w)[a-z]{2} ?(?:\d{2} ?){3}[a-d](?!\w)", re.I)
_INSURANCE = re.compile(r"insurance|\bnino\b|\bni\b", re.I)
_SSN = re.compile(r"(?<![\w.,-])(?!000|666|9)\d{3}(?P<by>[ .]?)(?!00)\d{2}(?P=by)(?!0000)\d{4}(?![\w-]|[.,]\d)")
_SOCIAL_BEFORE = re.compile(r"\b(?:ssn|social)\b", re.I)
_IDS: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])"), lambda text: True),  # US SSN
    (re.compile(r"\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b"),
     lambda text: True),  # UK NINO
    (re.compile(r"(?<![\w.-])(?:\d{8}|\d{2}\.\d{3}\.\d{3}|"
        r"[XYZ][-. ]?\d{7})[- ]?[A-HJ-NP-TV-Z](?![\w-])"), checksums.dni),
    (re.compile(r"(?<!\w)[XYZ]?\d{7,8}[a-hj-np-tv-z](?!\w)"), lambda text: len(text) == 9 and checksums.dni(text)),
    (re.compile(r"\b[A-Z]{3} ?[A-Z]{3} ?\d{2}[A-EHLMPRST]\d{2} ?[A-Z]\d{3} ?[A-Z]\b", re.I), checksums.codice_fiscale),
    (re.compile(r"(?<![\w.,])[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}(?!\w)"),
     checksums.nir),
    (re.compile(r"(?<![\w.])\d{3}\.\d{3}\.\d{3}-\d{2}(?!\w)"), checksums.cpf),
    (re.compile(r"(?<![\w.])756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}(?!\w)"), checksums.ahv),
    (re.compile(r"(?<![\w-])\d{6}[-+]\d{4}(?![\w-])"), lambda text: checksums.luhn(checksums.digits(text))),  # Sweden
)  # fmt: skip


def find(text: str) -> Iterator[Span]:
    """Yield numbers that identify a person or their money."""
    if not any(character.isdigit() for character in text):
        return
    for match in _IBAN.finditer(text):
        found = _longest_iban(match[0])
        if found:
            yield Span(match.start(), match.start() + found, "iban")
    for match in _CARD.finditer(text):
        fours = _FOURS.match(match[0])
        # A date of expiry may follow in the same manner.
        for number in (match[0], fours[0] if fours else ""):
            if number and checksums.card(checksums.digits(number)):
                yield Span(match.start(), match.start() + len(number), "card")
                break
    for pattern, check in _IDS:
        for match in pattern.finditer(text):
            if check(match[0]) and not _in_a_column(text, match):
                yield Span(*match.span(), "id")
    for match in _ACCOUNT.finditer(text):
        if not re.fullmatch(DATE, match[1]):
            yield Span(*match.span(1), "account")
    for pattern in (_SORT_CODE, _SORT_CODE_AFTER):
        for match in pattern.finditer(text):
            yield Span(*match.span(), "account")
    for match in _FAR_ACCOUNT.finditer(text):
        yield Span(*match.span(1), "account")
    for pattern, checked in ((_SPANISH_ACCOUNT, checksums.ccc), (_FRENCH_ACCOUNT, checksums.rib)):
        for match in pattern.finditer(text):
            if checked(match[0]):
                yield Span(*match.span(), "account")
    for match in _DRIVER.finditer(text):
        yield Span(*match.span(), "id")
    for match in _PLATE.finditer(text):
        yield Span(*match.span(), "vehicle")
    for match in _CHASSIS.finditer(text):
        if checksums.vin(match[0]) and sum(c.isalpha() for c in match[0]) >= 3:
            yield Span(*match.span(), "vehicle")
    for match in _STEUER_ID.finditer(text):
        before = text[max(0, match.start() - 80) : match.start()]
        grouped = " " in match[0] and len(set(match[0])) < 11
        if checksums.steuer_id(match[0]) and (grouped or _TAX_BEFORE.search(before)):
            yield Span(*match.span(), "id")
    for match in _NINO.finditer(text):
        if _INSURANCE.search(text[max(0, match.start() - 60) : match.end() + 60]):
            yield Span(*match.span(), "id")
    for match in _SSN.finditer(text):
        if _SOCIAL_BEFORE.search(text[max(0, match.start() - 60) : match.start()]):
            yield Span(*match.span(), "id")


def _in_a_column(text: str, match: re.Match[str]) -> bool:
    """Whether the same kind of number stands right before or after: figures of a table or program, not of a person."""
    around = text[max(0, match.start() - 14) : match.start()] + "|" + text[match.end() : match.end() + 14]
    return bool(re.search(rf"\d{{6,}}{match[0][-1]}\b", around))


def _longest_iban(raw: str) -> int:
    """Length of the part of ``raw`` that is an IBAN, since a capitalised word may follow it."""
    length = checksums.IBAN_LENGTHS.get(raw[:2].upper(), 0)
    seen = 0
    for place, character in enumerate(raw):
        seen += character.isalnum()
        if length and seen == length:
            return place + 1 if checksums.iban(raw[: place + 1]) else 0
    return 0
