"""JSON of any size, an element at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import ijson

from likeness.core.types import Skipped

HEAD = 65_536


class JsonFile:
    """A JSON file read as a stream; ``position`` counts the bytes taken so far."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.position = 0

    def items(self, prefix: str) -> Iterator[Any | Skipped]:
        """Each element at ``prefix`` ("messages.item", "conversations.item.messages.item"; "item" for a bare list).

        A file that ends too soon or is no JSON from some place on gives one last :class:`Skipped`, and everything
        before it. Numbers with a fraction come as ``float``.
        """
        try:
            with self._path.open("rb") as handle:
                yield from ijson.items(_Counted(handle, self), prefix, use_float=True, buf_size=1 << 18)
        except (ijson.JSONError, ValueError, RecursionError, OverflowError) as error:
            where = f"{self._path.name}:byte {self.position}"
            yield Skipped("truncated or damaged JSON", where, bad=True, detail=type(error).__name__)


class _Counted:
    """A reader that notes how far it is and takes a byte order mark off the front."""

    def __init__(self, handle: BinaryIO, owner: JsonFile) -> None:
        self._handle = handle
        self._owner = owner

    def read(self, size: int = -1) -> bytes:
        data = self._handle.read(size)
        if self._owner.position == 0 and data.startswith(b"\xef\xbb\xbf"):
            self._owner.position = 3
            data = data[3:] or self._handle.read(size)
        self._owner.position += len(data)
        return data


def head(path: Path) -> bytes:
    """The first 64 KiB without a byte order mark or leading white space; empty when it cannot be read."""
    try:
        with path.open("rb") as handle:
            return handle.read(HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
    except OSError:
        return b""
