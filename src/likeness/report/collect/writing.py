"""How the newest writer was judged."""

from __future__ import annotations

import math

from likeness.core.home import PersonHome
from likeness.report.model import DraftSample, Feature, Figure, TextSample, WritingPart
from likeness.write.evaluate import Evaluation, load_evaluation

_SKILLED = 0.6
"""Below this area under the curve a judge is so close to guessing (0.5) that shares of its score are noise."""


def writing(home: PersonHome) -> WritingPart:
    """The newest evaluation. Raises :class:`NotReady` or :class:`NotFound` when there is none."""
    found = load_evaluation(home)
    return WritingPart(
        features=[
            Feature(
                label=feature.label,
                unit=feature.unit,
                person=feature.values["person"],
                plain=feature.values.get("plain"),
                rewritten=feature.values.get("made"),
                others=feature.values.get("others"),
            )
            for feature in found.features
            if any(feature.values.values())
        ],
        scores=found.authorship.probabilities if found.authorship else {},
        lengths=found.lengths,
        delta=found.delta.distances if found.delta else {},
        figures=_figures(found),
        samples=[TextSample(sample.plain, sample.made, sample.real) for sample in found.samples],
        drafts=[DraftSample(draft.request, draft.made, draft.real, draft.method) for draft in found.drafts],
        notes=found.notes,
    )


def _figures(found: Evaluation) -> list[Figure]:
    """The main figures, each with what it means."""
    measured = found.figures()
    made = []

    def add(name: str, label: str, text: str, meaning: str) -> None:
        value = measured.get(name)
        if value is not None and math.isfinite(value):
            made.append(Figure(label, text.format(value), meaning))

    held = found.counts.get("held_out", 0)
    before, after = found.content.chrf_plain, found.content.chrf_made
    skill = measured.get("authorship_auc", math.nan)
    if skill >= _SKILLED:
        add(
            "style_share",
            "Way from plain to theirs",
            "{:.0%}",
            f"How far rewriting moves the judge’s score towards the person’s own, over {held} messages held out.",
        )
    elif math.isfinite(skill):
        said = "The judge cannot tell the person from others here, so a share of the way would say nothing."
        made.append(Figure("Way from plain to theirs", "not measurable", said))
    add(
        "survival",
        "Facts kept",
        "{:.1%}" if measured["survival"] < 1 else "{:.0%}",
        f"Of {sum(found.content.counted.values()):,} numbers, names, links, quotations and negations.",
    )
    add(
        "chrf_gain",
        "Nearer to what was written",
        "{:+.1f}",
        f"chrF, 0 to 100: from {before:.1f} for the plain text to {after:.1f}.",
    )
    add("length_ratio", "Length", "{:.2f} ×", "Words in rewritten messages for each word that was really written.")
    add(
        "authorship_auc",
        "Skill of the judge",
        "{:.2f}",
        "How often it rates the person above somebody else: 1 is always, 0.5 is guessing.",
    )
    add(
        "real_against_rewritten_auc",
        "Real told from rewritten",
        "{:.2f}",
        "The same for real against rewritten messages; 0.5 would mean it cannot tell.",
    )
    add(
        "overlap_excess_rewritten",
        "Recited in rewriting",
        "{:+.1%}" if measured["overlap_excess_rewritten"] > 0 else "none",
        f"Texts with {found.overlap.gram} words in a row from what was learned, beyond the person’s own habit.",
    )
    add(
        "overlap_excess_drafts",
        "Recited in drafts",
        "{:+.1%}" if measured.get("overlap_excess_drafts", 0.0) > 0 else "none",
        "The same for drafts, which are recalled from the person’s messages on purpose.",
    )
    return made
