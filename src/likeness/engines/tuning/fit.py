"""Refusing a run that cannot fit before its model is loaded, with the nearest that does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from likeness.core.errors import DoesNotFit
from likeness.core.models import model_config
from likeness.engines.tuning.batches import Plan, padded
from likeness.engines.tuning.material import Material
from likeness.engines.tuning.memory import available_mb
from likeness.engines.tuning.plan import nearest, predicted_mb
from likeness.engines.tuning.shapes import shape_of


def needed_mb(runtime: str, base: Path, recipe: Mapping[str, Any], found: Material, plan: Plan) -> float:
    """The most memory the run is reckoned to take, for its own longest rows."""
    longest = padded(max(plan.lengths))
    learned = max(int(row.learned.sum()) for row in found.train) * int(recipe["batch"])
    return predicted_mb(model_config(base), recipe, runtime, tokens=plan.most_tokens, learned=learned, longest=longest)


def check_fits(runtime: str, base: Path, recipe: Mapping[str, Any], found: Material, plan: Plan) -> float:
    """The memory in MB the run is reckoned to take. Raises :class:`DoesNotFit` when there is less."""
    needed, there = needed_mb(runtime, base, recipe, found, plan), available_mb(runtime)
    if needed > there:
        below = shape_of(model_config(base)).parameters
        raise DoesNotFit(
            f"tuning {recipe['base']} takes about {needed / 1024:.1f} GB, and {there / 1024:.1f} GB are free",
            hint=nearest(recipe, runtime, there, below),
        )
    return needed
