"""Models on this machine: where they lie, and the error when one is not there. Nothing here downloads.

A model is a folder with ``config.json``, ``tokenizer.json`` and ``*.safetensors``. It is named by its path, by its
folder in the folder of models (``Qwen2.5-3B-Instruct`` or ``Qwen/Qwen2.5-3B-Instruct``), or by a name that the Hugging
Face cache of this machine holds.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from likeness.core import artefacts
from likeness.core.errors import EngineMissing, InputError
from likeness.core.settings import settings

TINY = "tiny"
"""The base that a trainer makes on the spot."""
_SAMPLES = 32
_SAMPLE_BYTES = 16_384


def models_folder() -> Path:
    """Where models lie: the setting ``models``, else ``models`` in the home."""
    chosen = settings()
    return (chosen.models or chosen.home / "models").expanduser()


def find_model(name: str) -> Path:
    """The folder of the model called ``name``.

    Raises :class:`EngineMissing`, with how to get it, when it is not on this machine, and :class:`InputError` when the
    folder lacks a file or has only pickled weights.
    """
    at = Path(name).expanduser()
    if name.startswith((".", "/", "~")) and not at.is_dir():
        raise EngineMissing(f"there is no folder {at}", hint="name the folder of a model")
    places = [at, models_folder() / name, models_folder() / name.rsplit("/", 1)[-1], *_cached(name)]
    for place in places:
        if (place / "config.json").is_file():
            _check(place)
            return place
    raise EngineMissing(f"the model {name} is not on this machine", hint=f"get it once: likeness models get {name}")


def find_weights(name: str) -> Path:
    """The folder of a model of any other kind (speech, recognisers): by its path, its folder in the folder of models,
    or its name in this machine's Hugging Face cache. Its engine checks what is in it.

    Raises :class:`EngineMissing`, with how to get it, when it is not on this machine.
    """
    at = Path(name).expanduser()
    for place in (at, models_folder() / name, models_folder() / name.rsplit("/", 1)[-1], *_cached(name)):
        if place.is_dir() and any(place.iterdir()):
            return place
    if name.startswith((".", "/", "~")):
        raise EngineMissing(f"there is no folder {at}", hint="name the folder of a model")
    raise EngineMissing(f"the model {name} is not on this machine", hint=f"get it once: likeness models get {name}")


def base_of(adapter: Path) -> Path:
    """The folder of the model that the adapter in ``adapter`` was learned on: its own ``base`` folder where it has one
    (preset ``smoke``), else the model its manifest names. Raises as :func:`find_model` and ``artefacts.load`` do.
    """
    own = adapter / "base"
    if (own / "config.json").is_file():
        return own
    manifest = artefacts.load(adapter)
    if manifest.base_model == TINY:
        raise EngineMissing(
            f"the base of {adapter.name} is gone: it was made for it alone",
            hint="make both again: likeness train writing --preset smoke --again",
        )
    return find_model(manifest.base_model)


def model_config(folder: Path) -> dict[str, Any]:
    """``config.json`` of a model. Raises :class:`InputError` when it is damaged."""
    try:
        found: dict[str, Any] = dict(json.loads((folder / "config.json").read_text(encoding="utf-8")))
        return found
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{folder.name}/config.json cannot be read: {error}", hint="get the model again") from None


def is_quantised(folder: Path) -> bool:
    """Whether the files of a model hold it in few bits already. Raises :class:`InputError` when they are damaged."""
    config = model_config(folder)
    return bool(config.get("quantization") or config.get("quantization_config"))


def digest(folder: Path) -> str:
    """A short hash that tells the model in ``folder`` from others: configuration, tokenizer and template whole, and of
    the weights each file's size, its header and samples all along it, so that 15 GB take no longer than 1.
    """
    parts: list[bytes] = []
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        path = folder / name
        parts.append(path.read_bytes() if path.is_file() else b"")
    for path in sorted(folder.glob("*.safetensors")):
        size = path.stat().st_size
        parts.append(str(size).encode())
        with path.open("rb") as weights:
            for place in range(_SAMPLES):
                weights.seek(size * place // _SAMPLES)
                parts.append(weights.read(_SAMPLE_BYTES))
    return artefacts.digest(parts)


def _cached(name: str) -> list[Path]:
    """Snapshots of ``name`` in the Hugging Face cache, the newest first."""
    cache = os.environ.get("HF_HUB_CACHE") or os.environ.get("HF_HOME", "~/.cache/huggingface") + "/hub"
    snapshots = Path(cache).expanduser() / f"models--{name.replace('/', '--')}" / "snapshots"
    return sorted(snapshots.glob("*"), key=lambda folder: folder.stat().st_mtime, reverse=True)


def _check(folder: Path) -> None:
    model_config(folder)
    if not (folder / "tokenizer.json").is_file():
        raise InputError(f"{folder.name} has no tokenizer.json", hint="get the whole model, with its tokenizer")
    if not any(folder.glob("*.safetensors")):
        pickled = any(folder.glob("*.bin")) or any(folder.glob("*.pth"))
        told = "only pickled weights, which can run code when read" if pickled else "no weights"
        raise InputError(f"{folder.name} has {told}", hint="get the model with its *.safetensors")
