"""A language model in MLX that is read from, written with, and given one adapter or another."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import mlx.core as mx
import numpy as np
from mlx.nn.layers.base import Module
from mlx.utils import tree_unflatten
from mlx_lm.models.cache import can_trim_prompt_cache, make_prompt_cache, trim_prompt_cache
from numpy.typing import NDArray

from likeness.core.errors import EngineFailed, InputError
from likeness.core.lora import Lora, mlx_weights
from likeness.engines.language.runtime import Answered, Sampling
from likeness.engines.language.scoring import padded
from likeness.engines.mlx import device
from likeness.engines.mlx.loading import load_model

_LOGITS_AT_ONCE = 1 << 25
_PLAIN_HEADS = frozenset({"llama", "mistral", "qwen2", "qwen3"})
"""Architectures whose logits are the head's product and nothing else, so that it need not be made everywhere."""


class Adapted(Module):
    """A linear layer to which a LoRA can be added. Without one it is the layer."""

    def __init__(self, linear: Any) -> None:
        super().__init__()
        self.linear = linear
        self._lora: Any = None

    def __call__(self, x: Any) -> Any:
        """The layer's output for ``x`` of shape (…, in), with scale · (x·A)·B added, computed in float32."""
        y = self.linear(x)
        if self._lora is None:
            return y
        a, b, scale = self._lora
        return y + (scale * ((x @ a) @ b)).astype(x.dtype)


class Placed:
    """An adapter's matrices by the path of the layer they belong to: (A of shape (in, rank), B (rank, out), scale)."""

    def __init__(self, lora: Lora) -> None:
        weights = mlx_weights(lora)
        paths = [name.removesuffix(".lora_a") for name in weights if name.endswith(".lora_a")]
        self.layers = {
            path: (mx.array(weights[f"{path}.lora_a"]), mx.array(weights[f"{path}.lora_b"]), lora.scale)
            for path in paths
        }
        mx.eval([layer[:2] for layer in self.layers.values()])


class MlxRuntime:
    """See :class:`~likeness.engines.language.runtime.Runtime`. To be used on the thread that made it."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._thread = threading.get_ident()
        self._on: Placed | None = None
        self._adapted: dict[str, Adapted] = {}

    @classmethod
    def load(cls, base: Path, options: Mapping[str, Any]) -> Self:
        """See :meth:`Runtime.load`."""
        device.prepare()
        return cls(load_model(base, int(options.get("bits") or 0)))

    def prepare(self, lora: Lora) -> Placed:
        """See :meth:`Runtime.prepare`."""
        self._check_thread()
        placed = Placed(lora)
        missing = placed.layers.keys() - self._adapted.keys()
        modules = dict(self._model.named_modules())
        for path in sorted(missing):
            if path not in modules:
                raise InputError(f"the model has no layer {path}", hint="use the adapter on the model it is of")
            self._adapted[path] = Adapted(modules[path])
        self._model.update_modules(tree_unflatten([(path, self._adapted[path]) for path in sorted(missing)]))
        return placed

    def switch(self, adapter: Placed | None) -> None:
        """See :meth:`Runtime.switch`."""
        self._check_thread()
        if adapter is self._on:
            return
        for path, layer in self._adapted.items():
            layer._lora = adapter.layers.get(path) if adapter else None
        self._on = adapter

    def begin(self) -> Any:
        """See :meth:`Runtime.begin`."""
        return make_prompt_cache(self._model)

    def read(self, state: Any, tokens: Sequence[int]) -> Any:
        """See :meth:`Runtime.read`. The logits are computed only if they are used."""
        logits = self._model(mx.array([list(tokens)]), cache=state)
        mx.eval([layer.state for layer in state])
        return logits[:, -1]

    def decode(self, state: Any, read: Any, sampling: Sampling) -> Iterator[int]:
        """See :meth:`Runtime.decode`. The device works on the next token while this one is used."""
        token = _chosen(read, sampling, 0)
        mx.async_eval(token)
        place = 0
        while True:
            place += 1
            following = _chosen(self._model(token[:, None], cache=state)[:, -1], sampling, place)
            mx.async_eval(following)
            yield int(token.item())
            token = following

    def rewind(self, state: Any, length: int) -> Any | None:
        """See :meth:`Runtime.rewind`."""
        if not can_trim_prompt_cache(state):
            return None
        trim_prompt_cache(state, state[0].offset - length)
        return state

    def log_probabilities(self, batch: Sequence[Answered]) -> list[NDArray[np.float64]]:
        """See :meth:`Runtime.log_probabilities`."""
        self._check_thread()
        rows = padded(batch)
        found = self._at(*(mx.array(each.astype(np.int32)) for each in (rows.tokens, rows.before, rows.targets)))
        return rows.split(found)

    def _at(self, tokens: Any, places: Any, targets: Any) -> NDArray[np.float64]:
        """Log probability of each of ``targets`` (n,) after the tokens at the flat ``places`` (n,)."""
        plain = getattr(self._model, "model_type", "") in _PLAIN_HEADS
        values = self._model.model(tokens) if plain else self._model(tokens)
        values = values.reshape(-1, values.shape[-1])
        head = self._head() if plain else (lambda logits: logits)
        size = max(1, _LOGITS_AT_ONCE // int(self._model.args.vocab_size))
        parts = []
        for start in range(0, targets.size, size):
            logits = head(values[places[start : start + size]]).astype(mx.float32)
            wanted = mx.take_along_axis(logits, targets[start : start + size, None], axis=-1)[:, 0]
            parts.append(np.array(wanted - mx.logsumexp(logits, axis=-1), np.float64))
        return np.concatenate(parts)

    def _head(self) -> Any:
        return self._model.lm_head if hasattr(self._model, "lm_head") else self._model.model.embed_tokens.as_linear

    def _check_thread(self) -> None:
        if threading.get_ident() != self._thread:
            raise EngineFailed(
                "a model in MLX works only on the thread that loaded it",
                hint="open the engine where it is used, or use it through core.lanes",
            )

    def close(self) -> None:
        """Let the model go."""
        self._model, self._on, self._adapted = None, None, {}
        mx.clear_cache()


def _chosen(logits: Any, sampling: Sampling, place: int) -> Any:
    """The next token, shape (1,), from ``logits`` of shape (1, vocabulary)."""
    if sampling.temperature == 0:
        return mx.argmax(logits, axis=-1)
    logits = logits.astype(mx.float32) / sampling.temperature
    if sampling.top_p < 1:
        order = mx.argsort(-logits, axis=-1)
        probabilities = mx.softmax(mx.take_along_axis(logits, order, axis=-1), axis=-1)
        before = mx.cumsum(probabilities, axis=-1) - probabilities
        least = mx.min(mx.where(before < sampling.top_p, mx.take_along_axis(logits, order, axis=-1), mx.inf), axis=-1)
        logits = mx.where(logits >= least[:, None], logits, -mx.inf)
    return mx.random.categorical(logits, key=mx.random.key(((sampling.seed % 2**40) << 20) + place))
