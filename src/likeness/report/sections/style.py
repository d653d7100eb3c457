"""Pictures of style: the habits one by one, the authorship judge's scores, lengths, and Burrows' Delta."""

from __future__ import annotations

from likeness.report import charts
from likeness.report.markup import Child, details, join, table, tag
from likeness.report.model import Feature, Report, WritingPart
from likeness.report.sections.parts import SERIES, absent, figures, notes

ORDER = ("person", "made", "plain", "others")
DELTA_NAMES = {"person": "other texts of theirs"}


def draw(report: Report) -> Child:
    """The section's content."""
    part = report.writing
    if part is None:
        return absent("The writer has not been measured yet.", "likeness evaluate writing")
    return join(
        tag(
            "p",
            "Measured on messages that were not used for learning, with greetings and sign-offs taken off, since those "
            "alone would give anybody away.",
        ),
        figures(part.figures) if part.figures else None,
        _features(part),
        _scores(part),
        tag("div", tag("div", _lengths(part)), tag("div", _delta(part)), class_="two"),
        notes(part.notes),
    )


def _features(part: WritingPart) -> Child:
    if not part.features:
        return None
    rows = [(feature.label, _values(feature), _text(feature)) for feature in part.features]
    said = "; ".join(
        f"{feature.label}: the person {_number(feature.person, feature.unit)}, {_text(feature)}"
        for feature in part.features
    )
    cells = [
        (
            f.label,
            _number(f.person, f.unit),
            _number(f.plain, f.unit),
            _number(f.rewritten, f.unit),
            _number(f.others, f.unit),
        )
        for f in part.features
    ]
    return join(
        tag("h3", "Habit by habit"),
        tag(
            "p",
            "Each line has its own scale from zero. The pale band is the way the rewriting went; it should end "
            "at the person’s dot.",
        ),
        charts.legend(SERIES),
        charts.dots(rows, label=f"Habits. {said}"),
        details("The figures", table(("Habit", *(words.capitalize() for words in SERIES.values())), cells)),
    )


def _values(feature: Feature) -> dict[str, float]:
    found = {"person": feature.person, "plain": feature.plain, "made": feature.rewritten, "others": feature.others}
    return {series: value for series, value in found.items() if value is not None}


def _text(feature: Feature) -> str:
    if feature.plain is None or feature.rewritten is None:
        return _number(feature.person, feature.unit)
    return f"{_number(feature.plain, '')} → {_number(feature.rewritten, feature.unit)}"


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    digits = 0 if abs(value) >= 20 or value == 0 else 1 if abs(value) >= 2 else 2
    text = f"{value:.{digits}f}"
    return f"{text} {unit}".strip()


def _scores(part: WritingPart) -> Child:
    if not part.scores:
        return None
    rows = [(series, SERIES[series], part.scores[series]) for series in ORDER if series in part.scores]
    medians = [(name, _median(list(values)), len(values)) for _, name, values in rows]
    said = "; ".join(f"{name}: median {middle:.2f} of {count}" for name, middle, count in medians)
    return join(
        tag("h3", "Who would a judge say wrote it?"),
        tag(
            "p",
            "A classifier learned to tell the person from other people by short runs of letters. Each dot is one text; "
            "the line is the median. Rewritten texts should lie where the person's own lie.",
        ),
        charts.strips(rows, ends=("surely somebody else", "surely the person"), label=f"Authorship scores. {said}"),
        details("The figures", table(("Series", "Median", "Texts"), [(n, f"{m:.2f}", str(c)) for n, m, c in medians])),
    )


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


def _lengths(part: WritingPart) -> Child:
    if not part.lengths:
        return None
    rows = [(series, SERIES[series], part.lengths[series]) for series in ORDER if series in part.lengths]
    said = "; ".join(f"{name}: median {values[2]:.0f} words" for _, name, values in rows)
    return join(
        tag("h3", "Length in words"),
        tag("p", "From the 10th to the 90th percentile; the box is the middle half."),
        charts.spans(rows, unit="words", label=f"Lengths. {said}"),
    )


def _delta(part: WritingPart) -> Child:
    if not part.delta:
        return None
    series = [name for name in ORDER if name in part.delta]
    rows = [(DELTA_NAMES.get(name, SERIES[name]), part.delta[name], f"{part.delta[name]:.2f}") for name in series]
    said = "; ".join(f"{name} {text}" for name, _, text in rows)
    return join(
        tag("h3", "Burrows’ Delta: distance from the person"),
        tag("p", "From how often the commonest words occur, over many texts together; shorter is closer."),
        charts.bars(rows, series=series, label=f"Burrows' Delta. {said}"),
    )
