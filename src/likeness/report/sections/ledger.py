"""The import ledger: per source what was read, kept, met before and left out, and each malformed entry by its place."""

from __future__ import annotations

from collections import Counter

from likeness.report import charts
from likeness.report.markup import Child, details, join, table, tag
from likeness.report.model import ImportLine, Report
from likeness.report.sections.parts import absent, bytes_text, seconds_text

BAD_SHOWN = 50


def draw(report: Report) -> Child:
    """The section's content."""
    if not report.imports:
        return absent("Nothing has been imported yet.", "likeness import PATH…")
    return join(
        tag(
            "p",
            "Everything in an archive is accounted for: what was read is what was kept, met before, or left out for "
            "a reason given here. Mail that neither you wrote nor answered is not kept.",
        ),
        charts.legend({"made": "kept", "person": "met before", "others": "left out"}),
        charts.parts([_bar(line) for line in report.imports], label=_sentence(report)),
        details("The figures", _table(report)),
        tag(
            "div",
            tag("div", tag("h3", "Why things were left out"), _reasons(report)),
            tag("div", tag("h3", "Who the owner is"), _identities(report)),
            class_="two",
        ),
        _bad(report),
    )


def _bar(line: ImportLine) -> tuple[str, list[tuple[str, float]], str]:
    dropped = sum(line.dropped.values())
    stack = [("made", float(line.kept)), ("person", float(line.duplicates)), ("others", float(dropped))]
    return line.path, stack, f"{line.kept:,} of {line.read:,} kept"


def _sentence(report: Report) -> str:
    said = [f"{line.path}: {line.read} read, {line.kept} kept" for line in report.imports]
    return "Imports. " + "; ".join(said)


def _table(report: Report) -> Child:
    rows = [
        (
            line.path,
            line.source,
            bytes_text(line.bytes),
            f"{line.read:,}",
            f"{line.kept:,}",
            f"{line.duplicates:,}",
            f"{sum(line.dropped.values()):,}",
            f"{len(line.bad):,}",
            ("–" if line.seconds is None else seconds_text(line.seconds)) if line.finished else "not finished",
        )
        for line in report.imports
    ]
    header = ("File", "Format", "Size", "Read", "Kept", "Met before", "Left out", "Malformed", "Took")
    return table(header, rows)


def _reasons(report: Report) -> Child:
    reasons: Counter[str] = Counter()
    for line in report.imports:
        reasons.update(line.dropped)
    if not reasons:
        return tag("p", "Nothing was left out.")
    rows = [(reason, float(count), f"{count:,}") for reason, count in reasons.most_common()]
    said = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    return charts.bars(rows, series="others", label=f"Reasons: {said}")


def _identities(report: Report) -> Child:
    if not report.identities:
        return absent("No name or address has been confirmed.", "likeness import PATH --me ADDRESS")
    return tag("ul", [tag("li", tag("code", value)) for value in report.identities])


def _bad(report: Report) -> Child:
    entries = [(line, *entry) for line in report.imports for entry in line.bad]
    if not entries:
        return tag("p", "No entry was malformed.")
    rows = [(where, reason, detail or "–") for _, where, reason, detail in entries[:BAD_SHOWN]]
    more = f" The first {BAD_SHOWN} of {len(entries):,} are listed." if len(entries) > BAD_SHOWN else ""
    return join(
        tag("h3", "Malformed entries"),
        tag("p", "Each was set aside and the import went on.", more),
        table(("Where", "What", "Detail"), rows),
    )
