"""What a run will take, by arithmetic from ``config.json`` alone: which base fits before any of them is loaded.

    memory = base + adapter (weights, gradients, two moments of AdamW, float32) + activations + logits + the runtime

Quantised: MLX quantises embedding and head as well, with a 16-bit scale and bias for each group; bitsandbytes leaves
them, and keeps 4-bit blocks' scales in about 0.13 bits a weight (Dettmers et al. 2023, arXiv 2305.14314). Activations
are those of the longest batch: with gradient checkpointing each layer's input and the inside of one layer, without it
the inside of all. Logits exist only where a word of the person's is predicted, and not all at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from likeness.core.types import BaseFit
from likeness.engines.tuning.memory import available_mb
from likeness.engines.tuning.shapes import KNOWN, Shape, shape_of

_MB = 2**20
LEARNED_SHARE = 0.5
"""Share of a batch's tokens that is predicted, where the data has not been counted: the other half is the prompt."""
_RUNTIME_MB = {"mlx": 16.0, "torch": 410.0}
"""Measured; of PyTorch mostly its code, or the context of a CUDA device. MLX counts its arrays alone."""
_LOGITS_AT_ONCE = {"mlx": 1 << 24, "torch": 1 << 25}
"""Both trainers make them in pieces (``engines.mlx.loss``, ``engines.torch.head``)."""
_DOUBLE_QUANTISED = 0.127


def predicted_mb(
    config: Mapping[str, Any] | Shape,
    recipe: Mapping[str, Any],
    runtime: str,
    *,
    tokens: int = 0,
    learned: int = 0,
    longest: int = 0,
) -> float:
    """The most memory in MB that tuning a model of ``config`` with ``recipe`` takes in ``runtime`` ("mlx", "torch").

    ``tokens`` are those of the largest batch with its padding and ``longest`` its longest row (``batch`` rows of
    ``window`` tokens when 0), ``learned`` how many of them are predicted.
    """
    shape = config if isinstance(config, Shape) else shape_of(config)
    longest = longest or int(recipe["window"])
    tokens = tokens or int(recipe["batch"]) * longest
    learned = learned or round(tokens * LEARNED_SHARE)
    trained = shape.trainable(recipe["modules"], int(recipe["rank"])) * 16
    total = (
        _base_bytes(shape, int(recipe["bits"]), runtime)
        + trained
        + _activation_bytes(shape, recipe, runtime, tokens, longest)
        + _logit_bytes(shape, learned, runtime)
    )
    return total / _MB + _RUNTIME_MB[runtime]


def bases(recipe: Mapping[str, Any], runtime: str, available: float | None = None) -> tuple[BaseFit, ...]:
    """The known models with the memory each would take with ``recipe``, smallest first."""
    limit = available_mb(runtime) if available is None else available
    found = []
    for name, shape in KNOWN.items():
        needed = predicted_mb(shape, recipe, runtime)
        found.append(BaseFit(name, shape.parameters, needed, needed <= limit))
    return tuple(sorted(found, key=lambda fit: fit.parameters))


def nearest(recipe: Mapping[str, Any], runtime: str, available: float | None = None, below: int = 0) -> str:
    """One sentence on what fits: the largest known model under ``below`` parameters (0: of any size) that does."""
    fitting = [fit for fit in bases(recipe, runtime, available) if fit.fits and (not below or fit.parameters < below)]
    if not fitting:
        return "no known model fits with these options: a smaller window, batch or bits may"
    best = fitting[-1]
    return f"the nearest that fits is {best.base} ({best.predicted_mb / 1024:.1f} GB with these options)"


def _base_bytes(shape: Shape, bits: int, runtime: str) -> float:
    if shape.bits:  # the checkpoint is quantised already; the recipe's bits change nothing
        return _quantised(shape, shape.bits, shape.group) + shape.vectors * shape.dtype_bytes
    if not bits:
        return shape.parameters * shape.dtype_bytes
    if runtime == "mlx":
        return _quantised(shape, bits, 64) + shape.vectors * shape.dtype_bytes
    stored = bits + (_DOUBLE_QUANTISED if bits == 4 else 0.0)
    return shape.linear * stored / 8 + (shape.embedding + shape.vectors) * shape.dtype_bytes


def _quantised(shape: Shape, bits: int, group: int) -> float:
    scales = 2 * 8 * shape.dtype_bytes / group
    return (shape.linear + shape.embedding) * (bits + scales) / 8


def _activation_bytes(shape: Shape, recipe: Mapping[str, Any], runtime: str, tokens: int, longest: int) -> float:
    """Between the layers one input each; inside them what the backward pass needs: of every layer, or of one."""
    inside = _inside_bytes(shape, recipe, runtime, tokens, longest)
    if not recipe["gradient_checkpointing"]:
        return inside * shape.layers
    return inside + shape.layers * tokens * shape.hidden * shape.dtype_bytes


def _inside_bytes(shape: Shape, recipe: Mapping[str, Any], runtime: str, tokens: int, longest: int) -> float:
    """What one layer keeps for its backward pass.

    Norms keep a float32 copy of their input; the gated feed-forward its two products, the gate's activation and their
    product; attention its projections before and after their rotation, and in MLX, whose fused kernel has no backward
    pass, also the scores and their softmax. A module with an adapter keeps its input once more when it drops some.
    """
    each = 4 * shape.hidden + 2 * shape.query + 2 * (shape.query + 2 * shape.narrow) + 4 * shape.intermediate
    if recipe["dropout"]:
        each += sum(shape.module(name)[0] for name in recipe["modules"])
    per_token = each * shape.dtype_bytes + 2 * shape.hidden * 4
    per_token += sum(4 * int(recipe["rank"]) for _ in recipe["modules"])
    scores = 2 * shape.heads * longest * shape.dtype_bytes if runtime == "mlx" else 0
    return tokens * (per_token + scores)


def _logit_bytes(shape: Shape, learned: int, runtime: str) -> float:
    """Logits, their float32 softmax, and their gradient."""
    return min(learned * shape.vocabulary, _LOGITS_AT_ONCE[runtime]) * (shape.dtype_bytes + 4 + 4)
