"""The voices, and recordings to learn new ones from."""

from __future__ import annotations

import time
from datetime import datetime

from anyio import to_thread
from fastapi import APIRouter, Request

from likeness.core.artefacts import Manifest
from likeness.core.errors import InputError
from likeness.server import forms
from likeness.server.deps import KEYED, Serving
from likeness.server.gateway import Gateway
from likeness.server.routes.jobs import job_body
from likeness.server.schemas import CheckBody, UploadBody, UploadRequest, VoiceBody, VoicesBody

router = APIRouter(tags=["voices"], dependencies=KEYED)
_FORM = forms.described(UploadRequest, "audio_sample", form_only=True, required=True)


@router.get("/v1/audio/voices")
async def voices(gateway: Serving) -> VoicesBody:
    """The voices that can be spoken in, newest first."""
    found = await to_thread.run_sync(gateway.voices)
    listed = [_body(folder.name, manifest) for folder, manifest in found]
    return VoicesBody(voices=listed, data=listed)


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
        order.name, sample, consent=order.consent, transcript=order.transcript, emotion=order.emotion
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
    return VoiceBody(
        id=name,
        name=name,
        created_at=int(datetime.fromisoformat(manifest.created_at).timestamp()),
        engine=manifest.engine,
        notes=list(manifest.notes),
    )
