"""A value between its floor and its ceiling: one line for each measure, each on its own scale."""

from __future__ import annotations

from collections.abc import Sequence

from likeness.report.charts import ROW, mark, percent, row, rows_of
from likeness.report.markup import Safe, tag
from likeness.report.model import ScaleLine

_INSET = 0.04


def between(lines: Sequence[ScaleLine], *, label: str) -> Safe:
    """The marks of each measure (others, base, voice, person) from the least to the greatest of them; the way from the
    floor to the voice is drawn pale. Lower-is-better measures run the other way, so that right is always better."""
    return rows_of(label, [row(_name(line), _plot(line), _text(line)) for line in lines])


def _name(line: ScaleLine) -> str:
    return f"{line.label}, {line.judge}" if line.judge else line.label


def _plot(line: ScaleLine) -> Safe:
    low, high = min(line.values.values()), max(line.values.values())
    reach = (high - low) or 1.0

    def at(value: float) -> float:
        share = (value - low) / reach if high > low else 0.5
        return _INSET + (1 - 2 * _INSET) * (1 - share if line.better == "lower" else share)

    places = {series: at(value) for series, value in line.values.items()}
    middle = ROW / 2
    way = None
    if "others" in places and line.better != "near":
        way = tag("line", x1=percent(places["others"]), x2=percent(places["made"]), y1=middle, y2=middle, class_="way")
    marks = [
        mark(series, percent(places[series]), middle)
        for series in ("others", "plain", "person", "made")
        if series in places
    ]
    rule = tag("line", x1=0, x2="100%", y1=middle, y2=middle, class_="rule")
    return tag("svg", rule, way, marks, width="100%", height=ROW)


def _text(line: ScaleLine) -> str:
    if line.share is not None:
        return f"{line.share:.0%} of the way"
    return number(line.values["made"], line.unit)


def number(value: float, unit: str = "") -> str:
    """A measured value with its unit, in as many digits as tell something."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    shown = f"{value:.{digits}f}"
    return f"{shown} {unit}" if unit and unit != "cosine" else shown
