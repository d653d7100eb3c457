"""Tuning on several devices: a process for each, gradients added up, the same update in all (data parallelism)."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from likeness.core.errors import EngineFailed, EngineMissing
from likeness.engines.torch import loading
from likeness.engines.torch.backend import TorchBackend
from likeness.engines.torch.crew import Crew
from likeness.engines.torch.shares import divided, losses_by_batch, row_ranges, rows
from likeness.engines.tuning.backend import Backend, Batch, Step

_CHECK_EVERY = 20
"""Steps after which the weights of all processes are compared."""
_SAME = 1e-6
"""How far the sums of their squares may lie apart, in proportion: unlike devices round differently."""


def chosen() -> type[Backend]:
    """What to tune with on this machine: one process, or one for each of several CUDA devices."""
    try:
        import torch
    except ImportError:
        return TorchBackend  # which says what is missing
    count = torch.cuda.device_count()
    return on(count) if count > 1 else TorchBackend


def on(count: int) -> type[ParallelBackend]:
    """A backend of ``count`` processes: each on its own CUDA device, or all on the processor where there is none."""
    return type("ParallelBackend", (ParallelBackend,), {"count": count})


class ParallelBackend:
    """A :class:`~likeness.engines.tuning.backend.Backend` that shares every step among ``count`` processes.

    What it finds is what one process finds, but for the order of sums; dropout draws other numbers. This process holds
    no model. A run may be continued with another number of processes.
    """

    runtime: ClassVar[str] = "torch"
    count: ClassVar[int]

    def __init__(self) -> None:
        # Some libraries look into it again when the processes first exchange anything.
        self._meeting = tempfile.TemporaryDirectory(prefix="likeness-meeting-")
        self._crew, self._peak = Crew(self.count), 0.0

    @classmethod
    def open(cls, base: Path, recipe: Mapping[str, Any], weights: Mapping[str, NDArray[np.float32]]) -> Self:
        """See :meth:`Backend.open`; raises :class:`EngineFailed` when a process ends."""
        if find_spec("accelerate") is None:
            raise EngineMissing("training on several devices needs accelerate", hint=loading.INSTALL)
        made = cls()
        meeting = str(Path(made._meeting.name) / "processes")
        try:
            made._all([(rank, cls.count, meeting, base, dict(recipe), dict(weights)) for rank in range(cls.count)])
        except BaseException:
            made.close()
            raise
        return made

    def step(self, batches: Sequence[Batch], learning_rate: float, number: int) -> Step:
        """See :meth:`Backend.step`. Raises :class:`EngineFailed` when a process ended, or its weights went astray."""
        useful = sum(batch.useful for batch in batches)
        shares = divided(batches, self.count)
        calls = [([part.batch for part in share], useful, learning_rate, number) for share in shares]
        found = self._each("work", calls)
        if number % _CHECK_EVERY == _CHECK_EVERY - 1:
            self._compare()
        each = losses_by_batch(batches, shares, [sums for sums, _ in found])
        total = math.fsum(loss * batch.useful for loss, batch in zip(each, batches, strict=True))
        return Step(total / useful, found[0][1], each)

    def losses(self, batch: Batch) -> NDArray[np.float64]:
        """See :meth:`Backend.losses`."""
        parts = [(rows(batch, start, end),) for start, end in row_ranges(batch, self.count)]
        return np.concatenate(self._each("row_losses", parts))

    def adapter(self) -> dict[str, NDArray[np.float32]]:
        """See :meth:`Backend.adapter`."""
        found: dict[str, NDArray[np.float32]] = self._first("adapter")
        return found

    def optimizer(self) -> dict[str, NDArray[Any]]:
        """See :meth:`Backend.optimizer`."""
        found: dict[str, NDArray[Any]] = self._first("optimizer")
        return found

    def restore(self, adapter: Mapping[str, NDArray[np.float32]], optimizer: Mapping[str, NDArray[Any]]) -> None:
        """See :meth:`Backend.restore`."""
        self._each("restore", [(dict(adapter), dict(optimizer))] * self.count)

    def peak_mb(self) -> float:
        """The most that any of the processes has had; see :meth:`Backend.peak_mb`."""
        return self._peak

    def close(self) -> None:
        """End all processes."""
        self._crew.close()
        self._meeting.cleanup()

    def _compare(self) -> None:
        sizes = self._each("size", [()] * self.count)
        if not all(math.isclose(size, sizes[0], rel_tol=_SAME) for size in sizes):
            raise EngineFailed(
                "the processes that train together have come to different weights",
                hint="start again: it goes on from the last state that was kept; or use one device "
                "(CUDA_VISIBLE_DEVICES=0)",
            )

    def _first(self, name: str) -> Any:
        return self._all([(name, ())])[0]

    def _each(self, name: str, arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
        return self._all([(name, each) for each in arguments])

    def _all(self, messages: Sequence[Any]) -> list[Any]:
        """Send each process, from the first on, its message and return what they answer."""
        answers = self._crew.ask(messages)
        self._peak = max(self._peak, *(peak for _, peak in answers))
        return [result for result, _ in answers]
