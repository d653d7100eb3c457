"""What learning uses: kinds of example, splits, and what was chosen against what there is."""

from __future__ import annotations

from collections.abc import Mapping

from likeness.report import charts
from likeness.report.markup import Child, details, join, table, tag
from likeness.report.model import DatasetPart, Report, Share
from likeness.report.sections.parts import absent, notes


def draw(report: Report) -> Child:
    """The section's content."""
    part = report.dataset
    if part is None:
        return absent("No dataset has been made yet.", "likeness prepare writing")
    return join(
        tag(
            "p",
            f"Cleaning, redacting and removing near-copies left {part.exchanges:,} texts of their own. "
            f"{part.examples:,} training examples were made of them. Whole conversations stay on one side of the "
            "split, so that nothing measured here was seen in learning.",
        ),
        tag(
            "div",
            tag("div", tag("h3", "Kinds of example"), _counts(part.kinds, "Examples by kind")),
            tag("div", tag("h3", "Splits"), _counts(part.splits, "Texts by split")),
            class_="two",
        ),
        [_shares(heading, lines) for heading, lines in part.shares.items()],
        _dropped(part),
        notes(part.notes),
    )


def _counts(counts: Mapping[str, int], said: str) -> Child:
    rows = [(name, float(count), f"{count:,}") for name, count in counts.items()]
    return charts.bars(rows, label=f"{said}: " + ", ".join(f"{name} {count}" for name, count in counts.items()))


def _shares(heading: str, lines: object) -> Child:
    assert isinstance(lines, (list, tuple))
    found: list[Share] = list(lines)
    rows = [(line.label, line.available, line.chosen) for line in found]
    said = f"{heading}: " + ", ".join(f"{name} {chosen} of {available}" for name, available, chosen in rows)
    short = 4 <= len(rows) <= 24 and all(len(name) <= 7 for name, _, _ in rows)
    return join(
        tag("h3", f"By {heading.lower()}: chosen (filled) of what there is"),
        charts.columns(rows, label=said) if short else charts.shares(rows, label=said),
        details("The figures", table((heading, "There are", "Chosen"), [(n, f"{a:,}", f"{c:,}") for n, a, c in rows])),
    )


def _dropped(part: DatasetPart) -> Child:
    if not part.dropped:
        return None
    rows = [(reason, float(count), f"{count:,}") for reason, count in sorted(part.dropped.items(), key=lambda i: -i[1])]
    said = "Not used: " + ", ".join(f"{reason} {count}" for reason, count in part.dropped.items())
    return join(tag("h3", "Left out in preparing"), charts.bars(rows, series="others", label=said))
