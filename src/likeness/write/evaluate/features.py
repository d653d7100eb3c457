"""Habits as numbers: length, punctuation, casing, contractions, faces, fillers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

QUANTILES = (10, 25, 50, 75, 90)
_FACE = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]|(?<!\\S)[:;=][-']?[)(DPp]|\\bxx*\\Z", re.MULTILINE)
_CONTRACTION = re.compile(
    r"\b(?:\w+n['’]t|\w+['’](?:m|re|ve|ll|d)|(?:it|that|he|she|there|what|let)['’]s)\b", re.IGNORECASE
)
_CONTRACTIBLE = re.compile(
    r"\b(?:(?:do|does|did|is|are|was|were|have|has|had|would|could|should|will|can) ?not|(?:i|you|we|they|he|she|it)"
    r" (?:am|are|have|will|would|is|has)|(?:that|there|what) is|let us)\b",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"\b(?:just|actually|really|basically|of course|you know|a bit|sort of|kind of|maybe|perhaps|probably|i think"
    r"|i guess|i reckon|i suppose|quite|pretty)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Feature:
    """One habit in every series. ``unit`` says what the values count in."""

    label: str
    unit: str
    values: dict[str, float]


def features(series: dict[str, Sequence[str]]) -> list[Feature]:
    """The habits of each series of texts (sign-offs and greetings already apart)."""
    return [
        Feature(label, unit, {name: round(measure(texts), 4) for name, texts in series.items() if texts})
        for label, unit, measure in _MEASURES
    ]


def length_quantiles(texts: Sequence[str]) -> list[float]:
    """Words per text at the 10th, 25th, 50th, 75th and 90th percentile."""
    return [float(value) for value in np.percentile([len(text.split()) for text in texts], QUANTILES)]


def greeting_share(greetings: Sequence[str]) -> float:
    """Share of messages (0-1) that have the part."""
    return sum(bool(text.strip()) for text in greetings) / max(1, len(greetings))


def _per_hundred_words(pattern: str | re.Pattern[str]) -> Callable[[Sequence[str]], float]:
    compiled = re.compile(pattern)

    def measure(texts: Sequence[str]) -> float:
        words = sum(len(text.split()) for text in texts)
        return 100 * sum(len(compiled.findall(text)) for text in texts) / max(1, words)

    return measure


def _share(pattern: str) -> Callable[[Sequence[str]], float]:
    compiled = re.compile(pattern)
    return lambda texts: 100 * sum(bool(compiled.search(text)) for text in texts) / max(1, len(texts))


def _contracted(texts: Sequence[str]) -> float:
    short = sum(len(_CONTRACTION.findall(text)) for text in texts)
    full = sum(len(_CONTRACTIBLE.findall(text)) for text in texts)
    return 100 * short / max(1, short + full)


def _sentence_words(texts: Sequence[str]) -> float:
    lengths = [len(piece.split()) for text in texts for piece in re.split(r"[.!?…]+\s|\n", text) if piece.strip()]
    return float(np.mean(lengths)) if lengths else 0.0


_MEASURES: tuple[tuple[str, str, Callable[[Sequence[str]], float]], ...] = (
    ("Words per message", "words", lambda texts: float(np.median([len(text.split()) for text in texts]))),
    ("Words per sentence", "words", _sentence_words),
    ("Contractions", "% of those possible", _contracted),
    ("Fillers and hedges", "per 100 words", _per_hundred_words(_FILLER)),
    ("Commas", "per 100 words", _per_hundred_words(",")),
    ("Exclamation marks", "per 100 words", _per_hundred_words("!+")),
    ("Question marks", "per 100 words", _per_hundred_words(r"\?+")),
    ("Trailing dots", "per 100 words", _per_hundred_words(r"\.{2,}|…")),
    ("Dashes", "per 100 words", _per_hundred_words(r"(?<=\s)[-–—]+(?=\s)|—")),
    ("Brackets", "per 100 words", _per_hundred_words(r"\(")),
    ("Emoji and kisses", "per 100 words", _per_hundred_words(_FACE)),
    ("Lower-case first letter", "% of messages", _share(r"\A[\"'(]*[a-z]")),
    ("No end mark", "% of messages", _share(r"[^\W_]\Z")),
    ("Two spaces after a sentence", "% of messages", _share(r"[.!?]  \S")),
    ("Several paragraphs", "% of messages", _share(r"\n\s*\n")),
)
