"""One of several processes that tune together: ``python -m likeness.engines.torch.share DESCRIPTOR``.

It has the whole model and adapter on a device of its own, works on its share of a step, adds its gradients to those of
the others through accelerate, and makes the update that all make. What it is told and asked comes down a private line;
when the line closes, the process ends, whatever it is doing.
"""

from __future__ import annotations

import os
import queue
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likeness.core.lanes.wire import Failed
from likeness.engines.torch import loading
from likeness.engines.torch.backend import TorchBackend
from likeness.engines.tuning.backend import Batch

_WAIT = timedelta(days=1)
"""How long the processes wait for each other: one that is gone is noticed by its line."""
_NUMBERS = 24
"""Bits of a step's number, above which its process is told apart for dropout."""


class Share(TorchBackend):
    """A :class:`TorchBackend` that is one of several."""

    rank = 0

    def work(
        self, batches: Sequence[Batch], useful: int, learning_rate: float, number: int
    ) -> tuple[list[float], float]:
        """This process's part of a step over ``useful`` tokens: the summed losses of its ``batches``, and the norm of
        the gradient of all."""
        with self._memory():
            sums = self._gradients(batches, useful, number + (self.rank << _NUMBERS)) if batches else []
            told = self._update([self._add_up(sums)], learning_rate)
        return [float(total) for total in sums], told[-1]

    def _add_up(self, sums: Sequence[Any]) -> Any:
        """Put the gradients of all processes in the place of one's own, and return the loss of all."""
        import torch
        from accelerate.utils import reduce

        parameters = list(self._parameters.values())
        slopes = [torch.zeros_like(each) if each.grad is None else each.grad for each in parameters]
        loss = torch.stack(list(sums)).sum() if sums else torch.zeros((), device=self._device)
        together = reduce(torch.cat([*(slope.flatten() for slope in slopes), loss.reshape(1)]), reduction="sum")
        *parts, total = together.split([each.numel() for each in parameters] + [1])
        for each, part in zip(parameters, parts, strict=True):
            each.grad = part.view_as(each)
        return total[0]

    def row_losses(self, batch: Batch) -> NDArray[np.float64]:
        """:meth:`losses`, also of a batch without rows."""
        return self.losses(batch) if batch.rows else np.zeros(0)

    def size(self) -> float:
        """The sum of the squares of all weights: where it is another, so are the weights."""
        return sum(float(value.detach().double().square().sum()) for value in self._parameters.values())


def _join(rank: int, count: int, meeting: str) -> None:
    """Meet the other processes. ``meeting`` is a file all know; they talk over the loopback interface alone."""
    from accelerate import PartialState
    from accelerate.utils import check_cuda_p2p_ib_support

    own = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": count, "LOCAL_WORLD_SIZE": count}
    os.environ |= {name: str(value) for name, value in own.items()}
    cuda = loading.device() == "cuda"
    if cuda and not check_cuda_p2p_ib_support():
        os.environ |= {"NCCL_P2P_DISABLE": "1", "NCCL_IB_DISABLE": "1"}
    PartialState(
        cpu=not cuda,
        backend="nccl" if cuda else "gloo",
        init_method=f"file://{meeting}",
        rank=rank,
        world_size=count,
        timeout=_WAIT,
    )


def _open(
    rank: int, count: int, meeting: str, base: Path, recipe: Mapping[str, Any], weights: Mapping[str, Any]
) -> Share:
    _join(rank, count, meeting)
    made = Share.open(base, recipe, weights)
    made.rank = rank
    return made


def serve(line: Connection) -> None:
    """Open what is asked for first, then answer one call after the other: ``(result, peak memory in MB)``."""
    asked: queue.SimpleQueue[Any] = queue.SimpleQueue()
    Thread(target=_listen, args=(line, asked), daemon=True).start()
    try:
        share = _open(*asked.get())
        line.send((None, share.peak_mb()))
        while True:
            name, arguments = asked.get()
            result = getattr(share, name)(*arguments)
            line.send((result, share.peak_mb()))
    except Exception as error:
        line.send(Failed.of(error, "torch"))


def _listen(line: Connection, asked: queue.SimpleQueue[Any]) -> None:
    """Pass on what comes down the line, and end the process with it: its main thread may be waiting for others that
    are gone."""
    try:
        while True:
            asked.put(line.recv())
    finally:
        os._exit(0)


def main() -> None:
    """Take over the inherited descriptor."""
    try:
        serve(Connection(int(sys.argv[1])))
    except OSError:
        pass
    finally:
        # Native libraries may keep threads alive at exit; nothing of value is left to run.
        os._exit(0)


if __name__ == "__main__":
    main()
