"""Speech as a generator of parts: sound is made, then encoded; alone, or after the text was written.

Closing a generator stops the engine that is at work for it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import aclosing

import numpy as np

from likeness.core.errors import InputError
from likeness.core.types import Audio
from likeness.server import drafting, streams
from likeness.server.gateway import Gateway, Voice
from likeness.server.parts import Part, Sound, Spoken, Written
from likeness.server.schemas import Manner
from likeness.server.stages import Stages


def speak(
    voice: Voice,
    text: str,
    manner: Manner,
    sound_format: str,
    stages: Stages,
    *,
    whole: bool,
    is_ssml: bool | None = None,
) -> Generator[Part, None, None]:
    """Yield the sound in pieces, or as one exact file when ``whole``; then how long it is.

    What the listener should know of how it is said is added to ``stages.notes`` before the first piece. ``is_ssml``
    ``None`` looks at the text.
    """
    from likeness.speak.encode import StreamEncoder, encode, rate_of

    rate = rate_of(sound_format)
    samples = 0
    heard: list[Audio] = []
    with stages.timed("speak"):
        pieces = _begun(voice, text, manner, stages, whole=whole, is_ssml=is_ssml)
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
        streams.silent(pieces)
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


def _begun(
    voice: Voice, text: str, manner: Manner, stages: Stages, *, whole: bool, is_ssml: bool | None
) -> Iterator[Audio]:
    """Plan ``text``, keep the plan's notes, and begin to say it."""
    from likeness.speak import generate
    from likeness.speak.voices import references_in

    planned = generate.plan(
        text,
        generate.Manner(manner.speed, manner.pitch, manner.pitch_range, manner.energy, manner.pauses, manner.emotion),
        emotions=voice.emotions,
        info=voice.info,
        seed=manner.seed,
        language=voice.language,
        is_ssml=is_ssml,
    )
    stages.notes += planned.notes
    shown = references_in(voice.folder) if voice.folder is not None else ()
    return generate.perform(voice.speaker, planned, references=shown, whole=whole)


async def write_and_speak(
    gateway: Gateway,
    order: drafting.Order,
    voice: Voice | None,
    manner: Manner,
    sound_format: str,
    stages: Stages,
    *,
    whole: bool,
) -> AsyncGenerator[Part, None]:
    """Yield the text as it is written, then, with a voice, its sound; see :func:`drafting.write` and :func:`speak`."""
    written = ""
    async with aclosing(drafting.write(gateway, order, stages)) as text:
        async for part in text:
            if isinstance(part, Written):
                written = part.text
            yield part
    if voice is not None:
        spoken = speak(voice, written, manner, sound_format, stages, whole=whole, is_ssml=False)
        async with aclosing(streams.pieces(spoken)) as sound:
            async for heard in sound:
                yield heard
