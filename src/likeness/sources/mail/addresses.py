"""Who a mail is from and to, also where list archives have hidden the address.

Seen in public archives: ``user at domain.org (Name)`` (pipermail), ``user @end|ng |rom dom@|n@org`` (pipermail since
2018: "a", "s" and "." became "@", "i", "l" and "f" became "|"), ``user @ending from domain.org`` (2018).
"""

from __future__ import annotations

import re
from email.errors import MessageError
from email.header import decode_header
from functools import lru_cache
from typing import NamedTuple

from likeness.core.protocols import Owner

_ANGLE = re.compile(r"^(?P<name>.*?)<(?P<address>[^<>]*)>[^<>]*$", re.DOTALL)
_COMMENT = re.compile(r"^(?P<address>[^()]*?)\s*\((?P<name>.*)\)\s*$", re.DOTALL)
_AT = re.compile(r"\s+(?:at|\(at\)|\[at\])\s+", re.IGNORECASE)
_HIDDEN = re.compile(r"\s+@end(?:\||i)ng\s+(?:\||f)rom\s+", re.IGNORECASE)
_LIKE_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")
_COMMA_OR_QUOTE = re.compile(r'\\.|[",]')
_LONGEST = 65_536
"""Characters of a header that are looked at: room for two thousand recipients."""
_SHORT = 256
"""Characters of a sender that is remembered."""
_ENCODED_WORD = re.compile(r"=\?[^?]+\?[bqBQ]\?")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_NEVER_PLAIN = (r"=\?", "@end", r"[^\x00-\x7f]")
_SKELETON = str.maketrans({"a": "@", "s": "@", ".": "@", "i": "|", "l": "|", "f": "|"})


class Sender(NamedTuple):
    """An address in lower case (as the archive shows it where it cannot be recovered) and a display name."""

    address: str
    name: str


def decoded(value: str) -> str:
    """A header's text with RFC 2047 words decoded and folding undone; what cannot be decoded stays as it is."""
    text = " ".join(value[:_LONGEST].split())
    if not _ENCODED_WORD.search(text):
        return text
    try:
        pieces = decode_header(text)
        words = [
            piece.decode(charset or "ascii", "replace") if isinstance(piece, bytes) else piece
            for piece, charset in pieces
        ]
    except (LookupError, ValueError, MessageError):
        return text
    return " ".join("".join(words).split())


def sender(value: str) -> Sender:
    """The address and name of a ``From:`` value, in any of the forms seen."""
    return _remembered(value) if len(value) < _SHORT else _sender(value)


@lru_cache(maxsize=2048)
def _remembered(value: str) -> Sender:
    return _sender(value)


def _sender(value: str) -> Sender:
    text = " ".join(value[:_LONGEST].split())
    match = _ANGLE.match(text) or _COMMENT.match(text)
    if match is None:
        return Sender(_plain_address(text), "")
    address = _plain_address(match["address"])
    name = match["name"].strip().strip("\"'").replace('\\"', '"').strip()
    if _plain_address(name) == address:
        name = ""
    return Sender(address, name)


def recipients(value: str) -> tuple[str, ...]:
    """The addresses of a ``To:`` or ``Cc:`` value (names where there is no address), without repeats."""
    found = (sender(part) for part in _separated(value[:_LONGEST]) if part.strip())
    return tuple(dict.fromkeys(one.address or one.name for one in found if one.address or one.name))


def _separated(value: str) -> list[str]:
    """``value`` cut at its commas, but for those in quotes; at all of them where a quote is left open."""
    parts, start, quoted = [], 0, False
    for match in _COMMA_OR_QUOTE.finditer(value):
        if match[0] == '"':
            quoted = not quoted
        elif match[0] == "," and not quoted:
            parts.append(value[start : match.start()])
            start = match.end()
    return value.split(",") if quoted else [*parts, value[start:]]


def is_hidden(address: str) -> bool:
    """True for an address that an archive hid in a way that cannot be undone."""
    return _HIDDEN.search(address) is not None


def skeleton(address: str) -> str:
    """A form in which a plain address and its hidden one are equal ("murdoch@dunc@n at gm@||@com")."""
    parts = _HIDDEN.split(address.casefold(), maxsplit=1)
    if len(parts) == 1:
        parts = address.casefold().rsplit("@", 1)
    return " at ".join(part.translate(_SKELETON) for part in parts)


class Owners:
    """Recognises the owner among senders, and gives them their plain address where an archive hid it."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._by_skeleton = {skeleton(value): value for value in owner.identities if "@" in value}
        words = {max(_ASCII_WORD.findall(value), key=len, default="") for value in owner.identities if value.isascii()}
        self._trace = re.compile("|".join((*sorted(words), *_NEVER_PLAIN)).encode(), re.IGNORECASE)

    def may_be(self, raw: bytes) -> bool:
        """False where the owner cannot be the sender that the bytes of a ``From:`` value name.

        Much faster than :meth:`recognise`: plain ASCII holds a word of every name and address that it stands for.
        """
        return self._trace.search(raw) is not None

    def recognise(self, found: Sender) -> Sender | None:
        """``found`` with its plain address if it is the owner, else ``None``."""
        if is_hidden(found.address):
            plain = self._by_skeleton.get(skeleton(found.address))
            if plain is not None:
                return Sender(plain, found.name)
        if self._owner.is_me(found.address, found.name):
            return found
        return None


def _plain_address(text: str) -> str:
    text = text.strip().strip("\"'").strip().removeprefix("mailto:").casefold()
    if "@" not in text or not _LIKE_ADDRESS.search(text):
        text = _AT.sub("@", text, count=1)
    return text
