"""The draft that was asked for, and what is said of how it came about."""

from __future__ import annotations

from likeness.report.markup import Child, details, join, table, tag
from likeness.report.model import Report
from likeness.report.sections.parts import absent


def draw(report: Report) -> Child:
    """The section's content."""
    part = report.draft
    if part is None:
        return absent(
            "No draft was handed to this page.", "likeness write TASK --json > d.json; likeness report --draft d.json"
        )
    said = f"{part.method.capitalize()}: {part.note}" if part.method else part.note
    rows = [*(("Engine", part.engine),) * bool(part.engine), *part.details.items()]
    if part.sources:
        rows.append(("Messages it drew on", ", ".join(part.sources)))
    return join(
        tag("p", f"Asked for: {part.task}") if part.task else None,
        tag("div", tag("p", part.text, class_="letter"), tag("p", said, class_="note"), class_="sheet"),
        details("How it came about", table(("", ""), rows)) if rows else None,
    )
