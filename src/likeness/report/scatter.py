"""Points over a pair of axes, as wide as their column, with intervals and names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from likeness.report.charts import figure, percent
from likeness.report.curves import AXIS, ticks
from likeness.report.markup import Safe, tag

Place = Callable[[float], float]
_EDGE = 0.05
"""Share of the width left free on either side, for names."""


@dataclass(frozen=True, slots=True)
class Point:
    """A spot at (x, y) called ``name``. ``series`` decides its mark: person, base, chosen, passed, out or deployed.

    ``across`` and ``down`` are the ends of its intervals in x and y, where it has any.
    """

    name: str
    series: str
    x: float
    y: float
    across: tuple[float, float] | None = None
    down: tuple[float, float] | None = None


def scatter(
    points: Sequence[Point],
    *,
    axes: str,
    label: str,
    x_ticks: Sequence[tuple[float, str]] = (),
    height: int = 250,
) -> Safe:
    """The points on axes that hold them all. ``axes`` says in words what is drawn over what; ``x_ticks`` are the marks
    below with their names, round numbers when left out."""
    xs = [x for point in points for x in (point.x, *(point.across or ()))] + [x for x, _ in x_ticks]
    ys = [y for point in points for y in (point.y, *(point.down or ()))]
    if not xs or not ys:
        return tag("p", "There is nothing to draw here yet.")
    low, high = min(xs), max(xs)
    wide = (high - low) or 1.0
    levels = ticks(min(ys), max(ys))
    plot = height - AXIS

    def at(x: float) -> float:
        share: float = _EDGE + (1 - 2 * _EDGE) * (x - low) / wide
        return share

    def up(y: float) -> float:
        height_of: float = 8 + (plot - 16) * (levels[-1] - y) / (levels[-1] - levels[0])
        return height_of

    named = list(x_ticks) or [(x, f"{x:g}") for x in ticks(low, high) if low <= x <= high]
    grid = [tag("line", x1=0, x2="100%", y1=up(y), y2=up(y), class_="rule") for y in levels]
    posts = [
        tag("line", x1=percent(at(x)), x2=percent(at(x)), y1=8, y2=plot - 8, class_="rule") for x, _ in named if x_ticks
    ]
    below = [
        tag("text", name, x=percent(at(x)), y=height - 6, text_anchor="middle", class_="tick") for x, name in named
    ]
    beside = [tag("text", f"{y:g}", x="100%", y=up(y) + 4, text_anchor="end", class_="tick") for y in levels]
    drawn = [line for point in points for line in _intervals(point, at, up)]
    drawn += [_spot(point.series, percent(at(point.x)), up(point.y)) for point in points]
    names = _names([(point.name, at(point.x), up(point.y)) for point in points if point.name])
    axis = tag("svg", beside, width="100%", height=height)
    drawing = tag("svg", grid, posts, drawn, names, below, width="100%", height=height)
    return figure(label, tag("p", axes, class_="over"), tag("div", axis, drawing, class_="axes"))


def mark(series: str) -> Safe:
    """The mark of a series, for a legend."""
    return tag("svg", _spot(series, "50%", 7), width=14, height=14, aria_hidden="true")


def _intervals(point: Point, at: Place, up: Place) -> list[Safe]:
    x, y = percent(at(point.x)), up(point.y)
    lines = []
    if point.across:
        left, right = (percent(at(value)) for value in point.across)
        lines.append(tag("line", x1=left, x2=right, y1=y, y2=y, class_=f"interval {point.series}"))
    if point.down:
        top, bottom = (up(value) for value in point.down)
        lines.append(tag("line", x1=x, x2=x, y1=top, y2=bottom, class_=f"interval {point.series}"))
    return lines


def _spot(series: str, x: str, y: float) -> Safe:
    if series == "out":
        # A cross, so that it is told from the others without its colour; a nested svg gives it a place in percent.
        strokes = [tag("path", d="M-4.5-4.5L4.5 4.5M4.5-4.5L-4.5 4.5", class_="mark out")]
        return tag("svg", strokes, x=x, y=y, width=1, height=1, overflow="visible")
    if series == "deployed":
        square = tag("rect", x=-4.5, y=-4.5, width=9, height=9, class_="mark deployed")
        return tag("svg", square, x=x, y=y, width=1, height=1, overflow="visible")
    style = {"base": "plain", "chosen": "made"}.get(series, series)
    return tag("circle", cx=x, cy=y, r=6 if series == "chosen" else 5, class_=f"mark {style}")


def _names(spots: Sequence[tuple[str, float, float]]) -> list[Safe]:
    """Names above their spots, moved up where they would run into each other."""
    placed: list[tuple[float, float]] = []
    drawn = []
    for name, x, y in sorted(spots, key=lambda spot: spot[2]):
        top = y - 10
        while any(abs(x - other) < 0.09 and abs(top - height) < 12 for other, height in placed):
            top -= 12 if top > 20 else -34
        placed.append((x, top))
        drawn.append(tag("text", name, x=percent(x), y=top, text_anchor="middle", class_="count"))
    return drawn
