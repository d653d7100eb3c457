"""The acoustic model of a voice: what turns words into trajectories, and how it lies on disk (``.npz``, no pickle)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from likeness.core.errors import InputError
from likeness.engines.builtin.voice import context, tokens, trajectory
from likeness.engines.builtin.voice.alignment import DIMENSIONS, STATES, Monophones
from likeness.engines.builtin.voice.duration import DurationModel
from likeness.engines.builtin.voice.english.phones import Word
from likeness.engines.builtin.voice.examples import Statistics
from likeness.engines.builtin.voice.features import STATIC, Array
from likeness.engines.builtin.voice.network import Network, Scaling
from likeness.engines.builtin.voice.symbols import SYMBOLS
from likeness.engines.builtin.voice.tokens import Token


@dataclass(frozen=True, slots=True)
class Trajectory:
    """What is to be said, frame by frame: ``static`` (frames, 42), ``voiced`` (frames,), and the tokens in time."""

    static: Array
    voiced: NDArray[np.bool_]
    tokens: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class AcousticModel:
    """Networks shared with the prior and the numbers of one speaker.

    ``residual`` (126,) is the variance of the network's error in the speaker's units; ``variance_ratio`` (42,) by how
    much natural trajectories spread more than generated ones.
    """

    network: Network
    scaling: Scaling
    durations: DurationModel
    statistics: Statistics
    residual: NDArray[np.float32]
    variance_ratio: NDArray[np.float32]
    monophones: Monophones
    voicing: float = 0.0
    """Frames whose predicted voicing is over this are voiced; the networks learn +-2."""

    def plan(self, words: Sequence[Word], rate: float = 1.0, pauses: float = 1.0) -> tuple[Token, ...]:
        """The tokens of ``words`` with predicted durations, pauses ``pauses`` times as long."""
        layout = tokens.spoken(words)
        rows = context.context(layout, words)
        return tuple(tokens.timed(layout, self.durations.lengths(layout, self.scaling(rows), rate, pauses)))

    def predict(self, words: Sequence[Word], planned: Sequence[Token]) -> Trajectory:
        """The trajectory of ``words`` timed as ``planned``."""
        inputs = context.frames(planned, context.context(planned, words))
        predicted = self.network.predict(self.scaling(inputs))
        means = predicted[:, :-1] * self.statistics.spread + self.statistics.mean
        static = trajectory.generate(means, self.residual)
        centre = self.statistics.mean.astype(np.float64)
        widened = trajectory.widen(static, self.variance_ratio.astype(np.float64), centre)
        return Trajectory(widened, predicted[:, -1] > self.voicing, tuple(planned))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything as named arrays."""
        found: dict[str, NDArray[Any]] = {
            "input_mean": self.scaling.mean,
            "input_spread": self.scaling.spread,
            "tempo": np.array([self.durations.tempo, self.durations.spread], np.float32),
            "target_mean": self.statistics.mean,
            "target_spread": self.statistics.spread,
            "residual": self.residual,
            "variance_ratio": self.variance_ratio,
            "monophone_mean": self.monophones.mean,
            "monophone_variance": self.monophones.variance,
        }
        for name, network in (("acoustic", self.network), ("duration", self.durations.network)):
            for number, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
                found[f"{name}_weight_{number}"] = weight.astype(np.float16)
                found[f"{name}_bias_{number}"] = bias
        return found

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> AcousticModel:
        """The reverse of :meth:`arrays`. Raises :class:`KeyError` when one is missing, :class:`ValueError` when one has
        another shape than this version's or is not finite.
        """
        _check(arrays)
        tempo = arrays["tempo"]
        return cls(
            network=_network(arrays, "acoustic"),
            scaling=Scaling(arrays["input_mean"], arrays["input_spread"]),
            durations=DurationModel(_network(arrays, "duration"), float(tempo[0]), float(tempo[1])),
            statistics=Statistics(arrays["target_mean"], arrays["target_spread"]),
            residual=arrays["residual"],
            variance_ratio=arrays["variance_ratio"],
            monophones=Monophones(arrays["monophone_mean"], arrays["monophone_variance"]),
        )


def _check(arrays: Mapping[str, NDArray[Any]]) -> None:
    inputs, targets = context.CONTEXT + context.WITHIN, 3 * STATIC
    monophones = (len(SYMBOLS) * STATES, DIMENSIONS)
    expected = {
        "input_mean": (inputs,),
        "input_spread": (inputs,),
        "tempo": (2,),
        "target_mean": (targets,),
        "target_spread": (targets,),
        "residual": (targets,),
        "variance_ratio": (STATIC,),
        "monophone_mean": monophones,
        "monophone_variance": monophones,
    }
    for name, shape in expected.items():
        if arrays[name].shape != shape or not np.isfinite(arrays[name]).all():
            raise ValueError(f"{name} is not of shape {shape} or not finite")
    for name, first, last in (("acoustic", inputs, targets + 1), ("duration", context.CONTEXT, 1)):
        weights = _network(arrays, name).weights
        widths = [weight.shape[0] for weight in weights] + [weights[-1].shape[1]]
        chained = all(left.shape[1] == right.shape[0] for left, right in pairwise(weights))
        if (widths[0], widths[-1]) != (first, last) or not chained:
            raise ValueError(f"the {name} network has another shape")


def _network(arrays: Mapping[str, NDArray[Any]], name: str) -> Network:
    layers = sum(key.startswith(f"{name}_weight_") for key in arrays)
    if not layers:
        raise KeyError(f"{name}_weight_0")
    return Network(
        [arrays[f"{name}_weight_{n}"].astype(np.float32) for n in range(layers)],
        [arrays[f"{name}_bias_{n}"].astype(np.float32) for n in range(layers)],
    )


def read_arrays(source: Path | IO[bytes], what: str) -> dict[str, NDArray[Any]]:
    """Read an ``.npz``. Raises :class:`InputError` naming ``what`` when it is absent or damaged."""
    import zipfile

    try:
        with np.load(source, allow_pickle=False) as found:
            return {name: found[name] for name in found.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(f"{what} is damaged: {error}", hint="enrol the voice again") from None
