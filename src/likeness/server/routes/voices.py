"""The voices, and recordings to learn new ones from."""

from __future__ import annotations

import time
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from anyio import to_thread
from fastapi import APIRouter, Request

from likeness.core.artefacts import Manifest
from likeness.core.errors import InputError, NotFound
from likeness.server import forms
from likeness.server.deps import KEYED, Serving
from likeness.server.gateway import Gateway
from likeness.server.routes.jobs import job_body
from likeness.server.schemas import (
    CheckBody,
    EngineBody,
    EnginesBody,
    ModelChoice,
    UploadBody,
    UploadRequest,
    VoiceBody,
    VoiceRemoved,
    VoicesBody,
)

if TYPE_CHECKING:
    from likeness.speak.engines import EngineState

router = APIRouter(tags=["voices"], dependencies=KEYED)
_FORM = forms.described(UploadRequest, "audio_sample", form_only=True, required=True)


@router.get("/v1/audio/voices")
async def voices(gateway: Serving, stock: bool = False) -> VoicesBody:
    """The voices that can be spoken in, newest first; with `stock` those too that came with engines."""
    found = await to_thread.run_sync(gateway.voices)
    listed = [_body(folder.name, manifest) for folder, manifest in found]
    if stock:
        listed += await to_thread.run_sync(_stock)
    return VoicesBody(voices=listed, data=listed)


@router.get("/v1/audio/voices/{voice}")
async def voice_by_id(voice: str, gateway: Serving) -> VoiceBody:
    """One voice of the person's: what it was made of, and with whose consent."""
    for folder, manifest in await to_thread.run_sync(gateway.voices):
        if folder.name == voice:
            return _body(voice, manifest)
    raise NotFound(f"there is no voice {voice[:64]!r}", hint="GET /v1/audio/voices lists them", param="voice")


@router.delete("/v1/audio/voices/{voice}")
async def remove(voice: str, gateway: Serving, recordings: bool = False) -> VoiceRemoved:
    """Remove a voice and everything that was made from it; with `recordings` also what was sent for it alone."""
    gone = await to_thread.run_sync(partial(gateway.remove_voice, voice, with_recordings=recordings))
    return VoiceRemoved(id=voice, freed_bytes=gone.size, recordings=len(gone.recordings), notes=list(gone.stays))


@router.get("/api/voices/engines")
async def engines() -> EnginesBody:
    """Which engines speak here, what each can, and what it still needs. Nothing is loaded or downloaded."""
    from likeness.speak.engines import speaking_engines

    return EnginesBody(engines=[_engine(state) for state in await to_thread.run_sync(speaking_engines)])


@router.post("/api/voice/upload", openapi_extra=_FORM)
async def upload(request: Request, gateway: Serving) -> UploadBody:
    """Take a recording, check it, keep it, and learn the voice `name` from all recordings that were sent for it.

    A recording that would ruin the voice is refused (422) with the reasons. The learning goes on in a job; a voice of
    that name stays as it was until the job is done. `me` learns from the person's imported recordings as well.
    """
    order, sample = await forms.read(request, UploadRequest, "audio_sample", form_only=True)
    if sample is None:
        raise InputError("a recording is needed", hint="send it as the file audio_sample", param="audio_sample")
    return await to_thread.run_sync(_take, gateway, order, sample)


@router.post("/v1/audio/voices", openapi_extra=_FORM)
async def upload_alias(request: Request, gateway: Serving) -> UploadBody:
    """The same as `/api/voice/upload`, where OpenAI's clients look for it."""
    return await upload(request, gateway)


def _take(gateway: Gateway, order: UploadRequest, sample: bytes) -> UploadBody:
    kept, job = gateway.take_recording(
        order.name,
        sample,
        consent=order.consent,
        transcript=order.transcript,
        emotion=order.emotion,
        engine=order.engine,
    )
    check = kept.check
    return UploadBody(
        id=order.name,
        name=order.name,
        created_at=int(time.time()),
        check=CheckBody(
            verdict=check.verdict.value,
            reasons=list(check.reasons),
            seconds=round(check.seconds, 3),
            speech_seconds=round(check.speech_seconds, 3),
            snr_db=round(check.snr_db, 1),
            level_dbfs=round(check.level_dbfs, 1),
            peak_dbfs=round(check.peak_dbfs, 1),
        ),
        job=job_body(job, None),
    )


def _body(name: str, manifest: Manifest) -> VoiceBody:
    from likeness.speak.consent import Consent
    from likeness.speak.voices import emotions_of

    return VoiceBody(
        id=name,
        name=name,
        created_at=int(datetime.fromisoformat(manifest.created_at).timestamp()),
        engine=manifest.engine,
        notes=list(manifest.notes),
        language=str(manifest.extra.get("language") or "en"),
        emotions=emotions_of(manifest),
        consent=[Consent.of(each).as_dict() for each in manifest.extra.get("consent") or ()],
    )


def _stock() -> list[VoiceBody]:
    """The voices of every engine that is ready and came with some."""
    from likeness.speak.engines import speaking_engines
    from likeness.speak.voices import stock_voices

    return [
        VoiceBody(
            id=f"{state.info.name}/{voice.id}",
            name=voice.title,
            created_at=0,
            engine=state.info.name,
            notes=[],
            own=False,
            language=voice.language,
        )
        for state in speaking_engines()
        if state.ready and state.stock
        for voice in stock_voices(state.info.name)
    ]


def _engine(state: EngineState) -> EngineBody:
    info = state.info
    return EngineBody(
        name=info.name,
        title=info.title,
        ready=state.ready,
        missing=list(state.missing),
        next_step=state.next_step,
        models=[
            ModelChoice(name=each.name, is_here=each.is_here, about_mb=each.about_mb, licence=each.licence)
            for each in state.models
        ],
        can=sorted(info.can),
        languages=list(info.languages),
        learns=state.learns,
        stock=state.stock,
        memory_mb=info.memory_mb,
        licence=info.licence,
        notes=info.notes,
    )
