"""Speech on its way out: JSON, the sound itself, or server-sent events."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from fastapi import Request
from starlette.responses import JSONResponse, Response

from likeness.core.types import Ending, Provenance
from likeness.server import streams
from likeness.server.gateway import Voice
from likeness.server.parts import Part, Sound, Spoken, TextPiece, Written
from likeness.server.schemas import Delivery
from likeness.server.stages import Stages

MEDIA_TYPES = {
    "wav": "audio/wav",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "pcm": "audio/pcm",
}
_PLAIN = " !'()*,-./:;?"
_HEADER_TEXT_LIMIT = 6000
"""Bytes of percent-encoded text put into a header; a longer one is left out, since clients refuse long headers."""


@dataclass
class Outcome:
    """What the parts of a request add up to."""

    text: str = ""
    provenance: Provenance | None = None
    ending: Ending = field(default_factory=Ending)
    data: bytearray = field(default_factory=bytearray)
    spoken: Spoken | None = None

    def take(self, part: Part) -> Part:
        """Add a part and pass it on."""
        if isinstance(part, Written):
            self.text, self.provenance, self.ending = part.text, part.provenance, part.ending
        elif isinstance(part, Sound):
            self.data += part.data
        elif isinstance(part, Spoken):
            self.spoken = part
        return part


def provenance_body(provenance: Provenance | None) -> dict[str, Any] | None:
    """How a text came about, for JSON."""
    if provenance is None:
        return None
    return {
        "engine": provenance.engine,
        "method": provenance.method,
        "note": provenance.note,
        "message_ids": list(provenance.message_ids),
        "details": dict(provenance.details),
    }


async def deliver(
    request: Request,
    work: AsyncIterator[Part],
    delivery: Delivery,
    voice: Voice,
    stages: Stages,
    text: str = "",
) -> Response:
    """Answer with speech as ``delivery`` and ``Accept`` ask for it. ``text`` is what is said, when it was given."""
    accept = request.headers.get("accept", "")
    as_sound = delivery.response == "audio" or (delivery.response is None and accept.strip().startswith("audio/"))
    if delivery.stream and not as_sound:
        return await _as_events(work, delivery, voice, stages, text)
    if delivery.stream:
        return await _as_stream(work, delivery, voice, stages, text)
    outcome = Outcome(text=text)
    for part in await streams.collect(request, work):
        outcome.take(part)
    assert outcome.spoken is not None
    if as_sound:
        headers = {**stages.header(), **_said(outcome.text), **spoken_by(voice, stages)}
        return Response(bytes(outcome.data), media_type=MEDIA_TYPES[delivery.format], headers=headers)
    body = {
        "text": outcome.text,
        "provenance": provenance_body(outcome.provenance),
        "audio": base64.b64encode(outcome.data).decode("ascii"),
        "format": delivery.format,
        "sample_rate": outcome.spoken.rate,
        "seconds": round(outcome.spoken.seconds, 3),
        "voice": voice.id,
        "notes": [*voice.notes, *stages.notes],
        "timings": stages.milliseconds(),
    }
    return JSONResponse(body, headers=stages.header())


async def _as_stream(
    work: AsyncIterator[Part], delivery: Delivery, voice: Voice, stages: Stages, text: str
) -> Response:
    """The text has to be known before the headers go out, so the stream begins at the first sound."""
    outcome = Outcome(text=text)

    async def sound() -> AsyncIterator[bytes]:
        try:
            async for part in work:
                outcome.take(part)
                if isinstance(part, Sound):
                    outcome.data.clear()
                    yield part.data
        finally:
            await streams.closed(work)

    return await streams.raw(
        sound(),
        MEDIA_TYPES[delivery.format],
        lambda data: data,
        lambda: {**stages.header(), **_said(outcome.text), **spoken_by(voice, stages)},
    )


async def _as_events(
    work: AsyncIterator[Part], delivery: Delivery, voice: Voice, stages: Stages, text: str
) -> Response:
    def event(part: Part) -> bytes:
        if isinstance(part, TextPiece):
            return streams.event({"type": "text.delta", "delta": part.text})
        if isinstance(part, Written):
            body = provenance_body(part.provenance)
            return streams.event({"type": "text.done", "text": part.text, "provenance": body})
        if isinstance(part, Sound):
            if not part.data:
                return b""
            return streams.event({"type": "speech.audio.delta", "audio": base64.b64encode(part.data).decode("ascii")})
        return streams.event(
            {
                "type": "done",
                "format": delivery.format,
                "sample_rate": part.rate,
                "seconds": round(part.seconds, 3),
                "voice": voice.id,
                "notes": [*voice.notes, *stages.notes],
                "timings": stages.milliseconds(),
            }
        )

    return await streams.events(work, event, headers=stages.header)


def spoken_by(voice: Voice, stages: Stages) -> dict[str, str]:
    """Headers that say whose voice it is and what should be known of how it speaks, percent-encoded as UTF-8."""
    headers = {"X-Likeness-Voice": voice.id}
    notes = quote(" ".join((*voice.notes, *stages.notes)), safe=_PLAIN)
    return headers | ({"X-Likeness-Notes": notes} if 0 < len(notes) <= _HEADER_TEXT_LIMIT else {})


def _said(text: str) -> dict[str, str]:
    """A header that says what is said, percent-encoded as UTF-8."""
    encoded = quote(text, safe=_PLAIN)
    if len(encoded) <= _HEADER_TEXT_LIMIT:
        return {"X-Likeness-Text": encoded}
    return {"X-Likeness-Text-Omitted": f"{len(text)} characters do not fit a header; ask for JSON"}
