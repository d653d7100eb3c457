"""The draft that was asked for, and what is said of how it came about."""

from __future__ import annotations

from likeness.report.markup import Child, details, join, table, tag
from likeness.report.model import Report
from likeness.report.sections.parts import absent
from likeness.report.sections.voice import play


def draw(report: Report) -> Child:
    """The section's content."""
    part, voice = report.draft, report.voice.name if report.voice else ""
    spoken = play(report.speech, voice) if report.speech else None
    if part is None and spoken is not None:
        return tag("div", spoken, class_="sheet")
    if part is None:
        return absent(
            "No draft was handed to this page.", "likeness write TASK --json > d.json; likeness report --draft d.json"
        )
    named = part.method and not part.note.casefold().startswith(part.method)
    said = f"{part.method.capitalize()}: {part.note}" if named else part.note
    rows = [*(("Engine", part.engine),) * bool(part.engine), *part.details.items()]
    if part.sources:
        rows.append(("Messages it drew on", ", ".join(part.sources)))
    return join(
        tag("p", f"Asked for: {part.task}") if part.task else None,
        tag("div", tag("p", part.text, class_="letter"), spoken, tag("p", said, class_="note"), class_="sheet"),
        details("How it came about", table(("", ""), rows)) if rows else None,
    )
