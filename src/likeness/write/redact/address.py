"""Street addresses as six countries write them, with the postcode and town that follow."""

from __future__ import annotations

import re
from collections.abc import Iterator

from likeness.write.redact.spans import Span

_UPPER = "A-ZÀ-ÖØ-ÞŁŚŻ"
_WORD = rf"[{_UPPER}][\w'’.-]*"
_TOWN = rf"{_WORD}(?:[ -](?:{_WORD}|am|an|der|de|la|le|les|sur|upon|del|di)){{0,3}}"
_UK_POSTCODE = r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b"
_BREAK = r"(?:,\s*|\s+)"

# ── English ─────────────────────────────────────────────────────────────────────────────────────────────────
_FLAT = r"(?:(?:[Ff]lat|[Aa]pt|[Aa]partment|[Uu]nit|[Ss]uite)\.? (?:\d{1,4}[A-Za-z]?|[A-Z]),?\s )?"
_UNIT = (
    r"(?:,?\s+(?i:apt|apartment|suite|ste|unit|flat|floor|fl|room)\.?\s*#?\w{1,6}|,?\s+#\s?\w{1,6}|"
    r",?\s+\d{1,2}(?:st|nd|rd|th) floor)?"
)
_STREET_WORD = rf"(?:{_WORD}|\d{{1,3}}(?:st|nd|rd|th))"
_KIND = (
    r"(?:(?:St|Rd|Ave?|Ln|Dr|Ct|Pl|Blvd|Cres|Sq|Hwy|Pkwy|Cir|Ter)\b\.?|(?:Street|Road|Avenue|Lane|Drive|Court|Place|"
    r"Boulevard|Way|Terrace|Close|Crescent|Square|Highway|Parkway|Gardens|Grove|Row|Mews|Walk|Hill|Circle|"
    r"Trail|Loop)\b)"
)
_ENGLISH_END = rf"(?:[A-Z]{{2}},? \d{{5}}(?:-\d{{4}})?|{_UK_POSTCODE}|[A-Z]{{2,3}} \d{{4}}|[A-Z]\d[A-Z] ?\d[A-Z]\d)"
_HOUSE = r"\b\d{1,5}[A-Za-z]?(?:[-/]\d{1,5})?"
_ENGLISH = (
    rf"{_FLAT}{_HOUSE},? (?:[NSEW]\.? )?(?:{_STREET_WORD} ){{1,4}}?{_KIND}(?: [NSEW]{{1,2}}\b)?{_UNIT}"
    rf"(?:{_BREAK}{_TOWN}(?:{_BREAK}{_TOWN})?{_BREAK}{_ENGLISH_END})?"
)
# A postcode at the end vouches for a street whose name says nothing of the kind.
_ENGLISH_VOUCHED = (
    rf"{_FLAT}{_HOUSE},? {_WORD}(?: {_WORD}){{0,4}}{_UNIT}{_BREAK}(?:{_TOWN}{_BREAK}){{1,2}}{_ENGLISH_END}"
)
_ENGLISH_SMALL = (
    r"(?i:\b(?:lives?|lived|living|address(?: is)?|at|to|house|flat)\s*:?\s+)"
    r"(\d{1,4}[a-z]? (?!(?:way|miles?|past|min\w*|hours?|the|of|km|m)\b)[a-z'’]+(?: [a-z'’]+)? "
    r"(?:street|road|avenue|lane|drive|st|rd|ave|close|crescent|terrace|court|gardens)\b(?:, [a-z]+)?)"
)

