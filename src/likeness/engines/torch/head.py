"""The loss over the vocabulary at the learned positions alone, in pieces.

Logits are the largest thing in tuning a small model: 152,000 numbers for each token. Most tokens of a conversation are
read, not learned, and need none; and what has been turned into a gradient need not be kept for the backward pass.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

_ELEMENTS = 1 << 25
"""Logits held at once: 128 MiB of float32."""


def gradient(hidden: Tensor, targets: Tensor, head: nn.Module, scale: float) -> tuple[Tensor, Tensor]:
    """Summed cross entropy (nats, float32) of predicting ``targets`` (n,) from ``hidden`` (n, width), and the gradient
    of ``scale`` times it with respect to ``hidden``, in the precision of ``hidden``.

    ``head`` is the frozen linear layer over the vocabulary.
    """
    weight: Tensor = head.weight
    found = torch.zeros((), dtype=torch.float32, device=hidden.device)
    slopes = torch.empty_like(hidden)
    with torch.no_grad():
        for piece in _pieces(len(targets), weight.shape[0]):
            logits = head(hidden[piece]).float()
            rows = torch.arange(len(logits), device=logits.device)
            wanted = targets[piece]
            norms = torch.logsumexp(logits, dim=-1, keepdim=True)
            found += (norms[:, 0] - logits[rows, wanted]).sum()
            # The gradient of the logits, in their place: probabilities less one at the target.
            slope = logits.sub_(norms).exp_()
            slope[rows, wanted] -= 1
            slopes[piece] = slope.mul_(scale).to(weight.dtype) @ weight
    return found, slopes


def losses(hidden: Tensor, targets: Tensor, head: nn.Module) -> Tensor:
    """The cross entropy (nats, float32) of each of ``targets``, shape (n,), without a gradient."""
    weight: Tensor = head.weight
    found = torch.empty(len(targets), dtype=torch.float32, device=hidden.device)
    with torch.no_grad():
        for piece in _pieces(len(targets), weight.shape[0]):
            found[piece] = nn.functional.cross_entropy(head(hidden[piece]).float(), targets[piece], reduction="none")
    return found


def _pieces(count: int, vocabulary: int) -> list[slice]:
    size = max(1, _ELEMENTS // vocabulary)
    return [slice(start, start + size) for start in range(0, count, size)]
