"""Make the prior somebody's: fit networks, tempo, residual and global variance to aligned recordings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from likeness.core.events import Event
from likeness.engines.builtin.voice import duration, emotions, trajectory
from likeness.engines.builtin.voice.emotions import Emotion
from likeness.engines.builtin.voice.examples import Examples, Statistics, Utterance, assemble
from likeness.engines.builtin.voice.features import STATIC, speech_frames
from likeness.engines.builtin.voice.model import AcousticModel
from likeness.engines.builtin.voice.network import Schedule

JUDGED = 60
"""Utterances that residual and global variance are measured on."""


@dataclass(frozen=True, slots=True)
class Adapted:
    """A person's ``model``, which speaks with the first of the ``emotions`` by itself."""

    model: AcousticModel
    emotions: tuple[Emotion, ...]


def adapt(prior: AcousticModel, utterances: Sequence[Utterance], epochs: int, seed: int) -> Iterator[Event | Adapted]:
    """Yields an event after each pass and the adapted model last. The prior's input scaling is kept."""
    examples = assemble(utterances, prior.scaling)
    names = [utterance.emotion for utterance in utterances]
    measured = emotions.measure(prior, examples, names)
    statistics = measured.emotions[0].statistics
    network = prior.network.copy()
    yield Event("adapt", 0, epochs, "passes")
    plan = Schedule(epochs=epochs, batch=256, rate=5e-4, dropout=0.1)
    for number, loss in enumerate(network.fit(examples.inputs, measured.targets, plan, seed), start=1):
        yield Event("adapt", number, epochs, "passes", metrics={"loss": loss})
    plan = Schedule(epochs=12, batch=64, rate=5e-4, dropout=0.05)
    lengths = duration.log_lengths(examples.tokens) - measured.offsets
    durations = prior.durations.adapted(examples.rows, examples.tokens, lengths, plan, seed)
    fitted = replace(prior, network=network, durations=durations, statistics=statistics)
    own = [name == measured.emotions[0].name for name in names]
    yield Adapted(with_spread(fitted, examples, statistics, own), measured.emotions)


def with_spread(model: AcousticModel, examples: Examples, statistics: Statistics, own: Sequence[bool]) -> AcousticModel:
    """``model`` with the residual and global variance it has on those of the ``examples`` (inputs scaled) that are
    its ``own``: the utterances that ``statistics`` are of.
    """
    errors, natural, generated = [], [], []
    bounds = [bound for bound, mine in zip(pairwise(examples.bounds), own, strict=True) if mine]
    step = max(1, len(bounds) // JUDGED)
    predictions: list[tuple[NDArray[np.float32], int, int]] = []
    for start, end in bounds[::step][:JUDGED]:
        predicted = model.network.predict(examples.inputs[start:end])[:, :-1]
        means = predicted * statistics.spread + statistics.mean
        errors.append(means - examples.targets[start:end])
        predictions.append((means, start, end))
    residual = np.maximum(np.concatenate(errors).var(0), 1e-4 * statistics.spread**2)
    for means, start, end in predictions:
        truth = examples.targets[start:end, :STATIC]
        loud = speech_frames(truth[:, 0])
        natural.append(truth[loud])
        generated.append(trajectory.generate(means, residual)[loud])
    ratio = trajectory.variance_ratio(np.concatenate(natural), np.concatenate(generated))
    return replace(model, residual=residual.astype(np.float32), variance_ratio=ratio.astype(np.float32))
