"""The head of a GGUF file: what it says of itself and the shapes of its tensors, read without any library.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (versions 2 and 3, little-endian).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from likeness.core.errors import InputError

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_MOST = 2**26
"""Entries or bytes above which a count is taken for damage."""


@dataclass(frozen=True, slots=True)
class Header:
    """``values`` are the metadata, without arrays; ``shapes`` those of the tensors, in the file's order of axes."""

    values: dict[str, Any]
    shapes: dict[str, tuple[int, ...]]


def read(file: Path) -> Header:
    """The head of ``file``. Raises :class:`InputError` when it is no GGUF file or damaged."""
    try:
        with file.open("rb") as handle:
            magic, version, tensors, entries = struct.unpack("<4sIQQ", handle.read(24))
            if magic != b"GGUF" or version not in (2, 3):
                raise ValueError("no GGUF file")
            values = {}
            for _ in range(_bounded(entries)):
                name = _string(handle)
                value = _value(handle, _number(handle, "I"))
                if value is not None:
                    values[name] = value
            shapes = dict(_tensor(handle) for _ in range(_bounded(tensors)))
        return Header(values, shapes)
    except (OSError, ValueError, struct.error, UnicodeDecodeError, KeyError) as error:
        raise InputError(f"{file.name} is no GGUF file that can be read: {error}", hint="export it again") from None


def _tensor(handle: IO[bytes]) -> tuple[str, tuple[int, ...]]:
    name = _string(handle)
    axes = _number(handle, "I")
    if axes > 8:
        raise ValueError(f"a tensor of {axes} axes")
    shape = tuple(_number(handle, "Q") for _ in range(axes))
    handle.read(12)
    return name, shape


def _value(handle: IO[bytes], kind: int) -> Any:
    """A value of the metadata; arrays are passed over."""
    if kind == _STRING:
        return _string(handle)
    if kind != _ARRAY:
        return _number(handle, _SCALARS[kind])
    inner, count = _number(handle, "I"), _bounded(_number(handle, "Q"))
    if inner in (_STRING, _ARRAY):
        for _ in range(count):
            _value(handle, inner)
    else:
        handle.seek(struct.calcsize("<" + _SCALARS[inner]) * count, 1)
    return None


def _string(handle: IO[bytes]) -> str:
    return handle.read(_bounded(_number(handle, "Q"))).decode("utf-8")


def _number(handle: IO[bytes], code: str) -> Any:
    return struct.unpack("<" + code, handle.read(struct.calcsize("<" + code)))[0]


def _bounded(count: int) -> int:
    if count > _MOST:
        raise ValueError(f"a count of {count}")
    return count
