"""The published checkpoint into what the engine opens: safetensors beside ``config.json``, without the pickle."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from likeness.core import files
from likeness.core.errors import InputError
from likeness.core.events import Event
from likeness.engines.checkpoint.reader import Arrays, read_checkpoint
from likeness.engines.openvoice.config import CONFIG, WEIGHTS, ConverterConfig

PUBLISHED = "converter"
"""The folder of the repository that holds the converter: ``config.json`` and ``checkpoint.pth``."""
CHECKPOINT = "checkpoint.pth"
_PARTS = ("dec.", "enc_q.", "flow.", "ref_enc.")
_STAGE = "prepare model"


def prepare(folder: Path) -> Iterator[Event]:
    """Turn ``folder/converter`` into ``config.json`` and ``model.safetensors`` in ``folder``; the pickle goes.

    Raises :class:`InputError`, and leaves everything as it was, when the files are not the converter's.
    """
    published = folder / PUBLISHED
    published = published if published.is_dir() else folder
    if not (published / CHECKPOINT).is_file():
        if (folder / CONFIG).is_file() and (folder / WEIGHTS).is_file():
            return
        raise InputError(f"{folder.name} has no {PUBLISHED}/{CHECKPOINT}", hint="get the model again")
    ConverterConfig.read(published)
    yield Event(_STAGE, 0, 2, "steps", "reading the checkpoint as data; nothing in it is run")
    arrays = converter_weights(read_checkpoint(published / CHECKPOINT), f"{folder.name}/{CHECKPOINT}")
    yield Event(_STAGE, 1, 2, "steps", "writing safetensors")
    write_weights(folder / WEIGHTS, arrays)
    if published != folder:
        files.write_bytes(folder / CONFIG, (published / CONFIG).read_bytes())
        shutil.rmtree(published)
    else:
        (folder / CHECKPOINT).unlink()
    numbers = float(sum(array.size for array in arrays.values()))
    yield Event(_STAGE, 2, 2, "steps", "the checkpoint is kept as safetensors", {"parameters": numbers})


def converter_weights(arrays: Arrays, name: str) -> Arrays:
    """The converter's own tensors of a checkpoint, with weight normalisation multiplied out (w = g · v / |v|).

    Salimans and Kingma 2016, arXiv:1602.07868; the norm is over all dimensions but the first. Raises
    :class:`InputError` when they are not there.
    """
    found: Arrays = {}
    for key, array in arrays.items():
        if not key.startswith(_PARTS) or key.endswith(".weight_g"):
            continue
        if not key.endswith(".weight_v"):
            found[key] = array
            continue
        plain = key.removesuffix("_v")
        gain = arrays.get(f"{plain}_g")
        if gain is None or not array.ndim or gain.size != len(array):
            raise InputError(f"{name} has {key} without its weight_g", hint="get the model again")
        norm = np.sqrt((array.astype(np.float64) ** 2).reshape(len(array), -1).sum(axis=1))
        scale = gain.reshape(-1) / np.maximum(norm, np.finfo(np.float32).tiny)
        found[plain] = (array * scale.reshape(-1, *[1] * (array.ndim - 1))).astype(np.float32)
    absent = [part for part in _PARTS if not any(key.startswith(part) for key in found)]
    if absent:
        raise InputError(
            f"{name} is not the tone-colour converter: it has no {', '.join(absent)}", hint="get the model again"
        )
    return found


def write_weights(path: Path, arrays: Arrays) -> None:
    """Write tensors as safetensors, whole or not at all."""
    from safetensors.numpy import save_file

    with files.placing(path) as temporary:
        save_file({key: np.ascontiguousarray(array) for key, array in arrays.items()}, temporary)
