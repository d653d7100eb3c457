"""What the engines in environments of their own share: a model's folder, its process, its life."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

from likeness.core.catalogue import known
from likeness.core.events import Event
from likeness.core.models import find_weights
from likeness.core.protocols import EngineInfo
from likeness.core.types import Audio
from likeness.engines.isolated import environment
from likeness.engines.isolated.process import ModelProcess

SECONDS_PER_CHARACTER = 0.3
"""The slowest speech there is, with room: what goes on for longer has lost its end."""
LEAST_SECONDS = 3.0


class IsolatedSpeaker:
    """A speaker whose model runs elsewhere. Subclasses name their ``worker`` and say what they ask it."""

    info: ClassVar[EngineInfo]
    worker: ClassVar[str]

    def __init__(self, model: Path) -> None:
        self._model = model
        self._process = ModelProcess(environment.python_of(model), self.worker, model)
        self.rate = int(self._process.opened["rate"])

    @classmethod
    def model_folder(cls, name: str = "") -> Path:
        """The model called ``name``, or the engine's own. Raises :class:`EngineMissing` when it is not here."""
        return find_weights(name or cls.info.models[0])

    @classmethod
    def prepare_model(cls, folder: Path) -> Iterator[Event]:
        """Make the environment (``PreparesModel``)."""
        name = folder.name.removeprefix(".").removesuffix(".getting")
        yield from environment.make(folder, known(name).packages)

    def close(self) -> None:
        """End the model's process."""
        self._process.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _sounds(self, text: str, values: Mapping[str, Any]) -> Iterator[Audio]:
        """Pieces of what is asked for; the process is started again when an earlier caller broke off."""
        if not self._process.alive:
            self._process = ModelProcess(environment.python_of(self._model), self.worker, self._model)
        seconds = LEAST_SECONDS + SECONDS_PER_CHARACTER * len(text)
        for samples in self._process.sounds({"text": text, "seconds": seconds, **values}):
            yield Audio(samples, self.rate)
