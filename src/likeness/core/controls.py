"""Control characters: what a terminal obeys, and nobody writes."""

from __future__ import annotations

CONTROLS = frozenset(map(chr, (*range(0x20), *range(0x7F, 0xA0)))) - {"\n", "\t"}
"""The C0 and C1 controls and DEL, but for the newline and the tab. What joins emoji or turns the direction of a script
is no control (Unicode category Cf), and stays."""
_TABLE = dict.fromkeys(map(ord, CONTROLS))


def without_controls(text: str) -> str:
    """``text`` without control characters; it is the same for a text in pieces."""
    return text.translate(_TABLE)
