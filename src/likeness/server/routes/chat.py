"""Drafts as OpenAI's clients ask for them, and the pipeline through the same door."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Generator
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from likeness.core.errors import InputError
from likeness.core.types import Provenance
from likeness.server import streams, work
from likeness.server.answers import Outcome, provenance_body
from likeness.server.deps import KEYED, Serving
from likeness.server.gateway import WRITING_MODELS, Voice
from likeness.server.routes.models import unknown
from likeness.server.routes.speech import checked_format
from likeness.server.schemas import ChatCompletion, ChatRequest, Manner
from likeness.server.stages import Stages
from likeness.server.turns import order_of, refuse_unsupported
from likeness.server.usage import usage

router = APIRouter(prefix="/v1", tags=["chat"], dependencies=KEYED)


@router.post(
    "/chat/completions",
    response_model=ChatCompletion,
    responses={200: {"content": {"text/event-stream": {}}, "description": "The completion, or its chunks."}},
)
async def chat(order: ChatRequest, request: Request, gateway: Serving) -> Response:
    """Draft (`me`) from the last user turn, or put it into the person's words (`me:rewrite`).

    System turns are the context, that is, the message being answered; one that begins with `Style:` is a text whose
    manner to follow. Earlier user and assistant turns are not used, and `likeness.notes` says so. With
    `modalities: ["text", "audio"]` the answer is spoken as well.
    """
    if order.model not in WRITING_MODELS:
        raise unknown(order.model, WRITING_MODELS)
    refuse_unsupported(order)
    text, notes = order_of(order)
    voice = None
    sound_format = "wav"
    if "audio" in (order.modalities or []):
        if order.audio is None:
            raise InputError(
                "audio needs a voice and a format", hint='audio: {"voice": "me", "format": "wav"}', param="audio"
            )
        sound_format = checked_format("pcm" if order.audio.format == "pcm16" else order.audio.format, "audio.format")
        voice = await to_thread.run_sync(gateway.voice, order.audio.voice)
    stages = Stages()
    completion = _Completion(order, text, notes, voice, stages)

    def parts() -> Generator[work.Part, None, None]:
        written = ""
        for part in work.write(gateway, text, stages):
            if isinstance(part, work.Written):
                written = part.text
            yield part
        if voice is not None:
            yield from work.speak(voice, written, Manner(), sound_format, stages, whole=not order.stream)

    if order.stream:
        return await streams.events(
            completion.chunks(parts()), lambda chunk: chunk, headers=stages.header, last="[DONE]"
        )
    outcome = Outcome()
    for part in await streams.collect(request, parts()):
        outcome.take(part)
    return JSONResponse(completion.whole(outcome), headers=stages.header())


class _Completion:
    """Puts parts into OpenAI's objects, all of one id."""

    def __init__(
        self, order: ChatRequest, text: work.Order, notes: list[str], voice: Voice | None, stages: Stages
    ) -> None:
        self._order = order
        self._text = text
        self._notes = notes
        self._voice = voice
        self._stages = stages
        self._id = f"chatcmpl-{secrets.token_hex(12)}"
        self._audio_id = f"audio_{secrets.token_hex(12)}"
        self._created = int(time.time())

    def whole(self, outcome: Outcome) -> dict[str, Any]:
        """The completion in one object."""
        message: dict[str, Any] = {"role": "assistant", "content": outcome.text, "refusal": None}
        if self._voice is not None:
            message["content"] = None
            message["audio"] = {
                "id": self._audio_id,
                "data": base64.b64encode(outcome.data).decode("ascii"),
                "transcript": outcome.text,
                "expires_at": self._created,
            }
        return {
            **self._frame("chat.completion"),
            "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
            "usage": usage(self._text.text, outcome.text),
            "likeness": self._ours(outcome.provenance),
        }

    def chunks(self, parts: Generator[work.Part, None, None]) -> Generator[dict[str, Any], None, None]:
        """The completion piece by piece; the last choice carries the reason it ended."""
        said: list[str] = []
        provenance: Provenance | None = None
        try:
            for number, part in enumerate(parts):
                if number == 0:
                    yield self._chunk({"role": "assistant", "content": ""})
                if isinstance(part, work.TextPiece):
                    said.append(part.text)
                    yield self._chunk(self._delta(part.text))
                elif isinstance(part, work.Written):
                    provenance = part.provenance
                elif isinstance(part, work.Sound) and part.data:
                    data = base64.b64encode(part.data).decode("ascii")
                    yield self._chunk({"audio": {"id": self._audio_id, "data": data}})
        finally:
            parts.close()
        yield {**self._chunk({}, finish="stop"), "likeness": self._ours(provenance)}
        if self._order.stream_options and self._order.stream_options.include_usage:
            frame = self._frame("chat.completion.chunk")
            yield {**frame, "choices": [], "usage": usage(self._text.text, "".join(said))}

    def _delta(self, piece: str) -> dict[str, Any]:
        if self._voice is None:
            return {"content": piece}
        return {"audio": {"id": self._audio_id, "transcript": piece}}

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        frame = self._frame("chat.completion.chunk")
        if self._order.stream_options and self._order.stream_options.include_usage:
            frame["usage"] = None
        return {**frame, "choices": [choice]}

    def _frame(self, kind: str) -> dict[str, Any]:
        return {"id": self._id, "object": kind, "created": self._created, "model": self._order.model}

    def _ours(self, provenance: Provenance | None) -> dict[str, Any]:
        return {
            "provenance": provenance_body(provenance),
            "voice": self._voice.id if self._voice else None,
            "notes": [*self._notes, *(self._voice.notes if self._voice else ())],
            "timings": self._stages.milliseconds(),
        }
