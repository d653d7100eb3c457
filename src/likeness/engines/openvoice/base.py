"""The base voice: another engine, opened by name, whose speech is converted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, cast

import numpy as np

from likeness.core import plugins
from likeness.core.errors import EngineMissing, InputError
from likeness.core.protocols import Engine, Sized, Speaker, Stock
from likeness.core.resample import StreamResampler
from likeness.core.types import Audio, Samples, SpeakRequest

DEFAULT = "builtin.voice"
SAMPLE = (
    "The old sailor put his blue jacket on a chair and looked out of the window for a while.",
    "Why would anyone choose to measure the depth of the river in the middle of the night?",
    "She thought about what her father had said, and gave the boy both of the oranges.",
    "Good things usually take longer than we would like, but they are worth the trouble.",
)
"""What a base voice says to be known by: about 15 s with every sound of English."""


def resolved(name: str) -> str:
    """``ENGINE`` or ``ENGINE/VOICE`` made whole: the default for "", the first stock voice of an engine that has some.

    Raises :class:`EngineMissing` and :class:`InputError` when there is no such speaker.
    """
    engine, _, voice = (name or DEFAULT).partition("/")
    kind = _speaker(engine)
    if voice or not isinstance(kind, Stock):
        return f"{engine}/{voice}" if voice else engine
    stock = kind.stock_voices()
    if not stock:
        raise EngineMissing(f"engine {engine!r} has no voice here that could be the base", hint=_ANOTHER)
    return f"{engine}/{stock[0].id}"


def opened(name: str) -> AbstractContextManager[Engine]:
    """The speaker of a :func:`resolved` name. Raises as its engine does."""
    engine, _, voice = name.partition("/")
    return _speaker(engine).open(None, {"voice": voice} if voice else None)


def memory(name: str) -> int:
    """MB that the speaker of a :func:`resolved` name takes."""
    engine, _, voice = name.partition("/")
    kind = _speaker(engine)
    options: Mapping[str, Any] | None = {"voice": voice} if voice else None
    return kind.memory_needed(None, options) if isinstance(kind, Sized) else kind.info.memory_mb


def said(speaker: Engine, request: SpeakRequest, rate: int) -> Iterator[Samples]:
    """What ``speaker`` says, in pieces at ``rate`` Hz. Raises at once what it raises before its first sound."""
    base = cast("Speaker", speaker)
    return _resampled(base.speak(request), base.rate, rate)


def sample(speaker: Engine, rate: int) -> Audio:
    """The sentences by which a base voice is known, said by it."""
    pieces = [piece for text in SAMPLE for piece in said(speaker, SpeakRequest(text), rate)]
    if not pieces:
        raise InputError("the base voice says nothing", hint=_ANOTHER)
    return Audio(np.concatenate(pieces), rate)


def _resampled(pieces: Iterator[Audio], source: int, rate: int) -> Iterator[Samples]:
    resampler = StreamResampler(source, rate)
    for piece in pieces:
        yield resampler.feed(piece.samples)
    yield resampler.finish()


def _speaker(engine: str) -> type[Engine]:
    kind = plugins.engine(engine)
    if "speaker" not in kind.info.kind or engine == "openvoice":
        raise InputError(f"engine {engine!r} cannot be the base voice", hint=_ANOTHER, param="base_voice")
    return kind


_ANOTHER = "choose another with base_voice=ENGINE or ENGINE/VOICE; `likeness voices engines` shows which are ready"
