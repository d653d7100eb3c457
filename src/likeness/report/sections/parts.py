"""Pieces that several sections use."""

from __future__ import annotations

from collections.abc import Sequence

from likeness.report.markup import Safe, tag
from likeness.report.model import Figure

SERIES = {"person": "the person", "plain": "said plainly", "made": "put into their words", "others": "other people"}
"""What the marks of the style pictures mean."""


def absent(what: str, command: str) -> Safe:
    """The box that stands for a part that is not there yet."""
    return tag("p", what, " ", tag("code", command), class_="absent")


def figures(found: Sequence[Figure]) -> Safe:
    """Measured numbers, each with what it means."""
    cells = [
        tag(
            "div",
            tag("dt", figure.label),
            tag("dd", figure.text, class_="number"),
            tag("dd", figure.meaning, class_="meaning"),
        )
        for figure in found
    ]
    return tag("dl", cells, class_="figures")


def notes(lines: Sequence[str]) -> Safe | None:
    """What the measuring had to say besides its numbers."""
    return tag("ul", [tag("li", line) for line in lines], class_="notes") if lines else None


def bytes_text(count: int) -> str:
    """A size as people write it."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError("unreachable")


def seconds_text(seconds: float) -> str:
    """A duration as people write it."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 90:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {seconds % 60:.0f} s"
