"""An adapter for llama.cpp and what is built on it (Ollama, llama-server, LM Studio): GGUF of the type "adapter".

llama.cpp multiplies by ``adapter.lora.alpha`` / rank and knows no rank-stabilised adapters, so that alpha is written as
scale · rank. Of Llama and Mistral it keeps the rows of q and k in another order within each head (it turns neighbouring
numbers where transformers turns the halves), and so must the B matrices of the two. The adapter has no vocabulary and
no base weights; it goes onto any quantisation of its base.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likeness.core import files
from likeness.core.errors import EngineMissing, InputError
from likeness.core.lora import Lora

_ARCHITECTURES = {"llama": "llama", "mistral": "llama", "qwen2": "qwen2", "qwen3": "qwen3"}
"""llama.cpp's name for each ``model_type`` that adapters are made on."""
_NAMES = {
    "q_proj": "attn_q",
    "k_proj": "attn_k",
    "v_proj": "attn_v",
    "o_proj": "attn_output",
    "gate_proj": "ffn_gate",
    "up_proj": "ffn_up",
    "down_proj": "ffn_down",
}


def write_gguf(path: Path, lora: Lora, config: Mapping[str, Any], *, name: str = "") -> None:
    """Write ``lora`` to ``path`` for the base with this ``config.json``, in float32; ``name`` is what it is called.

    Raises :class:`EngineMissing` when the library for the format is not installed, and :class:`InputError` for a base
    that llama.cpp has no name for here.
    """
    gguf = library()
    architecture = architecture_of(config)
    files.private_folder(path.parent)
    with files.placing(path) as temporary:
        writer = gguf.GGUFWriter(temporary, architecture)
        writer.add_type(gguf.GGUFType.ADAPTER)
        writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
        writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, lora.scale * lora.rank)
        if name:
            writer.add_name(name)
        for tensor, value in tensors(lora, config).items():
            writer.add_tensor(tensor, value)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()


def library() -> Any:
    """The library of the format. Raises :class:`EngineMissing` with its command when it is not installed."""
    try:
        import gguf
    except ImportError:
        raise EngineMissing(
            "GGUF files are written with the library gguf, which is not installed", hint="pip install gguf"
        ) from None
    return gguf


def architecture_of(config: Mapping[str, Any]) -> str:
    """llama.cpp's name for a model's architecture. Raises :class:`InputError` when none is known here."""
    found = _ARCHITECTURES.get(str(config.get("model_type")))
    if found is None:
        raise InputError(f"models of the type {config.get('model_type')!r} have no form in llama.cpp known here")
    return found


def tensors(lora: Lora, config: Mapping[str, Any]) -> dict[str, NDArray[np.float32]]:
    """The matrices by llama.cpp's names: ``blk.0.attn_q.weight.lora_a`` (rank, in) and ``….lora_b`` (out, rank)."""
    return {_named(name): np.ascontiguousarray(turned(name, value, config)) for name, value in lora.weights.items()}


def _named(name: str) -> str:
    parts = name.split(".")
    layer, module, part = parts[4], parts[6], parts[7]
    return f"blk.{layer}.{_NAMES[module]}.weight.{part.lower()}"


def turned(name: str, value: NDArray[np.float32], config: Mapping[str, Any]) -> NDArray[np.float32]:
    """Rows of q and k as llama.cpp orders them for Llama: the two halves of each head interleaved.

    ``name`` is that of a layer's weights, its bias or its B; everything else, and other architectures, stay.
    """
    if not turned_rows(name, config):
        return value
    heads = int(config["num_attention_heads"])
    if "k_proj" in name:
        heads = int(config.get("num_key_value_heads") or heads)
    return value.reshape(heads, 2, len(value) // heads // 2, *value.shape[1:]).swapaxes(1, 2).reshape(value.shape)


def turned_rows(name: str, config: Mapping[str, Any]) -> bool:
    """Whether llama.cpp has the rows of the tensor ``name`` in another order."""
    of_queries = bool({"q_proj", "k_proj"} & set(name.split(".")))
    return of_queries and ".lora_A." not in name and architecture_of(config) == "llama"
