"""Where an adapter was exported to: ``exports.json`` in its folder, so that a server's name for it can be known.

    {
      "gguf":   {"file": "/path/me.gguf", "sha256": "…"},     GGUF LoRA, for llama-server and others of llama.cpp
      "mlx":    {"folder": "/path/me-mlx"},                   for mlx_lm.server
      "peft":   {"folder": "/path/me-peft"},                  for vLLM and others
      "ollama": {"model": "me", "base": "qwen2.5:3b"}         the model that was made there, and on which
    }

A form that was never exported is absent. Values are strings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from likeness.core import files
from likeness.core.errors import InputError

EXPORTS = "exports.json"
ExportForm = Literal["gguf", "mlx", "peft", "ollama"]


def exports(adapter: Path) -> dict[str, dict[str, str]]:
    """What is recorded for the adapter in that folder, by form. Raises :class:`InputError` for a damaged file."""
    try:
        raw = json.loads((adapter / EXPORTS).read_text(encoding="utf-8"))
        return {str(form): {str(key): str(value) for key, value in told.items()} for form, told in raw.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(
            f"{adapter.name}/{EXPORTS} cannot be read: {error}", hint="remove it and export again"
        ) from None


def record(adapter: Path, form: ExportForm, values: Mapping[str, str]) -> None:
    """Note an export, in place of an earlier one of the same form."""
    files.write_json(adapter / EXPORTS, {**exports(adapter), form: dict(values)})
