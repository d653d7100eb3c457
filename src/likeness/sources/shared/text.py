"""The text of a file: its encoding, its head, and its lines, none of them without end."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from likeness.core.types import Skipped

HEAD = 65_536
LINE_LIMIT = 1 << 22
"""Characters in a line; a field within quotes can have many lines, together no more than this."""
_CHUNK = 1 << 20
_FIRST = 512
_FEW = 20
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_FALLBACK = "likeness.windows_1252"


def _windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 read as Windows-1252, which is what old spreadsheets write."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_FALLBACK, _windows_1252)


def encoding_of(head: bytes) -> str:
    """UTF-8, or UTF-16 where a byte order mark says so."""
    return next((name for mark, name in _MARKS if head.startswith(mark)), "utf-8")


def is_binary(path: Path) -> bool:
    """True when many zero bytes stand at the beginning and no mark of UTF-16 does: nothing like UTF-8."""
    with path.open("rb") as handle:
        raw = handle.read(_FIRST)
    return raw.count(0) > len(raw) // _FEW and encoding_of(raw) != "utf-16"


def head(path: Path, encoding: str = "", limit: int = HEAD) -> str:
    """The first ``limit`` bytes as text, without half a character at the end."""
    with path.open("rb") as handle:
        raw = handle.read(limit)
    decoder = codecs.getincrementaldecoder(encoding or encoding_of(raw))(_FALLBACK)
    return decoder.decode(raw)


def first_byte_not_utf_8(path: Path) -> int | None:
    """Where the file stops being UTF-8, in bytes; ``None`` when it never does."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    read = 0
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                return read - held + error.start
            read += len(chunk)
    held = len(decoder.getstate()[0])
    return read - held if held else None


def lines(handle: BinaryIO, encoding: str, name: str) -> Iterator[str | Skipped]:
    """Lines with their ends. One over the limit is a :class:`Skipped`, and reading goes on behind it."""
    # "replace" for what is stated: only a guess may be mended by another.
    errors = _FALLBACK if encoding in ("utf-8", "utf-8-sig") else "replace"
    text = io.TextIOWrapper(handle, encoding=encoding, errors=errors, newline="")
    number = 0
    try:
        while line := text.readline(LINE_LIMIT):
            number += 1
            if len(line) < LINE_LIMIT or line.endswith(("\n", "\r")):
                yield line
                continue
            while (rest := text.readline(LINE_LIMIT)) and not rest.endswith(("\n", "\r")):
                pass
            yield Skipped("over-long line", f"{name}:line {number}", bad=True)
    except UnicodeError as error:
        yield Skipped("damaged text", f"{name}:after line {number}", bad=True, detail=type(error).__name__)
    finally:
        if not handle.closed:
            text.detach()
