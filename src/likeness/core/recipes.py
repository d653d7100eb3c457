"""Presets of recipes: ``recipes/NAME.yaml`` in the package is the only place where defaults of a run are written.

The first preset of a file has every value; the others change what they name.
"""

from __future__ import annotations

from importlib import resources
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from likeness.core.errors import InputError

Recipe = TypeVar("Recipe", bound=BaseModel)


def presets(name: str) -> dict[str, dict[str, Any]]:
    """The presets in ``recipes/<name>.yaml``, each with every value and its own name as ``preset``."""
    text = resources.files("likeness").joinpath(f"recipes/{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(text)
    base = next(iter(loaded.values()))
    return {preset: {**base, **values, "preset": preset} for preset, values in loaded.items()}


def load(recipe: type[Recipe], name: str, preset: str, **changes: Any) -> Recipe:
    """The recipe of a preset in ``recipes/<name>.yaml`` with some options changed.

    Raises :class:`InputError` for an unknown preset or option, or a value out of range.
    """
    known = presets(name)
    if preset not in known:
        raise InputError(f"there is no preset {preset!r}", hint=f"presets: {', '.join(known)}", param="preset")
    try:
        return recipe(**{**known[preset], **changes})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{name} recipe: {where}: {first['msg']}", param=where) from None
