"""The beginning that conversations have in common (the system prompt, and how one asks) read once for all of them.

Its keys and values are computed in a pass of their own. Every batch of a step attends to them and leaves its gradient
with them; one backward pass at the end takes what all have left back through the beginning. The sums are those of
reading it in every row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from likeness.engines.tuning.backend import Batch

_LEAST_SAVED = {"cuda": 512, "mps": 256, "cpu": 64}
"""Tokens that must be saved for a pass of its own to be worth it; a device waits long for its host."""


class _Reading:
    """Stands in for a cache while the beginning is read: notes each layer's keys and values."""

    def __init__(self) -> None:
        self.found: dict[int, tuple[Tensor, Tensor]] = {}

    def update(self, key: Tensor, value: Tensor, layer: int, *_: object, **__: object) -> tuple[Tensor, Tensor]:
        # Computed a second time, for the backward pass, a layer gives the same once more.
        self.found.setdefault(layer, (key, value))
        return key, value


class Beginning:
    """Keys and values of the first tokens for every layer; stands in for a cache when what follows them is read."""

    def __init__(self, model: Any, tokens: Tensor) -> None:
        self.length = len(tokens)
        reading = _Reading()
        _hidden(model, tokens[None], 0, reading)
        self._found = [reading.found[layer] for layer in sorted(reading.found)]
        self._leaves = [(key.detach(), value.detach()) for key, value in self._found]
        if torch.is_grad_enabled():
            for leaf in (each for pair in self._leaves for each in pair):
                leaf.requires_grad_(True)

    def update(self, key: Tensor, value: Tensor, layer: int, *_: object, **__: object) -> tuple[Tensor, Tensor]:
        """What a layer attends to, ``key`` and ``value`` of shape (rows, heads, tokens, size), after the beginning's.

        Nothing is kept of them, so that a layer may be computed twice.
        """
        first_key, first_value = (leaf.expand(len(key), -1, -1, -1) for leaf in self._leaves[layer])
        return torch.cat([first_key, key], dim=2), torch.cat([first_value, value], dim=2)

    def hidden(self, model: Any, tokens: Tensor) -> Tensor:
        """The last hidden states of ``tokens`` (rows, n), which follow the beginning; shape (rows, n, width)."""
        return _hidden(model, tokens, self.length, self)

    def backward(self) -> None:
        """Take the gradients that every batch left with the keys and values back through the beginning."""
        pairs = [
            (found, leaf.grad)
            for both, leaves in zip(self._found, self._leaves, strict=True)
            for found, leaf in zip(both, leaves, strict=True)
            if found.requires_grad and leaf.grad is not None
        ]
        if pairs:
            torch.autograd.backward([found for found, _ in pairs], [gradient for _, gradient in pairs])


def common(batches: Sequence[Batch], device: str) -> int:
    """How many tokens all rows begin with alike before any is learned; 0 when reading them once would save little."""
    rows = sum(len(batch.lengths) for batch in batches)
    # The state that predicts the first learned token belongs to the row itself.
    most = min(int(batch.learned.argmax(axis=1).min()) for batch in batches) - 1
    first = batches[0].tokens[0, : max(0, most)]
    alike = np.logical_and.reduce([(batch.tokens[:, : len(first)] == first).all(axis=0) for batch in batches])
    length = len(first) if alike.all() else int(alike.argmin())
    return length if (rows - 1) * length >= _LEAST_SAVED[device] else 0


def _hidden(model: Any, tokens: Tensor, start: int, cache: Any) -> Tensor:
    """The last hidden states of ``tokens`` (rows, n) at the positions from ``start`` on."""
    seen = torch.arange(start + tokens.shape[1], device=tokens.device)
    places = seen[start:]
    # A mask for the positions of every row alike; transformers takes one of this shape as it is.
    mask = (seen <= places[:, None])[None, None]
    found: Tensor = model(
        input_ids=tokens, attention_mask=mask, past_key_values=cache, use_cache=False, position_ids=places[None]
    ).last_hidden_state
    return found
