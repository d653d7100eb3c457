"""Loading a base model in MLX from a folder on this machine: safetensors alone, no code of the folder's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx.nn.layers.quantized import quantize

from likeness.core import files
from likeness.core.errors import InputError
from likeness.core.models import model_config

GROUP = 64
"""Weights that share a scale when a base is quantised on the way in: what mlx-lm's conversion takes."""


def load_model(base: Path, bits: int = 0) -> Any:
    """The model in ``base`` as its files have it, or with its linear layers and embeddings in ``bits`` bits.

    Raises :class:`InputError` when it is of an architecture mlx-lm does not know, its files are damaged or do not
    belong together, or it is quantised already and other bits are asked for.
    """
    from mlx_lm.utils import load_model as load

    if not mx.metal.is_available():
        # Compiling for a processor takes longer than it saves.
        mx.disable_compile()
    config = model_config(base)
    stored = (config.get("quantization") or {}).get("bits")
    if bits and stored and stored != bits:
        raise InputError(
            f"{base.name} is quantised to {stored} bits already", hint="leave out bits, or use its original"
        )
    try:
        model, _ = load(base, lazy=bool(bits), model_config=_flat(config), trust_remote_code=False)
    except (OSError, ValueError, TypeError, KeyError, RuntimeError, AttributeError, ArithmeticError) as error:
        raise InputError(
            f"{base.name} cannot be loaded: {error}", hint="get the model again; mlx-lm knows most architectures"
        ) from None
    if bits and not stored:
        quantize(model, GROUP, bits, class_predicate=_quantisable)
        mx.eval(model.parameters())
    return model


def write_dequantised(base: Path, out: Path) -> None:
    """Write the weights of a quantised model in full precision into ``out``, and its ``config.json`` without a word of
    quantisation. Raises as :func:`load_model` does.
    """
    from mlx.utils import tree_flatten
    from mlx_lm.utils import dequantize_model

    model = dequantize_model(load_model(base))
    weights = dict(tree_flatten(model.parameters()))
    mx.save_safetensors(str(out / "model.safetensors"), weights, metadata={"format": "pt"})
    (out / "model.safetensors").chmod(0o600)
    config = model_config(base)
    for key in ("quantization", "quantization_config"):
        config.pop(key, None)
    files.write_json(out / "config.json", config)


def _flat(config: dict[str, Any]) -> dict[str, Any]:
    """What files of transformers 5 say of the rotary embedding, where mlx-lm looks for it."""
    told = config.get("rope_parameters")
    if not isinstance(told, dict):
        return {}
    flat: dict[str, Any] = {"rope_theta": told["rope_theta"]} if "rope_theta" in told else {}
    if told.get("rope_type", "default") != "default":
        flat["rope_scaling"] = told
    return flat


def _quantisable(_: str, module: Any) -> bool:
    return hasattr(module, "to_quantized") and module.weight.shape[-1] % GROUP == 0
