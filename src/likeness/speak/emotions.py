"""The contexts a person is recorded in, and what to take for one that was never recorded.

Each lies on the plane of valence (-1 unpleasant to 1 pleasant) and arousal (-1 calm to 1 excited) of Russell's
circumplex (1980); what whispering, strength and teasing do besides is not on that plane, which is why mixing is said.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Emotion:
    """A context of recording. ``marks`` are other words for it in a text (``[excited] …``) and in requests."""

    name: str
    title: str
    valence: float
    arousal: float
    marks: tuple[str, ...] = ()


EMOTIONS = (
    Emotion("neutral", "Neutral, calm", 0.1, -0.2, ("calm", "normal", "plain")),
    Emotion("happy", "Happy, excited", 0.8, 0.6, ("excited", "joyful", "cheerful", "glad", "delighted")),
    Emotion("sad", "Sad, contemplative", -0.6, -0.5, ("contemplative", "sorrowful", "melancholic", "pensive")),
    Emotion("angry", "Angry, frustrated", -0.7, 0.7, ("frustrated", "furious", "annoyed", "irritated")),
    Emotion("surprised", "Surprised, curious", 0.3, 0.8, ("curious", "astonished", "amazed")),
    Emotion("whispered", "Whispered, soft", 0.1, -0.7, ("whisper", "whispers", "whispering", "soft", "softly")),
    Emotion("authoritative", "Authoritative, strong", 0.0, 0.4, ("strong", "firm", "commanding", "confident")),
    Emotion("tired", "Tired, fatigued", -0.3, -0.8, ("fatigued", "exhausted", "weary", "sleepy")),
    Emotion("playful", "Playful, teasing", 0.7, 0.3, ("teasing", "joking", "ironic", "mischievous")),
)
NAMES = tuple(emotion.name for emotion in EMOTIONS)
_BY_WORD = {word: emotion for emotion in EMOTIONS for word in (emotion.name, *emotion.marks)}
_NEIGHBOURS = 2


@dataclass(frozen=True, slots=True)
class Blend:
    """What is taken for an emotion: names with weights that sum to 1; a sentence where it is not the emotion itself."""

    parts: tuple[tuple[str, float], ...]
    note: str = ""


def known(word: str) -> Emotion | None:
    """The emotion that ``word`` names, in any case."""
    return _BY_WORD.get(word.strip().casefold())


def blend(asked: str, recorded: Collection[str]) -> Blend:
    """Which of the ``recorded`` emotions of a voice to speak with when ``asked`` for one.

    The emotion itself where it was recorded (also one that is not among the known ones); else its two nearest on the
    plane, weighted by nearness, said in the note. A voice with nothing recorded by emotion has an empty blend.
    """
    emotion = known(asked)
    name = emotion.name if emotion else asked
    if name in recorded:
        return Blend(((name, 1.0),))
    if not recorded:
        return Blend((), f"This voice has no recordings by emotion, so {asked!r} makes no difference.")
    placed = [found for found in EMOTIONS if found.name in recorded]
    if emotion is None or not placed:
        fallback = "neutral" if "neutral" in recorded else sorted(recorded)[0]
        return Blend(((fallback, 1.0),), f"{asked!r} was not recorded and is no known emotion: spoken as {fallback}.")
    distance = {found.name: _distance(emotion, found) for found in placed}
    nearest = sorted(distance, key=lambda each: distance[each])[:_NEIGHBOURS]
    closeness = {each: 1.0 / max(distance[each], 0.05) for each in nearest}
    total = sum(closeness.values())
    parts = tuple((each, round(closeness[each] / total, 3)) for each in nearest)
    mixed = " and ".join(f"{each} ({weight:.0%})" for each, weight in parts)
    return Blend(parts, f"{name.capitalize()} was not recorded: spoken with what is nearest, {mixed}.")


def _distance(one: Emotion, other: Emotion) -> float:
    return math.hypot(one.valence - other.valence, one.arousal - other.arousal)
