"""Keys as they are pressed in a terminal, or lines where standard input is none (a pipe, a file, a test)."""

from __future__ import annotations

import os
import re
import select
import sys
import termios
import tty
from types import TracebackType
from typing import Any, Self

END = "\x04"
"""What :meth:`Keys.poll` gives once standard input has ended."""
_BLOCK = 4096
_SPECIAL_KEY = re.compile(rb"(?:\x1b(?:\[[0-9;?]*[ -/]*[@-~]?|O.?)?)+")
"""Arrows and other keys that send several bytes at once (ECMA-48 control sequences), and Escape alone."""


class Keys:
    """A context manager: while it is open a terminal gives each key at once and does not echo it."""

    def __init__(self) -> None:
        self._descriptor = sys.stdin.fileno()
        self.by_line = not os.isatty(self._descriptor)
        self._buffer = b""
        self._ended = False
        self._before: list[Any] | None = None

    def __enter__(self) -> Self:
        if not self.by_line:
            self._before = termios.tcgetattr(self._descriptor)
            tty.setcbreak(self._descriptor)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._before is not None:
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)

    def poll(self, seconds: float | None) -> str:
        """The next key, small letters; " " for space, Enter and an empty line; a line's first letter otherwise.

        "" when none came within ``seconds`` (``None``: wait for one), :data:`END` once the input has ended.
        """
        found = self._next()
        if found or self._ended:
            return found or END
        if select.select([self._descriptor], [], [], seconds)[0]:
            try:
                read = os.read(self._descriptor, _BLOCK)
            except OSError:  # the terminal's window was closed
                read = b""
            self._ended = not read
            self._buffer += read
        return self._next() or (END if self._ended else "")

    def _next(self) -> str:
        if self.by_line:
            if b"\n" not in self._buffer:
                return ""
            line, _, self._buffer = self._buffer.partition(b"\n")
            return line.decode("utf-8", "replace").strip()[:1].lower() or " "
        special = _SPECIAL_KEY.match(self._buffer)
        if special:
            self._buffer = self._buffer[special.end() :]
        key, self._buffer = self._buffer[:1].decode("utf-8", "replace"), self._buffer[1:]
        return " " if key in ("\n", "\r") else key.lower()
