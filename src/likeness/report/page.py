"""The page itself: one HTML document that loads nothing, with its style inside and no script at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import files

from likeness.report.markup import Safe, join, tag
from likeness.report.model import Report
from likeness.report.sections import SECTIONS, summary

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:; base-uri 'none'; form-action 'none'"
)
"""What a browser may load for the page: its own style and the sounds it carries."""


def pieces(report: Report) -> Iterator[tuple[str, str]]:
    """The document in order, as (name of the part, markup); joined, the second ones are the file."""
    yield "head", f"{_opening(f'A likeness of {report.person}')}<body>"
    yield "summary", summary.draw(report, [(name, heading) for name, heading, _ in SECTIONS])
    yield "main", "<main>"
    for name, heading, draw in SECTIONS:
        yield name, tag("section", tag("h2", heading), draw(report), id=name)
    yield "end", f"</main>{_footer(report)}</body></html>\n"


def document(title: str, body: Iterable[Safe]) -> str:
    """A page of its own in the same style: one HTML document that loads nothing."""
    return f"{_opening(title)}<body>{join(body)}</body></html>\n"


def _opening(title: str) -> str:
    style = files("likeness.report").joinpath("style.css").read_text(encoding="utf-8")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        tag("style", Safe(style)),
    )
    return f'<!doctype html>\n<html lang="en">{head}'


def _footer(report: Report) -> Safe:
    made = f"Made by likeness {report.version} at {report.made_at}, on the machine that holds the data. "
    warning = "It quotes private messages: keep it where you keep them."
    return tag("footer", tag("p", made, warning))
