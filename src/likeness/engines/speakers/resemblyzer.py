"""Engine ``resemblyzer``: a GE2E speaker encoder (Wan et al., 2018) whose weights come inside its package."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from likeness.core.errors import InputError
from likeness.core.protocols import EngineInfo
from likeness.core.types import Audio, Vectors
from likeness.engines import sound

_LEAST_SECONDS = 0.3


class Resemblyzer:
    """Speaker encoder: 256 numbers, from a network that heard thousands of people."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="resemblyzer",
        title="Resemblyzer",
        kind=frozenset({"speaker_encoder"}),
        needs=("resemblyzer", "torch"),
        install="pip install 'likeness[judge]'",
        memory_mb=400,
        licence="Apache-2.0",
        notes="Nothing to download: its weights are part of its package.",
        languages=("*",),
    )
    same_speaker: float = 0.75
    same_window: float = 0.69
    """The same between windows of 3 s, as a mean over many of them."""

    def __init__(self) -> None:
        import torch
        from resemblyzer import VoiceEncoder

        torch.set_num_threads(1)
        self._encoder: Any = VoiceEncoder("cpu", verbose=False)

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Load the network; there is nothing to choose."""
        return cls()

    def close(self) -> None:
        """Let the network go."""
        self._encoder = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def speaker_vector(self, audio: Audio) -> Vectors:
        """Unit vector of 256 numbers. Raises :class:`InputError` for less than 0.3 s of sound, silences left out."""
        from resemblyzer import preprocess_wav

        prepared = preprocess_wav(sound.at_rate(audio), sound.RATE)
        if len(prepared) < _LEAST_SECONDS * sound.RATE:
            raise InputError("there is too little speech to tell who speaks", hint="give a second or more")
        return np.asarray(self._encoder.embed_utterance(prepared), np.float32)
