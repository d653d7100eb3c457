"""Reading weights: what a model's ``*.safetensors`` hold, one tensor at a time, as float32.

numpy has no bfloat16, in which most models are stored; it is the upper half of a float32.
https://huggingface.co/docs/safetensors describes the format.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likeness.core.errors import InputError

_LARGEST_HEADER = 100_000_000
_BYTES = {"F32": 4, "F16": 2, "BF16": 2}


@dataclass(frozen=True, slots=True)
class Stored:
    """A tensor in a file: its shape, how its numbers are stored ("BF16" …) and where."""

    name: str
    shape: tuple[int, ...]
    kind: str
    path: Path
    start: int
    end: int

    def read(self, rows: slice | None = None) -> NDArray[np.float32]:
        """The numbers, or only some rows of them (with both ends given, in steps of one).

        Raises :class:`InputError` when they are stored as no float, or the file is cut off.
        """
        start, end, shape = self.start, self.end, self.shape
        if rows is not None:
            row = (end - start) // shape[0]
            start, end = start + rows.start * row, start + rows.stop * row
            shape = (rows.stop - rows.start, *shape[1:])
        with self.path.open("rb") as handle:
            handle.seek(start)
            return float32(handle.read(end - start), self.kind, shape, self.name)


def stored(model: Path) -> dict[str, Stored]:
    """Every tensor in the ``*.safetensors`` of the folder ``model``, by name. Raises :class:`InputError` for a damaged
    file."""
    found: dict[str, Stored] = {}
    for path in sorted(model.glob("*.safetensors")):
        begin, header = _header(path)
        try:
            for name, tensor in header.items():
                start, end = (begin + int(offset) for offset in tensor["data_offsets"])
                shape = tuple(int(size) for size in tensor["shape"])
                found[name] = Stored(name, shape, str(tensor["dtype"]), path, start, end)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{model.name}/{path.name} is damaged: {error}", hint="get the model again") from None
    return found


def float32(raw: bytes, kind: str, shape: tuple[int, ...], name: str) -> NDArray[np.float32]:
    """Bytes of the dtype ``kind`` of safetensors as float32 of ``shape``.

    Raises :class:`InputError`, naming the tensor, for another dtype than F32, F16 and BF16, or too few bytes.
    """
    if kind not in _BYTES:
        raise InputError(
            f"{name} is stored as {kind}: what is quantised cannot be carried over",
            hint="use the original, in float32, float16 or bfloat16",
        )
    if len(raw) != _BYTES[kind] * int(np.prod(shape)):
        raise InputError(f"{name} is cut off", hint="get the file again")
    if kind == "BF16":
        upper = np.frombuffer(raw, "<u2").astype("<u4")
        return (upper << 16).view("<f4").astype(np.float32, copy=False).reshape(shape)
    return np.frombuffer(raw, "<f4" if kind == "F32" else "<f2").astype(np.float32).reshape(shape)


def _header(path: Path) -> tuple[int, Mapping[str, Any]]:
    """Where the tensors of a file begin, and what it says of each."""
    try:
        with path.open("rb") as handle:
            size = int.from_bytes(handle.read(8), "little")
            if size > _LARGEST_HEADER:
                raise ValueError(f"a header of {size:,} bytes")
            told = dict(json.loads(handle.read(size)))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise InputError(f"{path.parent.name}/{path.name} is damaged: {error}", hint="get the model again") from None
    told.pop("__metadata__", None)
    return 8 + size, told
