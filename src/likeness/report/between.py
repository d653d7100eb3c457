"""A value between its floor and its ceiling: one line for each measure, each on its own scale."""

from __future__ import annotations

from collections.abc import Sequence

from likeness.report.charts import ROW, mark, percent, row, rows_of
from likeness.report.markup import Safe, tag
from likeness.report.model import ScaleLine

_INSET = 0.04
_LEAST_PERCENT = 30.0
_LEAST_SHARE = 0.3


def between(lines: Sequence[ScaleLine], *, label: str) -> Safe:
    """The marks of each measure (others, base, voice, person), each on its own scale; the way from the floor to the
    voice is drawn pale. Measures of which less is better run the other way, so that right is better."""
    return rows_of(label, [row(_name(line), _plot(line), _text(line)) for line in lines])


def _name(line: ScaleLine) -> str:
    return f"{line.label}, {line.judge}" if line.judge else line.label


def _plot(line: ScaleLine) -> Safe:
    low, high = _reach(line)

    def at(value: float) -> float:
        share = (value - low) / (high - low)
        return _INSET + (1 - 2 * _INSET) * (1 - share if line.better == "lower" else share)

    places = {series: at(value) for series, value in line.values.items()}
    middle = ROW / 2
    way = None
    if "others" in places and line.share is not None:
        way = tag("line", x1=percent(places["others"]), x2=percent(places["made"]), y1=middle, y2=middle, class_="way")
    marks = [
        mark(series, percent(places[series]), middle)
        for series in ("others", "plain", "person", "made")
        if series in places
    ]
    rule = tag("line", x1=0, x2="100%", y1=middle, y2=middle, class_="rule")
    return tag("svg", rule, way, marks, width="100%", height=ROW)


def _reach(line: ScaleLine) -> tuple[float, float]:
    """The ends of a measure's scale: opinion scores run from 1 to 5 and shares from nought, and what differs little
    must not look as if it differed much."""
    low, high = min(line.values.values()), max(line.values.values())
    if line.unit.startswith("MOS"):
        return 1.0, 5.0
    if line.unit == "%":
        return 0.0, max(high, _LEAST_PERCENT)
    least = _LEAST_SHARE * max(abs(low), abs(high)) or 1.0
    if high - low < least:
        middle = (low + high) / 2
        return middle - least / 2, middle + least / 2
    return low, high


def _text(line: ScaleLine) -> str:
    if line.share is not None:
        return f"{line.share:.0%} of the way"
    own = f" (you {number(line.values['person'])})" if "person" in line.values else ""
    return number(line.values["made"], "" if line.unit.startswith("MOS") else line.unit) + own


def number(value: float, unit: str = "") -> str:
    """A measured value with its unit, in as many digits as tell something."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    shown = f"{value:.{digits}f}"
    return f"{shown} {unit}" if unit and unit != "cosine" else shown
