"""The page of one evaluation of a voice: ``evaluation.html`` beside ``evaluation.json``, with the sounds inside it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from likeness import __version__
from likeness.core import files
from likeness.core.home import PersonHome
from likeness.report.collect.voice import judged
from likeness.report.markup import Child, Safe, join, tag
from likeness.report.model import VoicePart
from likeness.report.page import document
from likeness.report.sections import judged_voice as parts
from likeness.report.sections.parts import figures, notes
from likeness.report.sections.voice import colour_and_melody
from likeness.speak.evaluate import PAGE, Evaluation
from likeness.speak.voices import voice_folder

_FIGURES = 8
"""What fills two rows; the table has all."""


def write_page(home: PersonHome, measured: Evaluation) -> Path:
    """Write the page into the voice's folder (mode 0600), whole or not at all, and return where it is."""
    path = voice_folder(home, measured.voice) / PAGE
    files.write_text(path, page(home.person().display_name, judged(home, measured)))
    return path


def page(person: str, part: VoicePart) -> str:
    """The whole document. It loads nothing; every sound is inside it."""
    made_at = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    made = f"Made by likeness {__version__} at {made_at}, on the machine that holds the data. "
    body = [
        tag(
            "header",
            tag("h1", f"Does it sound like {person}?"),
            tag("p", f"The voice “{part.name}”, made by {part.engine}, judged against you.", class_="lead"),
        ),
        tag(
            "main",
            _section(
                "verdict",
                "The verdict",
                parts.verdicts(part),
                parts.auditions(part),
                figures(part.figures[:_FIGURES]) if part.figures else None,
            ),
            _section("scales", "Between other speakers and you", parts.scales(part), parts.every_figure(part)),
            _section("feelings", "Feeling", parts.feelings(part)) if len(part.feelings) > 1 else None,
            _section("listen", "Listen", parts.samples(part)),
            _section("curves", "Colour and melody", colour_and_melody(part)),
            _section("remarks", "What to know", parts.missing(part), notes(part.notes)),
        ),
        tag("footer", tag("p", made, "It holds private recordings: keep it where you keep them.")),
    ]
    return document(f"How {part.name} sounds", body)


def _section(name: str, heading: str, *content: Child) -> Safe | None:
    inner = join(*content)
    return tag("section", tag("h2", heading), inner, id=name) if inner else None
