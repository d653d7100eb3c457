"""What a person's recordings of each emotion do otherwise: melody, level, colour of sound, tempo, pauses, whisper.

One network serves all emotions. It learns every recording in the scale of that recording's emotion (mean and spread of
each parameter, as the prior does for each of its speakers), so that an emotion is a few numbers, which little speech is
enough for, which can be weighted against each other, and which leave clearness to the network. The numbers are
corrected for what was said: an emotion's recordings have other phones than the neutral ones, and what the prior
expects of them is taken away first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likeness.engines.builtin.voice import duration
from likeness.engines.builtin.voice.examples import Examples, Statistics
from likeness.engines.builtin.voice.features import FRAMES_PER_SECOND, LOG_F0, STATIC, speech_frames
from likeness.engines.builtin.voice.model import AcousticModel

NEUTRAL = "neutral"
MEAN_FRAMES, SPREAD_FRAMES, TOKENS, PAUSES = 200.0, 1000.0, 20.0, 8.0
"""How strongly an emotion's numbers are drawn towards the first's: as if so much of that had been heard with it."""
LEAST_VOICED_FRAMES = 100
WHISPERED_SHARE = 0.4
"""Voiced frames of what should be voiced, below which speech counts as whispered."""
NEVER_VOICED = 4.0
_PITCH_COLUMNS = [LOG_F0, STATIC + LOG_F0, 2 * STATIC + LOG_F0]


@dataclass(frozen=True, slots=True)
class Emotion:
    """``statistics`` in the model's units; ``tempo`` and ``pauses`` are added to the logarithm of the lengths of phones
    and pauses; frames whose predicted voicing is over ``voicing`` are voiced; ``seconds`` of speech it is learned from.
    """

    name: str
    seconds: float
    statistics: Statistics
    tempo: float = 0.0
    pauses: float = 0.0
    voicing: float = 0.0

    @property
    def whispered(self) -> bool:
        return self.voicing > 0


@dataclass(frozen=True, slots=True)
class Measured:
    """The emotions of one person, the first being what the others are told from, and what the networks should learn:
    ``targets`` (frames, 127) and ``offsets`` (tokens,), the logarithm by which tokens are longer than in the first.
    """

    emotions: tuple[Emotion, ...]
    targets: NDArray[np.float32]
    offsets: NDArray[np.float32]


def measure(
    model: AcousticModel, examples: Examples, names: Sequence[str], statistics: Statistics | None = None
) -> Measured:
    """Learn the emotions of ``examples`` (inputs scaled), whose utterances carry ``names``, as told by what ``model``
    expects; ``statistics`` are the first emotion's where they are known better than by its mean and spread.
    """
    frames = np.repeat(np.array(names), np.diff(examples.bounds))
    first = base_of(examples, names)
    own = frames == first
    statistics = statistics or Statistics.of(examples.targets[own])
    base = Emotion(first, _seconds(examples.targets[own]), statistics)
    emotions, offsets = [base], np.zeros(len(examples.tokens), np.float32)
    if own.all():
        return Measured((base,), examples.normalised(statistics), offsets)
    tokens = np.repeat(np.array(names), examples.token_counts)
    spoken = np.array([not token.is_pause for token in examples.tokens])
    predicted = model.network.predict(examples.inputs)
    expected = model.durations.network.predict(examples.rows)[:, 0] * model.durations.spread
    late = duration.log_lengths(examples.tokens) - expected
    targets = np.empty((len(frames), 3 * STATIC + 1), np.float32)
    targets[own] = _targets(base, examples, predicted, own)
    for name in dict.fromkeys(name for name in names if name != first):
        here, there = frames == name, tokens == name
        tempo, pauses = _timing(examples, late, there, tokens == first)
        emotion = replace(_emotion(name, base, examples, predicted, here, own), tempo=tempo, pauses=pauses)
        emotions.append(emotion)
        offsets[there] = np.where(spoken[there], tempo, pauses)
        targets[here] = _targets(emotion, examples, predicted, here)
    return Measured(tuple(emotions), targets, offsets)


def base_of(examples: Examples, names: Sequence[str]) -> str:
    """The emotion that is spoken when none is asked for: neutral, or the one there is most of."""
    frames = dict.fromkeys(names, 0)
    for name, (start, end) in zip(names, pairwise(examples.bounds), strict=True):
        frames[name] += end - start
    return NEUTRAL if NEUTRAL in frames else max(frames, key=lambda name: frames[name])


def _emotion(
    name: str, base: Emotion, examples: Examples, predicted: NDArray[np.float32], here: NDArray[np.bool_],
    own: NDArray[np.bool_],
) -> Emotion:  # fmt: skip
    seen, expected = examples.targets[here], predicted[here, :-1]
    weight = len(seen) / (len(seen) + MEAN_FRAMES)
    own_spread = len(seen) / (len(seen) + SPREAD_FRAMES)
    spread = np.sqrt(own_spread * seen.var(0) + (1 - own_spread) * base.statistics.spread**2)
    shift = expected.mean(0) - predicted[own, :-1].mean(0)
    mean = base.statistics.mean + weight * (seen.mean(0) - spread * shift - base.statistics.mean)
    voicing = _voicing(seen[:, 0], examples.voiced[here], predicted[here, -1])
    voiced = examples.voiced[here]
    if voicing > 0 or voiced.sum() < LEAST_VOICED_FRAMES:
        mean[_PITCH_COLUMNS] = base.statistics.mean[_PITCH_COLUMNS]
        spread[_PITCH_COLUMNS] = base.statistics.spread[_PITCH_COLUMNS]
    else:
        # The melody is heard where there is voice; elsewhere it is only a line drawn between.
        pitch = seen[voiced, LOG_F0]
        neutral = examples.targets[own & examples.voiced, LOG_F0]
        both = expected[voiced, LOG_F0].mean() - predicted[own & examples.voiced, LOG_F0].mean()
        usual = max(float(neutral.var()), 1e-6)
        wide = np.sqrt(own_spread * float(pitch.var()) / usual + 1 - own_spread)
        spread[_PITCH_COLUMNS] = base.statistics.spread[_PITCH_COLUMNS] * wide
        higher = float(pitch.mean() - neutral.mean()) - float(spread[LOG_F0]) * float(both)
        mean[LOG_F0] = base.statistics.mean[LOG_F0] + weight * higher
    mean[STATIC:] = base.statistics.mean[STATIC:]
    return Emotion(
        name, _seconds(seen), Statistics(mean.astype(np.float32), spread.astype(np.float32)), voicing=voicing
    )


def _voicing(power: NDArray[np.floating], voiced: NDArray[np.bool_], expected: NDArray[np.floating]) -> float:
    """The threshold of voicing: 0, or for whispering one that nothing is over. The pitch tracker finds some voice in
    any noise, so whispering is known by having much less of it than these phones usually have.
    """
    loud = speech_frames(power)
    share, usual = float(voiced[loud].mean()), float((expected[loud] > 0).mean())
    return NEVER_VOICED if share < WHISPERED_SHARE * usual else 0.0


def _timing(
    examples: Examples, late: NDArray[np.floating], there: NDArray[np.bool_], own: NDArray[np.bool_]
) -> tuple[float, float]:
    """By how much the tokens ``there`` are longer than those of ``own``, phones and pauses, in natural logarithm, given
    by how much each is ``late`` against what the prior expects.
    """
    spoken = np.array([not token.is_pause for token in examples.tokens])
    inner = np.array([token.is_pause and not edge for token, edge in zip(examples.tokens, examples.edges, strict=True)])
    found = []
    for kind, leaning in ((spoken, TOKENS), (inner, PAUSES)):
        some, usual = late[kind & there], late[kind & own]
        weight = len(some) / (len(some) + leaning)
        found.append(weight * float(some.mean() - usual.mean()) if len(some) and len(usual) else 0.0)
    return found[0], float(np.clip(found[1], -1.0, 1.0)) if inner[there].any() else found[0]


def _targets(
    emotion: Emotion, examples: Examples, predicted: NDArray[np.float32], here: NDArray[np.bool_]
) -> NDArray[np.float32]:
    scaled = (examples.targets[here] - emotion.statistics.mean) / emotion.statistics.spread
    voicing = np.where(examples.voiced[here], 2.0, -2.0)
    if emotion.whispered:
        # Whispering says nothing of melody: what the prior expects is left as it is.
        scaled[:, _PITCH_COLUMNS] = predicted[here][:, _PITCH_COLUMNS]
        voicing = np.where(predicted[here, -1] > 0, 2.0, -2.0)
    return np.column_stack([scaled, voicing]).astype(np.float32)


def _seconds(targets: NDArray[np.floating]) -> float:
    return float(speech_frames(targets[:, 0]).sum()) / FRAMES_PER_SECOND


def known(emotions: Sequence[Emotion], blend: Sequence[tuple[str, float]]) -> dict[str, float]:
    """The weights of ``blend`` that this voice knows, summing to 1; the first emotion where it knows none of them."""
    names = {emotion.name for emotion in emotions}
    found: dict[str, float] = {}
    for name, weight in blend:
        if name in names and weight > 0:
            found[name] = found.get(name, 0.0) + weight
    total = sum(found.values())
    return {name: weight / total for name, weight in found.items()} if total else {emotions[0].name: 1.0}


def applied(model: AcousticModel, emotions: Sequence[Emotion], weights: Mapping[str, float]) -> AcousticModel:
    """``model`` speaking with the emotions in ``weights`` (of :func:`known`)."""
    parts = [(emotion, weights[emotion.name]) for emotion in emotions if emotion.name in weights]
    mean = sum(weight * emotion.statistics.mean.astype(np.float64) for emotion, weight in parts)
    logs = sum(weight * np.log(emotion.statistics.spread.astype(np.float64)) for emotion, weight in parts)
    statistics = Statistics(np.asarray(mean, dtype=np.float32), np.exp(logs).astype(np.float32))
    durations = replace(
        model.durations,
        tempo=model.durations.tempo + sum(weight * emotion.tempo for emotion, weight in parts),
        pauses=model.durations.pauses + sum(weight * (emotion.pauses - emotion.tempo) for emotion, weight in parts),
    )
    scale = (statistics.spread / model.statistics.spread) ** 2
    return replace(
        model,
        statistics=statistics,
        durations=durations,
        residual=model.residual * scale,
        voicing=sum(weight * emotion.voicing for emotion, weight in parts),
    )


def arrays(emotions: Sequence[Emotion]) -> dict[str, NDArray[Any]]:
    """Everything as named arrays."""
    return {
        "emotion_names": np.array([emotion.name for emotion in emotions]),
        "emotion_means": np.stack([emotion.statistics.mean for emotion in emotions]),
        "emotion_spreads": np.stack([emotion.statistics.spread for emotion in emotions]),
        "emotion_numbers": np.array([(e.seconds, e.tempo, e.pauses, e.voicing) for e in emotions], np.float32),
    }


def of(found: Mapping[str, NDArray[Any]], model: AcousticModel) -> tuple[Emotion, ...]:
    """The reverse of :func:`arrays`; a voice without them has the one manner that ``model`` speaks in.

    Raises :class:`KeyError` when one is missing, :class:`ValueError` when they do not fit.
    """
    if "emotion_names" not in found:
        return (Emotion(NEUTRAL, 0.0, model.statistics),)
    names, numbers = found["emotion_names"], found["emotion_numbers"]
    means, spreads = found["emotion_means"], found["emotion_spreads"]
    count = len(names)
    if not count or means.shape != (count, 3 * STATIC) or spreads.shape != means.shape or numbers.shape != (count, 4):
        raise ValueError("the emotions are of another shape")
    if not (np.isfinite(means).all() and np.isfinite(numbers).all() and (spreads > 0).all()):
        raise ValueError("the emotions' numbers are not finite")
    return tuple(
        Emotion(str(name), float(row[0]), Statistics(mean, spread), float(row[1]), float(row[2]), float(row[3]))
        for name, mean, spread, row in zip(names, means, spreads, numbers, strict=True)
    )
