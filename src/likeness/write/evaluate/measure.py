"""From answers to figures: every series of texts measured alike, the person's own among them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from likeness.core import canaries, spans
from likeness.write.evaluate.answers import Answer
from likeness.write.evaluate.bootstrap import Interval, Weights, interval, resamples
from likeness.write.evaluate.chrf import chrf
from likeness.write.evaluate.delta import delta
from likeness.write.evaluate.features import Feature, features
from likeness.write.evaluate.judgement import BASE, PERSON, Content, Exposure, Series
from likeness.write.evaluate.leaks import leaks, together
from likeness.write.evaluate.material import ALTERNATIVES, Candidate, Material
from likeness.write.evaluate.memorised import extraction
from likeness.write.evaluate.occasions import Occasion, without_frame
from likeness.write.evaluate.repetition import repetition
from likeness.write.evaluate.style import Judge, Style, judge_of, styles, told_apart

_OF_A_DRAFT = frozenset({"url", "email", "code", "placeholder", "number", "name"})
"""What of an instruction must stand in the text it asks for; negations and quotations may be said otherwise."""


@dataclass(slots=True)
class Answered:
    """What one model has said: answers to ``Material.questions`` and, where its engine can say, (log probability,
    tokens) of ``Material.likelihoods``, both in order."""

    candidate: Candidate
    engine: str
    answers: list[Answer] = field(default_factory=list)
    scores: list[tuple[float, float]] = field(default_factory=list)

    def texts(self, material: Material) -> list[str]:
        """The answers to the occasions, finished."""
        return [answer.text for answer in self.answers[: len(material.occasions)]]


@dataclass(frozen=True, slots=True)
class Measured:
    """All series, with the habits of each and the skill of the judge of style (``None`` when there was none)."""

    series: tuple[Series, ...]
    features: tuple[Feature, ...]
    skill: float | None
    impostors: int


def measured(material: Material, found: Sequence[Answered]) -> Measured:
    """Measure the person's held-out texts and the answers of every model in ``found``, the base first."""
    real = [one.real for one in material.occasions]
    texts = {PERSON: real} | {one.candidate.label: one.texts(material) for one in found}
    bare = {label: [without_frame(text, material.own) for text in made] for label, made in texts.items()}
    weights = resamples([one.exchange for one in material.occasions])
    judge = judge_of(material.rows, material.learned, bare[PERSON])
    judged = _styles(judge, bare, weights)
    distances = delta(material.learned, bare)
    series = [_person(material, real, distances.distances.get(PERSON) if distances else None)]
    for one in found:
        label = one.candidate.label
        series.append(
            _model(
                material,
                one,
                weights=weights,
                style=judged.get(label),
                apart=told_apart(bare[PERSON], bare[label], [o.exchange for o in material.occasions]),
                distance=distances.distances.get(label) if distances else None,
            )
        )
    others: dict[str, Sequence[str]] = {"others": judge.unseen} if judge else {}
    return Measured(
        series=tuple(series),
        features=tuple(features({**bare, **others})),
        skill=judge.skill if judge else None,
        impostors=judge.impostors if judge else 0,
    )


def _styles(judge: Judge | None, bare: Mapping[str, Sequence[str]], weights: Weights) -> dict[str, Style]:
    if judge is None:
        return {}
    models = {label: texts for label, texts in bare.items() if label != PERSON}
    return styles(judge, bare[PERSON], bare[BASE], models, weights)


def _person(material: Material, real: Sequence[str], distance: float | None) -> Series:
    prompts = [one.prompt for one in material.occasions]
    return Series(
        label=PERSON,
        role="person",
        step=0,
        engine="",
        words=tuple(len(text.split()) for text in real),
        length_ratio=1.0,
        repetition=repetition(real, [one.exchange for one in material.occasions]),
        verbatim=material.known.verbatim(real, prompts),
        leaks=leaks(real, prompts, material.names),
        delta=distance,
        content=content(material.occasions, real, resamples([one.exchange for one in material.occasions])),
    )


