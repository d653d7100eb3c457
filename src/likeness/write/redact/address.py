"""Street addresses as six countries write them, with the postcode and town that follow."""

from __future__ import annotations

import re
from collections.abc import Iterator

from likeness.write.redact.spans import Span

_UPPER = "A-ZÀ-ÖØ-ÞŁŚŻ"
_WORD = rf"[{_UPPER}][\w'’.-]*"
_TOWN = rf"{_WORD}(?:[ -](?:{_WORD}|am|an|der|de|la|le|les|sur|upon|del|di)){{0,3}}"
_UK_POSTCODE = r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b"
_UNIT = r"(?:,?\s+(?:apt|apartment|suite|ste|unit|flat|floor|fl|room|#)\.?\s*#?\w{1,6})?"
_ENGLISH = (
    r"(?:(?:[Ff]lat|[Aa]pt|[Aa]partment|[Uu]nit|[Ss]uite)\.? (?:\d{1,4}[A-Za-z]?|[A-Z]),? )?"
    rf"\b\d{{1,5}}[A-Za-z]?(?:[-/]\d{{1,5}})?,? (?:[NSEW]\.? )?(?:{_WORD} ){{1,4}}?"
    r"(?:(?:St|Rd|Ave|Ln|Dr|Ct|Pl|Blvd|Cres|Sq|Hwy|Pkwy|Cir)\b\.?|(?:Street|Road|Avenue|Lane|Drive|Court|Place|Boulevard|"
    r"Way|Terrace|Close|Crescent|Square|Highway|Parkway|Gardens|Grove|Row|Mews|Walk|Hill|Circle|Trail|Loop)\b)"
    rf"(?: [NSEW]{{1,2}}\b)?{_UNIT}(?:,?\s+{_TOWN}(?:,?\s+{_TOWN})?,?\s+"
    rf"(?:[A-Z]{{2}},? \d{{5}}(?:-\d{{4}})?|{_UK_POSTCODE}|[A-Z]{{2,3}} \d{{4}}|[A-Z]\d[A-Z] ?\d[A-Z]\d))?"
)
_CONTINENTAL_TOWN = rf"(?:,?\s+(?:[A-Z]{{1,2}}-)?\d{{4,5}}(?: ?[A-Z]{{2}}\b)?,?\s+{_TOWN})?"
_GERMAN = (
    rf"\b(?:[{_UPPER}][\w-]*(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|ufer|damm|chaussee)|"
    rf"(?!(?:Auf|Den|Der|Das|Ein|Von|Mit|Nur) )(?:{_WORD}[ -]){{1,3}}(?:Straße|Strasse|Str\.|Weg|Platz|Allee|Gasse|"
    rf"Ring|Ufer|Damm|Chaussee))\s\d{{1,4}}\s?[a-z]?\b{_CONTINENTAL_TOWN}"
)
_DUTCH = (
    rf"\b[{_UPPER}][\w-]*(?:straat|laan|weg|plein|gracht|kade|singel|dijk|hof|"
    rf"markt)\s\d{{1,4}}\s?[a-zA-Z]?\b{_CONTINENTAL_TOWN}"
)
_FRENCH = (
    r"\b\d{1,4}(?: ?(?:bis|ter|quater))?,? (?:rue|avenue|av\.|boulevard|bd|place|chemin|impasse|allée|quai|cours|"
    r"route|square|passage) "
    rf"(?:(?:de la|de l['’]|du|des|de|d['’]|la|le|les) ?)?(?:{_WORD})(?:[ -](?:{_WORD}|de|du|des|la|le|"
    rf"d['’]\w+)){{0,4}}{_CONTINENTAL_TOWN}"
)
_SPANISH = (
    r"\b(?:Calle|C/|Avenida|Avda\.?|Av\.|Plaza|Pza\.?|Paseo|Camino|Carrer|Ronda|Travesía|Rua|Travessa|Praça) ?"
    rf"(?:(?:de la|de los|del|de|da|do|das|dos) )?{_WORD}(?: (?:{_WORD}|de|la|del|"
    rf"y)){{0,4}},? ?(?:n[.º°]*\s?)?\d{{1,4}}"
    rf"(?:,? ?\d{{1,2}}[ºª°] ?[A-Z]?\b)?{_CONTINENTAL_TOWN}"
)
_ITALIAN = (
    r"\b(?:Via|Viale|Piazza|Piazzale|Corso|Vicolo|Largo|Strada|Lungotevere) "
    rf"(?:(?:della|delle|dei|degli|del|di|de) )?{_WORD}(?: (?:{_WORD}|di|della|"
    rf"e)){{0,4}},? \d{{1,4}}(?:/?[A-Za-z])?{_CONTINENTAL_TOWN}"
)
_BOX = (
    rf"\b(?:P\.? ?O\.? Box|Postfach|Boîte postale|Apartado(?: de correos)?|Casella postale|"
    rf"Postbus) \d{{1,7}}{_CONTINENTAL_TOWN}"
)
_LONE_POSTCODE = r"\b[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}\b"
_PATTERNS = tuple(re.compile(p) for p in (_ENGLISH, _GERMAN, _DUTCH, _FRENCH, _SPANISH, _ITALIAN, _BOX, _LONE_POSTCODE))


def find(text: str) -> Iterator[Span]:
    """Yield postal addresses, and UK postcodes standing alone."""
    if not any(character.isdigit() for character in text):
        return
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            yield Span(*match.span(), "address")
