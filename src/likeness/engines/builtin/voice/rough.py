"""A first voice from a short recording whose words nobody wrote down.

A free loop over the prior's monophone models guesses the phones; what the prior would have said for them is mapped
onto what was heard, one straight line for each dimension, and the network is moved a little in the same direction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from likeness.core.events import Event
from likeness.engines.builtin.voice import alignment, decoding, emotions
from likeness.engines.builtin.voice.adapt import Adapted
from likeness.engines.builtin.voice.examples import Statistics, Utterance, assemble, trimmed
from likeness.engines.builtin.voice.features import LOG_F0, STATIC
from likeness.engines.builtin.voice.model import AcousticModel
from likeness.engines.builtin.voice.network import Schedule
from likeness.engines.builtin.voice.prior import Prior
from likeness.engines.builtin.voice.recordings import Recording

FRAMES_SEEN, FEWEST_PASSES, MOST_PASSES = 24_000, 4, 8
"""Six quick passes over twenty seconds come as near as thirty slow ones, in a fifth of the time."""
RATE_OF_LEARNING = 1e-3
SPREAD_FRAMES = 2000.0
"""The prior's spread counts as much as this many frames of the speaker's."""


def adapt(prior: Prior, heard: Sequence[Recording], seed: int) -> Iterator[Event | Adapted]:
    """Yields an event after each pass and the model last."""
    utterances = []
    for guessed in guesses(prior, heard):
        utterances.append(guessed)
        yield Event("guess", len(utterances), len(heard), "clips")
    model = prior.model
    names = [utterance.emotion for utterance in utterances]
    examples = assemble(utterances, model.scaling)
    inputs = examples.inputs
    first = emotions.base_of(examples, names)
    own = np.repeat([name == first for name in names], np.diff(examples.bounds))
    statistics = _statistics(model, model.network.predict(inputs[own])[:, :-1], examples.targets[own])
    measured = emotions.measure(model, examples, names, statistics)
    network = model.network.copy()
    passes = int(np.clip(FRAMES_SEEN / len(inputs), FEWEST_PASSES, MOST_PASSES))
    plan = Schedule(epochs=passes, batch=256, rate=RATE_OF_LEARNING, dropout=0.1)
    for number, _ in enumerate(network.fit(inputs, measured.targets, plan, seed), start=1):
        yield Event("adapt", number, passes, "passes")
    scale = (statistics.spread / model.statistics.spread) ** 2
    made = replace(model, network=network, statistics=statistics, residual=model.residual * scale)
    yield Adapted(made, measured.emotions)


def guesses(prior: Prior, heard: Sequence[Recording]) -> Iterator[Utterance]:
    """What ``heard`` may say, each as an utterance of made-up words."""
    seen = alignment.observations([recording.acoustics for recording in heard])
    for recording, observed in zip(heard, seen, strict=True):
        tokens, words = decoding.guess(observed, prior)
        yield trimmed(Utterance(recording.id, words, tokens, recording.acoustics, emotion=recording.emotion))


def _statistics(model: AcousticModel, predicted: NDArray[np.float32], targets: NDArray[np.float32]) -> Statistics:
    """The speaker's scale. A short recording has its own mix of phones, so the mean is what is left when the prior's
    expectation for these phones is taken away, and the spread leans on the prior's.
    """
    weight = len(targets) / (len(targets) + SPREAD_FRAMES)
    spread = np.sqrt(weight * targets.var(0) + (1 - weight) * model.statistics.spread**2)
    mean = targets.mean(0) - spread * predicted.mean(0)
    mean[STATIC:] = 0.0
    mean[LOG_F0] = targets[:, LOG_F0].mean()
    return Statistics(mean.astype(np.float32), spread.astype(np.float32))
