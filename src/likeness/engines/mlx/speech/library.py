"""mlx-audio, kept quiet and off the network: loading a model of a folder, and what every speech model needs besides."""

from __future__ import annotations

import contextlib
import io
import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from likeness.core.errors import EngineMissing, InputError, first_line
from likeness.core.models import find_weights, model_config

INSTALL = "pip install 'likeness[speech]'"
NEEDS = ("mlx", "mlx_audio")
_AROUND_MB = 700
"""The interpreter with its libraries, and what speaking takes besides the weights."""
_LONGER_BY = 1.15
_SECONDS_AT_LEAST = 2.2
_SECONDS_PER_LETTER = 0.25
_SECONDS_PER_IDEOGRAM = 0.6


def offline() -> None:
    """Forbid the hub's client to reach the network, also where it was imported before."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    with contextlib.suppress(ImportError):
        from huggingface_hub import constants

        constants.HF_HUB_OFFLINE = True


@contextlib.contextmanager
def quiet() -> Iterator[io.StringIO]:
    """Keep what the library prints, which it does instead of raising, to itself; gives where it goes."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        yield said


def load(folder: Path, kind: str) -> Any:
    """The model in ``folder`` as mlx-audio's family ``kind`` reads it: local files, safetensors alone.

    Raises :class:`EngineMissing` when mlx-audio cannot be imported and :class:`InputError` when the folder's files are
    damaged, incomplete, or do not belong together.
    """
    offline()
    try:
        import mlx.core as mx
        from mlx_audio.tts.utils import load_model
    except Exception as error:  # a broken installation raises more than ImportError
        raise EngineMissing(f"mlx-audio cannot be imported: {error}", hint=INSTALL) from error
    if not mx.metal.is_available():
        # Compiling for a processor takes longer than it saves.
        mx.disable_compile()
    if not any(folder.glob("*.safetensors")):
        pickled = "only pickled weights, which can run code when read" if any(folder.glob("*.pt*")) else "no weights"
        raise InputError(f"{folder.name} has {pickled}", hint="get the model with its *.safetensors")
    try:
        with quiet():
            return load_model(folder, model_type=kind)
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, AttributeError, ImportError) as error:
        raise InputError(
            f"the model {folder.name} cannot be loaded: {first_line(error)}", hint="get the model again, whole"
        ) from None


def folder_of(options: Mapping[str, Any] | None, *others: str) -> Path:
    """The folder of the model that ``options["model"]`` names, else the first of ``others`` that is not empty.

    Raises :class:`EngineMissing` when it is not on this machine.
    """
    asked = [str((options or {}).get("model") or ""), *others]
    return find_weights(next(name for name in asked if name))


def first_here(names: Iterable[str]) -> Path | None:
    """The folder of the first of the models ``names`` that is on this machine."""
    for name in names:
        with contextlib.suppress(EngineMissing):
            return find_weights(name)
    return None


def config_of(folder: Path) -> dict[str, Any]:
    """``config.json`` of a speech model; says so where the folder holds an adapter instead."""
    if not (folder / "config.json").is_file() and (folder / "adapter_config.json").is_file():
        raise InputError(
            f"{folder.name} is an adapter, not a model: it needs the model it was learned on",
            hint="name it as `adapter`, and the model it belongs to as `model`",
            param="model",
        )
    return model_config(folder)


def memory_mb(folder: Path) -> int:
    """About what a model takes when it speaks: its weights, what it computes, and the libraries."""
    weights = sum(path.stat().st_size for path in folder.rglob("*.safetensors"))
    return round(weights / 2**20 * _LONGER_BY) + _AROUND_MB


def longest_seconds(text: str) -> float:
    """How long speech of ``text`` can last at most. It is over what who judges the speech takes for too long, so that
    a model that runs on is found out and asked again rather than cut off in silence."""
    wide = sum(1 for letter in text if unicodedata.east_asian_width(letter) in "WF")
    return _SECONDS_AT_LEAST + _SECONDS_PER_LETTER * (len(text) - wide) + _SECONDS_PER_IDEOGRAM * wide
