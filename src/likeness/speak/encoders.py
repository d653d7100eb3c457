"""Which speaker encoders are ready here, and comparing speech with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import cast

import numpy as np

from likeness.core import plugins
from likeness.core.errors import EngineMissing, InputError
from likeness.core.protocols import SpeakerEncoder
from likeness.core.types import Audio, Vectors

_BEST_FIRST = ("mlx.ecapa", "resemblyzer", "builtin.speaker")


def ready_encoders() -> tuple[str, ...]:
    """Names of the speaker encoders that can start now, the best first. ``builtin.speaker`` always can."""
    ready = [engine.info.name for engine in plugins.engines_of("speaker_encoder") if plugins.is_ready(engine.info)]
    place = {name: number for number, name in enumerate(_BEST_FIRST)}
    return tuple(sorted(ready, key=lambda name: (place.get(name, -1), name)))


@contextmanager
def open_encoder(name: str = "") -> Iterator[SpeakerEncoder]:
    """The speaker encoder called ``name``, else the best one that is ready.

    Raises :class:`EngineMissing` when it cannot run here, or is no speaker encoder.
    """
    ready = ready_encoders()
    chosen = name or next(iter(ready), "")
    if not chosen:
        raise EngineMissing("no speaker encoder is ready", hint="pip install likeness")
    engine = plugins.engine(chosen)
    if "speaker_encoder" not in engine.info.kind:
        raise EngineMissing(f"engine {chosen!r} tells no speakers apart", hint=f"speaker encoders: {', '.join(ready)}")
    with engine.open(None, {}) as opened:
        yield cast("SpeakerEncoder", opened)


def mean_vector(encoder: SpeakerEncoder, clips: Iterable[Audio]) -> Vectors:
    """The unit vector of all ``clips`` together. Raises :class:`InputError` when there is none."""
    vectors = [encoder.speaker_vector(clip) for clip in clips]
    if not vectors:
        raise InputError("there is no speech to compare")
    return unit(np.mean(vectors, axis=0))


def unit(vector: Vectors) -> Vectors:
    """``vector`` at length 1 (zero stays zero)."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)
