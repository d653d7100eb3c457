"""Engine ``mlx.ecapa``: SpeechBrain's ECAPA-TDNN (Desplanques et al., 2020), trained on VoxCeleb, through mlx-audio."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from likeness.core.errors import EngineMissing, InputError, first_line
from likeness.core.protocols import EngineInfo
from likeness.core.types import Audio, Vectors
from likeness.engines import sound
from likeness.engines.mlx.speech import library

MODELS = ("SpeechBrain-ECAPA-VoxCeleb-MLX",)
_LEAST_SECONDS = 0.3
_SILENT = 1e-4


class MlxEcapa:
    """Speaker encoder: 192 numbers."""

    info: ClassVar[EngineInfo] = EngineInfo(
        name="mlx.ecapa",
        title="ECAPA-TDNN (MLX)",
        kind=frozenset({"speaker_encoder"}),
        needs=library.NEEDS,
        install=library.INSTALL,
        memory_mb=400,
        licence="Apache-2.0",
        notes="Tells speakers apart best of those here. Reads its model from a folder; downloads nothing.",
        models=MODELS,
        languages=("*",),
    )
    same_speaker: float = 0.25
    """SpeechBrain's own threshold for this checkpoint."""

    def __init__(self, folder: Path) -> None:
        library.offline()
        try:
            from mlx_audio.codec.models.ecapa_tdnn import EcapaSpeakerEmbeddingExtractor
        except Exception as error:  # a broken installation raises more than ImportError
            raise EngineMissing(f"mlx-audio cannot be imported: {error}", hint=library.INSTALL) from error
        if not (folder / "model.safetensors").is_file():
            raise InputError(f"{folder.name} has no model.safetensors", hint="get the model again, whole")
        try:
            self._encoder: Any = EcapaSpeakerEmbeddingExtractor.from_pretrained(folder)
        except (OSError, ValueError, RuntimeError) as error:
            raise InputError(
                f"the model {folder.name} cannot be loaded: {first_line(error)}",
                hint="get the model again, whole",
            ) from None

    @classmethod
    def open(cls, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Load the model that ``options["model"]`` names (a folder or a name of the catalogue), else the default.

        Raises :class:`EngineMissing` when it is not here and :class:`InputError` when it is damaged.
        """
        return cls(library.folder_of(options, *MODELS))

    def close(self) -> None:
        """Let the network go."""
        self._encoder = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def speaker_vector(self, audio: Audio) -> Vectors:
        """Unit vector of 192 numbers. Raises :class:`InputError` for less than 0.3 s of sound, or silence."""
        samples = sound.at_rate(audio)
        if len(samples) < _LEAST_SECONDS * sound.RATE or float(np.abs(samples).max()) < _SILENT:
            raise InputError("there is too little speech to tell who speaks", hint="give a second or more")
        return np.array(self._encoder.encode(samples), np.float32)
