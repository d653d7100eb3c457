"""Engine ``builtin.fit``: does a recording say its transcript? By forced alignment with the prior that ships.

A likelihood alone says little: it falls with every noise and every stranger. So the text is aligned beside decoys, the
same phonemes in another order, and beside the best state at every frame whatever it says; between these two lies the
fit, which is comparable from speaker to speaker (after the likelihood ratios of utterance verification).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from likeness.core.errors import InputError
from likeness.core.protocols import EngineInfo
from likeness.core.types import Audio

if TYPE_CHECKING:
    from likeness.engines.builtin.voice.english.phones import Word

LONGEST_SECONDS = 120.0
_DECOYS = 4


class BuiltinFit:
    """Aligner for English. Opened without an artefact; the prior is loaded at the first call."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="builtin.fit",
        title="Built-in aligner",
        kind=frozenset({"aligner"}),
        needs=("pyworld",),
        install="pip install likeness",
        memory_mb=200,
        licence="Apache-2.0",
        notes="English. Tells a wrong transcript from the right one without a recogniser.",
    )
    wrong_below: float = 0.25
    """On six speakers, real and made, wrong texts of the right length stay under 0.24, the right ones over 0.30."""

    @property
    def inventory(self) -> tuple[str, ...]:
        """ARPAbet's 39 phonemes."""
        from likeness.engines.builtin.voice.english.phones import SYMBOLS

        return SYMBOLS

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Nothing to open; ``artefact`` and ``options`` have no effect."""
        return cls()

    def close(self) -> None:
        """Nothing to let go of."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def phonemes(self, text: str) -> tuple[str, ...]:
        """ARPAbet symbols of a spoken English text, without stress."""
        from likeness.engines.builtin.voice.english import pronounce

        return tuple(phone.symbol for word in pronounce(text) for phone in word.phones)

    def fit(self, audio: Audio, text: str) -> float:
        """How well ``audio`` says ``text``, see :class:`likeness.core.protocols.Aligner`; the same on every run."""
        import numpy as np

        from likeness.engines.builtin.voice import alignment, features
        from likeness.engines.builtin.voice.english import pronounce
        from likeness.engines.builtin.voice.prior import prior
        from likeness.engines.builtin.voice.resampling import resample

        words = pronounce(text)
        if not words:
            raise InputError("there is no word in the transcript", param="text")
        if not 0.3 <= audio.seconds <= LONGEST_SECONDS:
            raise InputError(f"{audio.seconds:.1f} s of sound cannot be aligned: 0.3 to {LONGEST_SECONDS:.0f} s can")
        samples = resample(audio.samples, audio.rate, features.RATE)
        acoustics = features.analyse(samples, features.f0_range([samples]), quick=True)
        seen = alignment.observations([acoustics])[0]
        models = prior().model.monophones
        texts = [words, *_decoys(words)]
        aligned = alignment.align([seen] * len(texts), texts, models)
        scores = [found.score for found in aligned if found is not None]
        if len(scores) < len(texts):
            raise InputError("the sound is too short for its transcript", param="text")
        best = float(alignment.log_likelihood(seen, models).max(axis=1).mean())
        other = float(np.mean(scores[1:]))
        return (scores[0] - other) / max(best - other, 1e-6)


def _decoys(words: Sequence[Word]) -> list[list[Word]]:
    """Words of the same lengths made of the same phonemes in other orders."""
    from likeness.engines.builtin.voice.english.phones import Word

    phones = [phone for word in words for phone in word.phones]
    made = []
    for seed in range(_DECOYS):
        mixed = phones.copy()
        random.Random(seed).shuffle(mixed)
        rest = iter(mixed)
        made.append([Word(word.text, tuple(next(rest) for _ in word.phones), word.pause_after) for word in words])
    return made
