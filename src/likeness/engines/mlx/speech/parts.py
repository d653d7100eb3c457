"""Parts that mlx-audio fetches from other repositories while it loads a model: taken from this machine instead."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from likeness.core.errors import InputError


@contextmanager
def mimi_and_tokenizer(tokenizer: Path, codec: Path) -> Iterator[None]:
    """While CSM is loaded: its text tokenizer from one folder, the codec Mimi (kyutai) from another.

    Raises :class:`InputError` when the codec's folder has not one file of weights.
    """
    sesame: Any = importlib.import_module("mlx_audio.tts.models.sesame.sesame")
    files = sorted(codec.glob("*.safetensors"))
    if len(files) != 1:
        raise InputError(f"{codec.name} has {len(files)} files of weights in place of one", hint="get the model again")

    def local(repository: str, filename: str, **_: Any) -> str:
        return str(files[0])

    mimi: Any = importlib.import_module("mlx_audio.codec.models.mimi.mimi")
    with ExitStack() as held:
        held.enter_context(_replaced(sesame, "TOKENIZER_REPO", str(tokenizer)))
        held.enter_context(_replaced(mimi, "hf_hub_download", local))
        # The watermark's model is another download; what is spoken here is marked as synthetic in its metadata.
        held.enter_context(_replaced(sesame, "load_watermarker", None))
        yield


@contextmanager
def snapshots(module: str, folder: Path) -> Iterator[None]:
    """While ``module`` loads a model: whatever repository it asks for is ``folder``."""
    importlib.import_module(module)
    hub: Any = importlib.import_module("huggingface_hub")
    with _replaced(hub, "snapshot_download", lambda *_, **__: str(folder)):
        yield


@contextmanager
def _replaced(module: Any, name: str, value: Any) -> Iterator[None]:
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)
