"""Which language each message is in: by py3langid's model (all on this machine), among those the person writes.

A model of 140 languages errs on "ok see you". So a first look at the longer texts finds out what the person writes at
all; each text is then judged among those. A text too short to tell has the language of most of its thread, else of
its conversation, else of the messages to the same person, else of all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Generator, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likeness.core.errors import InputError
from likeness.core.events import Event
from likeness.write.gathered import Gathered, Numbers

UNKNOWN = "und"
"""Of a text without words, among texts of which none can be told (ISO 639-2: undetermined)."""
_SHORT = 20
"""Characters below which a text alone says too little."""
_LONG = 60
"""Characters from which a text may be in a language the person does not write otherwise."""
_SAMPLE = 1500
_ENOUGH = 200
"""Characters that are looked at."""
_SURE = 0.8
_DOUBT = 0.4
_FOREIGN = 0.05
_SHARE = 0.005
"""Least share of the longer texts that makes a language one of the person's."""
_EVERY = 2_000
_NOT_SAID = re.compile(r"\[[a-z ]{2,12}\]|https?://\S+|\S+@\S+|[\d_#*=<>|\\/{}^~`]+|[^\W\d_]*\d[^\W_]*")

Probabilities = dict[str, float]


@dataclass(frozen=True, slots=True)
class Languages:
    """The language of each exchange: ``codes[numbers[i]]`` (ISO 639), and how sure that is (0-1)."""

    codes: tuple[str, ...]
    numbers: NDArray[np.int16]
    confidence: NDArray[np.float32]

    def of(self, place: int) -> str:
        """The code of one exchange."""
        return self.codes[int(self.numbers[place])]

    def sure(self, place: int) -> float:
        """How sure the code of one exchange is, in hundredths."""
        return round(float(self.confidence[place]), 2)

    def counted(self, places: Numbers) -> Counter[str]:
        """How many of the exchanges at ``places`` are in each language."""
        counts = np.bincount(self.numbers[places], minlength=len(self.codes)).tolist()
        return Counter({code: count for code, count in zip(self.codes, counts, strict=True) if count})

    def among(self, places: Numbers, wanted: Collection[str]) -> NDArray[np.bool_]:
        """Which of the exchanges at ``places`` are in a language of ``wanted``; all of them when it is empty."""
        if not wanted:
            return np.ones(len(places), dtype=np.bool_)
        good = np.array([code in wanted for code in self.codes], dtype=np.bool_)
        return good[self.numbers[places]]


