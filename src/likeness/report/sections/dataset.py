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
        _diversity(part.diversity),
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


_CHOICES = {"chosen": "as chosen", "random": "at random", "longest": "the longest first"}


def _diversity(measured: Mapping[str, Mapping[str, float]]) -> Child:
    """How much more ground the selection covers than simpler ones of the same size."""
    if "chosen" not in measured:
        return None
    found = [(name, words, measured[name]) for name, words in _CHOICES.items() if name in measured]
    rows = [(words, values["distinct_pairs"], f"{values['distinct_pairs']:,.0f}") for _, words, values in found]
    series = ["made" if name == "chosen" else "others" for name, _, _ in found]
    counts = ("messages", "tokens", "distinct_words", "distinct_pairs")
    figures = [
        (words, *(f"{values[key]:,.0f}" for key in counts), f"{values['similarity']:.3f}") for _, words, values in found
    ]
    said = "Different pairs of words at the same number of tokens: " + ", ".join(f"{n} {t}" for n, _, t in rows)
    header = ("Choice", "Messages", "Tokens", "Different words", "Different pairs", "Likeness of two texts")
    return join(
        tag("h3", "How varied the choice is: different pairs of words, at the same number of tokens"),
        charts.bars(rows, series=series, label=said),
        details("The figures", table(header, figures)),
    )


def _dropped(part: DatasetPart) -> Child:
    if not part.dropped:
        return None
    rows = [(reason, float(count), f"{count:,}") for reason, count in sorted(part.dropped.items(), key=lambda i: -i[1])]
    said = "Not used: " + ", ".join(f"{reason} {count}" for reason, count in part.dropped.items())
    return join(tag("h3", "Left out in preparing"), charts.bars(rows, series="others", label=said))
