"""How near a voice comes to the person, measured: ``evaluation.json`` in the voice's folder, with the sounds beside it.

    evaluate(home, voice)         speak, ask the judges, save; a generator of events
    load_evaluation(home, voice)  what was measured last

Every measure stands between its floor, other speakers who ship with an engine, and its ceiling, the person against
themself. Judges are engines (speaker encoders, a recogniser, a predictor of listeners' scores); those that are not
ready are named with how to get them, and what signal processing alone can measure is always there.
"""

from likeness.speak.evaluate.colour import spectrum_distance_db
from likeness.speak.evaluate.result import (
    EVALUATION,
    FOLDER,
    PAGE,
    Evaluation,
    Example,
    Feeling,
    Manner,
    Missing,
    Sample,
    Scale,
    load_evaluation,
)
from likeness.speak.evaluate.run import EvaluateOptions, evaluate

__all__ = [
    "EVALUATION",
    "FOLDER",
    "PAGE",
    "EvaluateOptions",
    "Evaluation",
    "Example",
    "Feeling",
    "Manner",
    "Missing",
    "Sample",
    "Scale",
    "evaluate",
    "load_evaluation",
    "spectrum_distance_db",
]
