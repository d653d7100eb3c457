"""A model of mlx-lm with an adapter that learns: dropout by given keys, layers that compute their activations twice,
and the beginning that all conversations share computed once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import mlx.core as mx
import numpy as np
from mlx.nn.layers.base import Module
from mlx.utils import tree_flatten, tree_unflatten
from mlx_lm.models.base import create_causal_mask
from mlx_lm.tuner.lora import LoRALinear
from mlx_lm.tuner.utils import linear_to_lora_layers

from likeness.core.errors import EngineMissing, InputError
from likeness.core.lora import Lora, mlx_config, mlx_weights

_TOLERANCE = 0.05
"""Share of the largest logit by which the same computed in another order may differ, in half precision."""


class Adapted:
    """``model`` frozen, with the adapter ``lora`` on it. ``parameters`` are its weights by mlx-lm's names.

    Raises :class:`InputError` when the model has no such layers and :class:`EngineMissing` when its architecture is
    put together in a way that this cannot follow.
    """

    def __init__(self, model: Any, lora: Lora, dropout: float, *, checkpointing: bool, name: str) -> None:
        self._model = model
        model.freeze()
        self.parameters: dict[str, Any] = {key: mx.array(value) for key, value in mlx_weights(lora).items()}
        put_on = {**mlx_config(lora, len(model.layers))["lora_parameters"], "dropout": 0.0}
        linear_to_lora_layers(model, len(model.layers), put_on)
        self._check_weights(name)
        self.dropouts = _made_ours(model, dropout)
        _check_followed(self, name)
        self.use(self.parameters)
        if checkpointing:
            for layer in model.layers:
                _compute_twice(layer)

    def use(self, parameters: Mapping[str, Any], keys: Any = None) -> None:
        """Set the adapter to ``parameters``, and the dropout to ``keys`` (one for each of ``dropouts``; None for no
        dropout)."""
        self._model.update(tree_unflatten(list(parameters.items())))
        for place, dropout in enumerate(self.dropouts):
            dropout.use(None if keys is None else keys[place])

    def hidden(self, shared: Any, tokens: Any, places: Any) -> Any:
        """The last hidden states of ``tokens`` (rows, length) at ``places`` (n,), counted through the rows one after
        the other; shape (n, width). ``shared`` (1, before) is what every row has before ``tokens``; it is computed
        once, and may be empty."""
        caches: list[_Noted] | None = None
        if shared.shape[1]:
            noted = [_Noted() for _ in self._model.layers]
            self._model.model(shared, noted)
            caches = [_After(layer) for layer in noted]
        return self._model.model(tokens, caches).flatten(0, 1)[places]

    def head(self, hidden: Any) -> Any:
        """Logits of hidden states (n, width), shape (n, vocabulary)."""
        if "lm_head" in self._model:
            return self._model.lm_head(hidden)
        return self._model.model.embed_tokens.as_linear(hidden)

    def plain(self, tokens: Any) -> Any:
        """The logits as the model itself computes them."""
        return self._model(tokens)

    def _check_weights(self, name: str) -> None:
        there = {key: value.shape for key, value in dict(tree_flatten(self._model.trainable_parameters())).items()}
        wanted = {key: value.shape for key, value in self.parameters.items()}
        for key in sorted(there.keys() ^ wanted.keys()):
            raise InputError(
                f"{name} has not the layers of the adapter: {key}", hint="choose other `modules`, or a base"
            )
        for key, shape in wanted.items():
            if shape != there[key]:
                raise InputError(f"{name}: {key} is {there[key]}, the adapter's {shape}", hint="get the model again")


class _Dropout(Module):
    """Dropout whose mask is a function of a key, so that it is the same when a layer is computed a second time."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self._keep = 1 - share
        self._key: Any = None

    def use(self, key: Any) -> None:
        """Take ``key`` from now on; None drops nothing."""
        self._key = key

    def __call__(self, x: Any) -> Any:
        if self._key is None:
            return x
        return mx.random.bernoulli(self._keep, x.shape, key=self._key) * x * (1 / self._keep)


class _Noted:
    """Stands where mlx-lm keeps keys and values, and notes those of one layer."""

    offset = 0
    keys: Any = None
    values: Any = None

    def make_mask(self, length: int, return_array: bool = False, window_size: int | None = None) -> Any:
        """What ``create_attention_mask`` of mlx-lm asks a cache for."""
        if return_array or window_size:
            return create_causal_mask(length, self.offset, window_size=window_size)
        return "causal" if length > 1 else None

    def update_and_fetch(self, keys: Any, values: Any) -> tuple[Any, Any]:
        """Note and give back."""
        self.keys, self.values = keys, values
        return keys, values