def identify(gathered: Gathered, wanted: Sequence[str] = ()) -> Generator[Event, None, Languages]:
    """Identify the language of every exchange. ``wanted``: languages to reckon with in any case.

    Raises :class:`InputError` when one of ``wanted`` is no language that can be told.
    """
    unknown = sorted(set(wanted) - set(known()))
    if unknown:
        raise InputError(
            f"no language that can be told: {', '.join(unknown)}",
            hint="use two-letter codes of ISO 639, for instance: --languages en,de",
        )
    total = len(gathered)
    every = np.arange(total, dtype=np.int64)
    spoken = _spoken(gathered.texts(every[:: max(1, total // (4 * _SAMPLE))]), wanted)
    found: list[str] = []
    sure = np.zeros(total, dtype=np.float32)
    for place, text in enumerate(gathered.texts(every)):
        code, sure[place] = language_of(text, spoken)
        found.append(code)
        if place % _EVERY == 0:
            yield Event("languages", place, total, "messages")
    yield Event("languages", total, total, "messages")
    groups = (gathered.threads, gathered.conversations, gathered.axes["correspondent"].numbers)
    return _completed(found, sure, (*groups, np.zeros(total, dtype=np.int64)))


def language_of(text: str, spoken: Collection[str], *, shortest: int = _SHORT) -> tuple[str, float]:
    """Code and confidence (0-1) of one text among the languages ``spoken``; ("", 0) when it says too little, as any of
    fewer than ``shortest`` characters does."""
    said = _said(text)
    own_script = _own_script(said)
    if len(said) < shortest and not own_script:
        return "", 0.0
    ranked = _ranked(said)
    best, sure = next(iter(ranked.items()))
    if best in spoken or not spoken or (len(said) >= _LONG and sure >= _SURE):
        total = sum(ranked.get(code, 0.0) for code in spoken) if best in spoken else 1.0
        return best, min(1.0, sure / total) if total else sure
    among = {code: ranked[code] for code in spoken if code in ranked}
    total = sum(among.values())
    if own_script and total < _FOREIGN:
        return best, sure
    if not total:
        return "", 0.0
    best = max(among, key=lambda code: (among[code], code))
    return (best, among[best] / total) if among[best] / total >= _DOUBT else ("", 0.0)


def known() -> tuple[str, ...]:
    """Codes of the languages that can be told: those of ISO 639-1 that people write messages in."""
    return tuple(_model().labels)


_BOOKISH = frozenset(["la", "sa", "vo", "eo", "an", "wa", "oc", "br", "se"])
"""Languages that the model takes short texts of others for, and that few people write messages in."""


def _spoken(texts: Iterable[str], wanted: Sequence[str]) -> frozenset[str]:
    """The languages of the longer texts, those of ``wanted`` included."""
    counts: Counter[str] = Counter()
    for text in texts:
        said = _said(text)
        if len(said) >= _LONG:
            code, sure = next(iter(_ranked(said).items()))
            if sure >= _SURE:
                counts[code] += 1
        if counts.total() == _SAMPLE:
            break
    least = max(2, _SHARE * counts.total())
    return frozenset(code for code, count in counts.items() if count >= least) | frozenset(wanted)


def _completed(found: list[str], sure: NDArray[np.float32], groups: tuple[NDArray[Any], ...]) -> Languages:
    """Give each text without a language that of most of its first group that has one."""
    ranked = [code for code, _ in sorted(Counter(found).items(), key=lambda item: (-item[1], item[0])) if code]
    codes = (*ranked, UNKNOWN)
    number = {code: place for place, code in enumerate(codes)}
    numbers = np.array([number.get(code, -1) for code in found], dtype=np.int64)
    for group in groups:
        missing = np.flatnonzero(numbers < 0)
        if len(missing) == 0:
            break
        _, members = np.unique(group, return_inverse=True)
        best, share = _majorities(members, np.where(sure > 0, numbers, -1), len(codes))
        numbers[missing] = best[members[missing]]
        sure[missing] = np.where(numbers[missing] >= 0, -share[members[missing]], 0)
    numbers[numbers < 0] = number[UNKNOWN]
    return Languages(codes, numbers.astype(np.int16), np.abs(sure))


def _majorities(members: Numbers, numbers: Numbers, kinds: int) -> tuple[Numbers, NDArray[np.float64]]:
    """For each group the number most of its members have (-1 where none has any), and the share that do."""
    size = int(members.max()) + 1
    best, share = np.full(size, -1, dtype=np.int64), np.zeros(size)
    told = numbers >= 0
    pairs, counts = np.unique(members[told] * kinds + numbers[told], return_counts=True)
    group, kind = pairs // kinds, pairs % kinds
    order = np.lexsort((-kind, counts))
    best[group[order]] = kind[order]
    largest = np.zeros(size)
    largest[group[order]] = counts[order]
    totals = np.bincount(members[told], minlength=size)
    np.divide(largest, totals, out=share, where=totals > 0)
    return best, share


def _said(text: str) -> str:
    """``text`` without what is in no language: placeholders, addresses, numbers and code."""
    return " ".join(_NOT_SAID.sub(" ", text[: 4 * _ENOUGH]).split())


def _own_script(text: str) -> bool:
    """Whether a few characters say much: those of Chinese, Japanese, Korean, Thai, Greek, Hebrew …"""
    return not text.isascii() and sum(character.isalpha() and ord(character) > 0x36F for character in text) >= 4


def _ranked(text: str) -> Probabilities:
    """Probabilities of the languages in :func:`known`, the likeliest first."""
    return dict(_model().rank(text[:_ENOUGH]))


@cache
def _model() -> Any:
    """The model, read once in a process: it takes a second and 70 MB."""
    from py3langid import langid

    model = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    model.set_languages([code for code in model.labels if len(code) == 2 and code not in _BOOKISH])
    return model
