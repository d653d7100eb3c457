"""Stopping a run that has gone wrong, naming the examples that did it: a loss that is no number, or that collapsed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from likeness.core.errors import InputError
from likeness.engines.tuning.backend import Backend, Batch, Step

_SMOOTHING = 0.9
_SETTLE = 10
"""Steps before there is a level to compare with."""
_PATIENCE = 20
"""Steps in a row that a loss must be far over its level."""
_FACTOR, _NATS = 1.5, 1.0


class Guard:
    """Watches the losses of a run. ``seen`` are those of the steps already done, when a run is continued."""

    def __init__(self, seen: Iterable[float] = ()) -> None:
        self._steps, self._level, self._best, self._over = 0, 0.0, math.inf, 0
        for loss in seen:
            self._note(loss)

    def _note(self, loss: float) -> bool:
        """Count ``loss`` in; true when it has been far over the best level for too long."""
        self._steps += 1
        self._level = loss if self._steps == 1 else _SMOOTHING * self._level + (1 - _SMOOTHING) * loss
        if self._steps >= _SETTLE:
            self._best = min(self._best, self._level)
        self._over = self._over + 1 if loss > self._best * _FACTOR + _NATS else 0
        return self._over >= _PATIENCE

    def check(self, step: Step, batches: Sequence[Batch], backend: Backend, number: int) -> None:
        """Look at what step ``number`` found.

        Raises :class:`InputError` that names the examples at fault, when the loss or the gradient is not finite or the
        loss has been far over its level for many steps.
        """
        if not (math.isfinite(step.loss) and math.isfinite(step.gradient_norm)):
            raise _broken(step, batches, backend, number)
        if self._note(step.loss):
            worst = batches[max(range(len(batches)), key=lambda place: step.batch_losses[place])]
            raise InputError(
                f"the model collapsed: for {_PATIENCE} steps before step {number + 1} the loss was far over its best "
                f"level ({step.loss:.2f}, once {self._best:.2f}); the worst batch then: {_names(worst.rows)}",
                hint="lower the learning rate; the last checkpoint is kept",
                param="learning_rate",
            )


def _broken(step: Step, batches: Sequence[Batch], backend: Backend, number: int) -> InputError:
    """The error for a loss or gradient that is no number, with the examples that give it."""
    wrong = [batch for batch, loss in zip(batches, step.batch_losses, strict=True) if not math.isfinite(loss)]
    suspects = wrong or list(batches)
    rows = [row for batch in suspects for row in _poisoned(batch, backend)]
    if not rows and not wrong:
        # Every loss is a number: it is a gradient that is none.
        rows = [
            batch.rows[place]
            for batch in suspects
            for place in range(len(batch.rows))
            if not math.isfinite(backend.step([_alone(batch, place)], 0.0, number).gradient_norm)
        ]
    named = rows or [row for batch in suspects for row in batch.rows]
    at_fault = "example at fault" if rows else "examples in the batch at fault"
    return InputError(
        f"training broke at step {number + 1}: the loss is not a number any more; {at_fault}: {_names(named)}",
        hint="take it out of the dataset, or lower the learning rate; what was learned before is kept",
    )


def _poisoned(batch: Batch, backend: Backend) -> list[str]:
    """Names of the rows whose own loss is no number; worked on one by one, since one can spoil its neighbours'."""
    return [
        batch.rows[place]
        for place in range(len(batch.rows))
        if not math.isfinite(float(backend.losses(_alone(batch, place))[0]))
    ]


def _alone(batch: Batch, place: int) -> Batch:
    length = int(batch.lengths[place])
    return replace(
        batch,
        tokens=batch.tokens[place : place + 1, :length],
        learned=batch.learned[place : place + 1, :length],
        lengths=batch.lengths[place : place + 1],
        rows=batch.rows[place : place + 1],
    )


def _names(rows: Sequence[str], most: int = 8) -> str:
    names = [name for row in rows for name in row.split("+")]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
