"""The handful of figures at the top of the page."""

from __future__ import annotations

from collections.abc import Sequence

from likeness.report.model import DatasetPart, Figure, ImportLine, VoicePart, WritingPart

FROM_WRITING = ("Way from plain to theirs", "Facts kept")
FROM_VOICE = ("A sentence",)


def headline(
    imported: Sequence[ImportLine], made: DatasetPart | None, written: WritingPart | None, spoken: VoicePart | None
) -> list[Figure]:
    """At most five figures, of those there are."""
    found = []
    if imported:
        read, kept = sum(line.read for line in imported), sum(line.kept for line in imported)
        found.append(Figure("Messages kept", f"{kept:,}", f"of {read:,} read, every one accounted for"))
    if made:
        found.append(Figure("Training examples", f"{made.examples:,}", f"from {made.exchanges:,} texts of their own"))
    figures = {figure.label: figure for part in (written, spoken) if part for figure in part.figures}
    return found + [figures[label] for label in (*FROM_WRITING, *FROM_VOICE) if label in figures]
