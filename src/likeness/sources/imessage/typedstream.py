"""The text of an ``NSAttributedString`` archived as a typedstream, which is how newer ``chat.db`` files keep messages.

A typedstream (``NSArchiver``) is a header, then values, each behind a string that says its type. Strings and objects
are numbered as they come, and a later one can be a reference to an earlier one. What is needed here stands first:

    header | "@" | object of class NS(Mutable)AttributedString | "@" | object of class NS(Mutable)String | "+" | bytes

The attributes behind it (mentions, links, places of attachments) are not read.
"""

from __future__ import annotations

_HEADER = b"\x04\x0bstreamtyped"
_TWO_BYTES, _FOUR_BYTES = 0x81, 0x82
_NEW, _NIL = 0x84, 0x85
_FIRST_REFERENCE = 0x92
_ATTRIBUTED = (b"NSAttributedString", b"NSMutableAttributedString")
_STRING = (b"NSString", b"NSMutableString")


def attributed_text(blob: bytes) -> str:
    """The characters of an archived attributed string (an attachment is U+FFFC); bytes that are no UTF-8 are U+FFFD.

    Raises ``ValueError`` when ``blob`` is anything else or ends too soon.
    """
    stream = _Stream(blob)
    stream.header()
    stream.expect_type(b"@")
    stream.expect_object(_ATTRIBUTED)
    stream.expect_type(b"@")
    stream.expect_object(_STRING)
    stream.expect_type(b"+")
    return stream.take(stream.integer()).decode("utf-8", "replace")


class _Stream:
    """A place in the bytes, and the strings met so far."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._strings: list[bytes] = []

    def take(self, length: int) -> bytes:
        """The next ``length`` bytes, all of them."""
        end = self._at + length
        if end > len(self._data):
            raise ValueError(f"{length} bytes are stated at {self._at}, {len(self._data) - self._at} are there")
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def header(self) -> None:
        """Version and signature (little-endian), then the version of the system that wrote it."""
        if self.take(len(_HEADER)) != _HEADER:
            raise ValueError("no typedstream")
        self.integer()

    def integer(self) -> int:
        """An unsigned number of one, two or four bytes."""
        head = self.take(1)[0]
        if head == _TWO_BYTES:
            return int.from_bytes(self.take(2), "little")
        if head == _FOUR_BYTES:
            return int.from_bytes(self.take(4), "little")
        if _FOUR_BYTES < head < _FIRST_REFERENCE:
            raise ValueError(f"no number at {self._at - 1}")
        return head

    def expect_type(self, expected: bytes) -> None:
        found = self._shared_string()
        if found != expected:
            raise ValueError(f"type {found[:16]!r} where {expected!r} was expected")

    def expect_object(self, classes: tuple[bytes, ...]) -> None:
        """The head of a new object: its class, then that one's ancestors up to none or one already named."""
        if self.take(1)[0] != _NEW:
            raise ValueError(f"no new object at {self._at - 1}")
        name = b""
        while (head := self.take(1)[0]) == _NEW:
            ancestor = self._shared_string()
            self.integer()
            name = name or ancestor
        if head != _NIL and head < _FIRST_REFERENCE:
            raise ValueError(f"no class at {self._at - 1}")
        if name not in classes:
            raise ValueError(f"an object of class {name[:32]!r}")

    def _shared_string(self) -> bytes:
        head = self.take(1)[0]
        if head == _NEW:
            self._strings.append(self.take(self.integer()))
            return self._strings[-1]
        number = head - _FIRST_REFERENCE
        if not 0 <= number < len(self._strings):
            raise ValueError(f"no string at {self._at - 1}")
        return self._strings[number]
