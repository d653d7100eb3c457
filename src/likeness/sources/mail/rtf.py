"""Text from Outlook's compressed RTF, for mails that carry no other body.

Compression: [MS-OXRTFCP] (LZFu: a ring of 4096 bytes that begins with a known text, tokens of 12 + 4 bits). HTML
wrapped in RTF: [MS-OXRTFEX] (``\\fromhtml1``: tags stand in ``\\*\\htmltag``, what only RTF needs between ``\\htmlrtf``
and ``\\htmlrtf0``).
"""

from __future__ import annotations

import codecs
import re
import struct
from dataclasses import dataclass, field
from typing import Literal

LIMIT = 4 * 2**20
"""Bytes of RTF that are looked at: a mail's text and formats, and pictures behind them that are not needed."""
_DEEPEST = 200
_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_RING = 4096
_COMPRESSED, _PLAIN = 0x75465A4C, 0x414C454D
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)|(\\)"
)
_SILENT = frozenset(
    b"fonttbl colortbl stylesheet info pict object header footer headerl headerr footerl footerr filetbl "
    b"listtable listoverridetable rsidtbl generator themedata colorschememapping datastore latentstyles xmlnstbl "
    b"mmathPr pntext fldinst bkmkstart bkmkend nonshppict shppict sp".split()
)
_BREAKS = {b"par": "\n", b"line": "\n", b"sect": "\n", b"page": "\n", b"row": "\n", b"tab": "\t", b"cell": "\t"}
_SIGNS = {
    b"emdash": "—", b"endash": "–", b"bullet": "•", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“",
    b"rdblquote": "”", b"emspace": " ", b"enspace": " ", b"qmspace": " ",
}  # fmt: skip
_CHARSETS = {
    128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950", 161: "cp1253", 162: "cp1254", 163: "cp1258",
    177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 77: "mac_roman",
}  # fmt: skip
"""Codepages of the ``\\fcharset`` of a font."""


def decompress(data: bytes) -> bytes:
    """The RTF in ``PidTagRtfCompressed``; of one that was cut off, what is whole. Raises ``ValueError`` for no RTF."""
    if len(data) < 16:
        raise ValueError("too short for compressed RTF")
    _, raw_size, kind, _ = struct.unpack_from("<IIII", data)
    if kind == _PLAIN:
        return data[16 : 16 + raw_size]
    if kind != _COMPRESSED:
        raise ValueError("not compressed RTF")
    ring = bytearray(_START.ljust(_RING, b" "))
    write = len(_START)
    out = bytearray()
    at, end, limit = 16, len(data), min(raw_size, LIMIT)
    while at < end and len(out) < limit:
        control = data[at]
        at += 1
        for bit in range(8):
            if at >= end:
                break
            if not control >> bit & 1:
                ring[write % _RING] = data[at]
                out.append(data[at])
                write += 1
                at += 1
                continue
            if at + 1 >= end:
                return bytes(out)
            token = data[at] << 8 | data[at + 1]
            at += 2
            offset, length = token >> 4, (token & 15) + 2
            if offset == write % _RING:
                return bytes(out[:limit])
            for step in range(length):
                byte = ring[(offset + step) % _RING]
                ring[write % _RING] = byte
                out.append(byte)
                write += 1
    return bytes(out[:limit])


def text(rtf: bytes) -> tuple[str, Literal["plain", "html"]]:
    """The text of an RTF document: HTML where it wraps HTML, else plain. Never raises."""
    is_html = b"\\fromhtml" in rtf[:2048]
    reader = _Reader(is_html)
    for match in _TOKEN.finditer(rtf[:LIMIT]):
        reader.take(match)
    return reader.finished(), "html" if is_html else "plain"


@dataclass(slots=True)
class _Group:
    """What holds between two braces."""

    silent: bool = False
    in_tag: bool = False
    rtf_only: bool = False
    skip: int = 1
    """How many bytes follow a ``\\u`` for readers that know no Unicode."""
    codepage: str = "cp1252"


