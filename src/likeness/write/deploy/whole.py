"""Base and adapter as one model in GGUF, for programs that take no adapters (Ollama after 0.34.0).

Weights are read, added to, rounded and written one tensor at a time, so that a model larger than the memory passes.
The names, the order of rows and the choice of what stays float32 are those of llama.cpp's ``convert_hf_to_gguf.py``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from likeness.core import files, weights
from likeness.core.errors import InputError
from likeness.core.events import Event
from likeness.core.lora import Lora
from likeness.core.weights import Stored
from likeness.write.deploy.gguf import architecture_of, library, turned, turned_rows
from likeness.write.deploy.vocabulary import add_vocabulary

Kind = Literal["f32", "f16", "q8_0"]
Array = NDArray[np.float32]
_FREQUENCIES = "rope_freqs.weight"
_NUMBERS = 1 << 24
"""Numbers rounded at once."""


def write_whole(
    path: Path, model: Path, config: Mapping[str, Any], lora: Lora | None = None, *, kind: Kind = "q8_0", name: str = ""
) -> Iterator[Event]:
    """Write the model in the folder ``model``, with ``lora`` added to its weights, to ``path``. ``kind`` is what its
    matrices are rounded to: 8 bits in blocks of 32 by default.

    Raises :class:`EngineMissing` without the library gguf, and :class:`InputError` for an architecture, a tokenizer, a
    scaling of positions or a form of weights that cannot be carried over.
    """
    gguf = library()
    architecture = architecture_of(config)
    found = weights.stored(model)
    rope = _rope(config)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH[architecture.upper()], int(config["num_hidden_layers"]))
    plan = [(_named(names, tensor), tensor, _type(gguf, tensor, kind)) for tensor in found.values()]
    _check_covered(lora, found)
    files.private_folder(path.parent)
    with files.placing(path) as temporary:
        writer = gguf.GGUFWriter(temporary, architecture)
        _add_metadata(gguf, writer, config, rope, kind, name)
        add_vocabulary(writer, model, int(config["vocab_size"]))
        frequencies = _frequencies(config, rope)
        if frequencies is not None:
            writer.add_tensor_info(_FREQUENCIES, frequencies.shape, frequencies.dtype, frequencies.nbytes)
        for written, tensor, form in plan:
            shape, dtype = _layout(gguf, tensor, form)
            writer.add_tensor_info(written, shape, dtype, math.prod(shape) * dtype.itemsize, raw_dtype=form)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        if frequencies is not None:
            writer.write_tensor_data(frequencies)
        for number, (_, tensor, form) in enumerate(plan, 1):
            writer.write_tensor_data(_rounded(gguf, tensor, lora, config, form))
            yield Event("writing the model", number, len(plan), "tensors", path.name)
        writer.close()


def _rounded(gguf: Any, tensor: Stored, lora: Lora | None, config: Mapping[str, Any], form: Any) -> NDArray[Any]:
    """The tensor in the form it is written in. The rows are taken a few at a time: rounding needs several copies."""
    if len(tensor.shape) < 2 or turned_rows(tensor.name, config):
        value = turned(tensor.name, _adapted(tensor, lora), config)
        rounded: NDArray[Any] = gguf.quants.quantize(np.ascontiguousarray(value), form)
        return rounded
    shape, dtype = _layout(gguf, tensor, form)
    out = np.empty(shape, dtype)
    step = max(1, _NUMBERS // tensor.shape[1])
    for start in range(0, tensor.shape[0], step):
        rows = slice(start, min(start + step, tensor.shape[0]))
        out[rows] = gguf.quants.quantize(_adapted(tensor, lora, rows), form)
    return out


def _layout(gguf: Any, tensor: Stored, form: Any) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and dtype of the array that holds the tensor in ``form``."""
    if form == gguf.GGMLQuantizationType.Q8_0:
        return gguf.quant_shape_to_byte_shape(tensor.shape, form), np.dtype(np.uint8)
    return tensor.shape, np.dtype(np.float16 if form == gguf.GGMLQuantizationType.F16 else np.float32)


def _adapted(tensor: Stored, lora: Lora | None, rows: slice | None = None) -> Array:
    """The tensor or some rows of it, with scale · B·A added where the adapter has a pair for it."""
    value = tensor.read(rows)
    stem = f"base_model.model.{tensor.name.removesuffix('.weight')}"
    if lora is None or f"{stem}.lora_A.weight" not in lora.weights:
        return value
    b = lora.weights[f"{stem}.lora_B.weight"]
    return value + np.float32(lora.scale) * ((b if rows is None else b[rows]) @ lora.weights[f"{stem}.lora_A.weight"])


