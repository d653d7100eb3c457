"""Cards, bank accounts and the numbers states give people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from likeness.write.redact import checksums
from likeness.write.redact.spans import Span

_CARD = re.compile(
    r"(?<![\w.-])(?:\d{13,19}|"
    r"\d{4}([ -])(?:\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?|\d{6}\1\d{4,5}))(?![\w-]|\.\d)"
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}\b")
_ACCOUNT = re.compile(
    r"\b(?:account|acct|a/c|konto|kontonummer|cuenta|conto|conta|compte|rekening|routing|aba|sort code|blz|bsb)\b"
    r"(?:[ -]?(?:no|number|num|nummer|nr|n[°ºo]|#))?[.:#]?\s*(?:(?:is|ist|lautet|est|es|è|"
    r"é)\s*:?\s+)?[:=]?\s*(\d[\d -]{4,20}\d)\b",
    re.I,
)
_BIRTH = re.compile(
    r"\b(?:d\.?o\.?b\.?|date of birth|born(?: on)?|geboren(?: am)?|geburtsdatum|né(?:e)? le|date de naissance|"
    r"fecha de nacimiento|"
    r"nacid[oa] el|data di nascita|nat[oa] il|data de nascimento|geboortedatum)\b\s*(?:is|ist|est|es|è|é)?\s*[:=]?\s*"
    r"(\d{1,2}[./ -]\w{2,9}[./ -]\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2}(?:st|nd|rd|th)? (?:of )?\w{3,9},? \d{4}|"
    r"\w{3,9} \d{1,2}(?:st|nd|rd|th)?,? \d{4})",
    re.I,
)
_DOCUMENT = re.compile(
    r"\b(?:passport|reisepass|passeport|pasaporte|passaporto|passaporte|personalausweis|ausweis|"
    r"driver'?s? licen[cs]e|driving licen[cs]e|"
    r"führerschein|national insurance|social security|ssn|sin|nhs|tax (?:id|file)|tfn|medicare|steuer-?id|"
    r"steueridentifikationsnummer|"
    r"steuernummer|bsn|burgerservicenummer|pesel|personnummer|carta d'identità|aadhaar|sozialversicherungsnummer|"
    r"numéro de sécurité sociale)\b"
    r"(?:[ -]?(?:no|number|num|nummer|nr|n[°ºo]|#))?[.:#]?\s*(?:(?:is|ist|lautet|est|es|è|é|"
    r"to)\s*:?\s+)?[:=]?\s*((?=[A-Z0-9 -]*\d{2})[A-Z0-9](?:[ -]?[A-Z0-9]){5,17})\b",
    re.I,
)
_IDS: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])"), lambda text: True),  # US SSN
    (re.compile(r"\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b"),
     lambda text: True),  # UK NINO
    (re.compile(r"(?<![\w.-])(?:\d{8}|\d{2}\.\d{3}\.\d{3}|[XYZ]\d{7})-?[A-HJ-NP-TV-Z](?![\w-])"), checksums.dni),
    (re.compile(r"\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b", re.I), checksums.codice_fiscale),
    (re.compile(r"(?<!\w)[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}(?!\w)"),
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
        if checksums.card(checksums.digits(match[0])):
            yield Span(*match.span(), "card")
    for pattern, check in _IDS:
        for match in pattern.finditer(text):
            if check(match[0]):
                yield Span(*match.span(), "id")
    for pattern, kind in ((_ACCOUNT, "account"), (_BIRTH, "birth date"), (_DOCUMENT, "id")):
        for match in pattern.finditer(text):
            yield Span(*match.span(1), kind)


def _longest_iban(raw: str) -> int:
    """Length of the part of ``raw`` that is an IBAN, since a capitalised word may follow it."""
    length = checksums.IBAN_LENGTHS.get(raw[:2], 0)
    seen = 0
    for place, character in enumerate(raw):
        seen += character.isalnum()
        if length and seen == length:
            return place + 1 if checksums.iban(raw[: place + 1]) else 0
    return 0
