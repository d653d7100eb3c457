"""The models, from one list."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter

from likeness.core.errors import NotFound
from likeness.server.deps import KEYED, Serving
from likeness.server.gateway import SPEECH_MODEL, Gateway
from likeness.server.schemas import ModelBody, ModelsBody

router = APIRouter(prefix="/v1/models", tags=["models"], dependencies=KEYED)


@router.get("")
async def models(gateway: Serving) -> ModelsBody:
    """The models: `me` drafts, `me:rewrite` puts a text into the person's words, `base` is the language model without
    the person (where one is set up), `voice` speaks."""
    return ModelsBody(data=_models(gateway))


@router.get("/{model}")
async def model(model: str, gateway: Serving) -> ModelBody:
    """One model."""
    for known in _models(gateway):
        if known.id == model:
            return known
    raise unknown(model, (*gateway.writing_models(), SPEECH_MODEL))


def unknown(model: str, known: Iterable[str]) -> NotFound:
    """The error for a model that is not among ``known``, those that can do what was asked."""
    return NotFound(f"no model {model[:100]!r} can do this", hint=f"models that can: {', '.join(known)}", param="model")


def _models(gateway: Gateway) -> list[ModelBody]:
    return [ModelBody(id=name, created=gateway.created) for name in (*gateway.writing_models(), SPEECH_MODEL)]
