"""LoRA adapters on the talker of Qwen3-TTS, by PEFT's names or by MLX's, put on without touching its weights.

    PEFT  adapter_model.safetensors: [base_model.model.][talker.]model.layers.0.self_attn.q_proj.lora_A.weight
    MLX   adapters.safetensors: [talker.]model.layers.0.self_attn.q_proj.lora_a

both with their ``adapter_config.json``; MLX's has ``lora_parameters``.

``code_predictor.model.layers…`` are the layers that write the other 15 codebooks.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx.utils import tree_unflatten

from likeness.core import lora_config
from likeness.core.errors import InputError, NotFound
from likeness.core.lora import LARGEST_BYTES, MLX_WEIGHTS
from likeness.engines.mlx.runtime import Adapted

_NAME = re.compile(
    r"(?:base_model\.model\.)?(?:talker\.)?"
    r"((?:code_predictor\.)?model\.layers\.\d+\.(?:self_attn|mlp)\.\w+)\.lora_([abAB])(?:\.default)?(?:\.weight)?"
)


@dataclass(frozen=True, slots=True)
class TalkerLora:
    """Matrices by the path of the layer under the talker: A (in, rank), B (rank, out); what B·A is multiplied by."""

    layers: dict[str, tuple[Any, Any]]
    scale: float
    base_model: str = ""


def read(folder: Path) -> TalkerLora:
    """The adapter in ``folder``.

    Raises :class:`NotFound` when there is none and :class:`InputError`, with the reason, when it is damaged, no plain
    LoRA, or a whole model in which the adapter was merged.
    """
    if not folder.is_dir():
        raise NotFound(f"there is no adapter at {folder}", hint="name the folder of a LoRA", param="adapter")
    if not (folder / lora_config.CONFIG).is_file():
        if (folder / "config.json").is_file():
            raise InputError(
                f"{folder.name} is a whole model with its voice merged in, not an adapter",
                hint="name it as `model` and leave `adapter` empty",
                param="adapter",
            )
        raise NotFound(f"{folder.name} has no {lora_config.CONFIG}", hint="name the folder of a LoRA", param="adapter")
    scale, base = _settings(folder)
    weights = next((path for name in (lora_config.WEIGHTS, MLX_WEIGHTS) if (path := folder / name).is_file()), None)
    if weights is None or weights.stat().st_size > LARGEST_BYTES:
        raise InputError(f"{folder.name} has no weights as safetensors", hint=lora_config.DAMAGED, param="adapter")
    try:
        stored: dict[str, Any] = dict(mx.load(str(weights)))
    except (RuntimeError, ValueError) as error:
        raise InputError(f"{folder.name}/{weights.name} is damaged: {error}", hint=lora_config.DAMAGED) from None
    return TalkerLora(_layers(stored, folder.name), scale, base)


def put_on(talker: Any, lora: TalkerLora, where: str) -> None:
    """Add ``lora`` to ``talker``. Raises :class:`InputError` when it was not learned on a model of this shape."""
    modules = dict(talker.named_modules())
    made = []
    for path, (a, b) in lora.layers.items():
        linear = modules.get(path)
        if linear is None or not hasattr(linear, "weight"):
            raise _foreign(where, f"the model has no layer {path}", lora)
        rows, columns = _shape(linear)
        if (a.shape[0], b.shape[1]) != (columns, rows):
            raise _foreign(where, f"{path} is {rows}x{columns}, the adapter's {b.shape[1]}x{a.shape[0]}", lora)
        adapted = Adapted(linear)
        adapted._lora = (a, b, lora.scale)
        made.append((path, adapted))
    talker.update_modules(tree_unflatten(made))


def _foreign(where: str, why: str, lora: TalkerLora) -> InputError:
    return InputError(
        f"the adapter {where} was not learned on this model: {why}",
        hint=f"use it on {lora.base_model or 'the model it was learned on'}",
        param="adapter",
    )


def _settings(folder: Path) -> tuple[float, str]:
    """What B·A is multiplied by, and the model the adapter names."""
    try:
        raw = json.loads((folder / lora_config.CONFIG).read_text(encoding="utf-8"))
        if isinstance(raw, dict) and "lora_parameters" in raw:
            return float(raw["lora_parameters"]["scale"]), str(raw.get("model") or "")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder.name}/{lora_config.CONFIG} cannot be read: {error}", hint=lora_config.DAMAGED
        ) from None
    config = lora_config.read(folder)
    return config.alpha / (config.rank**0.5 if config.rank_stabilised else config.rank), config.base_model


def _layers(stored: dict[str, Any], where: str) -> dict[str, tuple[Any, Any]]:
    halves: dict[str, dict[str, Any]] = {}
    for name, value in stored.items():
        matched = _NAME.fullmatch(name)
        if matched is None:
            raise lora_config.foreign(name)
        value = value.astype(mx.float32)
        # PEFT stores (rank, in) and (out, rank), MLX the transposes.
        halves.setdefault(matched[1], {})[matched[2].lower()] = value.T if matched[2].isupper() else value
    for path, half in halves.items():
        if half.keys() != {"a", "b"} or half["a"].shape[1] != half["b"].shape[0]:
            raise InputError(f"{where}: the two matrices of {path} do not belong together", hint=lora_config.DAMAGED)
        if not bool(mx.all(mx.isfinite(half["a"])) & mx.all(mx.isfinite(half["b"]))):
            raise InputError(f"{where}: {path} holds numbers that are not finite", hint="take an earlier checkpoint")
    if not halves:
        raise InputError(f"the adapter {where} has no weights", hint=lora_config.DAMAGED)
    return {path: (half["a"], half["b"]) for path, half in halves.items()}


def _shape(linear: Any) -> tuple[int, int]:
    """Rows and columns (out, in) of a layer, quantised or not."""
    rows, columns = linear.weight.shape
    return int(rows), int(columns) * 32 // int(getattr(linear, "bits", 32))
