"""Who wrote it? A classifier of the person against other people, length-matched, sign-offs left out.

Character n-grams (2-5, within word bounds) in TF-IDF and logistic regression, the usual strong baseline of authorship
attribution. Topic can fake style, so the comparison that counts is within the same messages: plain, rewritten, real.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LONGEST = 3000
_RATIO = 1.5


@dataclass(frozen=True, slots=True)
class Authorship:
    """Mean scores (log-odds of being the person) and probabilities per series.

    ``share`` is how far from plain to real the rewritten text goes (1 is all the way); ``auc_others`` how well the
    classifier tells held-out messages of the person from other people's, ``auc_made`` how well it tells the person's
    real messages from the rewritten ones (0.5 is ideal).
    """

    share: float
    auc_others: float
    auc_made: float
    mean: dict[str, float]
    probabilities: dict[str, list[float]]
    trained_on: int


def matched(own: Sequence[str], others: Sequence[str], seed: int = 0) -> tuple[list[str], list[str]]:
    """Equally many texts of both, pair by pair of nearly the same length (within a factor of 1.5)."""
    chance = random.Random(seed)
    pool = sorted(others, key=len)
    used = [False] * len(pool)
    lengths = [len(text) for text in pool]
    chosen: list[tuple[str, str]] = []
    order = list(own)
    chance.shuffle(order)
    for text in order:
        index = _nearest(lengths, used, len(text))
        if index is not None:
            used[index] = True
            chosen.append((text, pool[index]))
    return [mine for mine, _ in chosen], [theirs for _, theirs in chosen]


def _nearest(lengths: Sequence[int], used: Sequence[bool], wanted: int) -> int | None:
    at = int(np.searchsorted(np.asarray(lengths), wanted))
    for step in range(200):
        for index in (at - step - 1, at + step):
            if 0 <= index < len(lengths) and not used[index] and wanted / _RATIO <= lengths[index] <= wanted * _RATIO:
                return index
    return None


class Classifier:
    """Fitted on the person's and other people's texts; scores are log-odds."""

    def __init__(self, own: Sequence[str], others: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

        own, others = own[-_LONGEST:], others[-_LONGEST:]
        self.trained_on = len(own) + len(others)
        self._vectors: Any = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True, lowercase=False, max_features=200_000
        )
        features = self._vectors.fit_transform([*own, *others])
        labels = [1] * len(own) + [0] * len(others)
        self._model: Any = LogisticRegression(C=10.0, max_iter=300, class_weight="balanced").fit(features, labels)

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Log-odds, one per text."""
        return np.asarray(self._model.decision_function(self._vectors.transform(list(texts))), dtype=np.float64)


def judge(
    classifier: Classifier, real: Sequence[str], plain: Sequence[str], made: Sequence[str], others: Sequence[str]
) -> Authorship:
    """Score the series ``person``, ``plain``, ``made`` (the same messages, in order) and ``others``."""
    scores = {
        name: classifier.scores(texts)
        for name, texts in (("person", real), ("plain", plain), ("made", made), ("others", others))
        if texts
    }
    mean = {name: float(values.mean()) for name, values in scores.items()}
    way = mean["person"] - mean["plain"]
    return Authorship(
        share=(mean["made"] - mean["plain"]) / way if abs(way) > 1e-9 else float("nan"),
        auc_others=auc(scores["person"], scores["others"]) if "others" in scores else float("nan"),
        auc_made=auc(scores["person"], scores["made"]),
        mean=mean,
        probabilities={name: (1 / (1 + np.exp(-values))).round(4).tolist() for name, values in scores.items()},
        trained_on=classifier.trained_on,
    )


def auc(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> float:
    """Probability that a positive scores above a negative, ties counting half (Mann-Whitney)."""
    below = np.searchsorted(np.sort(negative), positive, side="left")
    up_to = np.searchsorted(np.sort(negative), positive, side="right")
    return float((below + up_to).sum() / 2 / (len(positive) * len(negative)))
