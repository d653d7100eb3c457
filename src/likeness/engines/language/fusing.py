"""Base and adapter as one model: W + scale · B·A in place of W, every other byte of the files as it was."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from likeness.core.errors import InputError
from likeness.core.events import Event
from likeness.core.lora import Lora
from likeness.core.weights import stored
from likeness.engines.language.adapters import layers

_ALONG = ("*.json", "*.jinja", "*.txt", "*.model")
"""Configuration and tokenizer: what a model's folder has beside its weights."""


_INDEX = "*.safetensors.index.json"


def copy_along(base: Path, out: Path) -> None:
    """Copy what a model has beside its weights, except the index of these."""
    _copy([path for pattern in _ALONG for path in base.glob(pattern) if not path.match(_INDEX)], out)


def copy_weights(base: Path, out: Path) -> None:
    """Copy the weights as they are, and their index."""
    _copy([path for pattern in ("*.safetensors", _INDEX) for path in base.glob(pattern)], out)


def _copy(paths: Iterable[Path], out: Path) -> None:
    for path in sorted(paths):
        shutil.copyfile(path, out / path.name)
        # A model that writes like somebody is theirs alone.
        (out / path.name).chmod(0o600)


def add(lora: Lora, model: Path) -> Iterator[Event]:
    """Add ``lora`` to the weights of the model in the folder ``model``, one tensor at a time, in place.

    The sum is made in float32 and rounded once to the precision of the file. Raises :class:`InputError` when a layer is
    missing or its weights are stored in a form that cannot be added to.
    """
    there = stored(model)
    pairs = list(layers(lora))
    for done, (path, a, b) in enumerate(pairs, 1):
        tensor = there.get(f"{path}.weight")
        if tensor is None:
            raise InputError(f"the model has no weights {path}", hint="use the adapter on the model it is of")
        fused = tensor.read() + np.float32(lora.scale) * (b @ a)
        with tensor.path.open("r+b") as handle:
            handle.seek(tensor.start)
            handle.write(_stored(fused, tensor.kind))
        yield Event("fusing", done, len(pairs), "layers")


def _stored(values: NDArray[np.float32], kind: str) -> bytes:
    if kind != "BF16":
        return values.astype("<f4" if kind == "F32" else "<f2").tobytes()
    bits: NDArray[np.uint32] = np.ascontiguousarray(values, "<f4").view("<u4")
    # To the nearest, ties to even.
    rounded: NDArray[np.uint16] = ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2")
    return rounded.tobytes()
