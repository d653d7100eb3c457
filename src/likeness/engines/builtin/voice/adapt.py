"""Make the prior somebody's: fit networks, tempo, residual and global variance to aligned recordings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from likeness.core.events import Event
from likeness.engines.builtin.voice import trajectory
from likeness.engines.builtin.voice.examples import Examples, Statistics, Utterance, assemble
from likeness.engines.builtin.voice.features import STATIC, speech_frames
from likeness.engines.builtin.voice.model import AcousticModel
from likeness.engines.builtin.voice.network import Schedule

JUDGED = 60
"""Utterances that residual and global variance are measured on."""


def adapt(
    prior: AcousticModel, utterances: Sequence[Utterance], epochs: int, seed: int
) -> Iterator[Event | AcousticModel]:
    """Yields an event after each pass and the adapted model last. The prior's input scaling is kept."""
    examples = assemble(utterances, prior.scaling)
    statistics = examples.statistics()
    network = prior.network.copy()
    targets = examples.normalised(statistics)
    yield Event("adapt", 0, epochs, "passes")
    plan = Schedule(epochs=epochs, batch=256, rate=5e-4, dropout=0.1)
    for number, loss in enumerate(network.fit(examples.inputs, targets, plan, seed), start=1):
        yield Event("adapt", number, epochs, "passes", metrics={"loss": loss})
    durations = prior.durations.adapted(
        examples.rows, examples.tokens, Schedule(epochs=12, batch=64, rate=5e-4, dropout=0.05), seed
    )
    fitted = replace(prior, network=network, durations=durations, statistics=statistics)
    yield with_spread(fitted, examples, statistics)


def with_spread(model: AcousticModel, examples: Examples, statistics: Statistics) -> AcousticModel:
    """``model`` with the residual and global variance it has on ``examples`` (inputs scaled)."""
    errors, natural, generated = [], [], []
    bounds = list(zip(examples.bounds[:-1], examples.bounds[1:], strict=True))
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
