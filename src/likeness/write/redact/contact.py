"""E-mail addresses, telephone numbers and network addresses."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence

import phonenumbers

from likeness.write.redact.spans import Span

_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.)+[A-Za-z]{2,24}(?![\w-])|"
    r"(?<![\w.+-])[\w.+-]{2,64} ?(?:\[at\]|\(at\)|_at_|<at>) ?(?:[\w-]+ ?(?:\.|\[dot\]|"
    r"\(dot\)) ?){1,4}[A-Za-z]{2,10}\b|"
    r"(?<![\w.+-])(?:(?<=<)\w|\w+[._+\d])[\w.+-]{1,63} at (?:[a-z0-9-]+\.){1,4}(?:com|org|net|edu|gov|ac\.uk|"
    r"co\.uk|[a-z]{2})\b(?!/)",
    re.I,
)
_WRITTEN_OUT = re.compile(
    r"(?<![\w.+-])[\w.+-]{2,64} ?[\[(](?:at|ät|arroba|arobase|chiocciola)[\])] ?"
    r"(?:[\w-]+ ?(?:\.|[\[(](?:dot|punkt|point|punto|ponto)[\])]) ?){1,4}[A-Za-z]{2,10}\b|"
    r"(?<![\w.+-])[\w.+-]{2,64} at (?:[\w-]+ dot ){1,3}[A-Za-z]{2,10}\b",
    re.I,
)
_SPELLED_OUT = re.compile(
    r"(?<![\w.+@-])[\w][\w.+-]{1,63} at (?:(?P<known>gmail|googlemail|yahoo|hotmail|outlook|live|msn|"
    r"icloud|aol|gmx|web|"
    r"orange|laposte|wanadoo|free|libero|tin|virgilio|telefonica|btinternet|comcast|protonmail|proton|t-online)"
    r"\.[a-z.]{2,6}|(?:[a-z0-9-]+\.){1,4}[a-z]{2,6})\b(?!/)",
    re.I,
)
_NO_USER = re.compile(
    r"(?:look|looks|meet|met|stud\w+|work\w*|liv\w+|available|hosted|students?|professor|me|see|found|"
    r"here|there|it|is|are|us|"
    r"was|were|people|teach\w*|taught|arrive\w*|stay\w*|start\w*|held|now|online) at ",
    re.I,
)
_MAIL_WORD = re.compile(
    r"(?:e-?mail|mail|courriel|correo|adresse?|address|dirección|indirizzo|write to|send it to|reach \w+ at|"
    r"schreib\w*|"
    r"écri\w+|escrib\w+|scriv\w+|login|user(?:name)?|utente|usuario|identifiant|benutzer\w*|"
    r"cc)\b[^\n]{0,20}$|(?:^|\n)\W*$",
    re.I,
)
_URL_BEFORE = re.compile(r"(?:https?://|www\.)\S*$")
_NUMBER = re.compile(
    r"(?<![\w./=#-])(?<!\d:)(?:\+|00|\(|\d)(?:[().\-/–]| (?=\S)|\d){5,24}\d(?:\s?(?:ext|x|extension|"
    r"durchwahl)\.?\s?\d{1,5})?(?![\w%]|[.,]\d|[-/]\d)",
    re.I,
)
_PHONE_WORD = re.compile(
    r"(?:(?<!\[)\b(?:tel|telephone|phone|ph|mobile|mob|cell|fax|call|ring|text|sms|whatsapp|signal|"
    r"telegram|number(?! of)|nr|"
    r"handy|telefon|mobil|nummer|"
    r"ruf|erreichbar|numero|número|tél|téléphone|portable|appelle[zr]?|numéro|móvil|teléfono|telefono|"
    r"cellulare|chiama|llama|"
    r"landline(?:['’]s)?|landlijn|celular|telemóvel|liga|bel|tlf|tfno|tlfno|cel|tf|gsm|portatile|fisso|"
    r"fijo|fixe|festnetz|rückruf\w*|"
    r"\w*nummer|(?:m['’]|t['’])?appel\w*|joindre|joignable|(?:ll|ch)[aá]ma\w*|ll[aá]mame|chiamami|chiamat\w+|"
    r"anruf\w*|ruf\w*|rappel\w*|marca|contatt\w+|"
    r"reach (?:me|him|her|us)|dial|contact|kontakt|contacto|contatto)\b[^\n\d+(\[]{0,24}\n?\s{0,4}\(?|[☎📞📱]\s*\(?)$",
    re.I,
)
_NOT_PHONE_WORD = re.compile(
    r"\b(?:order|invoice|ticket|case|ref(?:erence)?|id|isbn|issn|lotter(?:y|ies)|lotto|loto|lotería|doi|version|"
    r"bestellung|rechnung|auftrag|"
    r"commande|facture|pedido|factura|"
    r"ordine|fattura|tracking|serial|part|item|no|nr|bug|pr|issue|r)\b[\s.:#]{0,4}(?:no\.?|number|nummer|nr\.?|"
    r"id)?[\s.:#]{0,3}$",
    re.I,
)
_DATE = re.compile(
    r"[0-2]\d[.:]?[0-5]\d ?[-–/] ?[0-2]\d[.:]?[0-5]\d|"
    r"(?:(?:1[5-9]|20)\d\d[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|"
    r"\d{2}))(?:[\sT]+\d{1,2}[.:]?\d{0,2})?.*"
)
_NORTH_AMERICA = re.compile(
    r"(?:\+?1[-. ]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])[2-9]\d{2}[-. ]\d{4}(?:\s?(?:ext|x)\.?\s?\d{1,5})?"
)
_IN_PAIRS = re.compile(r"0[1-9]([-. ])\d\d(?:\1\d\d){3}")
"""French numbers: four pairs of digits after the first would be no date."""
_AT = re.compile(r"\b(?:is on|its|it['’]s|mine is|at|try|unter|auf|au|al|sul)\s$", re.I)
_FIGURES = re.compile(r"(?<![\d.])0\.\d|\d\.\d{1,2} |\d\.\d \d")
"""Decimal numbers beside each other."""
_DIALLED = re.compile(
    r"[679]\d{2}([ .-])(?:\d{3}\1\d{3}|\d{2}\1\d{2}\1\d{2})|3\d{2}([ .-])\d{3}\2\d{4}|3\d{9}|[67]\d{8}"
)
"""Spanish and Italian numbers, which have no trunk zero, as they are grouped."""
_IPV4 = re.compile(r"(?<![\w.-])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w-]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])")
_MAC = re.compile(
    r"(?<![\w:.-])(?:[0-9a-fA-F]{4}\.){2}[0-9a-fA-F]{4}(?![\w:-]|\.\w)|(?<=mac )[0-9a-fA-F]{12}(?!\w)|"
    r"(?<![\w:-])(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}(?![\w:-])"
)
_VERSION_BEFORE = re.compile(r"(?:\b(?i:v|versions?|release|build|firmware|driver)|\b[A-Z][\w+]*[ -]|[_-])\s*$")
_ADDRESS_BEFORE = re.compile(
    r"\b(?:ip|host|server|address|adresse|at|from|to|ping|ssh|via|gateway|dns|on|router)\s*(?:is|:|=)?\s*$", re.I
)


def find(text: str, regions: Sequence[str]) -> Iterator[Span]:
    """Yield ways to reach somebody. ``regions`` are the countries whose national number formats are tried."""
    if (
        "@" in text
        or " at " in text
        or "at]" in text
        or "(a" in text
        or "[a" in text
        or "at)" in text
        or "_at_" in text
        or "<at>" in text
    ):
        for match in _EMAIL.finditer(text):
            yield Span(*match.span(), "email")
        if " dot " in text or "(" in text or "[" in text:
            for match in _WRITTEN_OUT.finditer(text):
                yield Span(*match.span(), "email")
        for match in _SPELLED_OUT.finditer(text):
            academic = re.search(r"\.(?:ac\.uk|edu)$", match[0], re.I) and not _NO_USER.match(match[0])
            if match["known"] or academic or _MAIL_WORD.search(text[max(0, match.start() - 40) : match.start()]):
                yield Span(*match.span(), "email")
    if sum(character.isdigit() for character in text) >= 4:
        yield from _numbers(text, regions)
        yield from _network(text)


def _numbers(text: str, regions: Sequence[str]) -> Iterator[Span]:
    for match in _NUMBER.finditer(text):
        raw = match[0]
        start = match.start()
        line = raw.split("\n")[0].rstrip(" (.-/–") if "\n" in raw else raw
        before = text[max(0, start - 40) : start]
        if _is_phone(line, before, regions):
            yield Span(start, start + len(line), "phone")


def _is_phone(raw: str, before: str, regions: Sequence[str]) -> bool:
    count = sum(character.isdigit() for character in raw)
    bare = raw.strip("( ")
    dated = (_DATE.fullmatch(bare) or _IPV4.fullmatch(bare)) and not _IN_PAIRS.fullmatch(bare)
    if not 7 <= count <= 17 or dated or _URL_BEFORE.search(before):
        return False
    if _NORTH_AMERICA.fullmatch(raw) or _NORTH_AMERICA.fullmatch(bare):
        return True
    if _FIGURES.search(bare) and not _IN_PAIRS.fullmatch(bare):
        return False
    announced = bool(_PHONE_WORD.search(before))
    dialled = re.fullmatch(r"\d{2,5}\.\d{5,8}" if announced else r"0[1-9]\d{0,3}\.\d{5,8}", bare)
    if (re.fullmatch(r"\d+\.\d+", bare) and not dialled) or len(re.findall(r"(?<!\d)\d(?!\d)", raw)) > 4:
        return False
    if not announced and _NOT_PHONE_WORD.search(before):
        return False
    if raw.startswith(("+", "00")):
        return announced or _valid("+" + raw.lstrip("+0 ") if raw.startswith("00") else raw, None)
    if announced:
        return count <= 15
    groups = re.findall(r"\d+", raw)
    alone = not before or before[-1] in "\n(" or bool(_AT.search(before) and count >= 9)
    trunk = raw.lstrip("(").startswith("0")
    if len(groups) == 1 and not (trunk and count in (10, 11, 12)) and not alone:
        return False
    # A run of digits may be anything; with the trunk zero, or on a line of its own, and valid somewhere it is to dial.
    usual = (
        trunk
        or (len(groups) == 1 and count == 10 and raw[0] in "23456789" and _AT.search(before))
        or re.match(r"\(\d{2,5}\)", raw)
        or _DIALLED.fullmatch(raw.strip())
    )
    return bool(usual) and any(_valid(raw, region) for region in regions)


def _valid(raw: str, region: str | None) -> bool:
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(raw, region)))
    except phonenumbers.NumberParseException:
        return False


def _network(text: str) -> Iterator[Span]:
    for match in _IPV4.finditer(text):
        before = text[max(0, match.start() - 20) : match.start()]
        local = match[0].startswith(("127.", "0.")) or match[0] == "255.255.255.255"
        version = _VERSION_BEFORE.search(before) and not _ADDRESS_BEFORE.search(before)
        small = all(int(part) < 20 for part in match[0].split("."))
        if not local and not version and (not small or _ADDRESS_BEFORE.search(before)):
            yield Span(*match.span(), "ip")
    for match in _IPV6.finditer(text):
        if _is_ipv6(match[0]):
            yield Span(*match.span(), "ip")
    for match in _MAC.finditer(text):
        yield Span(*match.span(), "ip")


def _is_ipv6(raw: str) -> bool:
    if len(raw) < 8 or raw.count(":") < 3 or not re.search(r"\d", raw):
        return False
    try:
        return not ipaddress.IPv6Address(raw).is_loopback
    except ValueError:
        return False
