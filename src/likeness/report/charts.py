"""Small pictures, drawn as SVG with labels that keep their size on any width.

Every plot is as wide as its column: horizontal positions are percentages, heights are pixels, and curves lie in a
nested, stretched ``svg``. Labels are HTML beside the plot, so they wrap instead of colliding. Colours are classes of
the page's style sheet: ``person`` (ink), ``made`` (the accent), ``plain`` (hollow) and ``others`` (grey).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import log10

from likeness.report.markup import Safe, join, tag

ROW = 22
"""Height of a row in pixels."""
_SPARSE = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_DENSE = (1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 2000, 5000)
_MARKS = {"person", "made", "plain", "others"}


def figure(label: str, *children: Safe) -> Safe:
    """A picture with the sentence that stands for it where it cannot be seen."""
    return tag("div", *children, class_="chart", role="img", aria_label=label)


def rows_of(label: str, rows: Iterable[Safe]) -> Safe:
    """A picture whose rows share their columns: name, plot, value."""
    return figure(label, tag("div", list(rows), class_="rows"))


def legend(items: Mapping[str, str]) -> Safe:
    """Marks and what they mean, in the order of ``items`` (series → words)."""
    swatches = [
        tag("li", tag("svg", mark(series, "50%", 7), width=14, height=14, aria_hidden="true"), words)
        for series, words in items.items()
    ]
    return tag("ul", swatches, class_="legend")


def bars(rows: Sequence[tuple[str, float, str]], *, series: str | Sequence[str] = "made", label: str) -> Safe:
    """Horizontal bars from zero: (name, value, text of the value), on one scale; one ``series``, or one for each."""
    top = max((value for _, value, _ in rows), default=0.0) or 1.0
    kinds = [series] * len(rows) if isinstance(series, str) else series
    drawn = [row(name, _bar(value / top, kind), text) for (name, value, text), kind in zip(rows, kinds, strict=True)]
    return rows_of(label, drawn)


def parts(rows: Sequence[tuple[str, Sequence[tuple[str, float]], str]], *, label: str) -> Safe:
    """Stacked bars: (name, [(series, value)…], text), on one scale over all rows."""
    top = max((sum(value for _, value in stack) for _, stack, _ in rows), default=0.0) or 1.0
    return rows_of(label, [row(name, _stack(stack, top), text) for name, stack, text in rows])


def _stack(stack: Sequence[tuple[str, float]], top: float) -> Safe:
    drawn, at = [], 0.0
    for series, value in stack:
        if value > 0:
            width = value / top
            drawn.append(tag("rect", x=percent(at), y=4, width=percent(width), height=ROW - 8, class_=f"bar {series}"))
            at += width
    return tag("svg", drawn, width="100%", height=ROW)


def _bar(share: float, series: str) -> Safe:
    bar = tag("rect", x=0, y=5, width=percent(max(share, 0.002)), height=ROW - 10, rx=2, class_=f"bar {series}")
    return tag("svg", bar, width="100%", height=ROW)


def row(name: str, plot: Safe, text: str = "") -> Safe:
    """One row of :func:`rows_of`: name, plot, value."""
    cells = ((_breakable(name), "name"), (plot, "plot"), (text, "value"))
    return tag("div", [tag("span", content, class_=kind) for content, kind in cells], class_="row")


def _breakable(name: str) -> Safe:
    """An address may break behind its @."""
    first, at, rest = name.partition("@")
    return join(first, at, tag("wbr"), rest) if at else join(name)


def shares(rows: Sequence[tuple[str, int, int]], *, label: str) -> Safe:
    """Of each thing how many were chosen, as a filled part of a hollow bar: (name, available, chosen)."""
    top = max((available for _, available, _ in rows), default=0) or 1
    drawn = [row(name, _share(all_, chosen, top), f"{chosen:,} of {all_:,}") for name, all_, chosen in rows]
    return rows_of(label, drawn)


def _share(available: int, chosen: int, top: int) -> Safe:
    return tag(
        "svg",
        tag("rect", x=0, y=4, width=percent(available / top), height=ROW - 8, rx=2, class_="bar track"),
        tag("rect", x=0, y=4, width=percent(chosen / top), height=ROW - 8, rx=2, class_="bar made") if chosen else None,
        width="100%",
        height=ROW,
    )


def columns(rows: Sequence[tuple[str, int, int]], *, label: str, height: int = 130) -> Safe:
    """Upright columns, the chosen part filled: (name, available, chosen). Names are short (years)."""
    top = max((available for _, available, _ in rows), default=0) or 1
    count = max(len(rows), 1)
    drawn = []
    for index, (name, available, chosen) in enumerate(rows):
        x, width = (index + 0.16) / count, 0.68 / count
        for value, kind in ((available, "track"), (chosen, "made")):
            tall = value / top * (height - 38)
            y = height - 20 - tall
            if value:
                drawn.append(
                    tag("rect", x=percent(x), y=y, width=percent(width), height=tall, rx=2, class_=f"bar {kind}")
                )
        middle = percent(x + width / 2)
        drawn.append(tag("text", name, x=middle, y=height - 4, text_anchor="middle", class_="tick"))
        over = height - 25 - available / top * (height - 38)
        drawn.append(tag("text", str(available), x=middle, y=over, text_anchor="middle", class_="count"))
    return figure(label, tag("svg", drawn, width="100%", height=height))


def dots(rows: Sequence[tuple[str, Mapping[str, float], str]], *, label: str) -> Safe:
    """One line per habit with a mark per series, each line from zero to a little over its own greatest value."""
    drawn = []
    for name, values, text in rows:
        top = max(values.values(), default=0.0) * 1.06 or 1.0
        spots = {series: 0.02 + 0.96 * min(value / top, 1.0) for series, value in values.items()}
        line = tag("line", x1=0, x2="100%", y1=ROW / 2, y2=ROW / 2, class_="rule")
        path = _way(spots.get("plain"), spots.get("made"), ROW)
        marks = [
            mark(series, percent(spots[series]), ROW / 2)
            for series in ("others", "plain", "person", "made")
            if series in spots
        ]
        drawn.append(row(name, tag("svg", line, path, marks, width="100%", height=ROW), text))
    return rows_of(label, drawn)


def _way(start: float | None, end: float | None, height: float) -> Safe | None:
    """The way from plain to rewritten, as a thick pale line."""
    if start is None or end is None:
        return None
    return tag("line", x1=percent(start), x2=percent(end), y1=height / 2, y2=height / 2, class_="way")


def mark(series: str, x: str, y: float) -> Safe:
    """The mark that stands for a series, at a place."""
    assert series in _MARKS, series
    if series == "others":
        return tag("line", x1=x, x2=x, y1=y - 5, y2=y + 5, class_="mark others")
    return tag("circle", cx=x, cy=y, r=4.5 if series == "plain" else 5, class_=f"mark {series}")


def strips(
    rows: Sequence[tuple[str, str, Sequence[float]]], *, ends: tuple[str, str], label: str, height: int = 40
) -> Safe:
    """Every value in 0-1 as a dot, one strip per series: (series, name, values), with the median as a line."""
    drawn = []
    for series, name, values in rows:
        ordered = sorted(values)
        spots = [
            tag(
                "circle",
                cx=percent(_inset(value)),
                cy=height / 2 + _spread(index) * (height / 2 - 7),
                r=3,
                class_=f"dot {series}",
            )
            for index, value in enumerate(ordered)
        ]
        middle = None
        if ordered:
            x = percent(_inset(ordered[len(ordered) // 2]))
            middle = tag("line", x1=x, x2=x, y1=2, y2=height - 2, class_="median")
        rule = tag("line", x1=0, x2="100%", y1=height - 0.5, y2=height - 0.5, class_="rule")
        drawn.append(row(name, tag("svg", rule, spots, middle, width="100%", height=height), f"n = {len(ordered)}"))
    ticks = [
        tag("text", text, x=percent(_inset(x)), y=12, text_anchor=anchor, class_="tick")
        for x, text, anchor in ((0, ends[0], "start"), (1, ends[1], "end"))
    ]
    drawn.append(row("", tag("svg", ticks, width="100%", height=18)))
    return rows_of(label, drawn)


def _inset(value: float) -> float:
    return 0.015 + 0.97 * min(max(value, 0.0), 1.0)


def _spread(index: int) -> float:
    """A place in (-1, 1) that neighbours do not share: the golden ratio's multiples."""
    return 2 * ((index * 0.618034) % 1.0) - 1


