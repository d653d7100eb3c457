"""Speech as OpenAI's clients ask for it."""

from __future__ import annotations

import base64
import re
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from likeness.core.errors import InputError
from likeness.server import streams
from likeness.server.answers import MEDIA_TYPES, spoken_by
from likeness.server.deps import KEYED, Serving
from likeness.server.gateway import SPEECH_MODEL, Voice
from likeness.server.parts import Part, Sound, Spoken
from likeness.server.routes.models import unknown
from likeness.server.schemas import Manner, SpeechModel, SpeechModelsBody, SpeechRequest, VoiceReference
from likeness.server.speaking import speak
from likeness.server.stages import Stages
from likeness.server.usage import tokens
from likeness.speak.emotions import NAMES, known

router = APIRouter(prefix="/v1/audio", tags=["speech"], dependencies=KEYED)
_SOUND: dict[str, Any] = {kind: {} for kind in (*MEDIA_TYPES.values(), "text/event-stream")}


@router.get("/models")
async def models() -> SpeechModelsBody:
    """The models that speak."""
    return SpeechModelsBody(models=[SpeechModel(id=SPEECH_MODEL)])


@router.post(
    "/speech", response_class=Response, responses={200: {"content": _SOUND, "description": "The sound, as it is made."}}
)
async def speech(order: SpeechRequest, request: Request, gateway: Serving) -> Response:
    """Say a text in one of the person's voices, streamed while it is made.

    wav, mp3 and flac are at 22,050 Hz, opus (Ogg) at 24 kHz, pcm is 24 kHz 16-bit little-endian mono. A streamed
    WAV states the size 0xFFFFFFFF; flac comes at the end, since it states its length at its start.
    """
    if order.model != SPEECH_MODEL:
        raise unknown(order.model, (SPEECH_MODEL,))
    sound_format = checked_format(order.response_format, "response_format")
    voice_id = order.voice.id if isinstance(order.voice, VoiceReference) else order.voice
    voice = await to_thread.run_sync(gateway.voice, voice_id)
    stages = Stages()
    manner = Manner(speed=order.speed, emotion=_feeling(order.instructions or ""))
    parts = streams.pieces(speak(voice, order.input, manner, sound_format, stages, whole=False))
    if order.stream_format == "audio":
        return await streams.raw(parts, MEDIA_TYPES[sound_format], _bytes, lambda: headers(voice, stages))
    return await streams.events(parts, lambda part: _event(part, order.input), headers=lambda: headers(voice, stages))


def headers(voice: Voice, stages: Stages) -> dict[str, str]:
    """What the stages took so far, and who speaks how."""
    return {**stages.header(), **spoken_by(voice, stages)}


def _feeling(instructions: str) -> str:
    """The one feeling that OpenAI's ``instructions`` name. Raises :class:`InputError` for any other wish."""
    named = {found.name for word in re.findall(r"[a-z]+", instructions.casefold()) if (found := known(word))}
    if len(named) == 1:
        return named.pop()
    if not instructions.strip():
        return "neutral"
    raise InputError(
        "instructions are followed where they name one feeling",
        hint=f"name one of {', '.join(NAMES)}, or leave them out",
        param="instructions",
    )


def checked_format(name: str, param: str) -> str:
    """``name`` if sound can be made in it; raises :class:`InputError` naming what there is."""
    if name not in MEDIA_TYPES:
        raise InputError(
            f"sound cannot be made as {name!r} here", hint=f"formats: {', '.join(MEDIA_TYPES)}", param=param
        )
    return name


def _bytes(part: Part) -> bytes:
    return part.data if isinstance(part, Sound) else b""


def _event(part: Part, text: str) -> bytes:
    if isinstance(part, Sound) and part.data:
        return streams.event({"type": "speech.audio.delta", "audio": base64.b64encode(part.data).decode("ascii")})
    if isinstance(part, Spoken):
        taken = tokens(text)
        usage = {"input_tokens": taken, "output_tokens": 0, "total_tokens": taken}
        return streams.event({"type": "speech.audio.done", "usage": usage})
    return b""
