"""Messages the writer never saw: said plainly, rewritten, and as the person wrote them."""

from __future__ import annotations

from collections.abc import Sequence

from likeness.report.diff import changed
from likeness.report.markup import Child, Safe, details, join, tag
from likeness.report.model import DraftSample, Report, TextSample
from likeness.report.sections.parts import absent

SHOWN = 4
"""How many of each are open to see; the rest unfold."""


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
        [_triple(sample) for sample in report.writing.samples[:SHOWN]],
        _more(report.writing.samples[SHOWN:]),
        _drafts(report.writing.drafts),
    )


def _more(samples: Sequence[TextSample]) -> Safe | None:
    return details(f"{len(samples)} more", [_triple(sample) for sample in samples]) if samples else None


def _drafts(drafts: Sequence[DraftSample]) -> Safe | None:
    """Drafts beside what was written when the occasion came."""
    if not drafts:
        return None
    drawn = [
        tag(
            "div",
            tag("div", tag("p", "Asked for", class_="label"), tag("p", draft.request, class_="letter")),
            tag("div", tag("p", f"Drafted ({draft.method})", class_="label"), tag("p", draft.made, class_="letter")),
            tag("div", tag("p", "What they wrote", class_="label"), tag("p", draft.original, class_="letter")),
            class_="triple",
        )
        for draft in drafts
    ]
    explained = (
        "Requests worked out backwards from messages held back. Each draft was made from its request alone, by "
        "recalling how such things were said before."
    )
    return join(
        tag("h3", "Drafts for occasions it never saw"),
        tag("p", explained),
        drawn[:SHOWN],
        details(f"{len(drawn) - SHOWN} more", drawn[SHOWN:]) if len(drawn) > SHOWN else None,
    )


def _triple(sample: TextSample) -> Safe:
    return tag(
        "div",
        tag("div", tag("p", "Said plainly", class_="label"), tag("p", sample.plain, class_="letter")),
        tag(
            "div",
            tag("p", "Put into their words", class_="label"),
            tag("p", changed(sample.plain, sample.rewritten), class_="letter"),
        ),
        tag("div", tag("p", "What they wrote", class_="label"), tag("p", sample.original, class_="letter")),
        tag("p", sample.note, class_="note") if sample.note else None,
        class_="triple",
    )