@dataclass(slots=True)
class _Reader:
    """Walks over the tokens of an RTF document and collects its text."""

    is_html: bool
    stack: list[_Group] = field(default_factory=list)
    group: _Group = field(default_factory=_Group)
    out: list[str] = field(default_factory=list)
    pending: bytearray = field(default_factory=bytearray)
    """Bytes of the codepage: a character can take two."""
    fonts: dict[int, str] = field(default_factory=dict)
    font: int = 0
    document: str = "cp1252"
    to_skip: int = 0
    starred: bool = False
    beyond: int = 0
    """Groups open below the deepest that are told apart."""

    def take(self, match: re.Match[bytes]) -> None:
        word, number, byte, sign, brace, plain, _ = match.groups()
        if word is not None:
            self._word(word, int(number) if number else None)
        elif byte is not None:
            self._bytes(bytes([int(byte, 16)]))
        elif sign is not None:
            self._sign(sign)
        elif brace is not None:
            self._brace(brace)
        elif plain is not None:
            self._bytes(plain)

    def finished(self) -> str:
        self._flush()
        joined = "".join(self.out)
        return joined.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self.to_skip = 0
        self.starred = False
        if brace == b"{" and len(self.stack) >= _DEEPEST:
            self.beyond += 1
        elif brace == b"}" and self.beyond:
            self.beyond -= 1
        elif brace == b"{":
            old = self.group
            self.stack.append(old)
            self.group = _Group(old.silent, old.in_tag, old.rtf_only, old.skip, old.codepage)
        elif self.stack:
            self.group = self.stack.pop()

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self.starred = True
        elif sign in (b"\\", b"{", b"}"):
            self._bytes(sign)
        elif sign == b"~":
            self._say("\u00a0")
        elif sign == b"_":
            self._say("-")
        elif sign in (b"\n", b"\r"):
            self._say("\n")

    def _word(self, word: bytes, number: int | None) -> None:
        starred, self.starred = self.starred, False
        if word == b"htmltag":
            self.group.in_tag, self.group.silent = True, not self.is_html
        elif word == b"htmlrtf":
            self._flush()
            self.group.rtf_only = number != 0
        elif starred or word in _SILENT:
            self._flush()
            self.group.silent = True
        elif word == b"u" and number is not None:
            self._say(chr(number % 65536))
            self.to_skip = self.group.skip
        elif word == b"uc" and number is not None:
            self.group.skip = max(0, min(number, 8))
        elif word in _BREAKS:
            self._say(_BREAKS[word] if not self.is_html or self.group.in_tag else "\n" if word == b"par" else "")
        elif word in _SIGNS:
            self._say(_SIGNS[word])
        else:
            self._charset(word, number)

    def _charset(self, word: bytes, number: int | None) -> None:
        if number is None:
            return
        if word == b"ansicpg":
            self.document = self.group.codepage = _known(f"cp{number}", "cp1252")
        elif word == b"f":
            self._flush()
            self.font = number
            self.group.codepage = self.fonts.get(number, self.document)
        elif word == b"fcharset":
            self.fonts[self.font] = _CHARSETS.get(number, self.document)

    def _bytes(self, data: bytes) -> None:
        if self.to_skip:
            gone = min(self.to_skip, len(data))
            self.to_skip -= gone
            data = data[gone:]
        if not self.group.silent and not self.group.rtf_only:
            self.pending += data

    def _say(self, words: str) -> None:
        self._flush()
        if not self.group.silent and not self.group.rtf_only:
            self.out.append(words)

    def _flush(self) -> None:
        if self.pending:
            self.out.append(self.pending.decode(self.group.codepage, "replace"))
            self.pending.clear()


def _known(name: str, otherwise: str) -> str:
    try:
        return codecs.lookup({"cp65001": "utf-8"}.get(name, name)).name
    except LookupError:
        return otherwise
