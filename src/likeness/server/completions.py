"""A text in OpenAI's objects, all of one id: whole, or as chunks."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from likeness.core.types import Ending, Provenance
from likeness.server.answers import Outcome, provenance_body
from likeness.server.drafting import Order
from likeness.server.gateway import Voice
from likeness.server.parts import Part, Sound, TextPiece, Written
from likeness.server.schemas import ChatRequest
from likeness.server.stages import Stages
from likeness.server.streams import event
from likeness.server.usage import usage

_PLACE = "\0"


class Completion:
    """Puts the parts of one request into OpenAI's objects."""

    def __init__(self, asked: ChatRequest, order: Order, notes: list[str], voice: Voice | None, stages: Stages) -> None:
        self._asked = asked
        self._order = order
        self._notes = notes
        self._voice = voice
        self._stages = stages
        self._id = f"chatcmpl-{secrets.token_hex(12)}"
        self._audio_id = f"audio_{secrets.token_hex(12)}"
        self._created = int(time.time())
        self._with_usage = bool(asked.stream_options and asked.stream_options.include_usage)
        # What surrounds the text is the same in every chunk, and is put into JSON once.
        before, after = event(self._chunk(self._delta(_PLACE))).split(json.dumps(_PLACE).encode())
        self._around = before, after

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
        choice = {"index": 0, "message": message, "finish_reason": _reason(outcome.ending), "logprobs": None}
        return {
            **self._frame("chat.completion"),
            "choices": [choice],
            "usage": usage(self._prompt(), outcome.text, outcome.ending),
            "likeness": self._ours(outcome.provenance),
        }

    async def chunks(self, parts: AsyncGenerator[Part, None]) -> AsyncGenerator[bytes, None]:
        """The completion piece by piece, as events; the last choice carries the reason it ended."""
        written = Written("", Provenance("", "generated", ""))
        begun = False
        before, after = self._around
        async with aclosing(parts):
            async for part in parts:
                if not begun:
                    begun = True
                    yield event(self._chunk({"role": "assistant", "content": ""}))
                if isinstance(part, TextPiece):
                    yield before + json.dumps(part.text).encode() + after
                elif isinstance(part, Written):
                    written = part
                elif isinstance(part, Sound) and part.data:
                    data = base64.b64encode(part.data).decode("ascii")
                    yield event(self._chunk({"audio": {"id": self._audio_id, "data": data}}))
        last = {**self._chunk({}, finish=_reason(written.ending)), "likeness": self._ours(written.provenance)}
        yield event(last)
        if self._with_usage:
            counted = usage(self._prompt(), written.text, written.ending)
            yield event({**self._frame("chat.completion.chunk"), "choices": [], "usage": counted})

    def _prompt(self) -> str:
        return "\n".join(turn.content for turn in self._order.turns) or self._order.text

    def _delta(self, piece: str) -> dict[str, Any]:
        if self._voice is None:
            return {"content": piece}
        return {"audio": {"id": self._audio_id, "transcript": piece}}

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        frame = self._frame("chat.completion.chunk")
        if self._with_usage:
            frame["usage"] = None
        return {**frame, "choices": [choice]}

    def _frame(self, kind: str) -> dict[str, Any]:
        return {"id": self._id, "object": kind, "created": self._created, "model": self._asked.model}

    def _ours(self, provenance: Provenance | None) -> dict[str, Any]:
        return {
            "provenance": provenance_body(provenance),
            "voice": self._voice.id if self._voice else None,
            "notes": [*self._notes, *(self._voice.notes if self._voice else ()), *self._stages.notes],
            "timings": self._stages.milliseconds(),
        }


def _reason(ending: Ending) -> str:
    return "length" if ending.reason == "length" else "stop"
