"""The parts of the page, in order: (anchor, heading, function that draws it)."""

from __future__ import annotations

from collections.abc import Callable

from likeness.report.markup import Child
from likeness.report.model import Report
from likeness.report.sections import dataset, draft, language_model, ledger, style, texts, timings, voice

SECTIONS: tuple[tuple[str, str, Callable[[Report], Child]], ...] = (
    ("draft", "A draft in their words", draft.draw),
    ("texts", "Before and after", texts.draw),
    ("style", "How close the style comes", style.draw),
    ("model", "The language model", language_model.draw),
    ("voice", "The voice", voice.draw),
    ("dataset", "What was learned from", dataset.draw),
    ("ledger", "What was imported", ledger.draw),
    ("timings", "How long it took", timings.draw),
)
