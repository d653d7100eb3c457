"""The stages of a request, as generators of parts: text is written, speech is made, sound is encoded.

Closing a generator stops the engine that is at work for it.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np

from likeness.core.errors import InputError
from likeness.core.types import Audio, Draft, Provenance
from likeness.server.gateway import Gateway, Voice
from likeness.server.schemas import Manner
from likeness.server.stages import Stages
from likeness.server.streams import silent


@dataclass(frozen=True, slots=True)
class TextPiece:
    """The next stretch of the text."""

    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """The whole text."""

    text: str
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Sound:
    """The next stretch of the encoded sound; all of it when a whole file was asked for."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Spoken:
    """The end of the speech: how long it is and its sample rate in Hz."""

    seconds: float
    rate: int


Part = TextPiece | Written | Sound | Spoken


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be written."""

    text: str
    rewrite: bool = False
    context: str = ""
    style_reference: str = ""
    recipient: str = ""
    channel: str = ""
    temperature: float = 0.0
    seed: int = 0
    max_characters: int = 4000


def write(gateway: Gateway, order: Order, stages: Stages) -> Generator[Part, None, None]:
    """Yield the text piece by piece, then whole with its provenance."""
    with stages.timed("write"):
        draft = _begin(gateway, order)
        pieces: list[str] = []
    try:
        while True:
            with stages.timed("write"):
                piece = next(draft.pieces, None)
            if piece is None:
                break
            pieces.append(piece)
            yield TextPiece(piece)
    finally:
        silent(draft.pieces)
    text = "".join(pieces)
    if not text.strip():
        raise InputError("the writer found nothing to say to that", hint="say more about what to write")
    yield Written(text, draft.provenance)


def _begin(gateway: Gateway, order: Order) -> Draft:
    from likeness.write import generate

    hints: dict[str, Any] = {
        "style_reference": order.style_reference,
        "recipient": order.recipient,
        "channel": order.channel,
        "temperature": order.temperature,
        "seed": order.seed,
        "max_characters": order.max_characters,
    }
    if order.rewrite:
        return generate.rewrite(gateway.writer(), order.text, **hints)
    return generate.draft(gateway.writer(), order.text, context=order.context, **hints)


def speak(
    voice: Voice, text: str, manner: Manner, sound_format: str, stages: Stages, *, whole: bool
) -> Generator[Part, None, None]:
    """Yield the sound in pieces, or as one exact file when ``whole``; then how long it is."""
    from likeness.speak import generate
    from likeness.speak.encode import StreamEncoder, encode, rate_of

    rate = rate_of(sound_format)
    samples = 0
    heard: list[Audio] = []
    with stages.timed("speak"):
        pieces = generate.say(
            voice.speaker,
            text,
            rate=manner.speed,
            pitch=manner.pitch,
            pitch_range=manner.pitch_range,
            energy=manner.energy,
            emotion=manner.emotion,
            seed=manner.seed,
        )
    encoder: StreamEncoder | None = None
    try:
        while True:
            with stages.timed("speak"):
                piece = next(pieces, None)
            if piece is None:
                break
            stages.mark("first_sound")
            samples += len(piece.samples)
            if whole:
                heard.append(piece)
                # Nothing to send yet, but a place where a caller who went away is noticed.
                yield Sound(b"")
                continue
            with stages.timed("encode"):
                encoder = encoder or StreamEncoder(sound_format, piece.rate, voice=voice.id, engine=voice.engine)
                data = encoder.feed(piece)
            yield Sound(data)
    finally:
        silent(pieces)
    if not samples:
        raise InputError("there is nothing in the text that can be said", hint="give it some words", param="text")
    with stages.timed("encode"):
        if encoder is not None:
            source_rate = encoder.source_rate
            data = encoder.finish()
        else:
            source_rate = heard[0].rate
            joined = Audio(np.concatenate([audio.samples for audio in heard]), source_rate)
            data = encode(joined, sound_format, voice=voice.id, engine=voice.engine)
    yield Sound(data)
    yield Spoken(samples / source_rate, rate)
