"""``adapter_config.json`` of PEFT, and the shapes of the layers an adapter sits on.

A LoRA that MLX, PEFT and llama.cpp all compute alike is the plain one: two matrices for each linear layer of the
decoder, one rank, one alpha. Everything else that PEFT can write is refused here with its reason, since a runtime that
ignores an option answers without an error and in another voice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from likeness.core.errors import InputError, NotFound

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
DAMAGED = "copy or make the adapter again"
LAYERS: dict[str, str] = {
    "q_proj": "self_attn",
    "k_proj": "self_attn",
    "v_proj": "self_attn",
    "o_proj": "self_attn",
    "gate_proj": "mlp",
    "up_proj": "mlp",
    "down_proj": "mlp",
}
"""The linear layers that can have an adapter, in their order, and the block each is part of."""
ARCHITECTURES = frozenset({"llama", "mistral", "qwen2", "qwen3"})
"""``model_type`` of the decoders whose layers are called and shaped as :func:`shapes` says."""

_RETRAIN = "train it again as a plain LoRA"
_REFUSED = {
    "use_dora": "it is a DoRA, whose magnitudes llama.cpp does not know",
    "modules_to_save": "it carries whole layers of its own (modules_to_save), which only PEFT would load",
    "alpha_pattern": "its alpha differs between layers (alpha_pattern); the other runtimes have one scale",
    "rank_pattern": "its rank differs between layers (rank_pattern); the other runtimes have one rank",
    "trainable_token_indices": "it changes embeddings (trainable_token_indices), which only PEFT would load",
    "target_parameters": "it sits on bare parameters (target_parameters), not on linear layers",
    "layer_replication": "it repeats layers of the base (layer_replication), which only PEFT does",
    "fan_in_fan_out": "its matrices are stored the other way round (fan_in_fan_out)",
    "lora_bias": "it has biases of its own (lora_bias), which llama.cpp does not know",
    "use_qalora": "it is a quantised LoRA (QALoRA), which only PEFT computes",
    "alora_invocation_tokens": "it works only after certain tokens (aLoRA), which not every runtime can",
}
_HARMLESS = {
    *("auto_mapping", "base_model_name_or_path", "peft_type", "peft_version", "revision", "task_type"),
    *("r", "lora_alpha", "lora_dropout", "use_rslora", "bias", "init_lora_weights", "inference_mode", "runtime_config"),
    *("target_modules", "exclude_modules", "layers_to_transform", "layers_pattern", "ensure_weight_tying"),
    *("corda_config", "eva_config", "loftq_config", "lora_ga_config"),
    *("megatron_config", "megatron_core", "qalora_group_size"),
}
"""Options that describe, guide only training, or are read here."""
_REWRITES_BASE = ("pissa", "olora", "loftq", "corda", "lora_ga")


@dataclass(frozen=True, slots=True)
class Config:
    """What is needed of a PEFT configuration. ``targets`` and ``layers`` are ``None`` where it leaves them open."""

    rank: int
    alpha: float
    rank_stabilised: bool
    base_model: str
    targets: frozenset[str] | None
    layers: frozenset[int] | None


def read(folder: Path) -> Config:
    """The configuration in ``folder``. Raises :class:`NotFound` when there is none and :class:`InputError`, with the
    reason, when it is damaged or not that of a plain LoRA."""
    path = folder / CONFIG
    where = f"{folder.name}/{CONFIG}"
    if not path.is_file():
        raise NotFound(f"there is no {CONFIG} in {folder.name}", hint="name the folder of a LoRA as PEFT saves it")
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{where} cannot be read: {error}", hint=DAMAGED) from None
    if not isinstance(raw, dict):
        raise InputError(f"{where} is not an object", hint=DAMAGED)
    if str(raw.get("peft_type", "")).upper() != "LORA":
        mlx = " (it is mlx-lm's)" if "lora_parameters" in raw else ""
        raise InputError(f"{where} is not that of a PEFT LoRA{mlx}", hint="name the folder of a LoRA as PEFT saves it")
    _refuse(raw, where)
    rank, alpha = raw.get("r"), raw.get("lora_alpha")
    if not _positive(rank) or rank != int(rank) or not _positive(alpha):
        raise InputError(f"{where}: rank {rank!r} or alpha {alpha!r} is not a number above 0", hint=DAMAGED)
    return Config(
        rank=int(rank),
        alpha=float(alpha),
        rank_stabilised=bool(raw.get("use_rslora")),
        base_model=str(raw.get("base_model_name_or_path") or ""),
        targets=_targets(raw.get("target_modules"), where),
        layers=_layers(raw.get("layers_to_transform"), where),
    )


def made(
    *,
    rank: int,
    alpha: float,
    rank_stabilised: bool,
    modules: Iterable[str],
    layers: tuple[int, ...],
    base_model: str,
    dropout: float,
) -> dict[str, Any]:
    """The configuration of a plain LoRA as PEFT reads it. ``layers`` are named only where some are left out."""
    return {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": base_model,
        "inference_mode": True,
        "r": rank,
        "lora_alpha": int(alpha) if alpha == int(alpha) else alpha,
        "lora_dropout": dropout,
        "use_rslora": rank_stabilised,
        "target_modules": list(modules),
        "layers_to_transform": None if layers == tuple(range(len(layers))) else list(layers),
        "bias": "none",
        "use_dora": False,
        "modules_to_save": None,
        "fan_in_fan_out": False,
        "init_lora_weights": True,
    }


def check_targets(config: Config, modules: tuple[str, ...], layers: tuple[int, ...], where: str) -> None:
    """Raise :class:`InputError` when the configuration names other modules or layers than there are weights for."""
    if config.targets is not None and config.targets != set(modules):
        told = f"modules {', '.join(sorted(config.targets))}, and the weights are of {', '.join(modules)}"
        raise InputError(f"{where}/{CONFIG} names the {told}", hint=DAMAGED)
    if config.layers is not None and config.layers != set(layers):
        told = f"layers_to_transform {sorted(config.layers)}, and the weights are of layers {list(layers)}"
        raise InputError(f"{where}/{CONFIG} has {told}", hint=DAMAGED)


def shapes(config: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Rows and columns (out, in) of every linear layer in ``LAYERS``, from a model's ``config.json``.

    Grouped queries and a head size of their own (Qwen3) are reckoned with; tied embeddings change nothing here.
    Raises :class:`InputError` for an architecture that is not known, or a configuration that lacks a size.
    """
    kind = config.get("model_type")
    if kind not in ARCHITECTURES:
        raise InputError(
            f"adapters on models of the type {kind!r} are not supported",
            hint=f"choose a base of one of the types {', '.join(sorted(ARCHITECTURES))}",
        )
    try:
        hidden, inner = int(config["hidden_size"]), int(config["intermediate_size"])
        heads = int(config["num_attention_heads"])
        groups = int(config.get("num_key_value_heads") or heads)
        head = int(config.get("head_dim") or hidden // heads)
        positive = min(hidden, inner, heads, groups, head, int(config["num_hidden_layers"])) > 0
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise InputError(f"the model's config.json lacks a size: {error}", hint="get the model again") from None
    if not positive:
        raise InputError("the model's config.json has a size of 0", hint="get the model again")
    return {
        "q_proj": (heads * head, hidden),
        "k_proj": (groups * head, hidden),
        "v_proj": (groups * head, hidden),
        "o_proj": (hidden, heads * head),
        "gate_proj": (inner, hidden),
        "up_proj": (inner, hidden),
        "down_proj": (hidden, inner),
    }


def ordered(modules: Iterable[str]) -> tuple[str, ...]:
    """``modules`` once each in the order of ``LAYERS``. Raises :class:`InputError` for an unknown one, or none."""
    wanted = set(modules)
    if not wanted or wanted - LAYERS.keys():
        told = ", ".join(sorted(wanted - LAYERS.keys())) or "none"
        raise InputError(f"no such layers to adapt: {told}", hint=f"choose among {', '.join(LAYERS)}", param="modules")
    return tuple(module for module in LAYERS if module in wanted)


def foreign(name: str) -> InputError:
    """Why the tensor called ``name`` cannot be part of an adapter here."""
    if "lora_magnitude" in name:
        why, hint = _REFUSED["use_dora"], _RETRAIN
    elif "modules_to_save" in name or "base_layer" in name:
        why, hint = _REFUSED["modules_to_save"], _RETRAIN
    elif "embed" in name or "lm_head" in name:
        why = "it changes the embeddings or the output layer, which runtimes with tied embeddings cannot load"
        hint = f"train it on {', '.join(LAYERS)} alone"
    else:
        why = "that is not a linear layer of a decoder as Llama, Mistral and Qwen have them"
        hint = f"train it on {', '.join(LAYERS)} of a text model"
    return InputError(f"the adapter cannot be used: it holds {name}: {why}", hint=hint)


def _refuse(raw: Mapping[str, Any], where: str) -> None:
    """Raise for every option that another runtime would silently leave out."""
    for key, why in _REFUSED.items():
        if raw.get(key):
            raise InputError(f"{where}: the adapter cannot be used: {why}", hint=_RETRAIN, param=key)
    if raw.get("bias", "none") != "none":
        raise InputError(f"{where}: it trains biases (bias: {raw['bias']}), which only PEFT would load", hint=_RETRAIN)
    start = raw.get("init_lora_weights")
    if isinstance(start, str) and start.startswith(_REWRITES_BASE):
        raise InputError(
            f"{where}: started with {start}, which changes the base model too",
            hint="save it converted to a plain LoRA (PEFT's path_initial_model_for_weight_conversion)",
        )
    unknown = sorted(key for key, value in raw.items() if value and key not in _HARMLESS and key not in _REFUSED)
    if unknown:
        told = ", ".join(unknown)
        raise InputError(f"{where}: has options that are not known here: {told}", hint=_RETRAIN, param=unknown[0])


def _targets(value: Any, where: str) -> frozenset[str] | None:
    if value is None or isinstance(value, str):  # a pattern, or "all-linear": the weights say which
        return None
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise InputError(f"{where}: target_modules is not a list of names", hint=DAMAGED)
    names = frozenset(name.rsplit(".", 1)[-1] for name in value)
    for name in sorted(names - LAYERS.keys()):
        raise foreign(name)
    return names


def _layers(value: Any, where: str) -> frozenset[int] | None:
    if value is None:
        return None
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(number, int) for number in listed):
        raise InputError(f"{where}: layers_to_transform is not a list of numbers", hint=DAMAGED)
    return frozenset(listed) or None


def _positive(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e9
