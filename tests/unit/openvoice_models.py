"""Small converters with random weights: in the form that is published, and in the form that the engine opens."""

from __future__ import annotations

import json
import math
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from likeness.core.events import drain
from likeness.engines.openvoice.preparing import prepare

CONFIG: dict[str, Any] = {
    "_version_": "v2",
    "data": {"sampling_rate": 22050, "filter_length": 1024, "hop_length": 256, "win_length": 1024, "n_speakers": 0},
    "model": {
        "zero_g": True,
        "inter_channels": 8,
        "hidden_channels": 8,
        "filter_channels": 768,
        "n_heads": 2,
        "n_layers": 6,
        "kernel_size": 3,
        "p_dropout": 0.1,
        "resblock": "1",
        "resblock_kernel_sizes": [3, 7],
        "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5]],
        "upsample_rates": [8, 8, 2, 2],
        "upsample_initial_channel": 32,
        "upsample_kernel_sizes": [16, 16, 4, 4],
        "gin_channels": 256,
    },
}
Weights = dict[str, np.ndarray]


def weights(config: dict[str, Any] = CONFIG, seed: int = 0) -> Weights:
    """A converter's tensors by their published names, weight normalisation apart, random and of a sensible size."""
    from likeness.engines.openvoice.config import ConverterConfig
    from likeness.engines.openvoice.network import ToneColourConverter

    chance = np.random.default_rng(seed)
    found: Weights = {}
    for name, parameter in ToneColourConverter(ConverterConfig.model_validate(config)).state_dict().items():
        shape = tuple(parameter.shape)
        inputs = max(1, math.prod(shape[1:]))
        gain = 0.2 if ".post." in name else 1.0
        array = (chance.standard_normal(shape) * gain / math.sqrt(inputs)).astype(np.float32)
        if _is_normalised(name):
            found[f"{name}_v"] = array * 3
            norms = np.sqrt((array.reshape(len(array), -1) ** 2).sum(axis=1)).astype(np.float32)
            found[f"{name}_g"] = norms.reshape(-1, *[1] * (len(shape) - 1))
        else:
            found[name] = array if "layernorm.weight" not in name else np.ones_like(array)
    return found


def _is_normalised(name: str) -> bool:
    layers = ("cond_layer", "in_layers", "res_skip_layers", "dec.ups", "convs1", "convs2", "ref_enc.convs")
    return name.endswith(".weight") and any(layer in name for layer in layers)


def published(folder: Path, held: Weights | None = None, config: dict[str, Any] = CONFIG) -> Path:
    """Fill ``folder`` as a download of the model does."""
    made = folder / "converter"
    made.mkdir(parents=True)
    (made / "config.json").write_text(json.dumps(config))
    torch_file(made / "checkpoint.pth", weights(config) if held is None else held)
    return folder


def prepared(folder: Path) -> Path:
    """Fill ``folder`` with a small converter that the engine opens."""
    drain(prepare(published(folder)))
    return folder


# ── PyTorch's form of checkpoint, written by hand so that no PyTorch is needed ──────────────────────────────


def torch_file(path: Path, held: Weights, item: str = "model", extra: bytes = b"") -> Path:
    """A checkpoint ``{item: OrderedDict of held}`` as ``torch.save`` writes it; ``extra`` are operations that leave one
    more value on the stack, which becomes the item "extra"."""
    entries = b"".join(text(name) + tensor(str(key), array.shape) for key, (name, array) in enumerate(held.items()))
    model = b"ccollections\nOrderedDict\n)R(" + entries + b"u}" + text("_metadata") + b"}sb"
    more = text("extra") + extra if extra else b""
    return archive(path, b"\x80\x02}(" + text(item) + model + more + b"u.", list(held.values()))


def archive(path: Path, pickled: bytes, arrays: list[np.ndarray], compression: int = zipfile.ZIP_STORED) -> Path:
    """The ZIP file around a pickle and the records its tensors refer to."""
    with zipfile.ZipFile(path, "w", compression) as made:
        made.writestr("checkpoint/data.pkl", pickled)
        made.writestr("checkpoint/byteorder", b"little")
        for key, array in enumerate(arrays):
            made.writestr(f"checkpoint/data/{key}", np.ascontiguousarray(array, dtype="<f4").tobytes())
    return path


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def tensor(key: str, shape: tuple[int, ...], numbers: int = -1) -> bytes:
    """The operations that rebuild a contiguous tensor of float32."""
    count = math.prod(shape) if numbers < 0 else numbers
    strides = tuple(math.prod(shape[place + 1 :]) for place in range(len(shape)))
    storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text(key) + text("cpu") + _int(count) + b"tQ"
    hooks = b"ccollections\nOrderedDict\n)R"
    arguments = storage + _int(0) + _tuple(shape) + _tuple(strides) + b"\x89" + hooks
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + arguments + b"tR"


def _int(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def _tuple(values: tuple[int, ...]) -> bytes:
    return b"(" + b"".join(_int(value) for value in values) + b"t"