class _After(_Noted):
    """Puts the noted keys and values of the shared beginning before those of every row."""

    def __init__(self, noted: _Noted) -> None:
        self.keys, self.values = noted.keys, noted.values
        self.offset = noted.keys.shape[2]

    def update_and_fetch(self, keys: Any, values: Any) -> tuple[Any, Any]:
        """The shared ones and those given, along the length."""
        return _joined(self.keys, keys), _joined(self.values, values)


def _joined(shared: Any, own: Any) -> Any:
    rows = own.shape[0]
    return mx.concatenate([mx.broadcast_to(shared, (rows, *shared.shape[1:])), own], axis=2)


class _Lora(LoRALinear):
    """mlx-lm's layer, its matrices used in the precision of the input. mlx-lm computes its part in float32, for which
    each layer makes a float32 copy of its input and keeps it for the backward pass."""

    def __call__(self, x: Any) -> Any:
        narrow = self.dropout(x) @ self.lora_a.astype(x.dtype)
        return self.linear(x) + self.scale * (narrow @ self.lora_b.astype(x.dtype))


def _made_ours(model: Any, share: float) -> list[_Dropout]:
    """Change the LoRA layers of ``model`` into ours; their dropouts, none where ``share`` is 0."""
    found = []
    for _, module in model.named_modules():
        if type(module) is LoRALinear:
            module.__class__ = _Lora
            if share:
                module.dropout = _Dropout(share)
                found.append(module.dropout)
    return found


def _compute_twice(layer: Any) -> None:
    """Let ``layer`` keep its inputs alone and compute the rest again in the backward pass (Chen et al. 2016,
    arXiv 1604.06174). Only this layer is changed; mlx-lm's own changes the class, for every model of the process."""
    plain = type(layer)

    def call(self: Any, x: Any, mask: Any = None, cache: Any = None) -> Any:
        def again(parameters: Any, given: Any, *shared: Any) -> Any:
            self.update(parameters)
            if cache is None:
                return plain.__call__(self, given, mask, None)
            inner = _Noted()
            if shared:
                inner.keys, inner.values = shared
                inner = _After(inner)
            made = plain.__call__(self, given, mask, inner)
            # Keys and values noted inside are results of this function as well: gradients come back through them.
            return made if shared else (made, inner.keys, inner.values)

        if isinstance(cache, _After):
            return mx.checkpoint(again)(self.trainable_parameters(), x, cache.keys, cache.values)
        made = mx.checkpoint(again)(self.trainable_parameters(), x)
        if cache is None:
            return made
        made, cache.keys, cache.values = made
        return made

    layer.__class__ = type(plain.__name__, (plain,), {"__call__": call})


def _check_followed(adapted: Adapted, name: str) -> None:
    """Compare a few logits computed in parts with the model's own."""
    tokens = mx.array(np.arange(12, dtype=np.int32).reshape(2, 6))
    tokens = mx.concatenate([mx.broadcast_to(tokens[:1, :3], (2, 3)), tokens], axis=1)
    told = f"the trainer of MLX cannot take the architecture of {name} apart"
    hint = "choose a base of the family Qwen2 or Llama"
    try:
        hidden = adapted.hidden(tokens[:1, :3], tokens[:, 3:], mx.arange(12))
        parts = adapted.head(hidden).astype(mx.float32)
    except (AttributeError, TypeError, ValueError) as error:
        raise EngineMissing(f"{told}: {error}", hint=hint) from None
    whole = adapted.plain(tokens)[:, 3:].astype(mx.float32).reshape(parts.shape)
    largest = float(mx.abs(whole).max())
    if not math.isfinite(largest):
        raise InputError(f"{name} answers with numbers that are not finite", hint="get the model again")
    apart = float(mx.abs(whole - parts).max()) / max(1e-6, largest)
    if not apart <= _TOLERANCE:
        raise EngineMissing(f"{told}: its logits come out {apart:.2g} apart", hint=hint)


def modules_of(names: Sequence[str]) -> tuple[str, ...]:
    """Short names of the layers in canonical names, each once, in their order."""
    return tuple(dict.fromkeys(name.split(".")[-3] for name in names))
