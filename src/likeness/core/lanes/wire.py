"""What a lane and its worker process say to each other, one pickled message at a time over a private socket pair.

    lane                          worker
    Open(engine, artefact, …) ->
                              <-  Info(EngineInfo)            the class is loaded, nothing else yet
    Proceed()                 ->
                              <-  Opened(rate, model)         the model is in memory
    WriteRequest | SpeakRequest | EmbedRequest ->
                              <-  Began(provenance), Piece(…)*, End(ending)
    Cancel()                  ->                              any time; answered by the End of what was running

``Failed`` may take the place of any answer. The worker ends when the lane's side of the pair is closed.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from likeness.core import errors
from likeness.core.protocols import EngineInfo
from likeness.core.types import Audio, EmbedRequest, Ending, Provenance, SpeakRequest, Vectors, WriteRequest

Request = WriteRequest | SpeakRequest | EmbedRequest


@dataclass(frozen=True, slots=True)
class Open:
    """Which engine to load, on what."""

    engine: str
    artefact: Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Info:
    """What the engine says it needs, before it takes any of it."""

    info: EngineInfo


@dataclass(frozen=True, slots=True)
class Proceed:
    """The memory is granted: load the model."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The engine is ready. ``rate`` is its sample rate in Hz, ``None`` for one that does not speak;
    ``model`` what makes its vectors, for one that embeds."""

    rate: int | None
    model: str = ""


@dataclass(frozen=True, slots=True)
class Began:
    """The request is understood; pieces follow. ``provenance`` comes with text alone."""

    provenance: Provenance | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """The next stretch of text or sound, or the vectors."""

    value: str | Audio | Vectors


@dataclass(frozen=True, slots=True)
class End:
    """Nothing more comes for this request. ``ending`` comes with text that was written to its end."""

    ending: Ending | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop what is running; its reader has gone."""


@dataclass(frozen=True, slots=True)
class Failed:
    """An error on its way across: the class by its name in ``core.errors``, and what it carries."""

    kind: str
    message: str
    hint: str = ""
    param: str | None = None

    @classmethod
    def of(cls, error: BaseException, engine: str) -> Failed:
        """Describe ``error``. One that is not ours is named by class and line only: its text may be the owner's."""
        if isinstance(error, errors.LikenessError):
            kind = next(c.__name__ for c in type(error).__mro__ if c.__module__ == errors.__name__)
            return cls(kind, str(error), error.hint, error.param)
        frames = traceback.extract_tb(error.__traceback__)
        where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
        return cls(
            errors.EngineFailed.__name__,
            f"engine {engine!r} failed: {type(error).__name__}{where}",
            "this is a fault in the engine; the same request may fail again",
        )

    def error(self) -> errors.LikenessError:
        """The same error, on this side."""
        kind = getattr(errors, self.kind, errors.EngineFailed)
        made: errors.LikenessError = kind(self.message, hint=self.hint, param=self.param)
        return made
