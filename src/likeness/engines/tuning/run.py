"""Training a LoRA, the same in every runtime: read, load, step, validate, keep, choose.

A run's order is a function of its recipe, a step's dropout of its number, and the state on disk has the rest; so a run
that was killed goes on exactly where it stood, and gives what an undisturbed one gives.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from likeness.core import canaries, files, models
from likeness.core.artefacts import Manifest
from likeness.core.events import Event
from likeness.core.lora import Lora
from likeness.core.prompts import SYSTEM_PROMPT
from likeness.engines.tuning import checkpoints, material
from likeness.engines.tuning.backend import Backend
from likeness.engines.tuning.batches import Plan, make
from likeness.engines.tuning.checkpoints import State
from likeness.engines.tuning.estimate import estimate
from likeness.engines.tuning.fit import check_fits
from likeness.engines.tuning.guard import Guard
from likeness.engines.tuning.material import Material
from likeness.engines.tuning.schedule import learning_rate
from likeness.engines.tuning.setup import fresh, marks, plan_of, reading_event, validation_batches
from likeness.engines.tuning.shown import save_shown

__all__ = ["estimate", "train"]
BASE = "base"
_STATE_SHARE = 0.02
"""Share of the time that may go into keeping the exact state."""
_RECENT = 20
"""Steps over which the speed is told."""


def train(backend: type[Backend], data: Path, recipe: Mapping[str, Any], out: Path) -> Iterator[Event]:
    """Tune ``recipe["base"]`` on the dataset in ``data`` and leave a complete adapter in ``out``, manifest included.

    ``out`` is empty, or holds what an interrupted run of the same data, recipe and base left: it is continued, with
    the result it would have had. ``recipe`` has the values of ``write.tune_recipe.TuneRecipe``. Events: "reading",
    "loading", "training" (metrics loss, learning_rate, gradient_norm, tokens_per_second, useful_tokens_per_second,
    peak_mb), "validation" (valid_loss, valid_tokens), and "tuned", whose note is the chosen checkpoint.

    Raises :class:`InputError` for data, base or tokenizer that cannot be used, and for a run that goes wrong, with the
    examples at fault; :class:`NotReady`, :class:`EngineMissing` and :class:`DoesNotFit`.
    """
    files.private_folder(out)
    base = material.base_folder(data, recipe, out / BASE)
    found = material.read(data, recipe, base)
    plan = plan_of(found, recipe)
    yield reading_event(found, plan)
    check_fits(backend.runtime, base, recipe, found, plan)
    save_shown(out, base, found)
    yield Event("loading", 0, 1, "models", base.name)
    digest = models.digest(base)
    start = fresh(base, recipe)
    loaded = backend.open(base, recipe, start.weights)
    try:
        run = _Run(loaded, recipe, out, found, plan, start, material.digest(data, recipe, digest))
        yield Event("loading", 1, 1, "models", base.name, {"peak_mb": loaded.peak_mb()})
        yield from run.work()
    finally:
        loaded.close()
    yield _finish(data, recipe, out, found, digest)


def _finish(data: Path, recipe: Mapping[str, Any], out: Path, found: Material, digest: str) -> Event:
    """Choose, put the choice at the top, say in the manifest what it is; only then forget how to go on."""
    chosen, told = checkpoints.choose(out)
    checkpoints.publish_choice(out, chosen)
    if found.canaries:
        canaries.save(out, found.canaries)
    measures = {name: told[name] for name in ("valid_loss", "valid_tokens") if told.get(name) is not None}
    Manifest(
        kind="adapter",
        name=out.name,
        form="lora",
        base_model=str(recipe["base"]),
        recipe=dict(recipe),
        measures=measures,
        parents=(data.name,),
        extra={
            "base_digest": digest,
            "system_prompt": SYSTEM_PROMPT,
            "chosen": chosen.name,
            "chosen_by": "validation loss" if "valid_loss" in measures else "last step",
            "examples": found.examples,
            "left_out": dict(found.left_out),
        },
    ).save(out)
    checkpoints.drop_state(out)
    return Event("tuned", 1, 1, "adapters", chosen.name, {**measures, "step": told["step"]})


@dataclass(slots=True)
class _Run:
    """A run under way."""

    backend: Backend
    recipe: Mapping[str, Any]
    out: Path
    found: Material
    plan: Plan
    start: Lora
    name: str
    seconds: float = 0.0
    save_seconds: float = 0.0
    saved_at: float = field(default_factory=time.perf_counter)
    recent: deque[tuple[float, int, int]] = field(default_factory=lambda: deque(maxlen=_RECENT))

    def work(self) -> Iterator[Event]:
        """Every step that is left."""
        state = checkpoints.load_state(self.out, self.name)
        first = state.step if state else 0
        kept = [line for line in checkpoints.lines(self.out) if line["step"] <= first] if state else []
        checkpoints.keep_lines(self.out, kept)
        guard = Guard(line["loss"] for line in kept if "loss" in line)
        if state:
            self.backend.restore(state.adapter, state.optimizer)
            self.seconds = state.seconds
            yield Event("training", first, self.plan.steps, "steps", f"continued after step {first}")
        else:
            checkpoints.clear(self.out)
            yield from self.validate(0)
        keep = marks(self.plan.steps, int(self.recipe["checkpoints"]))
        for number in range(first, self.plan.steps):
            done = self.step(number, guard)
            try:
                yield done
            except GeneratorExit:
                if number + 1 not in keep:  # its checkpoint is yet to be made
                    self.save_state(number + 1)
                raise
            if number + 1 in keep:
                yield from self.checkpoint(number + 1)
            if number + 1 in keep or self._state_is_due():
                self.save_state(number + 1)

    def step(self, number: int, guard: Guard) -> Event:
        """Step ``number`` (from 0), checked and noted."""
        rate = learning_rate(
            number,
            self.plan.steps,
            float(self.recipe["learning_rate"]),
            self.recipe["schedule"],
            float(self.recipe["warmup_share"]),
        )
        batches = [make(self.found.train, cut) for cut in self.plan.step(number)]
        began = time.perf_counter()
        done = self.backend.step(batches, rate, number)
        seconds = time.perf_counter() - began
        guard.check(done, batches, self.backend, number)
        self.seconds += seconds
        tokens, useful = sum(batch.tokens.size for batch in batches), sum(batch.useful for batch in batches)
        self.recent.append((seconds, tokens, useful))
        line = {
            "step": number + 1,
            "epoch": self.plan.epoch(number + 1),
            "loss": done.loss,
            "learning_rate": rate,
            "gradient_norm": done.gradient_norm,
            "tokens": tokens,
            "useful_tokens": useful,
            "seconds": round(seconds, 4),
        }
        checkpoints.add_line(self.out, line)
        spent, read, learned = (sum(column) for column in zip(*self.recent, strict=True))
        speed = {
            "tokens_per_second": read / spent,
            "useful_tokens_per_second": learned / spent,
            "peak_mb": self.backend.peak_mb(),
        }
        told = {name: float(line[name]) for name in ("loss", "learning_rate", "gradient_norm")}
        return Event("training", number + 1, self.plan.steps, "steps", "", told | speed)

    def validate(self, step: int) -> Iterator[Event]:
        """The mean loss per learned token over the whole validation split; nothing where there is none."""
        if not self.found.valid:
            return
        loss, tokens = 0.0, 0
        for batch in validation_batches(self.found, self.plan):
            loss += float(self.backend.losses(batch).sum())
            tokens += batch.useful
        found = {"valid_loss": loss / tokens, "valid_tokens": tokens}
        checkpoints.add_line(self.out, {"step": step, **found})
        yield Event("validation", step, self.plan.steps, "steps", "", found)

    def checkpoint(self, step: int) -> Iterator[Event]:
        """Validate and keep the adapter as it is after ``step`` steps."""
        told: dict[str, Any] = {"epoch": self.plan.epoch(step), "valid_loss": None}
        for event in self.validate(step):
            told |= event.metrics
            yield event
        adapter = replace(self.start, weights=self.backend.adapter())
        checkpoints.save_checkpoint(self.out, step, adapter, float(self.recipe["dropout"]), told)

    def save_state(self, step: int) -> None:
        began = time.perf_counter()
        state = State(self.name, step, self.seconds, self.backend.adapter(), self.backend.optimizer())
        checkpoints.save_state(self.out, state)
        self.saved_at = time.perf_counter()
        self.save_seconds = self.saved_at - began

    def _state_is_due(self) -> bool:
        return (time.perf_counter() - self.saved_at) * _STATE_SHARE >= self.save_seconds
