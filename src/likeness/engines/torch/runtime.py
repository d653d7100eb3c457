"""A language model in PyTorch that is read from, written with, and given one adapter or another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812
from transformers import DynamicCache

from likeness.core.errors import DoesNotFit, InputError
from likeness.core.lora import Lora
from likeness.engines.language.adapters import layers
from likeness.engines.language.runtime import Answered, Sampling
from likeness.engines.language.scoring import padded
from likeness.engines.torch import head, loading


class Placed:
    """An adapter's matrices by the path of the layer they belong to: (A of shape (rank, in), B (out, rank), scale)."""

    def __init__(self, lora: Lora, device: torch.device, dtype: torch.dtype) -> None:
        self.layers: dict[str, tuple[Tensor, Tensor, float]] = {}
        for path, *pair in layers(lora):
            a, b = (torch.from_numpy(np.array(each)).to(device, dtype) for each in pair)
            self.layers[path] = (a, b, lora.scale)


class TorchRuntime:
    """See :class:`~likeness.engines.language.runtime.Runtime`. An adapter is a set of hooks on an untouched model."""

    def __init__(self, model: Any) -> None:
        self._model = model.eval()
        self._device = model.device
        self._modules = dict(model.named_modules())
        self._on: Placed | None = None
        self._hooks: list[Any] = []

    @classmethod
    def load(cls, base: Path, options: Mapping[str, Any]) -> Self:
        """See :meth:`Runtime.load`."""
        return cls(loading.load(base, int(options.get("bits") or 0)))

    def prepare(self, lora: Lora) -> Placed:
        """See :meth:`Runtime.prepare`."""
        placed = Placed(lora, self._device, self._model.dtype)
        for path in placed.layers:
            if path not in self._modules:
                raise InputError(f"the model has no layer {path}", hint="use the adapter on the model it is of")
        return placed

    def switch(self, adapter: Placed | None) -> None:
        """See :meth:`Runtime.switch`."""
        if adapter is self._on:
            return
        for hook in self._hooks:
            hook.remove()
        layers = adapter.layers.items() if adapter else ()
        self._hooks = [self._modules[path].register_forward_hook(_adding(*layer)) for path, layer in layers]
        self._on = adapter

    def begin(self) -> Any:
        """See :meth:`Runtime.begin`."""
        return DynamicCache(config=self._model.config)

    def read(self, state: Any, tokens: Sequence[int]) -> Any:
        """See :meth:`Runtime.read`."""
        ids = torch.tensor([list(tokens)], device=self._device)
        with torch.inference_mode(), self._memory():
            return self._model(input_ids=ids, past_key_values=state, use_cache=True, logits_to_keep=1).logits[:, -1]

    def decode(self, state: Any, read: Any, sampling: Sampling) -> Iterator[int]:
        """See :meth:`Runtime.decode`."""
        random = torch.Generator(self._device).manual_seed(sampling.seed % 2**63)
        while True:
            token = _chosen(read, sampling, random)
            yield token
            read = self.read(state, [token])

    def rewind(self, state: Any, length: int) -> Any | None:
        """See :meth:`Runtime.rewind`."""
        if any(getattr(layer, "is_sliding", True) for layer in state.layers):
            return None
        for layer in state.layers:
            layer.keys = layer.keys[..., :length, :].clone()
            layer.values = layer.values[..., :length, :].clone()
        return state

    def log_probabilities(self, batch: Sequence[Answered]) -> list[NDArray[np.float64]]:
        """See :meth:`Runtime.log_probabilities`."""
        rows = padded(batch)
        ids, before, targets = (
            torch.from_numpy(each).to(self._device) for each in (rows.tokens, rows.before, rows.targets)
        )
        with torch.inference_mode(), self._memory():
            hidden = self._model.model(input_ids=ids, use_cache=False).last_hidden_state.flatten(0, 1)
            losses = head.losses(hidden.index_select(0, before), targets, self._model.lm_head)
        return rows.split(-losses.double().cpu().numpy())

    @contextmanager
    def _memory(self) -> Iterator[None]:
        try:
            yield
        except torch.OutOfMemoryError:
            raise DoesNotFit(
                "reading this takes more memory than the device has left",
                hint="shorten the message, or hold the model in fewer bits, or choose a smaller one",
            ) from None

    def close(self) -> None:
        """Let the model go."""
        self.switch(None)
        self._model, self._modules = None, {}
        if self._device.type == "cuda":
            torch.cuda.empty_cache()


def _adding(a: Tensor, b: Tensor, scale: float) -> Any:
    def hook(_: Any, given: tuple[Tensor, ...], output: Tensor) -> Tensor:
        return output + F.linear(F.linear(given[0], a), b) * scale

    return hook


def _chosen(logits: Tensor, sampling: Sampling, random: torch.Generator) -> int:
    """The next token from ``logits`` of shape (1, vocabulary)."""
    if sampling.temperature == 0:
        return int(logits.argmax(dim=-1))
    probabilities, tokens = torch.softmax(logits[0].float() / sampling.temperature, dim=-1).sort(descending=True)
    before = probabilities.cumsum(-1) - probabilities
    probabilities = torch.where(before < sampling.top_p, probabilities, 0.0)
    return int(tokens[torch.multinomial(probabilities, 1, generator=random)])
