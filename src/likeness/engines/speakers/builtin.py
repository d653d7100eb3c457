"""Engine ``builtin.speaker``: tells speakers apart by the shape of their spectrum and their pitch; no download.

Statistics of mel-frequency cepstra (Davis and Mermelstein, 1980) over the speech frames and of the fundamental
frequency, projected onto the directions in which speakers differ more than what one speaker says
(linear discriminant analysis; ``scripts/train_speakers.py`` learns them from synthetic voices).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from likeness.core.errors import InputError
from likeness.core.protocols import EngineInfo
from likeness.core.types import Audio, Vectors
from likeness.engines.speakers.statistics import statistics

DATA = "projection.npz"


class BuiltinSpeaker:
    """Speaker encoder by signal processing."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="builtin.speaker",
        title="Built-in speaker encoder",
        kind=frozenset({"speaker_encoder"}),
        needs=("numpy", "scipy"),
        install="pip install likeness",
        memory_mb=20,
        licence="Apache-2.0",
        notes="Spectrum and pitch, compared the way a small model learnt from synthetic voices. Like voices in like "
        "rooms are mistaken for each other more often than by a large encoder.",
        languages=("*",),
    )
    same_speaker: float = 0.8
    same_window: float = 0.62
    """The same between windows of 3 s, as a mean over many of them."""

    def __init__(self) -> None:
        self._mean, self._projection = _model()

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Load the projection; there is nothing to choose."""
        return cls()

    def close(self) -> None:
        """Nothing is held."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def speaker_vector(self, audio: Audio) -> Vectors:
        """Unit vector of the speech in ``audio``. Raises :class:`InputError` for less than 0.3 s of speech."""
        found = statistics(audio)
        if found is None:
            raise InputError("there is too little speech to tell who speaks", hint="give a second or more")
        vector = (found - self._mean) @ self._projection
        return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)


@cache
def _model() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    place = resources.files("likeness.engines.speakers").joinpath("data", DATA)
    with place.open("rb") as handle, np.load(handle, allow_pickle=False) as held:
        return held["mean"].astype(np.float64), held["projection"].astype(np.float64)