def _check_covered(lora: Lora | None, found: Mapping[str, Stored]) -> None:
    for name in lora.weights if lora else ():
        base = name.removeprefix("base_model.model.").rsplit(".lora_", 1)[0] + ".weight"
        if base not in found:
            raise InputError(f"the model has no {base}", hint="use the model that the adapter was learned on")


def _named(names: Any, tensor: Stored) -> str:
    stem, _, end = tensor.name.rpartition(".")
    found = names.get_name(stem)
    if found is None:
        raise InputError(
            f"the model holds {tensor.name}, which has no place in its architecture: it may be quantised",
            hint="use the original model, in float32, float16 or bfloat16",
        )
    return f"{found}.{end}"


def _type(gguf: Any, tensor: Stored, kind: Kind) -> Any:
    types = gguf.GGMLQuantizationType
    if kind == "f32" or len(tensor.shape) < 2:
        return types.F32
    return types.Q8_0 if kind == "q8_0" and tensor.shape[-1] % 32 == 0 else types.F16


def _rope(config: Mapping[str, Any]) -> dict[str, Any]:
    """How positions are turned and scaled: flat, or in one of the two blocks that transformers has written."""
    told = {"rope_theta": config.get("rope_theta", 10000.0)}
    for block in ("rope_scaling", "rope_parameters"):
        told |= config.get(block) or {}
    told["rope_type"] = told.get("rope_type") or told.get("type") or "default"
    if told["rope_type"] not in ("default", "linear", "yarn", "llama3"):
        raise InputError(
            f"positions scaled by {told['rope_type']!r} cannot be carried over to GGUF here",
            hint="export the adapter alone, or --fuse as peft and convert that with llama.cpp's convert_hf_to_gguf.py",
        )
    return told


def _add_metadata(
    gguf: Any, writer: Any, config: Mapping[str, Any], rope: Mapping[str, Any], kind: Kind, name: str
) -> None:
    heads = int(config["num_attention_heads"])
    writer.add_type(gguf.GGUFType.MODEL)
    if name:
        writer.add_name(name)
    forms = gguf.LlamaFileType
    writer.add_file_type({"f32": forms.ALL_F32, "f16": forms.MOSTLY_F16, "q8_0": forms.MOSTLY_Q8_0}[kind])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    writer.add_block_count(int(config["num_hidden_layers"]))
    writer.add_context_length(int(config["max_position_embeddings"]))
    writer.add_embedding_length(int(config["hidden_size"]))
    writer.add_feed_forward_length(int(config["intermediate_size"]))
    writer.add_head_count(heads)
    writer.add_head_count_kv(int(config.get("num_key_value_heads") or heads))
    writer.add_layer_norm_rms_eps(float(config["rms_norm_eps"]))
    writer.add_rope_freq_base(float(rope["rope_theta"]))
    if config.get("head_dim") or architecture_of(config) == "llama":
        writer.add_key_length(_head(config))
        writer.add_value_length(_head(config))
    if architecture_of(config) == "llama":
        writer.add_vocab_size(int(config["vocab_size"]))
        writer.add_rope_dimension_count(_head(config))
    if rope["rope_type"] in ("linear", "yarn"):
        types = gguf.RopeScalingType
        writer.add_rope_scaling_type(types.LINEAR if rope["rope_type"] == "linear" else types.YARN)
        writer.add_rope_scaling_factor(float(rope["factor"]))
    if rope["rope_type"] == "yarn":
        writer.add_rope_scaling_orig_ctx_len(int(rope["original_max_position_embeddings"]))


def _head(config: Mapping[str, Any]) -> int:
    return int(config.get("head_dim") or int(config["hidden_size"]) // int(config["num_attention_heads"]))


def _frequencies(config: Mapping[str, Any], rope: Mapping[str, Any]) -> Array | None:
    """What Llama 3.1 and later divide the frequencies of positions by: slow ones by ``factor``, quick ones by nothing,
    those between by something between."""
    if rope["rope_type"] != "llama3":
        return None
    head = _head(config)
    frequencies = 1 / float(rope["rope_theta"]) ** (np.arange(0, head, 2, dtype=np.float32) / head)
    length = 2 * math.pi / frequencies
    factor, window = float(rope.get("factor", 8)), float(rope.get("original_max_position_embeddings", 8192))
    low, high = float(rope.get("low_freq_factor", 1)), float(rope.get("high_freq_factor", 4))
    smooth = (window / length - low) / (high - low)
    between = 1 / ((1 - smooth) / factor + smooth)
    return np.where(length < window / high, 1, np.where(length > window / low, factor, between)).astype(np.float32)
