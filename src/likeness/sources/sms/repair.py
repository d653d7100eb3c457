"""A backup's bytes as XML parsers accept them: emoji put together, attachments left out, a piece at a time.

The app writes an emoji as two references to the halves of a surrogate pair (``&#55357;&#56832;``), which XML forbids,
and a picture as one attribute of many megabytes (``data="…"``), which a parser would have to hold whole.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

CHUNK = 1 << 18
_HOLD_LIMIT = 1 << 20
"""So much is held back at most while waiting for the end of an element."""
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \r\n\t"
_DATA = re.compile(rb"""(\sdata=["'])[A-Za-z0-9+/=\s]{1024,}""")
_DATA_NAME = re.compile(rb"""\sdata=["'][A-Za-z0-9+/=\s]{1024,}\Z""")
_REFERENCE = r"&#(?:[0-9]{1,8}|[xX][0-9A-Fa-f]{1,6});"
_REFERENCES = re.compile(rf"(?:{_REFERENCE})+")
_ONE = re.compile(r"&#(?:([0-9]+)|[xX]([0-9A-Fa-f]+));")
_UNFINISHED = re.compile(rb"(?:&#[0-9xXA-Fa-f]{1,8};)?(?:&[#0-9xXA-Fa-f]{0,10})?\Z")
_CESU = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")
_FORBIDDEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


def pieces(handle: BinaryIO, count: Callable[[int], None]) -> Iterator[bytes]:
    """``handle`` as repaired UTF-8 that a parser can be fed; ``count`` is told the bytes taken.

    A piece begins with ``<`` wherever that is possible, so that no reference is cut in two.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    held = b""
    for raw in _without_attachments(handle, count):
        held += raw
        cut = held.rfind(b"<")
        if cut <= 0 and len(held) > _HOLD_LIMIT and (unfinished := _UNFINISHED.search(held, len(held) - 64)):
            cut = unfinished.start()
        if cut > 0:
            yield _repaired(decoder.decode(_CESU.sub(_joined, held[:cut])))
            held = held[cut:]
    yield _repaired(decoder.decode(_CESU.sub(_joined, held), final=True))


def _without_attachments(handle: BinaryIO, count: Callable[[int], None]) -> Iterator[bytes]:
    """What is read, with long base64 attributes emptied; one may go on over many reads."""
    skipping = False
    tail = b""
    while raw := handle.read(CHUNK):
        count(len(raw))
        if skipping:
            raw = raw.lstrip(_BASE64)
            if not raw:
                continue
            skipping = False
        raw = tail + raw
        name = raw.rfind(b"data=")
        skipping = name > 0 and _DATA_NAME.match(raw, name - 1) is not None
        # A run that has just begun is kept back until it can be told from a word, and so is half an attribute's name.
        begun = name - 1 if name > 0 and len(raw) - name < 1100 else max(len(raw) - 8, 0)
        tail = b"" if skipping else raw[begun:]
        yield _DATA.sub(rb"\1", raw[: len(raw) - len(tail)])
    yield tail


def _joined(match: re.Match[bytes]) -> bytes:
    return match[0].decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16").encode()


def _repaired(text: str) -> bytes:
    if "&#" in text:
        text = _REFERENCES.sub(_characters, text)
    return text.translate(_FORBIDDEN).encode("utf-8", "replace")


def _characters(match: re.Match[str]) -> str:
    """References to surrogates as the characters they stand for; all others as they were if XML allows them."""
    found = match[0]
    codes = [int(decimal) if decimal else int(other, 16) for decimal, other in _ONE.findall(found)]
    if all(_allowed(code) for code in codes):
        return found
    out: list[str] = []
    position = 0
    while position < len(codes):
        code = codes[position]
        following = codes[position + 1] if position + 1 < len(codes) else 0
        if 0xD800 <= code < 0xDC00 and 0xDC00 <= following < 0xE000:
            out.append(f"&#{0x10000 + ((code - 0xD800) << 10) + following - 0xDC00};")
            position += 1
        else:
            out.append(f"&#{code if _allowed(code) else 0xFFFD};")
        position += 1
    return "".join(out)


def _allowed(code: int) -> bool:
    return code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
