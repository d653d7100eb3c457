"""How long each step took on this machine."""

from __future__ import annotations

from likeness.report import charts
from likeness.report.markup import Child, join, tag
from likeness.report.model import Report
from likeness.report.sections.parts import absent, seconds_text


def draw(report: Report) -> Child:
    """The section's content."""
    if not report.timings:
        return absent("No step has been timed yet.", "likeness status")
    rows = [(name, seconds, seconds_text(seconds)) for name, seconds in report.timings]
    said = "; ".join(f"{name} {text}" for name, _, text in rows)
    return join(tag("p", "Wall-clock time of each step, on this machine."), charts.bars(rows, label=f"Timings. {said}"))
