"""An adapter in PEFT's files, alone: for transformers, vLLM, TGI and whatever else reads them."""

from __future__ import annotations

from pathlib import Path

from likeness.core import files, lora
from likeness.core.lora import Lora


def write_peft(folder: Path, adapter: Lora, *, dropout: float = 0.0) -> None:
    """Write ``adapter_model.safetensors`` and ``adapter_config.json``, without manifest, checkpoints or reports."""
    files.private_folder(folder)
    lora.write(folder, adapter, dropout=dropout)
