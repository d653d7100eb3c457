"""Small multinomial logistic regressions over sets of named features (maximum entropy, L2; Berger et al. 1996)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ITERATIONS = 80
_STEP = 0.5
_MAXIMUM_ROWS = 4000


@dataclass(frozen=True, slots=True)
class Classifier:
    """``bias[k] + Σ weights[f][k]`` over the features f of a case, softmaxed, is the probability of class k."""

    classes: tuple[str, ...]
    bias: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]

    def probabilities(self, features: Sequence[str]) -> dict[str, float]:
        """Probability of each class for a case with these features; unknown features say nothing."""
        logits = np.array(self.bias)
        for feature in features:
            weight = self.weights.get(feature)
            if weight is not None:
                logits = logits + np.array(weight)
        exponent = np.exp(logits - logits.max())
        share = exponent / exponent.sum()
        return dict(zip(self.classes, share.tolist(), strict=True))

    def to_json(self) -> dict[str, Any]:
        return {"classes": self.classes, "bias": self.bias, "weights": dict(self.weights)}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Classifier:
        weights = {name: tuple(values) for name, values in raw["weights"].items()}
        return cls(tuple(raw["classes"]), tuple(raw["bias"]), weights)


def fit(cases: Sequence[tuple[Sequence[str], str]], penalty: float = 1.0, minimum: int = 2) -> Classifier:
    """Fit a classifier to ``cases`` of (features, class).

    Features seen in fewer than ``minimum`` cases are left out; only the newest (last) 4,000 cases are used.
    """
    cases = cases[-_MAXIMUM_ROWS:]
    classes = tuple(sorted({outcome for _, outcome in cases}))
    counts = Counter(feature for features, _ in cases for feature in set(features))
    names = sorted(feature for feature, count in counts.items() if minimum <= count < len(cases))
    column = {name: index for index, name in enumerate(names)}
    rows: list[int] = []
    columns: list[int] = []
    for row, (features, _) in enumerate(cases):
        for feature in set(features):
            if feature in column:
                rows.append(row)
                columns.append(column[feature])
    target = np.zeros((len(cases), len(classes)))
    for row, (_, outcome) in enumerate(cases):
        target[row, classes.index(outcome)] = 1.0
    bias, weights = _descend(rows, columns, target, len(names), penalty)
    kept = {
        name: tuple(round(float(value), 3) for value in weights[index])
        for name, index in column.items()
        if np.abs(weights[index]).max() > 0.02
    }
    return Classifier(classes, tuple(round(float(value), 3) for value in bias), kept)


def _descend(
    rows: list[int], columns: list[int], target: NDArray[np.float64], width: int, penalty: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Adagrad on the penalised likelihood, starting from the base rates."""
    from scipy.sparse import csr_matrix

    count, classes = target.shape
    cases = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(count, width))
    by_feature = cases.T.tocsr()
    bias = np.log((target.sum(axis=0) + 0.5) / (count + 0.5 * classes))
    weights = np.zeros((width, classes))
    seen, seen_bias = np.full_like(weights, 1e-8), np.full_like(bias, 1e-8)
    for _ in range(_ITERATIONS):
        logits = bias + cases @ weights
        exponent = np.exp(logits - logits.max(axis=1, keepdims=True))
        error = exponent / exponent.sum(axis=1, keepdims=True) - target
        gradient = penalty * weights + by_feature @ error
        gradient_bias = error.sum(axis=0)
        seen += gradient**2
        seen_bias += gradient_bias**2
        weights -= _STEP * gradient / np.sqrt(seen)
        bias -= _STEP * 0.2 * gradient_bias / np.sqrt(seen_bias)
    return bias, weights
