"""Messages the writer never saw: said plainly, rewritten, and as the person wrote them."""

from __future__ import annotations

from likeness.report.diff import changed
from likeness.report.markup import Child, Safe, join, tag
from likeness.report.model import Report, TextSample
from likeness.report.sections.parts import absent


def draw(report: Report) -> Child:
    """The section's content."""
    if report.writing is None or not report.writing.samples:
        return absent("The writer has not been measured yet.", "likeness evaluate writing")
    return join(
        tag(
            "p",
            "Messages held back from learning. Their habits were taken out (left), the writer put them back without "
            "seeing the original (middle), and this is what was really written (right). ",
            tag("ins", "Added"),
            " and ",
            tag("del", "removed"),
            " words are marked against the plain text.",
        ),
        [_triple(sample) for sample in report.writing.samples],
    )


def _triple(sample: TextSample) -> Safe:
    return tag(
        "div",
        tag("div", tag("h4", "Said plainly"), tag("p", sample.plain, class_="letter")),
        tag(
            "div", tag("h4", "Put into their words"), tag("p", changed(sample.plain, sample.rewritten), class_="letter")
        ),
        tag("div", tag("h4", "What they wrote"), tag("p", sample.original, class_="letter")),
        tag("p", sample.note, class_="note") if sample.note else None,
        class_="triple",
    )
