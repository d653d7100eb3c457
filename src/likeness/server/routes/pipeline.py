"""Write and speak in one request."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from likeness.core.errors import InputError
from likeness.server import answers, forms, streams
from likeness.server.deps import KEYED, Serving
from likeness.server.drafting import Order
from likeness.server.gateway import Gateway, Voice
from likeness.server.parts import Part
from likeness.server.schemas import CloneRequest, GenerateRequest, PipelineRequest, SpokenBody
from likeness.server.speaking import speak, write_and_speak
from likeness.server.stages import Stages

router = APIRouter(prefix="/api/tts", tags=["speech"], dependencies=KEYED)
_SOUND: dict[str, dict[str, Any]] = {kind: {} for kind in (*answers.MEDIA_TYPES.values(), "text/event-stream")}
_SPOKEN: dict[int | str, dict[str, Any]] = {
    200: {"model": SpokenBody, "content": _SOUND, "description": "The text and the speech."}
}


@router.post("/pipeline", responses=_SPOKEN, openapi_extra=forms.described(PipelineRequest, "reference_clip"))
async def pipeline(request: Request, gateway: Serving) -> Response:
    """Write what the prompt asks for in the person's words and say it: text and speech in one answer.

    The voice is the person's own unless `voice` names another or a `reference_clip` (with `consent`) gives one.
    `Accept: audio/*` or `response: audio` answers with the sound itself and the text in `X-Likeness-Text`
    (percent-encoded); `stream: true` sends the text and then the sound as server-sent events.
    """
    stages = Stages()
    order, clip = await forms.read(request, PipelineRequest, "reference_clip")
    if clip is not None and order.voice:
        raise InputError("give a voice or a reference clip, not both", param="voice")
    with stages.timed("voice"):
        voice = await _voice(request, gateway, order.voice, clip, order)
    text = Order(
        kind=order.task,
        text=order.prompt,
        context=order.context,
        style_reference=order.style_reference,
        recipient=order.recipient,
        channel=order.channel,
        temperature=order.temperature,
        seed=order.seed,
    )
    parts = write_and_speak(gateway, text, voice, order, order.format, stages, whole=not order.stream)
    return await answers.deliver(request, parts, order, voice, stages)


@router.post("/clone", responses=_SPOKEN, openapi_extra=forms.described(CloneRequest, "audio_sample", required=True))
async def clone(request: Request, gateway: Serving) -> Response:
    """Say a text in the voice of a clip of 10 to 30 seconds.

    The first request with a clip learns its voice, which takes the longer the slower the machine; the gateway holds
    the last few until it ends. Nothing of them is kept.
    """
    stages = Stages()
    order, clip = await forms.read(request, CloneRequest, "audio_sample")
    if clip is None:
        raise InputError("a clip of the voice is needed", hint="send it as audio_sample", param="audio_sample")
    with stages.timed("voice"):
        voice = await _voice(request, gateway, None, clip, order)
    parts = _spoken(voice, order, stages)
    return await answers.deliver(request, parts, order, voice, stages, order.text)


@router.post("/lora/generate", responses=_SPOKEN, openapi_extra=forms.described(GenerateRequest, None))
async def generate(request: Request, gateway: Serving) -> Response:
    """Say a text in a voice that was trained on the person's recordings, by its id (`voice`, or `adapter`)."""
    stages = Stages()
    order, _ = await forms.read(request, GenerateRequest)
    if order.voice and order.adapter and order.voice != order.adapter:
        raise InputError("voice and adapter name two different voices", param="adapter")
    voice = await to_thread.run_sync(gateway.voice, order.voice or order.adapter)
    parts = _spoken(voice, order, stages)
    return await answers.deliver(request, parts, order, voice, stages, order.text)


def _spoken(voice: Voice, order: CloneRequest | GenerateRequest, stages: Stages) -> AsyncGenerator[Part, None]:
    whole = not order.stream
    return streams.pieces(speak(voice, order.text, order, order.format, stages, whole=whole, is_ssml=order.ssml))


async def _voice(
    request: Request, gateway: Gateway, voice_id: str | None, clip: bytes | None, order: CloneRequest | PipelineRequest
) -> Voice:
    """The voice of that id, or of the clip; a caller who goes away stops its making."""
    if clip is None:
        return await to_thread.run_sync(gateway.voice, voice_id)
    making = gateway.instant_voice(clip, order.consent, order.engine)
    made = (await streams.collect(request, streams.pieces(making)))[-1]
    assert isinstance(made, Voice)
    return made
