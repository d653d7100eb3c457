"""How long the request for the draft took, stage by stage."""

from __future__ import annotations

from likeness.report import charts
from likeness.report.markup import Child, join, tag
from likeness.report.model import Report
from likeness.report.sections.parts import absent, seconds_text


def draw(report: Report) -> Child:
    """The section's content."""
    if not report.timings:
        return absent("A draft from the gateway brings its timings along.", "likeness serve")
    rows = [(name, seconds, seconds_text(seconds)) for name, seconds in report.timings]
    said = "; ".join(f"{name} {text}" for name, _, text in rows)
    return join(
        tag("p", "The one request that gave the draft and its speech, by the clock of this machine."),
        charts.bars(rows, label=f"Timings. {said}"),
    )
