"""A test double that ships with the package: it keeps every contract, learns nothing and sounds like nobody.

Surfaces and third parties test against it without a model, an adapter or a voice. The same request gives the same
text and the same samples, on every machine.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from likeness.core import files
from likeness.core.events import Event
from likeness.core.protocols import EngineInfo
from likeness.core.types import Audio, Draft, Provenance, Samples, SpeakRequest, WriteRequest

RATE = 22_050
_WORD_SECONDS = 0.12
_GAP_SECONDS = 0.04
_FADE_SECONDS = 0.005
_DIMENSIONS = 64
_PAYLOAD = "double.json"


class DoubleEngine:
    """Writer, speaker, trainer and embedder in one, for tests. Never a stand-in for an engine that cannot run."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="builtin.double",
        title="Test double",
        kind=frozenset({"writer", "speaker", "trainer", "embedder"}),
        memory_mb=1,
        can=frozenset({"streaming", "adapter", "clone", "emotion", "style", "rewrite", "draft"}),
        licence="Apache-2.0",
        notes="This is a test double: it repeats what it is given and speaks one tone per word. "
        "It resembles no person.",
    )
    rate: int = RATE
    model: str = "builtin.double"

    def __init__(self, artefact: Path | None = None) -> None:
        self.artefact = artefact

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Open with or without an artefact; ``options`` are accepted and have no effect."""
        return cls(artefact)

    def close(self) -> None:
        """Nothing is held."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def write(self, request: WriteRequest) -> Draft:
        """Say which task was asked for and repeat the text, one word per piece; at most ``max_characters``."""
        text = f"{request.task} of {request.text}"[: request.max_characters]
        provenance = Provenance(
            engine=self.info.name, method="generated", note="Written by the test double; it resembles no person."
        )
        return Draft(pieces=_words(text), provenance=provenance)

    def speak(self, request: SpeakRequest) -> Iterator[Audio]:
        """Yield one tone per word; the word decides its pitch, the request shifts, stretches and scales it."""
        for word in request.text.split():
            yield Audio(samples=_tone(word, request), rate=RATE)

    def embed(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Unit vectors that are near where texts share words: each word's hash adds to one of 64 places."""
        vectors = np.zeros((len(texts), _DIMENSIONS), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in re.findall(r"\w+", text.casefold()) or [""]:
                number = _number(word)
                row[number % _DIMENSIONS] += 1 if number & 1024 else -1
            if not row.any():
                row[0] = 1
        lengths: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / lengths

    @classmethod
    def train(cls, data: Path, recipe: Mapping[str, Any], out: Path) -> Iterator[Event]:
        """Count the files of ``data`` and note the count in ``out``, in three steps."""
        count = sum(1 for path in data.rglob("*") if path.is_file())
        yield Event("train", 1, 3, "steps", "read")
        files.write_json(out / _PAYLOAD, {"files": count, "recipe": dict(recipe)})
        yield Event("train", 2, 3, "steps", "written")
        yield Event("train", 3, 3, "steps", "done", {"files": float(count)})


def _words(text: str) -> Iterator[str]:
    """``text`` in pieces that join to exactly ``text``."""
    start = 0
    while start < len(text):
        end = text.find(" ", start)
        end = len(text) if end < 0 else end + 1
        yield text[start:end]
        start = end


def _number(word: str) -> int:
    """A number of 32 bits, always the same for one word."""
    return int.from_bytes(hashlib.sha256(word.encode("utf-8", "replace")).digest()[:4], "big")


def _tone(word: str, request: SpeakRequest) -> Samples:
    """A faded sine of 150-400 Hz followed by a short gap."""
    hertz = (150 + _number(word.casefold()) % 250) * 2 ** (request.pitch / 12)
    length = max(1, round(RATE * _WORD_SECONDS / request.rate))
    time = np.arange(length) / RATE
    fade = np.minimum(1.0, np.minimum(time, time[::-1]) / _FADE_SECONDS)
    level = min(1.0, 0.2 * 10 ** (request.energy / 20))
    gap = np.zeros(round(RATE * _GAP_SECONDS / request.rate))
    return np.concatenate([level * fade * np.sin(2 * np.pi * hertz * time), gap]).astype(np.float32)