# ── the continent: the number after or before the street, postcode before the town ──────────────────────────
_NUMBER = r"\d{1,4}(?: ?(?:bis|ter)\b|(?: ?[a-zA-Z])?(?!\w))(?:[/-] ?(?:\d{1,4}|[A-Za-z])\b)?"
_NUMBERED = rf"(?:,? ?(?:n(?:[.º°]|úm|um|r|o)?[.º°]*\s?)?{_NUMBER}|,? s/n\b)"
_FLOOR = (
    r"(?:,? (?:Hinterhaus|Vorderhaus|Hinterhof|Seitenflügel|HH|VH|EG|DG|\d{1,2}\. ?(?:OG|Stock|Etage)|"
    r"pta\.? ?\w{1,3}|bajo|"
    r"ático|rez-de-chaussée|RDC|esc\.? ?\w{1,3})|,? ?\d{1,2} ?[.ºª°]{1,2} ?(?:[A-Z]\b|izq\w*|dcha?\w*|der\w*)?|"
    r",? (?:int|interno|scala|piso|planta|"
    r"bât|bat|apt|Whg)\.? ?\w{1,3})?"
)
_POSTCODE_TOWN = rf"(?:[A-Z]{{1,2}}-)?\d{{4,5}}(?: ?[A-Z]{{2}}\b)?,?\s+{_TOWN}(?: \([A-Z]{{2}}\))?"
_CONTINENTAL_TOWN = rf"(?:{_BREAK}{_POSTCODE_TOWN})?"
_GERMAN = (
    rf"\b(?:[{_UPPER}][\w-]*(?:straße|strasse|str\.?|weg|platz|allee|gasse|ring|ufer|damm|chaussee|stieg|markt)|"
    r"[a-zäöü-]{3,}(?:straße|strasse|str\.|gasse|allee)|"
    rf"(?!(?:Auf|Den|Der|Das|Ein|Von|Mit|Nur) )(?:{_WORD}[ -]){{1,3}}(?:Straße|Strasse|Str\.|Weg|Platz|Allee|Gasse|"
    rf"Ring|Ufer|Damm|Chaussee|Markt))\s{_NUMBER}{_FLOOR}{_CONTINENTAL_TOWN}"
)
_GERMAN_VOUCHED = (
    rf"\b(?:(?:Am|An der|An den|Auf der|Auf dem|Im|In der|In den|Zum|Zur|Unter den|Hinter der|Alte[rs]?|"
    rf"Neue[rs]?|Obere|"
    rf"Untere) )(?:{_WORD} ?){{1,3}}\s{_NUMBER}{_BREAK}{_POSTCODE_TOWN}|\b[{_UPPER}][\w-]+ {_NUMBER}{_BREAK}"
    rf"(?:D-)?\d{{5}} {_TOWN}"
)
_GERMAN_TOLD = (
    rf"(?:[Ww]ohn\w*|[Aa]dresse|[Aa]nschrift|[Aa]n)[^\d\n.]{{0,20}}\n?((?:Am|An der|Im|In der|Zum|"
    rf"Zur) (?:{_WORD} ?){{1,3}}\s{_NUMBER})"
)
_DUTCH = (
    rf"\b[{_UPPER}][\w-]*(?:straat|laan|weg|plein|gracht|kade|singel|dijk|hof|"
    rf"markt)\s{_NUMBER}{_CONTINENTAL_TOWN}"
)
_FRENCH = (
    r"\b\d{1,4}[a-d]?(?: ?(?:bis|ter|quater|[A-D]))?,? (?i:rue|avenue|av\.?|boulevard|bd\.?|boul\.?|blvd\.?|"
    r"place|pl\.|chemin|"
    r"ch\.|impasse|allées?|quai|cours|route|esplanade|promenade|rond-point|lotissement|mail|montée|square|passage|"
    r"résidence|villa|faubourg|cité|sentier|ruelle) "
    r"(?:(?:de la|de l['’]|du|des|de|d['’]|la|le|les) ?)?"
    rf"(?:{_WORD})(?:[ -](?:{_WORD}|de|du|des|la|le|d['’]\w+)){{0,4}}{_FLOOR}{_CONTINENTAL_TOWN}"
)
_SPANISH = (
    r"\b(?:(?i:calle|avenida|avda\.?|plaza|pza\.?|paseo|p[ºo]\.|camino|cno\.?|carrer|plaça|avinguda|passeig|pl\.|"
    r"ronda|travesía|glorieta|"
    r"cuesta|callejón|rambla)|"
    r"[Cc]/|Av\.|Rua|Travessa|Praça) ?"
    rf"(?:(?:de la|de los|de las|de l['’]|del|de|da|do|das|dos|la|los|las|el) )?{_WORD}(?: (?:{_WORD}|de|"
    rf"la|los|las|del|"
    rf"y)){{0,4}}{_NUMBERED}{_FLOOR}{_CONTINENTAL_TOWN}"
)
_ITALIAN = (
    r"\b(?:(?i:viale|v\.le|piazza|p\.z?za|pzza|piazzale|p\.le|corso|c\.so|vicolo|largo|strada|lungotevere|lungomare|"
    r"contrada|borgo)|Via|"
    r"via(?= d))\s(?:(?:della|delle|dello|dei|degli|dell['’]|del|di|de) ?)?"
    rf"{_WORD}(?: (?:{_WORD}|di|della|e|d['’]\w+)){{0,4}}{_NUMBERED}{_FLOOR}{_CONTINENTAL_TOWN}"
)
_ITALIAN_VOUCHED = rf"\bvia {_WORD}(?: {_WORD}){{0,4}}{_NUMBERED}{_FLOOR}{_BREAK}{_POSTCODE_TOWN}"
_ITALIAN_TOLD = (
    rf"(?:abit\w+|indirizzo|in|a|viv\w+|festa)[^\w\n]{{1,3}}(?:è )?(via {_WORD}(?: {_WORD}){{0,4}}{_NUMBERED})"
)
_BOX = (
    rf"\b(?:P\.? ?O\.? Box|Postfach|Boîte postale|Apartado(?: de correos)?|Casella postale|"
    rf"Postbus) \d{{1,7}}(?:{_BREAK}{_TOWN}{_BREAK}{_ENGLISH_END}|{_BREAK}{_POSTCODE_TOWN})?"
)
_HOUSE_NAMED = (
    rf"\b(?:The )?{_WORD}(?: {_WORD}){{0,2}},\s"
    rf"{_WORD}(?: {_WORD}){{0,2}} {_KIND},\s(?:{_TOWN},?\s){{1,2}}{_UK_POSTCODE}"
)
_LONE_POSTCODE = r"\b[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}\b"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        _ENGLISH,
        _ENGLISH_VOUCHED,
        _ENGLISH_SMALL,
        _GERMAN,
        _GERMAN_VOUCHED,
        _GERMAN_TOLD,
        _DUTCH,
        _FRENCH,
        _SPANISH,
        _ITALIAN,
        _ITALIAN_VOUCHED,
        _ITALIAN_TOLD,
        _BOX,
        _HOUSE_NAMED,
        _LONE_POSTCODE,
    )
)


def find(text: str) -> Iterator[Span]:
    """Yield postal addresses, and UK postcodes standing alone."""
    if not any(character.isdigit() for character in text):
        return
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            yield Span(*match.span(1 if pattern.groups else 0), "address")
