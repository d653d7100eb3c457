"""Tuning in PyTorch: what ``engines.tuning.run`` needs of a runtime. CUDA, Apple's MPS, or the processor."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from likeness.core.plugins import import_failed
from likeness.engines.torch import loading
from likeness.engines.tuning.backend import Batch, Step

if TYPE_CHECKING:
    from torch import Tensor, nn

    from likeness.engines.torch.beginning import Beginning

_BETAS, _EPSILON = (0.9, 0.999), 1e-8


class TorchBackend:
    """A :class:`~likeness.engines.tuning.backend.Backend`: a model of transformers with a LoRA of our own on it.

    Padding stands on the right and attention looks back only. Logits are made at the learned positions alone
    (``engines.torch.head``), and what a step's rows begin with alike is read once (``engines.torch.beginning``). A
    quantised base (``bits``) brings AdamW with 8-bit moments (Dettmers et al. 2022, arXiv 2110.02861) for weights of
    4,096 numbers and more, on CUDA and on the processor; bitsandbytes has none for MPS, where all are float32.
    """

    runtime: ClassVar[str] = "torch"

    def __init__(self, model: Any, parameters: dict[str, nn.Parameter], recipe: Mapping[str, Any], name: str) -> None:
        self._model, self._parameters = model, parameters
        self._clip, self._seed, self._name = float(recipe["gradient_clip"]), int(recipe["seed"]), name
        self._device = next(iter(parameters.values())).device
        self._optimizer = _adamw(list(parameters.values()), recipe, self._device.type)

    @classmethod
    def open(cls, base: Path, recipe: Mapping[str, Any], weights: Mapping[str, NDArray[np.float32]]) -> Self:
        """See :meth:`Backend.open`. ``bits`` other than 0 need bitsandbytes on every device."""
        library = "torch"
        try:
            import torch

            library = "transformers"
            import transformers  # noqa: F401
        except Exception as error:  # a broken installation raises more than ImportError
            raise import_failed(library, error, loading.INSTALL) from error
        from likeness.engines.torch.adapted import put_on

        if loading.device() == "cuda":
            torch.cuda.reset_peak_memory_stats()
        model = loading.load(base, int(recipe["bits"]))
        rank = int(recipe["rank"])
        scale = float(recipe["alpha"]) / (math.sqrt(rank) if recipe["rank_stabilised"] else rank)
        parameters = put_on(model.train(), weights, scale, float(recipe["dropout"]))
        if recipe["gradient_checkpointing"]:
            loading.recompute(model)
        return cls(model, parameters, recipe, base.name)

    def step(self, batches: Sequence[Batch], learning_rate: float, number: int) -> Step:
        """See :meth:`Backend.step`. Where loss or gradient is not finite, nothing is changed."""
        useful = sum(batch.useful for batch in batches)
        with self._memory():
            sums = self._gradients(batches, useful, number)
            told = self._update(sums, learning_rate)
        each = tuple(total / batch.useful for total, batch in zip(told, batches, strict=False))
        return Step(sum(told[:-1]) / useful, told[-1], each)

    def _gradients(self, batches: Sequence[Batch], useful: int, number: int) -> list[Tensor]:
        """Leave the gradient of the summed loss over ``useful`` with the weights; the summed loss of each batch."""
        import torch

        from likeness.engines.torch import head
        from likeness.engines.torch.adapted import dropping

        dropping(self._model, True)
        torch.manual_seed((self._seed << 32) + number)
        sums = []
        beginning = self._beginning(batches)
        for batch in batches:
            hidden, targets = self._learned(batch, beginning)
            found, slope = head.gradient(hidden.detach(), targets, self._model.lm_head, 1 / useful)
            hidden.backward(slope)
            sums.append(found)
        if beginning is not None:
            beginning.backward()
        return sums

    def _update(self, sums: Sequence[Tensor], learning_rate: float) -> list[float]:
        """Change the weights by their gradients, where these and ``sums`` are finite; ``sums`` and the norm."""
        import torch

        norm = torch.nn.utils.clip_grad_norm_(self._parameters.values(), self._clip)
        told: list[float] = torch.stack([*sums, norm]).double().tolist()
        if all(map(math.isfinite, told)):
            for group in self._optimizer.param_groups:
                group["lr"] = learning_rate
            self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        return told

    def losses(self, batch: Batch) -> NDArray[np.float64]:
        """See :meth:`Backend.losses`."""
        import torch

        from likeness.engines.torch import head
        from likeness.engines.torch.adapted import dropping

        dropping(self._model, False)
        with torch.no_grad(), self._memory():
            hidden, targets = self._learned(batch, self._beginning([batch]))
            found = head.losses(hidden, targets, self._model.lm_head).double().cpu().numpy()
        rows, _ = np.nonzero(batch.learned)
        return np.bincount(rows, weights=found, minlength=len(batch.lengths)).astype(np.float64)

    def _beginning(self, batches: Sequence[Batch]) -> Beginning | None:
        """What all rows begin with, read once; ``None`` where that is not worth it."""
        from likeness.engines.torch.beginning import Beginning, common

        length = common(batches, self._device.type)
        return Beginning(self._model.model, self._sent(batches[0].tokens[0, :length])) if length else None

    def _learned(self, batch: Batch, beginning: Beginning | None) -> tuple[Tensor, Tensor]:
        """The last hidden state before each learned token, shape (useful, width), and those tokens, shape (useful,)."""
        start, end = beginning.length if beginning else 0, int(batch.lengths.max())
        tokens = self._sent(batch.tokens[:, start:end])
        if beginning:
            hidden = beginning.hidden(self._model.model, tokens)
        else:
            hidden = self._model.model(input_ids=tokens, use_cache=False).last_hidden_state
        rows, columns = np.nonzero(batch.learned)
        places = self._sent(rows * (end - start) + columns - start)
        return hidden.flatten(0, 1).index_select(0, places - 1), tokens.flatten().index_select(0, places)

    def _sent(self, numbers: NDArray[Any]) -> Tensor:
        """Whole numbers on the device."""
        import torch

        return torch.from_numpy(numbers.astype(np.int64)).to(self._device)

    def adapter(self) -> dict[str, NDArray[np.float32]]:
        """See :meth:`Backend.adapter`."""
        return {name: value.detach().cpu().numpy().copy() for name, value in self._parameters.items()}

    def optimizer(self) -> dict[str, NDArray[Any]]:
        """See :meth:`Backend.optimizer`: the tensors that the optimizer keeps of each weight, as ``<weight>:<key>``."""
        import torch

        return {
            f"{name}:{key}": torch.as_tensor(value).cpu().numpy().copy()
            for name, parameter in self._parameters.items()
            for key, value in self._optimizer.state.get(parameter, {}).items()
        }

    def restore(self, adapter: Mapping[str, NDArray[np.float32]], optimizer: Mapping[str, NDArray[Any]]) -> None:
        """See :meth:`Backend.restore`."""
        import torch

        with torch.no_grad():
            for name, parameter in self._parameters.items():
                parameter.copy_(torch.from_numpy(np.ascontiguousarray(adapter[name])))
        kept: dict[str, dict[str, Any]] = {}
        for full, value in optimizer.items():
            name, _, key = full.rpartition(":")
            kept.setdefault(name, {})[key] = _state(value, self._device)
        self._optimizer.state.clear()
        for name, state in kept.items():
            self._optimizer.state[self._parameters[name]] = state

    def peak_mb(self) -> float:
        """See :meth:`Backend.peak_mb`. On the processor the most this whole process has had."""
        import torch

        if self._device.type == "cuda":
            return float(torch.cuda.max_memory_allocated()) / 2**20
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / (2**20 if sys.platform == "darwin" else 2**10)

    def close(self) -> None:
        """Let go of the model and give the device its memory back."""
        import gc

        import torch

        self._parameters = {}
        del self._model, self._optimizer
        gc.collect()
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    @contextmanager
    def _memory(self) -> Iterator[None]:
        import torch

        try:
            yield
        except (torch.OutOfMemoryError, MemoryError):
            raise loading.too_large(self._name) from None


def _adamw(parameters: list[nn.Parameter], recipe: Mapping[str, Any], device: str) -> Any:
    """AdamW with bias correction; its rate is set at every step."""
    import torch

    options: dict[str, Any] = {"lr": 0.0, "betas": _BETAS, "eps": _EPSILON, "weight_decay": recipe["weight_decay"]}
    if recipe["bits"] and device in ("cpu", "cuda"):
        bitsandbytes: Any = import_module("bitsandbytes.optim")  # typed in part
        return bitsandbytes.AdamW8bit(parameters, **options)
    return torch.optim.AdamW(parameters, fused=device in ("cpu", "cuda"), **options)


def _state(value: NDArray[Any], device: Any) -> Any:
    """A tensor of the optimizer's state; the count of steps of bitsandbytes is a plain number."""
    import torch

    if value.ndim == 0 and value.dtype.kind == "i":
        return int(value)
    kept = torch.from_numpy(np.array(value))
    # torch keeps the count of steps of the fused AdamW where the weights are.
    return kept.to(device)
