"""The pronouncing lexicon: ``additions.txt``, then CMUdict as compiled by ``scripts/build_lexicon.py``.

The compiled file is zlib over sorted ASCII lines ``word coded coded…`` (:func:`phones.encode`), most usual
pronunciation first. It is kept as one ``bytes`` and searched by bisection on byte offsets: opening it builds no index.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from likeness.engines.builtin.voice.english.phones import decode

_DATA = "likeness.engines.builtin.voice"


class Lexicon:
    """Words and their pronunciations."""

    def __init__(self, lines: bytes) -> None:
        """``lines``: sorted, each ending in a newline."""
        self._lines = lines

    def pronunciations(self, word: str) -> tuple[tuple[str, ...], ...]:
        """Every way to say ``word`` (lower case, apostrophes kept), ARPAbet with stress digits; () if unknown."""
        if not word.isascii():
            return ()
        key = word.encode("ascii") + b" "
        low, high = 0, len(self._lines)
        while low < high:
            start = self._lines.rfind(b"\n", 0, (low + high) // 2) + 1
            end = self._lines.index(b"\n", start)
            line = self._lines[start:end]
            if line.startswith(key):
                return tuple(decode(coded) for coded in line.decode("ascii").split(" ")[1:])
            if line < key:
                low = end + 1
            else:
                high = start
        return ()

    def items(self) -> Iterator[tuple[str, tuple[tuple[str, ...], ...]]]:
        """Every word with its pronunciations, in alphabetical order."""
        for line in self._lines.decode("ascii").splitlines():
            word, *coded = line.split(" ")
            yield word, tuple(decode(one) for one in coded)

    def __contains__(self, word: str) -> bool:
        return bool(self.pronunciations(word))


@cache
def additions() -> dict[str, tuple[str, ...]]:
    """Own pronunciations, which go before the dictionary's."""
    lines = files(__package__).joinpath("additions.txt").read_text(encoding="utf-8").splitlines()
    return {word: tuple(phones) for word, *phones in (line.split() for line in lines if not line.startswith("#"))}


@cache
def lexicon() -> Lexicon:
    """The compiled dictionary, read once."""
    packed = files(_DATA).joinpath("data", "lexicon.zlib").read_bytes()
    return Lexicon(zlib.decompress(packed))
