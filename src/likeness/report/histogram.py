"""How values are spread: one small histogram per series, all over the same bins."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from likeness.report.charts import percent, rows_of
from likeness.report.markup import Safe, tag

_HEIGHT = 34
_EDGES = (0, 1, 5, 10, 20, 30, 45, 65, 90, 120, 160, 220, 320, 500, 1000)


def histograms(rows: Sequence[tuple[str, str, Sequence[int], str]], *, label: str) -> Safe:
    """Lengths in words: (series, name, values, text beside). Bins are wider for longer texts; the last holds the rest.

    Columns are shares of their own series, on one scale for all.
    """
    longest = max((value for _, _, values, _ in rows for value in values), default=0)
    edges = [edge for edge in _EDGES if edge <= max(longest, 10)]
    counted = [_counts(values, edges) for _, _, values, _ in rows]
    top = max((share for counts in counted for share in counts), default=0.0) or 1.0
    drawn = [
        _row(name, _columns(counts, top, series), text)
        for (series, name, _, text), counts in zip(rows, counted, strict=True)
    ]
    names = [
        tag("text", str(edge), x=percent(at / len(edges)), y=13, text_anchor="middle" if at else "start", class_="tick")
        for at, edge in enumerate(edges)
    ]
    drawn.append(_row("words", tag("svg", names, width="100%", height=18), ""))
    return rows_of(label, drawn)


def _counts(values: Sequence[int], edges: Sequence[int]) -> list[float]:
    bounds = [*edges, float("inf")]
    total = max(1, len(values))
    return [sum(low <= value < high for value in values) / total for low, high in pairwise(bounds)]


def _columns(shares: Sequence[float], top: float, series: str) -> Safe:
    width = 1 / len(shares)
    columns = [
        tag(
            "rect",
            x=percent((at + 0.06) * width),
            width=percent(0.88 * width),
            y=_HEIGHT - 1 - (_HEIGHT - 5) * share / top,
            height=(_HEIGHT - 5) * share / top,
            class_=f"bar {series}",
        )
        for at, share in enumerate(shares)
        if share
    ]
    rule = tag("line", x1=0, x2="100%", y1=_HEIGHT - 0.5, y2=_HEIGHT - 0.5, class_="rule")
    return tag("svg", rule, columns, width="100%", height=_HEIGHT)


def _row(name: str, plot: Safe, text: str) -> Safe:
    cells = ((name, "name"), (plot, "plot"), (text, "value"))
    return tag("div", [tag("span", content, class_=kind) for content, kind in cells], class_="row")
