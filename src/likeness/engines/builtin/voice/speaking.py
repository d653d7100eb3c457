"""Text to sound with an adapted voice, phrase by phrase."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from likeness.core import tempo
from likeness.core.types import Audio, SpeakRequest
from likeness.engines.builtin.voice import emotions, features, tokens, vocoder
from likeness.engines.builtin.voice.english.phones import Word
from likeness.engines.builtin.voice.features import FRAMES_PER_SECOND, LOG_F0, Array
from likeness.engines.builtin.voice.model import AcousticModel, Trajectory
from likeness.engines.builtin.voice.resampling import resample
from likeness.engines.builtin.voice.tokens import Token
from likeness.engines.builtin.voice.voice import RATE, Voice

LONGEST_SENTENCE = 40
"""Words; a longer one is said as several, so that sound comes early and memory stays bounded."""
SHORTEST_PHRASE = 160
"""Frames; shorter phrases are rendered together with the next, but for the first."""
SENTENCE_PAUSE_SECONDS = 0.28
CEILING = 0.7
"""Amplitudes above this are bent, not cut."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How to say it, in the engine's own units: ``shift`` in natural logarithm of F0, ``gain`` as a factor; ``blend``
    are emotions with weights, none for the voice's first.
    """

    rate: float
    shift: float
    excursion: float
    gain: float
    pauses: float
    blend: tuple[tuple[str, float], ...]

    @classmethod
    def of(cls, request: SpeakRequest) -> Manner:
        shift, gain = request.pitch * np.log(2) / 12, 10 ** (request.energy / 20)
        return cls(request.rate, shift, request.pitch_range, gain, request.pauses, request.blend)

    @property
    def changes_pitch(self) -> bool:
        return self.shift != 0 or self.excursion != 1


def speak(voice: Voice, words: Sequence[Word], manner: Manner) -> Iterator[Audio]:
    """Sound of ``words`` at 22,050 Hz, one piece for each phrase, with a pause between sentences."""
    weights = emotions.known(voice.emotions, manner.blend)
    model = emotions.applied(voice.acoustic, voice.emotions, weights)
    # Units cannot change pitch; the vocoder of the same voice can.
    by_units = voice.has_units_of(weights) and not manner.changes_pitch
    sentences = [part for sentence in tokens.sentences(words) for part in _short(sentence)]
    for number, sentence in enumerate(sentences):
        planned = model.plan(sentence, 1.0 if by_units else manner.rate, manner.pauses)
        trajectory = _with_manner(model, model.predict(sentence, planned), manner)
        for phrase in _phrases(trajectory):
            samples = _by_units(voice, phrase, manner.rate, weights) if by_units else _by_vocoder(phrase)
            yield _audio(samples * manner.gain)
        if number < len(sentences) - 1:
            yield _audio(np.zeros(round(SENTENCE_PAUSE_SECONDS * manner.pauses / manner.rate * RATE)))


def _by_units(voice: Voice, phrase: Trajectory, rate: float, weights: Mapping[str, float]) -> Array:
    assert voice.joiner is not None
    numbers = {number: weights[e.name] for number, e in enumerate(voice.emotions) if e.name in weights}
    samples = voice.joiner.render(voice.joiner.units.select(phrase, numbers), phrase)
    return tempo.stretch(samples, RATE, rate)


def _by_vocoder(phrase: Trajectory) -> Array:
    return resample(vocoder.render(phrase.static, phrase.voiced), features.RATE, RATE)


def _with_manner(model: AcousticModel, trajectory: Trajectory, manner: Manner) -> Trajectory:
    if not manner.changes_pitch:
        return trajectory
    static = trajectory.static.copy()
    mean = float(model.statistics.mean[LOG_F0])
    static[:, LOG_F0] = mean + (static[:, LOG_F0] - mean) * manner.excursion + manner.shift
    return replace(trajectory, static=static)


def _short(sentence: list[Word]) -> list[list[Word]]:
    return [sentence[at : at + LONGEST_SENTENCE] for at in range(0, len(sentence), LONGEST_SENTENCE)]


def _phrases(trajectory: Trajectory) -> Iterator[Trajectory]:
    """Cut after pauses inside the sentence."""
    start, part = 0, list[Token]()
    first = True
    for number, token in enumerate(trajectory.tokens):
        part.append(token)
        last = number == len(trajectory.tokens) - 1
        long_enough = token.end - start >= (FRAMES_PER_SECOND // 4 if first else SHORTEST_PHRASE)
        if last or (token.is_pause and long_enough):
            moved = tuple(replace(t, start=t.start - start, end=t.end - start) for t in part)
            yield Trajectory(trajectory.static[start : token.end], trajectory.voiced[start : token.end], moved)
            start, part, first = token.end, [], False


def _audio(samples: Array) -> Audio:
    loud = np.abs(samples) > CEILING
    if loud.any():
        room = 1 - CEILING
        bent = CEILING + room * np.tanh((np.abs(samples) - CEILING) / room)
        samples = np.where(loud, np.sign(samples) * bent, samples)
    return Audio(samples.astype(np.float32), RATE)