def spans(rows: Sequence[tuple[str, str, Sequence[float]]], *, unit: str, label: str) -> Safe:
    """Where values lie: (series, name, five rising quantiles) as thin span, thick half and median, on a log scale."""
    highest = max((max(q) for _, _, q in rows if q), default=1.0)
    lowest = max(1.0, min((min(q) for _, _, q in rows if q), default=1.0))
    low, high = log10(lowest) - 0.05, log10(max(highest, lowest * 2)) + 0.05

    def at(value: float) -> float:
        return (log10(max(value, lowest)) - low) / (high - low)

    drawn = [row(name, _span([at(value) for value in q], series), f"{q[2]:.0f} {unit}") for series, name, q in rows]
    within = [[v for v in values if lowest <= v and at(v) <= 1] for values in (_SPARSE, _DENSE)]
    ticks = [
        join(
            tag("line", x1=percent(at(v)), x2=percent(at(v)), y1=0, y2=4, class_="rule"),
            tag("text", f"{v:g}", x=percent(at(v)), y=15, text_anchor="middle", class_="tick"),
        )
        for v in (within[0] if len(within[0]) >= 4 else within[1])
    ]
    drawn.append(row("", tag("svg", ticks, width="100%", height=18)))
    return rows_of(label, drawn)


def _span(at: Sequence[float], series: str) -> Safe:
    """One span, from five rising positions in 0-1."""
    y = ROW / 2
    first, low, middle, high, last = at
    box = tag("rect", x=percent(low), width=percent(high - low), y=y - 5, height=10, rx=2, class_=f"bar {series}")
    return tag(
        "svg",
        tag("line", x1=percent(first), x2=percent(last), y1=y, y2=y, class_=f"span {series}"),
        box,
        tag("line", x1=percent(middle), x2=percent(middle), y1=y - 5, y2=y + 5, class_=f"middle {series}"),
        width="100%",
        height=ROW,
    )


def percent(share: float) -> str:
    return f"{100 * share:.3f}%"
