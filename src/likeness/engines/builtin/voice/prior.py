"""The acoustic model that ships with the package: trained by ``scripts/train_prior.py``, see ``data/MODEL_CARD.md``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from likeness.core.errors import EngineMissing, InputError
from likeness.engines.builtin.voice import model
from likeness.engines.builtin.voice.examples import Statistics
from likeness.engines.builtin.voice.model import AcousticModel

_PACKAGE = "likeness.engines.builtin.voice"


@dataclass(frozen=True, slots=True)
class Prior:
    """``model`` carries the mean over the speakers; ``speaker_means`` and ``speaker_spreads`` are (speakers, 126)."""

    model: AcousticModel
    speaker_names: tuple[str, ...]
    speaker_means: NDArray[np.float32]
    speaker_spreads: NDArray[np.float32]
    pairs: NDArray[np.float32]
    """Log probability of each symbol after each symbol, (symbols, symbols)."""

    def speaker(self, number: int) -> AcousticModel:
        """The model with the statistics of one of the voices it was trained on."""
        statistics = Statistics(self.speaker_means[number], self.speaker_spreads[number])
        scale = (statistics.spread / self.model.statistics.spread) ** 2
        return replace(self.model, statistics=statistics, residual=self.model.residual * scale)


@cache
def prior() -> Prior:
    """Load the shipped prior once. Raises :class:`EngineMissing` when it is not in the package."""
    resource = files(_PACKAGE).joinpath("data", "prior.npz")
    try:
        with resource.open("rb") as handle:
            arrays = model.read_arrays(handle, "the built-in prior")
        return Prior(
            model=AcousticModel.of(arrays),
            speaker_names=tuple(str(name) for name in arrays["speaker_names"]),
            speaker_means=arrays["speaker_means"],
            speaker_spreads=arrays["speaker_spreads"],
            pairs=arrays["pairs"],
        )
    except (OSError, KeyError, ValueError, InputError) as error:
        raise EngineMissing(
            f"the acoustic prior of the built-in voice cannot be read: {error}", hint="install likeness again"
        ) from None
