"""Base and adapter as one model: W + scale · B·A in place of W, every other byte of the files as it was."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likeness.core.errors import InputError
from likeness.core.events import Event
from likeness.core.lora import Lora
from likeness.engines.language.adapters import layers

_ALONG = ("*.json", "*.jinja", "*.txt", "*.model")
"""Configuration and tokenizer: what a model's folder has beside its weights."""


def copy_along(base: Path, out: Path) -> None:
    """Copy what a model has beside its weights, except the index of these."""
    for pattern in _ALONG:
        for path in sorted(base.glob(pattern)):
            if path.is_file() and not path.name.endswith(".index.json"):
                shutil.copyfile(path, out / path.name)


def copy_weights(base: Path, out: Path) -> None:
    """Copy the weights as they are, and their index."""
    for pattern in ("*.safetensors", "*.safetensors.index.json"):
        for path in sorted(base.glob(pattern)):
            shutil.copyfile(path, out / path.name)


def add(lora: Lora, model: Path) -> Iterator[Event]:
    """Add ``lora`` to the weights of the model in the folder ``model``, one tensor at a time, in place.

    The sum is made in float32 and rounded once to the precision of the file. Raises :class:`InputError` when a layer is
    missing or its weights are stored in a form that cannot be added to.
    """
    deltas = {f"{path}.weight": (a, b) for path, a, b in layers(lora)}
    done, total = 0, len(deltas)
    for path in sorted(model.glob("*.safetensors")):
        begin, header = _header(path)
        with path.open("r+b") as handle:
            for name, tensor in header.items():
                if name not in deltas:
                    continue
                a, b = deltas.pop(name)
                start, end = tensor["data_offsets"]
                handle.seek(begin + start)
                weight = _float32(handle.read(end - start), tensor, name)
                handle.seek(begin + start)
                handle.write(_stored(weight + np.float32(lora.scale) * (b @ a), tensor["dtype"]))
                done += 1
                yield Event("fusing", done, total, "layers")
    if deltas:
        raise InputError(f"the model has no weights {min(deltas)}", hint="use the adapter on the model it is of")


def _header(path: Path) -> tuple[int, Mapping[str, Any]]:
    """Where the tensors of a safetensors file begin, and what it says of each."""
    try:
        with path.open("rb") as handle:
            size = int.from_bytes(handle.read(8), "little")
            told: dict[str, Any] = json.loads(handle.read(size))
    except (ValueError, MemoryError, OverflowError) as error:
        raise InputError(f"{path.name} is damaged: {error}", hint="get the model again") from None
    told.pop("__metadata__", None)
    return 8 + size, told


def _float32(raw: bytes, tensor: Mapping[str, Any], name: str) -> NDArray[np.float32]:
    kind, shape = tensor["dtype"], tuple(tensor["shape"])
    if kind == "BF16":
        return (np.frombuffer(raw, "<u2").astype("<u4") << 16).view("<f4").reshape(shape)
    if kind not in ("F32", "F16"):
        raise InputError(
            f"{name} is stored as {kind}, to which nothing can be added", hint="fuse with the original model"
        )
    return np.frombuffer(raw, "<f4" if kind == "F32" else "<f2").astype(np.float32).reshape(shape)


def _stored(values: NDArray[np.float32], kind: str) -> bytes:
    if kind != "BF16":
        return values.astype("<f4" if kind == "F32" else "<f2").tobytes()
    bits: NDArray[np.uint32] = np.ascontiguousarray(values, "<f4").view("<u4")
    # To the nearest, ties to even; NaN cannot come up, since adapters and models with one are refused.
    rounded: NDArray[np.uint16] = ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2")
    return rounded.tobytes()
