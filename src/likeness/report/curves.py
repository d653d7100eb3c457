"""Curves over a pair of axes, as wide as their column, with labels that keep their size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil, floor, log10

from likeness.report.charts import figure, percent
from likeness.report.markup import Safe, tag

AXIS = 22
"""Height of the strip with the horizontal axis' labels, in pixels."""


def lines(
    series: Sequence[tuple[str, Sequence[float], Sequence[float]]],
    *,
    axes: str,
    label: str,
    height: int = 180,
) -> Safe:
    """Curves over one pair of axes: (series, x values, y values). A NaN in y breaks the curve.

    ``axes`` says in words what is drawn over what ("level in dB over frequency in kHz").
    """
    xs = [x for _, line, _ in series for x in line]
    ys = [y for _, _, line in series for y in line if y == y]
    if not xs or not ys:
        return tag("p", "There is too little sound to draw this.")
    low, high = min(xs), max(xs)
    if low == high:
        high = low + 1.0
    y_ticks = ticks(min(ys), max(ys))
    plot = height - AXIS

    def down(y: float) -> float:
        return 6 + (plot - 12) * (y_ticks[-1] - y) / (y_ticks[-1] - y_ticks[0])

    curves = [
        tag("path", d=_path(x, y, (low, high), down), class_=f"curve {name}", vector_effect="non-scaling-stroke")
        for name, x, y in series
    ]
    area = tag("svg", curves, width="100%", height=plot, viewBox=f"0 0 1000 {plot}", preserveAspectRatio="none")
    grid = [tag("line", x1=0, x2="100%", y1=down(y), y2=down(y), class_="rule") for y in y_ticks]
    names = [_below(x, (x - low) / (high - low), height - 6) for x in ticks(low, high) if low <= x <= high]
    axis = tag("svg", _beside(y_ticks, down), width="100%", height=height)
    drawing = tag("svg", grid, area, names, width="100%", height=height)
    return figure(label, tag("p", axes, class_="over"), tag("div", axis, drawing, class_="axes"))


def _below(value: float, share: float, y: float) -> Safe:
    anchor = "start" if share < 0.02 else "end" if share > 0.98 else "middle"
    return tag("text", f"{value:g}", x=percent(share), y=y, text_anchor=anchor, class_="tick")


def _beside(values: Sequence[float], down: Callable[[float], float]) -> list[Safe]:
    return [tag("text", f"{y:g}", x="100%", y=down(y) + 4, text_anchor="end", class_="tick") for y in values]


def _path(xs: Sequence[float], ys: Sequence[float], bounds: tuple[float, float], down: Callable[[float], float]) -> str:
    low, high = bounds
    pieces, pen = [], "M"
    for x, y in zip(xs, ys, strict=True):
        if y != y:
            pen = "M"
            continue
        pieces.append(f"{pen}{1000 * (x - low) / (high - low):.1f} {down(y):.1f}")
        pen = "L"
    return "".join(pieces)


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """About ``count`` round numbers that cover low…high, at least two."""
    rough = ((high - low) or 1.0) / count
    unit = 10 ** floor(log10(rough))
    step = next(unit * factor for factor in (1, 2, 2.5, 5, 10) if unit * factor >= rough * 0.999)
    first, last = floor(low / step), ceil(high / step)
    return [round(step * number, 10) for number in range(first, max(last, first + 1) + 1)]
