"""How much memory a model takes to write with, told from its files before any of it is loaded."""

from __future__ import annotations

from pathlib import Path

from likeness.core.models import model_config
from likeness.engines.language.prompt_cache import MOST_TOKENS
from likeness.engines.tuning.shapes import shape_of

_MB = 2**20
_AT_WORK = 1.15
"""The files' size times this: arithmetic's own buffers, and tensors the runtime lays out anew."""


def needed_mb(base: Path, bits: int, runtime_mb: int) -> int:
    """MB for the model in ``base`` held in ``bits`` bits (0: as its files have it), with kept prompts, on top of
    ``runtime_mb`` for the program and its libraries. Raises :class:`InputError` when config.json lacks a size.
    """
    shape = shape_of(model_config(base))
    weights = float(sum(path.stat().st_size for path in base.glob("*.safetensors")))
    if bits and not shape.bits:
        stored = 8 * shape.dtype_bytes
        # Half a bit more for the scales; what is not in the layers stays as it is.
        weights -= shape.linear * (stored - bits - 0.5) / 8
    tokens = min(MOST_TOKENS, int(model_config(base).get("max_position_embeddings") or MOST_TOKENS))
    kept = 2 * shape.layers * shape.narrow * shape.dtype_bytes * tokens
    return round(runtime_mb + (weights * _AT_WORK + kept) / _MB)
