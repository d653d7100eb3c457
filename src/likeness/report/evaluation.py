"""The page of one judgement of a language model: ``evaluation.html`` beside ``evaluation.json``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from likeness import __version__
from likeness.core import files
from likeness.core.home import PersonHome
from likeness.report.collect.language_model import part
from likeness.report.markup import tag
from likeness.report.page import document
from likeness.report.sections.language_model import shown
from likeness.write.evaluate import Judgement
from likeness.write.evaluate.result import PAGE


def write_page(home: PersonHome, judgement: Judgement) -> Path:
    """Write the page into the folder of the adapter (mode 0600), whole or not at all, and return where it is."""
    path = home.adapters / judgement.adapter / PAGE
    found = part(judgement)
    person = home.person().display_name
    made_at = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")
    made = f"Made by likeness {__version__} at {made_at}, on the machine that holds the data. "
    body = [
        tag(
            "header",
            tag("h1", f"Does it write like {person}?"),
            tag("p", f"The adapter {found.adapter} on {found.base}, judged with {found.engine}.", class_="lead"),
        ),
        tag("main", tag("section", tag("h2", "The judgement"), shown(found), id="model")),
        tag("footer", tag("p", made, "It quotes private messages: keep it where you keep them.")),
    ]
    files.write_text(path, document(f"How {found.adapter} writes", body))
    return path
