"""Is everything still there? Content kept by a rewrite, and text repeated word for word from the training data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from likeness.core import spans
from likeness.write.evaluate.chrf import chrf

GRAM = 13


@dataclass(frozen=True, slots=True)
class Content:
    """chrF (0-100) to the person's own text, and shares kept (0-1).

    ``survival`` is over all of numbers, names, addresses, code, quotations and negations; ``kept`` by kind, with
    ``counted`` of each. ``length_ratio`` is words rewritten to words real.
    """

    chrf_plain: float
    chrf_made: float
    survival: float
    kept: dict[str, float]
    counted: dict[str, int]
    length_ratio: float

    @property
    def chrf_gain(self) -> float:
        return self.chrf_made - self.chrf_plain


@dataclass(frozen=True, slots=True)
class Overlap:
    """Share of texts (0-1) that repeat ``gram`` or more words in a row from the training data.

    ``baseline`` is that of the person's own held-out messages: what people repeat anyway.
    """

    baseline: float
    rewritten: float
    drafts: float | None
    gram: int = GRAM


def content(plain: Sequence[str], made: Sequence[str], real: Sequence[str]) -> Content:
    """Compare the same messages said plainly, rewritten, and as the person wrote them."""
    counted: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    for before, after in zip(plain, made, strict=True):
        counted.update(span.kind for span in spans.find(before))
        lost.update(span.kind for span in spans.lost(before, after))
    total = counted.total()
    words_made, words_real = sum(len(t.split()) for t in made), sum(len(t.split()) for t in real)
    return Content(
        chrf_plain=_mean(chrf(a, b) for a, b in zip(plain, real, strict=True)),
        chrf_made=_mean(chrf(a, b) for a, b in zip(made, real, strict=True)),
        survival=1 - lost.total() / total if total else 1.0,
        kept={kind: 1 - lost[kind] / count for kind, count in sorted(counted.items())},
        counted=dict(sorted(counted.items())),
        length_ratio=words_made / max(1, words_real),
    )


def overlap(learned: Sequence[str], real: Sequence[str], made: Sequence[str], drafts: Sequence[str]) -> Overlap:
    """Verbatim overlap with ``learned`` of held-out, rewritten and drafted texts."""
    known = {gram for text in learned for gram in _grams(text)}
    return Overlap(_repeating(known, real), _repeating(known, made), _repeating(known, drafts) if drafts else None)


def _repeating(known: set[tuple[str, ...]], texts: Sequence[str]) -> float:
    return sum(any(gram in known for gram in _grams(text)) for text in texts) / max(1, len(texts))


def _grams(text: str) -> Iterable[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return (tuple(words[i : i + GRAM]) for i in range(len(words) - GRAM + 1))


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return sum(numbers) / len(numbers) if numbers else 0.0
