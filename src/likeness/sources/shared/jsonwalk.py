"""JSON of any size whose elements only make sense with what stands around them.

``jsonstream.JsonFile`` gives the elements at one place and nothing else. An export of many chats needs to know in
which chat an element stands: :class:`JsonWalk` goes into the containers it is told to go into and gives everything
else whole, in the order of the file.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Collection, Iterator
from enum import Enum
from pathlib import Path
from typing import Any, BinaryIO, Final

from likeness.core.types import Skipped

_CHUNK = 1 << 18
_VALUE_LIMIT = 1 << 26
"""Characters of one value. Longer is no message: such a file is damaged, or built to exhaust the machine."""
_NEAR_THE_END = 16
_AHEAD = 3
"""Characters after a value that must be there: "1", "1." and "1e+" can all be the beginning of a longer number."""
_SIDE_FILE_LIMIT = 1 << 26
_SPACE = re.compile(r"[ \t\n\r]*")
_CLOSING = {"{": "}", "[": "]"}


class Edge(Enum):
    """Stands in place of a value where a container that is gone into begins or ends."""

    BEGINS = "begins"
    ENDS = "ends"


BEGINS: Final = Edge.BEGINS
ENDS: Final = Edge.ENDS


class JsonWalk:
    """A JSON file read in order; ``position`` counts the bytes taken so far."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = path.name
        self.position = 0

    def values(self, into: Collection[str]) -> Iterator[tuple[str, Any | Edge | Skipped]]:
        """(place, value) in the order of the file, for every value that stands in the containers ``into``.

        Places read like ijson's ("", "chats", "chats.list", "chats.list.item"). A container in ``into`` gives
        :data:`BEGINS`, its contents and :data:`ENDS`; any other value comes whole. A file that ends too soon or is no
        JSON from some place on gives one last :class:`Skipped`, and everything before it. Bytes that are not UTF-8
        become U+FFFD.
        """
        with self._path.open("rb") as handle:
            try:
                yield from _walk(_Text(handle, self), into)
            except (ValueError, RecursionError) as error:
                where = f"{self.name}:byte {self.position}"
                yield "", Skipped("truncated or damaged JSON", where, bad=True, detail=type(error).__name__)


def whole(path: Path) -> Any:
    """A small file beside an export, read whole; ``None`` when it is not there, not JSON or too long. Never raises."""
    try:
        if path.stat().st_size > _SIDE_FILE_LIMIT:
            return None
        return json.loads(path.read_bytes().decode("utf-8-sig", "replace"), strict=False)
    except (OSError, ValueError, RecursionError):
        return None


class _Text:
    """The characters of the file, as many as are needed."""

    def __init__(self, handle: BinaryIO, owner: JsonWalk) -> None:
        self._handle = handle
        self._owner = owner
        self._characters = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._json = json.JSONDecoder(strict=False)
        self._buffer = ""
        self._at = 0
        self._ended = False

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            match = _SPACE.match(self._buffer, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._buffer) or self._ended:
                return self._buffer[self._at : self._at + 1]
            self._more(_CHUNK)

    def skip(self) -> None:
        """Go past the character that :meth:`peek` gave."""
        self._at += 1

    def value(self) -> Any:
        """The value that begins here. Raises ``ValueError`` when there is none."""
        self.peek()
        size = _CHUNK
        while True:
            try:
                value, end = self._json.raw_decode(self._buffer, self._at)
                if end + _AHEAD < len(self._buffer) or self._ended:
                    self._at = end
                    return value
            except json.JSONDecodeError as error:
                if self._ended or self._is_wrong(error):
                    raise
            if len(self._buffer) - self._at > _VALUE_LIMIT:
                raise ValueError("one value longer than any message")
            self._more(size)
            size *= 2

    def _is_wrong(self, error: json.JSONDecodeError) -> bool:
        """Whether what follows cannot mend it: the mistake is not at the end of what was read so far."""
        return not error.msg.startswith("Unterminated") and error.pos < len(self._buffer) - _NEAR_THE_END

    def _more(self, size: int) -> None:
        data = self._handle.read(size)
        self._owner.position += len(data)
        self._ended = not data
        self._buffer = self._buffer[self._at :] + self._characters.decode(data, final=self._ended)
        self._at = 0


def _walk(text: _Text, into: Collection[str]) -> Iterator[tuple[str, Any]]:
    open_: list[tuple[str, str]] = []
    place = ""
    while True:
        opening = text.peek()
        first = opening in _CLOSING and place in into
        if first:
            text.skip()
            open_.append((place, opening))
            yield place, BEGINS
        else:
            yield place, text.value()
        while open_ and text.peek() == _CLOSING[open_[-1][1]]:
            text.skip()
            first = False
            yield open_.pop()[0], ENDS
        if not first and not _goes_on(text, bool(open_)):
            return
        parent, kind = open_[-1]
        name = _key(text) if kind == "{" else "item"
        place = f"{parent}.{name}" if parent else name


def _goes_on(text: _Text, inside: bool) -> bool:
    """Past the comma before the next value, or at the end of the file. Raises ``ValueError`` for anything else."""
    following = text.peek()
    if inside != (following == ",") or (not inside and following):
        raise ValueError("neither a comma nor the end")
    text.skip()
    return inside


def _key(text: _Text) -> str:
    name = text.value()
    if not isinstance(name, str) or text.peek() != ":":
        raise ValueError("no key")
    text.skip()
    return name
