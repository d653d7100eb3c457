"""A multi-layer perceptron in numpy: rectified linear layers, dropout, Adam (Kingma & Ba 2015), cosine schedule."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Schedule:
    """How to fit: passes over the data, frames per step, peak learning rate, share of units dropped.

    ``share`` is the part of the rows drawn in each pass.
    """

    epochs: int
    batch: int = 512
    rate: float = 1.5e-3
    dropout: float = 0.1
    decay: float = 1e-5
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Scaling:
    """Mean and spread of the inputs, fixed when the prior was trained and kept when it is adapted."""

    mean: Matrix
    spread: Matrix

    def __call__(self, inputs: Matrix) -> Matrix:
        """Scale the columns that ``inputs`` has: all of them, or the context alone."""
        width = inputs.shape[1]
        return np.asarray((inputs - self.mean[:width]) / self.spread[:width], dtype=np.float32)


class Network:
    """Weights (inputs, outputs) and biases per layer; ``predict`` maps (n, inputs) to (n, outputs)."""

    def __init__(self, weights: Sequence[Matrix], biases: Sequence[Matrix]) -> None:
        self.weights = [np.ascontiguousarray(w, dtype=np.float32) for w in weights]
        self.biases = [np.ascontiguousarray(b, dtype=np.float32) for b in biases]

    @classmethod
    def fresh(cls, sizes: Sequence[int], seed: int = 0) -> Network:
        """He-initialised layers of the given ``sizes``; the last one starts small."""
        random = np.random.default_rng(seed)
        pairs = list(itertools.pairwise(sizes))
        weights = [random.standard_normal((a, b)).astype(np.float32) * np.float32(np.sqrt(2 / a)) for a, b in pairs]
        weights[-1] *= np.float32(0.1)
        return cls(weights, [np.zeros(size, np.float32) for size in sizes[1:]])

    def copy(self) -> Network:
        """An independent network of the same weights."""
        return Network([w.copy() for w in self.weights], [b.copy() for b in self.biases])

    def predict(self, inputs: Matrix) -> Matrix:
        """Outputs for ``inputs``, without dropout."""
        values = inputs
        for number, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            values = values @ weight + bias
            if number < len(self.weights) - 1:
                np.maximum(values, 0, out=values)
        return values

    def fit(self, inputs: Matrix, targets: Matrix, schedule: Schedule, seed: int = 0) -> Iterator[float]:
        """Reduce the squared error in place, yielding the mean loss after each pass; stop iterating to stop."""
        random = np.random.default_rng(seed)
        batch = min(schedule.batch, len(inputs))
        steps = max(1, int(len(inputs) * schedule.share) // batch)
        adam = _Adam([*self.weights, *self.biases], schedule, steps * schedule.epochs)
        for _ in range(schedule.epochs):
            order = random.permutation(len(inputs))
            loss = 0.0
            for step in range(steps):
                rows = order[step * batch : (step + 1) * batch]
                loss += self._step(inputs[rows], targets[rows], schedule.dropout, random, adam)
            yield loss / steps

    def _step(self, inputs: Matrix, targets: Matrix, dropout: float, random: np.random.Generator, adam: _Adam) -> float:
        layers, masks = [inputs], []
        values = inputs
        for number, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            values = values @ weight + bias
            if number < len(self.weights) - 1:
                kept = random.random(values.shape, dtype=np.float32) > dropout
                mask = ((values > 0) & kept).astype(np.float32) / np.float32(1 - dropout)
                values = values * mask
                masks.append(mask)
                layers.append(values)
        error = values - targets
        gradient = error * np.float32(2 / (len(inputs) * np.sqrt(targets.shape[1])))
        weight_gradients: list[Matrix] = []
        bias_gradients: list[Matrix] = []
        for number in range(len(self.weights) - 1, -1, -1):
            weight_gradients.insert(0, layers[number].T @ gradient)
            bias_gradients.insert(0, gradient.sum(0))
            if number:
                gradient = (gradient @ self.weights[number].T) * masks[number - 1]
        adam.update([*weight_gradients, *bias_gradients])
        return float((error**2).mean())


class _Adam:
    """Adam with a short warm-up and a cosine decay to 1 % of the peak rate; changes the parameters in place."""

    def __init__(self, parameters: list[Matrix], schedule: Schedule, total: int) -> None:
        self.parameters = parameters
        self.schedule = schedule
        self.total = total
        self.step = 0
        self.first = [np.zeros_like(p) for p in parameters]
        self.second = [np.zeros_like(p) for p in parameters]

    def update(self, gradients: list[Matrix]) -> None:
        self.step += 1
        warm = min(1.0, self.step / min(200, max(1, self.total // 10)))
        rate = self.schedule.rate * warm * (0.5 * (1 + np.cos(np.pi * self.step / self.total)) + 0.01)
        first_scale = 1 / (1 - 0.9**self.step)
        second_scale = 1 / (1 - 0.999**self.step)
        for p, g, m, v in zip(self.parameters, gradients, self.first, self.second, strict=True):
            m *= np.float32(0.9)
            m += np.float32(0.1) * g
            v *= np.float32(0.999)
            v += np.float32(0.001) * g * g
            change = (m * np.float32(first_scale)) / (np.sqrt(v * np.float32(second_scale)) + np.float32(1e-8))
            p -= np.float32(rate) * (change + np.float32(self.schedule.decay) * p)
