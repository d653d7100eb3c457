"""An adapter as mlx-lm reads it: ``adapters.safetensors`` and ``adapter_config.json``."""

from __future__ import annotations

from pathlib import Path

from likeness.core import files, lora
from likeness.core.lora import Lora
from likeness.core.lora_config import CONFIG


def write_mlx(folder: Path, adapter: Lora, layers: int) -> None:
    """Write ``adapter``, of a model with ``layers`` layers, into ``folder`` for ``mlx_lm.generate --adapter-path``."""
    from safetensors.numpy import save

    files.private_folder(folder)
    files.write_bytes(folder / lora.MLX_WEIGHTS, save(lora.mlx_weights(adapter), metadata={"format": "mlx"}))
    files.write_json(folder / CONFIG, lora.mlx_config(adapter, layers))
