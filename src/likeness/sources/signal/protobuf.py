"""Protocol Buffers as far as a backup needs them: the fields of one message, undecoded."""

from __future__ import annotations

import struct
from collections.abc import Iterator

Field = tuple[int, int | bytes]
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def fields(data: bytes) -> Iterator[Field]:
    """(number, value) of each field; ``bytes`` for what has a length or is fixed. Raises :class:`ValueError`."""
    position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        kind = tag & 7
        value: int | bytes
        if kind == _VARINT:
            value, position = _varint(data, position)
        else:
            size = 8 if kind == _FIXED64 else 4 if kind == _FIXED32 else 0
            if kind == _BYTES:
                size, position = _varint(data, position)
            elif not size:
                raise ValueError(f"wire type {kind}")
            value = data[position : position + size]
            if len(value) != size:
                raise ValueError("a field is cut off")
            position += size
        yield tag >> 3, value


def signed(value: int) -> int:
    """A 64-bit number that was written without its sign."""
    return value - (1 << 64) if value >= 1 << 63 else value


def double(value: bytes) -> float:
    """A number of eight bytes."""
    return float(struct.unpack("<d", value)[0])


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(data) and shift < 70:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, position
        shift += 7
    raise ValueError("a number is cut off")
