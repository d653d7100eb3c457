"""How far towards the person? One judge for all models, on the scale (model − base) / (person − base)."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from likeness.write.clean.greetings import is_closing, split_sign_off
from likeness.write.dataset import Row
from likeness.write.evaluate.authorship import Classifier, auc, matched
from likeness.write.evaluate.bootstrap import Interval, Weights, area, interval, mean
from likeness.write.evaluate.judge import FEWEST_IMPOSTORS

SKILLED = 0.6
"""Below this area under the curve a judge is so close to guessing (0.5) that shares of its score are noise."""
_SHORTEST = 20
_FEWEST_TO_TRAIN = 20
_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Judge:
    """A classifier of the person against other people, and ``skill``: how well it tells held-out texts apart (AUC)."""

    classifier: Classifier
    skill: float
    impostors: int
    unseen: tuple[str, ...]
    """Texts of other people that the classifier did not learn from."""


@dataclass(frozen=True, slots=True)
class Style:
    """``share``: 0 is the base, 1 the person. ``auc``: how often the judge rates the person's text above the model's
    (0.5 is ideal). ``probabilities`` are the judge's for each text (1 is surely the person).
    """

    share: Interval | None
    auc: Interval
    probabilities: tuple[float, ...]


def judge_of(rows: Sequence[Row], own: Sequence[str], real: Sequence[str]) -> Judge | None:
    """A judge taught with the person's texts ``own`` and other people's of the same lengths, tried on ``real``.

    ``None`` with fewer than 30 texts of others. Impostors are what other people wrote to the person, taken in turn from
    as many people and conversations as there are, so that no one topic gives them away.
    """
    pool = impostors(rows)
    cut = int(len(pool) * 0.7)
    mine, theirs = matched(own, pool[:cut])
    unseen = matched(real, pool[cut:])[1]
    if len(theirs) < FEWEST_IMPOSTORS or not unseen:
        return None
    classifier = Classifier(mine, theirs)
    skill = auc(classifier.scores(real), classifier.scores(unseen))
    return Judge(classifier, skill, len(theirs), tuple(unseen))


def impostors(rows: Sequence[Row], seed: int = 0) -> list[str]:
    """What other people wrote to the person, without sign-offs, each once, in a mixed order that goes through the
    conversations in turn."""
    by_conversation: dict[str, list[str]] = {}
    seen: set[str] = set()
    for row in rows:
        lines, _ = split_sign_off(row.exchange.context.split("\n"), frozenset())
        text = "\n".join(line for line in lines if not is_closing(line, frozenset())).strip()
        if len(text) >= _SHORTEST and text not in seen:
            seen.add(text)
            by_conversation.setdefault(row.exchange.conversation, []).append(text)
    queues = list(by_conversation.values())
    random.Random(seed).shuffle(queues)
    deepest = max(map(len, queues), default=0)
    return [queue[turn] for turn in range(deepest) for queue in queues if turn < len(queue)]


def styles(
    judge: Judge, real: Sequence[str], base: Sequence[str], series: Mapping[str, Sequence[str]], weights: Weights
) -> dict[str, Style]:
    """The style of each of ``series``, answers to the same prompts as ``real`` and ``base``, in the same order.

    ``share`` is ``None`` where the judge does not rate the base below the person beyond chance: then there is no scale.
    """
    person, plain = judge.classifier.scores(real), judge.classifier.scores(base)
    way = mean(weights, person) - mean(weights, plain)
    measurable = interval(way).low > 0
    found = {}
    for name, texts in series.items():
        scores = judge.classifier.scores(texts)
        share = interval((mean(weights, scores) - mean(weights, plain)) / way) if measurable else None
        found[name] = Style(
            share=share,
            auc=interval(area(weights, person, scores)),
            probabilities=tuple((1 / (1 + np.exp(-scores))).round(4).tolist()),
        )
    return found


def told_apart(real: Sequence[str], made: Sequence[str], groups: Sequence[str]) -> float | None:
    """Area under the curve of a judge trained to tell ``real`` from ``made``, on messages it was not trained on.

    ``groups`` name the message each pair belongs to: both texts of a pair lie in one fold, so that topic is no help.
    ``None`` with fewer than 20 pairs.
    """
    from sklearn.model_selection import GroupKFold

    names = np.asarray([*groups, *groups], dtype=str)
    if len(real) < _FEWEST_TO_TRAIN or len(set(groups)) < _FOLDS:
        return None
    texts = np.asarray([*real, *made], dtype=object)
    labels = np.repeat([True, False], [len(real), len(made)])
    areas = []
    for learned, tried in GroupKFold(_FOLDS).split(texts, labels, names):
        areas.append(_fold(texts, labels, learned, tried))
    known = [value for value in areas if value is not None]
    return float(np.mean(known)) if known else None


def _fold(
    texts: NDArray[np.object_], labels: NDArray[np.bool_], learned: NDArray[np.intp], tried: NDArray[np.intp]
) -> float | None:
    try:
        judge = Classifier(list(texts[learned][labels[learned]]), list(texts[learned][~labels[learned]]))
    except ValueError:  # scikit-learn's, when no run of letters stands in two texts
        return None
    scores = judge.scores(list(texts[tried]))
    return auc(scores[labels[tried]], scores[~labels[tried]])
