"""Replacing every find by its placeholder, in one pass, longest and most secret first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from likeness.write.redact import (
    address,
    announced,
    contact,
    credentials,
    identity,
    passwords,
    secrets,
    spelled,
    tables,
)
from likeness.write.redact.names import Names
from likeness.write.redact.spans import Span
from likeness.write.redact.view import plain_view, windows

_PRIORITY = (
    "private key",
    "password",
    "token",
    "email",
    "iban",
    "card",
    "id",
    "account",
    "birth date",
    "vehicle",
    "address",
    "phone",
    "ip",
    "name",
)
PLACEHOLDERS = tuple(f"[{kind}]" for kind in _PRIORITY)
_NEARBY = (announced.find, passwords.find, credentials.find, spelled.find)
"""What a word nearby gives away: looked for piece by piece."""
_FINDERS = (secrets.find, identity.find, address.find, tables.find)
REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "CH", "AT", "AU", "SE", "PL")
_MAY_HOLD = re.compile(
    r"[\d@]|\bat\b|\bpw\b|\[at\]|\(at\)|pass|pwd|kennwort|clave|senha|mdp|wort|parola|secret|token|key|contraseña|"
    r"wachtwoord|hasło|пароль|lösenord|adgangskode|salasana|şifre|fi code|BEGIN|cred|zugang|login|identifiant|acces|ssid|wi-?fi|wlan|psw|--?u|\bp[iu][nk]\b|c[oó]d[ei]|kode|combin|kombin|://|[A-Za-z0-9+_-]{24}",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Redacted:
    """``text`` with placeholders, and how many of each kind were put in."""

    text: str
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Redactor:
    """What to look for: national telephone formats by ``regions``, and people's ``names`` when they are to go too."""

    regions: Sequence[str] = REGIONS
    names: Names | None = None

    @classmethod
    def of(cls, regions: Sequence[str] = REGIONS, names: Iterable[str] = (), own: Iterable[str] = ()) -> Redactor:
        """A redactor that also replaces people's ``names`` (see ``names.Names``), but never the owner's ``own``."""
        wanted = Names.of(names, own)
        return cls(tuple(regions), wanted if wanted.sure or wanted.doubtful else None)

    def redact(self, text: str) -> Redacted:
        """Replace what is found. A text without any is returned as it was, byte for byte.

        Looks again after replacing, since a placeholder can end what hid another find; three times at most.
        """
        counts: Counter[str] = Counter()
        for _ in range(3):
            spans = self.find(text)
            if not spans:
                break
            counts.update(span.kind for span in spans)
            text = _replaced(text, spans)
        return Redacted(text, counts)

    def find(self, text: str) -> list[Span]:
        """The spans to replace, in order, none overlapping."""
        found: list[Span] = []
        view = plain_view(text)
        if _MAY_HOLD.search(view):
            for finder in _FINDERS:
                found += finder(view)
            for offset, piece in windows(view):
                for finder in _NEARBY:
                    found += (Span(offset + start, offset + end, kind) for start, end, kind in finder(piece))
            found += contact.find(view, self.regions)
        if self.names:
            found += self.names.find(view)
        return _without_overlap(found)


def scan(text: str, regions: Sequence[str] = REGIONS, names: Names | None = None) -> Counter[str]:
    """Count by kind what is still in ``text``: the check of a finished file."""
    return Counter(span.kind for span in Redactor(regions, names).find(text))


def _replaced(text: str, spans: list[Span]) -> str:
    pieces: list[str] = []
    position = 0
    for span in spans:
        pieces += (text[position : span.start], f"[{span.kind}]")
        position = span.end
    return "".join((*pieces, text[position:]))


def _without_overlap(found: list[Span]) -> list[Span]:
    """The most secret first, and the whole before its part: half a card number read as a door code is a card number."""
    whole = [span for span in found if not any(_within(span, other) for other in found)]
    kept: list[Span] = []
    for span in sorted(whole, key=lambda item: (_PRIORITY.index(item.kind), item.start - item.end)):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return sorted(kept)


def _within(span: Span, other: Span) -> bool:
    return other.start <= span.start and span.end <= other.end and other.end - other.start > span.end - span.start
