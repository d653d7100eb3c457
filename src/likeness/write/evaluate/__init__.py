"""Judging a writer: does it sound like the person, and is everything they said still there?

    evaluate(home)          measure the newest adapter on messages it never saw; stores ``evaluation.json`` beside it
    load_evaluation(home)   read that again, of an adapter of builtin.recall
    load_judgement(home)    the same of an adapter of a language model

An adapter of a language model is judged with all its checkpoints, and the best of them becomes the adapter.
"""

from __future__ import annotations

from collections.abc import Iterator

from likeness.core import artefacts
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.write.evaluate import language_model, recalled
from likeness.write.evaluate.judgement import FORM, Judgement, load_judgement
from likeness.write.evaluate.language_model import JudgeOptions
from likeness.write.evaluate.result import Evaluation, load_evaluation
from likeness.write.generate import adapter_folder

__all__ = ["Evaluation", "JudgeOptions", "Judgement", "evaluate", "load_evaluation", "load_judgement"]


def evaluate(
    home: PersonHome, engine: str = "", adapter: str = "", options: JudgeOptions | None = None
) -> Iterator[Event]:
    """Measure the adapter called ``adapter``, or the newest one that ``engine`` can use (of any, when empty).

    ``options`` are for language models; how the others are judged is fixed. The last event has the stage "evaluated",
    the adapter's name as its note and the main figures as its metrics.
    Raises :class:`NotReady` when there is no adapter, no dataset of it, or no test message.
    """
    folder = adapter_folder(home, engine, adapter)
    if artefacts.load(folder).form == FORM:
        return language_model.judge(home, folder, engine, options)
    return recalled.judge(home, folder)
