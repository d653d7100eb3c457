"""Drafts as OpenAI's clients ask for them, and the pipeline through the same door."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from likeness.core.errors import InputError
from likeness.server import streams
from likeness.server.answers import Outcome
from likeness.server.completions import Completion
from likeness.server.deps import KEYED, Serving
from likeness.server.gateway import Gateway, Voice
from likeness.server.routes.models import unknown
from likeness.server.routes.speech import checked_format
from likeness.server.schemas import ChatCompletion, ChatRequest, Manner
from likeness.server.speaking import write_and_speak
from likeness.server.stages import Stages
from likeness.server.turns import order_of, refuse_unsupported

router = APIRouter(prefix="/v1", tags=["chat"], dependencies=KEYED)


@router.post(
    "/chat/completions",
    response_model=ChatCompletion,
    responses={200: {"content": {"text/event-stream": {}}, "description": "The completion, or its chunks."}},
)
async def chat(order: ChatRequest, request: Request, gateway: Serving) -> Response:
    """Draft (`me`) from the last user turn, put it into the person's words (`me:rewrite`), or chat with the language
    model as it is (`base`, where one is set up).

    For `me`, system turns are the context, that is, the message being answered; one that begins with `Style:` is a
    text whose manner to follow. Earlier user and assistant turns are not used, and `likeness.notes` says so. `base`
    takes the whole conversation. With `voice: "me"` a plain model writes what to say and the person's then says it.
    With `modalities: ["text", "audio"]` the answer is spoken as well.
    """
    known = gateway.writing_models()
    if order.model not in known:
        raise unknown(order.model, known)
    refuse_unsupported(order)
    text, notes = order_of(order)
    voice, sound_format = await _voice(order, gateway)
    stages = Stages()
    completion = Completion(order, text, notes, voice, stages)
    parts = write_and_speak(gateway, text, voice, Manner(), sound_format, stages, whole=not order.stream)
    if order.stream:
        return await streams.events(
            completion.chunks(parts), lambda chunk: chunk, headers=stages.header, last=b"data: [DONE]\n\n"
        )
    outcome = Outcome()
    for part in await streams.collect(request, parts):
        outcome.take(part)
    return JSONResponse(completion.whole(outcome), headers=stages.header())


async def _voice(order: ChatRequest, gateway: Gateway) -> tuple[Voice | None, str]:
    """The voice that speaks the answer, where that is asked for, and in which format."""
    if "audio" not in (order.modalities or []):
        return None, "wav"
    if order.audio is None:
        raise InputError(
            "audio needs a voice and a format", hint='audio: {"voice": "me", "format": "wav"}', param="audio"
        )
    sound_format = checked_format("pcm" if order.audio.format == "pcm16" else order.audio.format, "audio.format")
    return await to_thread.run_sync(gateway.voice, order.audio.voice), sound_format
