"""What a recipe makes of what was read: the plan, the adapter to start from, the places of the checkpoints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from likeness.core import lora, models
from likeness.core.events import Event
from likeness.core.lora import Lora
from likeness.engines.tuning.backend import Batch
from likeness.engines.tuning.batches import Plan, make, padding_share
from likeness.engines.tuning.material import Material


def plan_of(found: Material, recipe: Mapping[str, Any]) -> Plan:
    """The order of a run of ``recipe`` on what was found."""
    return Plan(
        [len(row.tokens) for row in found.train],
        batch=int(recipe["batch"]),
        accumulation=int(recipe["accumulation"]),
        epochs=float(recipe["epochs"]),
        seed=int(recipe["seed"]),
        maximum_steps=int(recipe["maximum_steps"]),
    )


def fresh(base: Path, recipe: Mapping[str, Any]) -> Lora:
    """The adapter a run starts from, the same in every runtime."""
    return lora.fresh(
        models.model_config(base),
        recipe["modules"],
        int(recipe["rank"]),
        float(recipe["alpha"]),
        rank_stabilised=bool(recipe["rank_stabilised"]),
        seed=int(recipe["seed"]),
        base_model=str(recipe["base"]),
    )


def marks(steps: int, count: int) -> tuple[int, ...]:
    """After which steps a checkpoint is kept: ``count`` evenly spaced ones, the last step included."""
    return tuple(sorted({max(1, round(steps * place / count)) for place in range(1, count + 1)}))


def reading_event(found: Material, plan: Plan) -> Event:
    """What was read, in numbers."""
    rows = len(found.train)
    return Event(
        "reading",
        rows,
        rows,
        "conversations",
        found.note(),
        {
            "rows": rows,
            "examples": found.examples,
            "valid_rows": len(found.valid),
            "left_out": sum(found.left_out.values()),
            "rows_left_out": found.too_long,
            "tokens": sum(plan.lengths),
            "useful_tokens": found.useful,
            "steps": plan.steps,
            "padding_share": padding_share(
                plan.lengths, [cut for step in range(min(plan.per_epoch, plan.steps)) for cut in plan.step(step)]
            ),
        },
    )


def validation_batches(found: Material, plan: Plan) -> Iterator[Batch]:
    """The validation split in batches no larger than those of training."""
    lengths = [len(row.tokens) for row in found.valid]
    for cut in plan.cut_evenly(lengths):
        yield make(found.valid, cut)
