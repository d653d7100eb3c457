"""MAPI properties as values, and the text that they hold ([MS-OXCDATA], [MS-OXPROPS]).

PST files, ``.msg`` files and ``winmail.dat`` wrap the same properties in three ways.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal

from likeness.sources.mail import charsets, rtf

Value = str | bytes | int | bool | datetime

BODY, RTF, HTML, CODEPAGE = 0x1000, 0x1009, 0x1013, 0x3FDE
BODIES = frozenset({BODY, RTF, HTML})
_CODEPAGES = {
    936: "gb18030", 10000: "mac_roman", 20127: "utf-8", 20866: "koi8-r", 21866: "koi8-u", 28591: "latin-1",
    28592: "iso-8859-2", 28605: "iso-8859-15", 50220: "iso-2022-jp", 51932: "euc-jp", 51949: "euc-kr", 65001: "utf-8",
}  # fmt: skip
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def body_of(properties: Mapping[int, Value]) -> tuple[str, Literal["plain", "html"]]:
    """The text: plain, else HTML, else that of the compressed RTF. Raises ``ValueError`` for RTF that is none."""
    plain = text(properties, BODY).replace("\r\n", "\n").replace("\r", "\n")
    if plain.strip():
        return plain, "plain"
    html = text(properties, HTML)
    if html.strip():
        return html, "html"
    packed = properties.get(RTF)
    if isinstance(packed, bytes) and packed:
        return rtf.text(rtf.decompress(packed))
    return "", "plain"


def text(properties: Mapping[int, Value], id: int) -> str:
    """A property as text; "" where there is none."""
    value = properties.get(id, "")
    if isinstance(value, bytes):
        page = properties.get(CODEPAGE, 0)
        return charsets.decode(value, codepage(page if isinstance(page, int) else 0)).rstrip("\0")
    return value.rstrip("\0") if isinstance(value, str) else ""


def value(type_: int, data: bytes, page: str = "") -> Value | None:
    """A property's value from its bytes ([MS-OXCDATA] 2.11.1); ``None`` for a type that no mail needs."""
    try:
        if type_ == 0x1F:
            return data.decode("utf-16-le", "replace").rstrip("\0")
        if type_ == 0x1E:
            return charsets.decode(data, page).rstrip("\0")
        if type_ == 0x102:
            return data
        if type_ == 0x03:
            return int(struct.unpack_from("<i", data)[0])
        if type_ == 0x0B:
            return any(data[:2])
        if type_ == 0x40:
            return moment(struct.unpack_from("<Q", data)[0])
    except struct.error:
        pass
    return None


def moment(ticks: int) -> datetime | None:
    """A FILETIME (tenths of microseconds since 1601) in UTC; ``None`` for none or nonsense."""
    try:
        return _EPOCH + timedelta(microseconds=ticks // 10) if ticks else None
    except OverflowError:
        return None


def codepage(number: int) -> str:
    """Python's name of a Windows codepage; "" for none."""
    return _CODEPAGES.get(number, f"cp{number}") if number > 0 else ""
