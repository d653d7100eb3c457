"""The top of the page: whose it is, the handful of figures that matter, and the way to the rest."""

from __future__ import annotations

from collections.abc import Sequence

from likeness.report.markup import Safe, tag
from likeness.report.model import Report
from likeness.report.sections.parts import figures


def draw(report: Report, contents: Sequence[tuple[str, str]]) -> Safe:
    """The page's header."""
    return tag(
        "header",
        tag("h1", f"A likeness of {report.person}"),
        tag("p", _lead(report), class_="lead"),
        figures(report.headline) if report.headline else None,
        tag(
            "nav",
            tag("ul", [tag("li", tag("a", text, href=f"#{name}")) for name, text in contents]),
            aria_label="Contents",
        ),
    )


def _lead(report: Report) -> str:
    made_of = []
    if kept := sum(line.kept for line in report.imports):
        archives = len({(line.source, line.path) for line in report.imports})  # imported twice, it is one all the same
        made_of.append(f"{kept:,} messages from {_count(archives, 'archive')}")
    if report.voice and report.voice.clips:
        minutes = sum(clip.seconds for clip in report.voice.clips) / 60
        made_of.append(f"{minutes:.1f} minutes of speech")
    learned = f"Learned from {' and '.join(made_of)}. " if made_of else ""
    return f"{learned}Everything was computed on this machine, and this page loads nothing from anywhere."


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
