"""Tuning in MLX: what ``engines.tuning.run`` needs of a runtime. Metal on Apple silicon, elsewhere the processor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from likeness.core.lora import Lora, from_mlx, mlx_weights
from likeness.core.plugins import import_failed
from likeness.engines.mlx import loss
from likeness.engines.tuning.backend import Batch, Step

if TYPE_CHECKING:
    from likeness.engines.mlx.adapted import Adapted

_BETAS, _EPSILON = [0.9, 0.999], 1e-8
_LEAST_SHARED = 8
"""A shared beginning of fewer tokens is not worth its own pass."""
_SHARED, _LENGTH, _LEARNED = 16, 32, 64
"""Where functions are compiled: the shared beginning is rounded down, lengths and numbers of learned tokens up to
multiples of these, since every new shape is traced anew."""
_MOST_SHAPES = 128
"""Traces kept before all are let go."""


class MlxBackend:
    """A :class:`~likeness.engines.tuning.backend.Backend`: a model of mlx-lm with its LoRA layers.

    Padding stands on the right and attention looks back only, so no mask is needed. The beginning that the rows of a
    batch have in common (the system prompt) is computed once per batch; gradients go back through it from every row.
    Logits are made at the learned positions alone (``engines.mlx.loss``). AdamW's state is float32.
    """

    runtime: ClassVar[str] = "mlx"

    def __init__(self, adapted: Adapted, lora: Lora, recipe: Mapping[str, Any], name: str) -> None:
        import mlx.core as mx
        from mlx.optimizers import AdamW

        self._adapted, self._lora, self._name = adapted, lora, name
        self._clip, self._seed = float(recipe["gradient_clip"]), int(recipe["seed"])
        # Without the correction of its bias, mlx's default, the first steps are many times too small.
        self._optimizer = AdamW(0.0, _BETAS, _EPSILON, float(recipe["weight_decay"]), bias_correction=True)
        self._optimizer.init(adapted.parameters)
        self._compiles = mx.metal.is_available()
        self._shapes: set[tuple[int, ...]] = set()
        self._gradient = self._made_gradient()

    @classmethod
    def open(cls, base: Path, recipe: Mapping[str, Any], weights: Mapping[str, NDArray[np.float32]]) -> Self:
        """See :meth:`Backend.open`. A base that is quantised already stays as it is, whatever ``bits`` says."""
        try:
            import mlx_lm  # noqa: F401
        except Exception as error:  # a broken installation raises more than ImportError
            raise import_failed("mlx_lm", error, "pip install 'likeness[mlx]'") from error
        from likeness.engines.mlx import device, loading
        from likeness.engines.mlx.adapted import Adapted, modules_of

        device.prepare()
        with device.memory(base.name):
            model = loading.load_model(base, int(recipe["bits"]))
        lora = Lora(
            dict(weights),
            int(recipe["rank"]),
            float(recipe["alpha"]),
            bool(recipe["rank_stabilised"]),
            modules_of(tuple(weights)),
        )
        checkpointing = bool(recipe["gradient_checkpointing"])
        adapted = Adapted(model, lora, float(recipe["dropout"]), checkpointing=checkpointing, name=base.name)
        return cls(adapted, lora, recipe, base.name)

    def step(self, batches: Sequence[Batch], learning_rate: float, number: int) -> Step:
        """See :meth:`Backend.step`. Where loss or gradient is not finite, nothing is changed."""
        import mlx.core as mx
        from mlx.optimizers import clip_grad_norm
        from mlx.utils import tree_map

        from likeness.engines.mlx import device

        adapted, useful = self._adapted, sum(batch.useful for batch in batches)
        sums, total = [], None
        with device.memory(self._name):
            keys = mx.random.split(mx.random.key((self._seed << 32) + number), len(batches))
            for batch, key in zip(batches, keys, strict=True):
                dropped = mx.random.split(key, max(1, len(adapted.dropouts)))
                found, slopes = self._gradient(adapted.parameters, *self._arrays(batch), dropped)
                total = slopes if total is None else tree_map(mx.add, total, slopes)
                sums.append(found)
                mx.async_eval(found, total)
            adapted.use(adapted.parameters)
            slopes = tree_map(lambda slope: slope * (1 / useful), total)
            clipped, norm = clip_grad_norm(slopes, self._clip)
            told = np.array(mx.stack([*sums, norm])).astype(np.float64)
            if np.isfinite(told).all():
                self._optimizer.learning_rate = learning_rate
                adapted.parameters = self._optimizer.apply_gradients(clipped, adapted.parameters)
                adapted.use(adapted.parameters)
                mx.async_eval(adapted.parameters, self._optimizer.state)
        each = tuple(float(one) / batch.useful for one, batch in zip(told, batches, strict=False))
        return Step(float(told[:-1].sum()) / useful, float(told[-1]), each)

    def losses(self, batch: Batch) -> NDArray[np.float64]:
        """See :meth:`Backend.losses`."""
        from likeness.engines.mlx import device

        shared, tokens, places, targets, _ = self._arrays(batch)
        with device.memory(self._name):
            hidden = self._adapted.hidden(shared, tokens, places)
            found = np.array(loss.losses(self._adapted.head, hidden, targets, slopes=False)).astype(np.float64)
        rows, _ = np.nonzero(batch.learned)
        return np.bincount(rows, found[: len(rows)], len(batch.lengths)).astype(np.float64)

    def adapter(self) -> dict[str, NDArray[np.float32]]:
        """See :meth:`Backend.adapter`."""
        return dict(from_mlx(self._adapted.parameters, self._lora).weights)

    def optimizer(self) -> dict[str, NDArray[Any]]:
        """See :meth:`Backend.optimizer`: both moments of each weight, as ``<weight>:m`` and ``<weight>:v`` in the
        weight's shape, and the count of steps."""
        state = self._optimizer.state
        kept: dict[str, NDArray[Any]] = {"step": np.array(state["step"])}
        for moment in ("m", "v"):
            named = {name: state[name][moment] for name in self._adapted.parameters}
            for name, value in from_mlx(named, self._lora).weights.items():
                kept[f"{name}:{moment}"] = value
        return kept

    def restore(self, adapter: Mapping[str, NDArray[np.float32]], optimizer: Mapping[str, NDArray[Any]]) -> None:
        """See :meth:`Backend.restore`."""
        import mlx.core as mx

        # In the order of a fresh adapter: the norm of the gradient is a sum over all weights, and its last bit depends
        # on which comes first.
        self._adapted.parameters = self._as_mlx({name: adapter[name] for name in self._lora.weights})
        self._adapted.use(self._adapted.parameters)
        state = self._optimizer.state
        state["step"] = mx.array(int(optimizer["step"]), mx.uint64)
        for moment in ("m", "v"):
            named = {name: optimizer[f"{name}:{moment}"] for name in self._lora.weights}
            for name, value in self._as_mlx(named).items():
                state[name][moment] = value
        mx.eval(self._adapted.parameters, state)

    def peak_mb(self) -> float:
        """See :meth:`Backend.peak_mb`: what MLX has had allocated."""
        import mlx.core as mx

        return float(mx.get_peak_memory()) / 2**20

    def close(self) -> None:
        """Let go of the model and give the device its memory back."""
        import gc

        import mlx.core as mx

        del self._adapted, self._optimizer, self._gradient
        gc.collect()
        mx.clear_cache()

    def _as_mlx(self, weights: Mapping[str, NDArray[np.float32]]) -> dict[str, Any]:
        import mlx.core as mx

        return {name: mx.array(value) for name, value in mlx_weights(replace(self._lora, weights=weights)).items()}

    def _made_gradient(self) -> Any:
        """The function of weights and arrays of a batch that gives its summed loss, and the gradient of that."""
        import mlx.core as mx

        adapted = self._adapted

        def summed(parameters: Any, shared: Any, tokens: Any, places: Any, targets: Any, counts: Any, keys: Any) -> Any:
            adapted.use(parameters, keys)
            hidden = adapted.hidden(shared, tokens, places)
            return (loss.losses(adapted.head, hidden, targets, slopes=True) * counts).sum()

        made = mx.value_and_grad(summed)
        return mx.compile(made) if self._compiles else made

    def _arrays(self, batch: Batch) -> tuple[Any, ...]:
        """``batch`` as the model takes it: the shared beginning (1, before), what comes after it (rows, length), the
        places whose hidden states predict, what they predict, and 1 where that counts (n,)."""
        import mlx.core as mx

        rows, columns = np.nonzero(batch.learned)
        before = shared_length(batch)
        # The last token predicted is no input, and nothing after it has any influence.
        length, count = int(columns.max()) - before, len(rows)
        if self._compiles:
            before, length, count = before // _SHARED * _SHARED, length + before % _SHARED, _up(count, _LEARNED)
            length = _up(length, _LENGTH)
            self._note((len(batch.tokens), before, length, count))
        tokens = np.zeros((len(batch.tokens), length), np.int32)
        given = batch.tokens[:, before : before + length]
        tokens[:, : given.shape[1]] = given
        places, targets, counts = np.zeros(count, np.int32), np.zeros(count, np.int32), np.zeros(count, np.float32)
        places[: len(rows)] = rows * length + columns - 1 - before
        targets[: len(rows)] = batch.tokens[rows, columns]
        counts[: len(rows)] = 1
        return tuple(mx.array(part) for part in (batch.tokens[:1, :before], tokens, places, targets, counts))

    def _note(self, shape: tuple[int, ...]) -> None:
        """Begin with fresh traces when there are too many."""
        self._shapes.add(shape)
        if len(self._shapes) > _MOST_SHAPES:
            self._shapes = {shape}
            self._gradient = self._made_gradient()


def shared_length(batch: Batch) -> int:
    """How many tokens all rows of ``batch`` begin with alike, of those that predict nothing learned; 0 where they are
    too few to be worth a pass of their own."""
    if len(batch.tokens) < 2:
        return 0
    alike = (batch.tokens == batch.tokens[0]).all(axis=0) & ~batch.learned.any(axis=0)
    differs = np.flatnonzero(~alike)
    # The token before the first learned one predicts it, and belongs to the part computed for every row.
    found = int(differs[0]) - 1
    return found if found >= _LEAST_SHARED else 0


def _up(count: int, multiple: int) -> int:
    return -(-count // multiple) * multiple
