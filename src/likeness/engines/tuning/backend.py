"""What a runtime has to do so that the shared loop (``engines.tuning.run``) can train with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

Tokens = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Batch:
    """Conversations worked on at once, padded on the right.

    ``tokens`` and ``learned`` have the shape (rows, length): ``learned[r, t]`` is true where ``tokens[r, t]`` is a word
    of the person's (or the end of their turn), so that predicting it counts; it is false in column 0 and in padding.
    ``lengths`` are the true lengths, ``rows`` the ids of the examples, for messages about a row that breaks a run.
    """

    tokens: Tokens
    learned: NDArray[np.bool_]
    lengths: NDArray[np.int32]
    rows: tuple[str, ...]

    @property
    def useful(self) -> int:
        """Tokens that count in the loss."""
        return int(self.learned.sum())


@dataclass(frozen=True, slots=True)
class Step:
    """What one optimizer step found: the mean loss per useful token (nats), the norm of the gradient before clipping,
    and the mean loss of each batch, to tell which rows are at fault."""

    loss: float
    gradient_norm: float
    batch_losses: tuple[float, ...]


class Backend(Protocol):
    """A base model with a fresh LoRA on it, and its AdamW, in one runtime on one machine."""

    runtime: ClassVar[str]
    """"mlx" or "torch": what ``engines.tuning.plan`` and ``.memory`` reckon with."""

    @classmethod
    def open(cls, base: Path, recipe: Mapping[str, Any], weights: Mapping[str, NDArray[np.float32]]) -> Self:
        """Load ``base`` (offline), freeze it, put the adapter on it and set it to ``weights`` (canonical PEFT names,
        see ``core.lora``), which both runtimes get alike.

        Raises :class:`EngineMissing` and :class:`DoesNotFit`.
        """
        ...

    def step(self, batches: Sequence[Batch], learning_rate: float, number: int) -> Step:
        """One optimizer step over ``batches``: gradients of the summed loss over all useful tokens, divided by their
        number over all batches. ``number`` (from 0) seeds the dropout, so that a continued run does the same.
        Where the loss or the gradient's norm is not finite, weights and optimizer stay as they were.
        """
        ...

    def losses(self, batch: Batch) -> NDArray[np.float64]:
        """The summed loss of each row of ``batch``, without dropout; shape (rows,)."""
        ...

    def adapter(self) -> dict[str, NDArray[np.float32]]:
        """The adapter's weights now, by canonical names."""
        ...

    def optimizer(self) -> dict[str, NDArray[Any]]:
        """The optimizer's state by stable names, as arrays."""
        ...

    def restore(self, adapter: Mapping[str, NDArray[np.float32]], optimizer: Mapping[str, NDArray[Any]]) -> None:
        """Go back to what :meth:`adapter` and :meth:`optimizer` gave, exactly."""
        ...

    def peak_mb(self) -> float:
        """The largest memory the runtime has had since it was opened, in MB (device memory where there is a device)."""
        ...

    def close(self) -> None: ...