def _model(
    material: Material,
    found: Answered,
    *,
    weights: Weights,
    style: Style | None,
    apart: float | None,
    distance: float | None,
) -> Series:
    count, tried = len(material.occasions), len(material.attempts)
    made, attempted = found.texts(material), [answer.text for answer in found.answers[count : count + tried]]
    prompts = [one.prompt for one in material.occasions]
    words = tuple(len(text.split()) for text in made)
    return Series(
        label=found.candidate.label,
        role=found.candidate.role,
        step=found.candidate.step,
        engine=found.engine,
        words=words,
        length_ratio=sum(words) / max(1, sum(len(one.real.split()) for one in material.occasions)),
        repetition=repetition(
            [answer.raw for answer in found.answers[:count]],
            [one.exchange for one in material.occasions],
            sum(answer.ended == "length" for answer in found.answers[:count]),
        ),
        verbatim=material.known.verbatim(made, prompts),
        leaks=together(
            leaks(made, prompts, material.names),
            leaks(attempted, [one.prompt for one in material.attempts], material.names),
        ),
        style=style,
        told_apart=apart,
        delta=distance,
        content=content(material.occasions, made, weights),
        extraction=extraction(material.attempts, attempted),
        exposures=exposures(material, found),
        perplexity=perplexity(found.scores[:count]),
        validation_loss=found.candidate.validation_loss,
        seconds=sum(answer.seconds for answer in found.answers) / max(1, len(found.answers)),
    )


def content(occasions: Sequence[Occasion], made: Sequence[str], weights: Weights) -> Content:
    """What of the numbers, names, addresses and negations asked for stands in the answers.

    A rewrite must keep all of them; of an instruction those that cannot be said otherwise. A reply owes none.
    """
    total, gone = np.zeros(len(made)), np.zeros(len(made))
    counted: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    for at, (occasion, text) in enumerate(zip(occasions, made, strict=True)):
        wanted = occasion.source or (occasion.prompt if occasion.kind == "draft" else "")
        kinds = None if occasion.source else _OF_A_DRAFT
        have = Counter(span.kind for span in spans.find(wanted) if kinds is None or span.kind in kinds)
        missing = Counter(span.kind for span in spans.lost(wanted, text) if kinds is None or span.kind in kinds)
        counted.update(have)
        lost.update(missing)
        total[at], gone[at] = have.total(), min(have.total(), missing.total())
    kept: Interval | None = None
    if counted:
        with np.errstate(invalid="ignore"):
            kept = interval(1 - (weights @ gone) / (weights @ total))
    sources = [(one.source, text) for one, text in zip(occasions, made, strict=True) if one.source]
    return Content(
        kept=kept,
        kinds={kind: max(0.0, 1 - lost[kind] / number) for kind, number in sorted(counted.items())},
        counted=dict(sorted(counted.items())),
        chrf=float(np.mean([chrf(text, one.real) for one, text in zip(occasions, made, strict=True)])),
        chrf_source=float(np.mean([chrf(text, source) for source, text in sources])) if sources else None,
    )


def exposures(material: Material, found: Answered) -> tuple[Exposure, ...]:
    """Exposure of the canaries by how often they were taught, and how many came out when asked for."""
    if not material.canaries:
        return ()
    answers = found.answers[len(material.occasions) + len(material.attempts) :]
    scores = found.scores[len(material.occasions) :]
    block = ALTERNATIVES + 1
    bits: dict[int, list[float]] = {}
    said: Counter[int] = Counter()
    count: Counter[int] = Counter()
    for number, canary in enumerate(material.canaries):
        count[canary.times] += 1
        said[canary.times] += number < len(answers) and canary.secret in answers[number].text
        likelihoods = [score for score, _ in scores[number * block : (number + 1) * block]]
        if len(likelihoods) == block:
            bits.setdefault(canary.times, []).append(canaries.exposure(canary, likelihoods[0], likelihoods[1:]))
    ceiling = math.log2(block)
    return tuple(
        Exposure(times, float(np.mean(bits[times])) if times in bits else None, ceiling, said[times], count[times])
        for times in sorted(count)
    )


def perplexity(scores: Sequence[tuple[float, float]]) -> float | None:
    """Per token, of texts with (log probability, tokens); ``None`` without any."""
    tokens = sum(number for _, number in scores)
    return math.exp(min(700.0, -sum(score for score, _ in scores) / tokens)) if tokens else None
