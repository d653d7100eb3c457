"""Phone numbers of one person written in several ways: ``+49 171 1234567``, ``0171/1234567``, ``00491711234567``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

_TELLING_DIGITS = 9
"""So many digits from the right tell a number from others, whatever stands before them."""
_SHORT = 6
_ADDRESS = re.compile(rb"""\saddress=["']([^"'<>]{1,2000})["']""")
_CHUNK = 1 << 20
_OVERLAP = 2100
PLACEHOLDERS = frozenset({"", "null", "insert-address-token", "(unknown)", "unknown", "anonymous"})


@lru_cache(maxsize=65_536)
def key(address: str) -> str:
    """What all ways of writing one number have in common; an address or sender name in lower case."""
    address = address.strip()
    digits = _digits(address)
    if not digits or any(character.isalpha() for character in address):
        return address.casefold()
    if len(digits) <= _SHORT:
        return digits
    national = _national(address) or digits.lstrip("0")
    return national[-_TELLING_DIGITS:]


def split(addresses: str) -> tuple[str, ...]:
    """The addresses of a group, which the app joins with ``~``, without placeholders."""
    found = (part.strip() for part in addresses.split("~"))
    return tuple(dict.fromkeys(part for part in found if part.casefold() not in PLACEHOLDERS))


def is_sender_name(address: str) -> bool:
    """True for a name in place of a number ("DHL"), as only machines have."""
    return "@" not in address and any(character.isalpha() for character in address)


class Book:
    """One form for each number: the international one where the backup has it or its usual country tells it."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self._international: dict[str, str] = {}
        codes = Counter[int]()
        for address in addresses:
            parsed = _parsed(address)
            if parsed is not None:
                self._international.setdefault(key(address), f"+{parsed[0]}{parsed[1]}")
                codes[parsed[0]] += 1
        self._country = codes.most_common(1)[0][0] if codes else 0

    def name(self, address: str) -> str:
        """The number as E.164 where that can be told; otherwise its digits, or the address in lower case."""
        known = key(address)
        if known in self._international:
            return self._international[known]
        digits = _digits(address)
        if not digits or any(character.isalpha() for character in address):
            return address.strip().casefold()
        return _international(address, self._country) or digits


def addresses_in(path: Path) -> Iterator[str]:
    """Every address in the file, once, by a scan of its bytes."""
    seen: set[bytes] = set()
    tail = b""
    with path.open("rb") as handle:
        while raw := handle.read(_CHUNK):
            for joined in _ADDRESS.findall(tail + raw):
                if joined not in seen:
                    seen.add(joined)
                    yield from split(joined.decode("utf-8", "replace"))
            tail = raw[-_OVERLAP:]


def _digits(address: str) -> str:
    return "".join(str(int(character)) for character in address if character.isdecimal())


def _national(address: str) -> str:
    parsed = _parsed(address)
    return parsed[1] if parsed else ""


@lru_cache(maxsize=65_536)
def _parsed(address: str) -> tuple[int, str] | None:
    """Country code and national number of a number written in full."""
    import phonenumbers

    text = address.strip()
    if text.startswith("00"):
        text = f"+{text[2:]}"
    if not text.startswith("+"):
        return None
    try:
        parsed = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None
    return int(parsed.country_code or 0), str(phonenumbers.national_significant_number(parsed))


def _international(address: str, country: int) -> str:
    """A national number as E.164, if it is one of the country with that calling code; else empty."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(address, phonenumbers.region_code_for_country_code(country))
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
