"""LoRA on the linear layers of a model of transformers: own small modules, weights by canonical names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from likeness.core.errors import InputError

PREFIX, SUFFIX = "base_model.model.", ".weight"


class LoraLinear(nn.Module):
    """``base(x) + scale · B(A(dropout(x)))``. The matrices are float32 and used in the precision of ``x``.

    PEFT computes its part in float32, which takes a float32 copy of every input for the backward pass.
    """

    def __init__(self, base: nn.Module, a: Tensor, b: Tensor, scale: float, dropout: float) -> None:
        super().__init__()
        self.base = base
        self.lora_a, self.lora_b = nn.Parameter(a), nn.Parameter(b)
        self.scale, self.dropout, self.dropping = scale, dropout, False

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.base(x)
        given = F.dropout(x, self.dropout) if self.dropout and self.dropping else x
        narrow = F.linear(given, self.lora_a.to(x.dtype))
        flat, narrow = out.view(-1, out.shape[-1]), narrow.view(-1, narrow.shape[-1])
        wide = self.lora_b.to(x.dtype).t()
        if type(self.base) is not nn.Linear:  # quantised ones give views, which may not be changed
            return torch.addmm(flat, narrow, wide, alpha=self.scale).view_as(out)
        # Added in place: the backward pass of the frozen layer has no use for its output.
        flat.addmm_(narrow, wide, alpha=self.scale)
        return out


def dropping(model: nn.Module, on: bool) -> None:
    """Let the adapter on ``model`` drop some of its inputs, or not. The base stays in the mode it is in: in evaluation
    bitsandbytes lays out its weights anew on a processor, and cannot go back and forth."""
    for module in model.modules():
        if isinstance(module, LoraLinear):
            module.dropping = on


def put_on(
    model: nn.Module, weights: Mapping[str, NDArray[np.float32]], scale: float, dropout: float
) -> dict[str, nn.Parameter]:
    """Freeze ``model``, put an adapter with ``weights`` on it and return its parameters by canonical name. The model
    drops nothing any more of what it would in training: it learns nothing.

    Raises :class:`InputError` when the model has no such layer.
    """
    model.requires_grad_(False)
    module: Any
    for module in model.modules():
        if hasattr(module, "attention_dropout"):
            module.attention_dropout = 0.0
    parameters: dict[str, nn.Parameter] = {}
    for name in weights:
        if not name.endswith(".lora_A.weight"):
            continue
        path = name.removeprefix(PREFIX).removesuffix(".lora_A.weight")
        partner = name.replace("lora_A", "lora_B")
        parent_path, _, child = path.rpartition(".")
        try:
            parent = model.get_submodule(parent_path)
            base = parent.get_submodule(child)
        except AttributeError:
            raise InputError(f"the model has no layer {path}", hint="choose other `modules`, or another base") from None
        device = next(base.parameters()).device
        a, b = (torch.tensor(weights[key], dtype=torch.float32, device=device) for key in (name, partner))
        wrapped = LoraLinear(base, a, b, scale, dropout)
        setattr(parent, child, wrapped)
        parameters[name], parameters[partner] = wrapped.lora_a, wrapped.lora_b
    return parameters
