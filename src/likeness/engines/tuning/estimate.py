"""What a run will take, from a few of its own steps: the longest batch there is, and steps of the usual size."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from likeness.core import models
from likeness.core.events import Event
from likeness.core.types import Estimate
from likeness.engines.tuning import material
from likeness.engines.tuning.backend import Backend
from likeness.engines.tuning.batches import OVERHEAD, Cut, Plan, make, padded
from likeness.engines.tuning.fit import check_fits
from likeness.engines.tuning.material import Material
from likeness.engines.tuning.memory import available_mb
from likeness.engines.tuning.plan import bases
from likeness.engines.tuning.setup import fresh, marks, plan_of, reading_event, validation_batches
from likeness.engines.tuning.shapes import shape_of

_USUAL = 3
"""Steps of the usual size that are timed."""


def estimate(backend: type[Backend], data: Path, recipe: Mapping[str, Any]) -> Iterator[Event | Estimate]:
    """Do a few steps of the run that ``train`` would do, throw them away, and yield an :class:`Estimate` last.

    Nothing stays on disk. Raises what ``train`` raises before its first step.
    """
    with tempfile.TemporaryDirectory(prefix="likeness-estimate-") as own:
        base = material.base_folder(data, recipe, Path(own) / "base")
        found = material.read(data, recipe, base)
        plan = plan_of(found, recipe)
        yield reading_event(found, plan)
        # Before the model takes its part of it.
        there = available_mb(backend.runtime)
        needed = check_fits(backend.runtime, base, recipe, found, plan)
        yield Event("loading", 0, 1, "models", base.name)
        loaded = backend.open(base, recipe, fresh(base, recipe).weights)
        try:
            timed = _Timing(loaded, found, plan, float(recipe["learning_rate"]))
            yield from timed.work()
            peak = max(loaded.peak_mb(), needed if recipe["base"] != models.TINY else 0.0)
        finally:
            loaded.close()
        yield _estimate(base, recipe, found, plan, timed, peak, there, backend.runtime)


def _estimate(
    base: Path,
    recipe: Mapping[str, Any],
    found: Material,
    plan: Plan,
    timed: _Timing,
    peak: float,
    there: float,
    runtime: str,
) -> Estimate:
    shape = shape_of(models.model_config(base))
    steps = [plan.step(number) for number in range(min(plan.steps, plan.per_epoch))]
    epochs = plan.steps / len(steps)
    passes = len(marks(plan.steps, int(recipe["checkpoints"]))) + 1
    units = sum(map(_cost, steps, [plan] * len(steps))) * epochs
    tokens = sum(_tokens(step, plan) for step in steps) / len(steps)
    seconds = units * timed.seconds_per_unit + passes * timed.validation_seconds
    return Estimate(
        base=str(recipe["base"]),
        parameters=shape.parameters,
        trainable=shape.trainable(recipe["modules"], int(recipe["rank"])),
        rows=len(found.train),
        rows_left_out=found.too_long,
        steps=plan.steps,
        tokens_per_step=tokens,
        useful_tokens=round(found.useful * plan.epoch(plan.steps)),
        tokens_per_second=tokens * plan.steps / max(units * timed.seconds_per_unit, 1e-9),
        seconds=seconds,
        peak_mb=peak,
        available_mb=there,
        fits=peak <= there,
        advice=tuple(_advice(recipe, found, peak, there)),
        bases=bases(recipe, runtime, there),
    )


def _advice(recipe: Mapping[str, Any], found: Material, peak: float, there: float) -> Iterator[str]:
    if found.too_long:
        share = found.too_long / (found.too_long + found.examples)
        yield f"{share:.0%} of the examples are longer than the window of {recipe['window']} tokens and are left out."
    if recipe["gradient_checkpointing"] and peak < there / 3:
        yield "There is memory to spare: without gradient_checkpointing nothing is computed twice, and it goes faster."
    if not found.valid:
        yield "There is no validation split: the last checkpoint would be chosen."


def _tokens(step: Sequence[Cut], plan: Plan) -> int:
    return sum(len(cut) * padded(max(plan.lengths[row] for row in cut)) for cut in step)


def _cost(step: Sequence[Cut], plan: Plan) -> int:
    """What the plan itself reckons a step to cost."""
    return _tokens(step, plan) + OVERHEAD * len(step)


@dataclass(slots=True)
class _Timing:
    backend: Backend
    found: Material
    plan: Plan
    rate: float
    seconds_per_unit: float = 0.0
    validation_seconds: float = 0.0

    def work(self) -> Iterator[Event]:
        """Time the longest batch, steps of the usual size and one batch of validation."""
        first = range(min(self.plan.steps, self.plan.per_epoch))
        usual = sorted(first, key=lambda number: _cost(self.plan.step(number), self.plan))
        middle = usual[max(0, len(usual) // 2 - 1) :][:_USUAL]
        longest = max(first, key=lambda number: max(self.plan.lengths[row] for row in self.plan.step(number)[0]))
        # The first is not timed: a runtime makes ready in it.
        order = [longest, *middle]
        told = []
        for place, number in enumerate(order):
            seconds, units = self._step(number)
            told.append(seconds / units)
            yield Event("training", place + 1, len(order), "steps", "estimating", {"peak_mb": self.backend.peak_mb()})
        self.seconds_per_unit = median(told[1:] or told)
        batches = list(validation_batches(self.found, self.plan))
        if batches:
            began = time.perf_counter()
            sample = batches[len(batches) // 2]
            self.backend.losses(sample)
            share = sample.tokens.size / sum(batch.tokens.size for batch in batches)
            self.validation_seconds = (time.perf_counter() - began) / share

    def _step(self, number: int) -> tuple[float, int]:
        step = self.plan.step(number)
        batches = [make(self.found.train, cut) for cut in step]
        began = time.perf_counter()
        self.backend.step(batches, self.rate, number)
        return time.perf_counter() - began, _cost(step, self.plan)
