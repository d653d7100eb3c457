"""The text in ``winmail.dat``, the packaging that Outlook and Exchange put around mails ([MS-OXTNEF]).

A signature, then attributes: level (1 byte), id and type (4), length (4), data, checksum (2). One attribute holds the
message's MAPI properties; older senders put the text into one of its own.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Literal

from likeness.sources.mail import charsets, properties

_SIGNATURE = 0x223E9F78
_HEADER, _ATTRIBUTE = 6, 9
_OF_MESSAGE = 1
_TEXT, _PROPERTIES = 0x800C, 0x9003
_SIZES = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_WITH_LENGTH = frozenset({0x0D, 0x1E, 0x1F, 0x102})
_SEVERAL = 0x1000
_NAMED = 0x8000


def text(data: bytes) -> tuple[str, Literal["plain", "html"]]:
    """The text of a package; "" where it has none or is damaged before it. Never raises."""
    try:
        found: dict[int, properties.Value] = {}
        plain = ""
        for id, content in _attributes(data):
            if id == _PROPERTIES:
                found.update(_properties(content))
            elif id == _TEXT:
                plain = charsets.decode(content).rstrip("\0")
        body = properties.body_of(found)
    except (struct.error, ValueError, IndexError):
        return "", "plain"
    return body if body[0].strip() else (plain, "plain")


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    if len(data) < _HEADER or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        return
    at = _HEADER
    while at + _ATTRIBUTE <= len(data):
        level, id, _, length = struct.unpack_from("<BHHI", data, at)
        at += _ATTRIBUTE
        if level == _OF_MESSAGE:
            yield id, data[at : at + length]
        at += length + 2


def _properties(data: bytes) -> dict[int, properties.Value]:
    """Properties up to the first that is damaged; those with several values are passed over."""
    found: dict[int, properties.Value] = {}
    (count,) = struct.unpack_from("<I", data)
    at = 4
    for _ in range(count):
        if at + 4 > len(data):
            break
        type_, id = struct.unpack_from("<HH", data, at)
        at += 4
        if id >= _NAMED:
            at = _after_name(data, at)
        kind = type_ & ~_SEVERAL
        values = 1
        if type_ & _SEVERAL or kind in _WITH_LENGTH:
            (values,) = struct.unpack_from("<I", data, at)
            at += 4
        for _ in range(values):
            if kind in _WITH_LENGTH:
                (length,) = struct.unpack_from("<I", data, at)
                at += 4
            elif kind in _SIZES:
                length = _SIZES[kind]
            else:
                return found
            value = properties.value(kind, data[at : at + length])
            at += length + -length % 4
            if value is not None and not type_ & _SEVERAL:
                found[id] = value
            if at > len(data):
                return found
    return found


def _after_name(data: bytes, at: int) -> int:
    """Where a named property's value begins: after the name's set (16 bytes), its kind, and number or text."""
    kind, length = struct.unpack_from("<II", data, at + 16)
    return at + 24 + (length + -length % 4 if kind == 1 else 0)
