"""Descriptions of an import: ``NAME.source.yaml``, a file that says what an export cannot say of itself.

    source: postgres            # which source reads it
    …                           # what that source wants to know: a query, a mapping of columns, where a key lies

Such a file is given to ``likeness import`` like an export. Paths in it are relative to its own folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from likeness.core.errors import InputError

SUFFIXES = (".source.yaml", ".source.yml")
_SIZE_LIMIT = 1 << 16

_Model = TypeVar("_Model", bound=BaseModel)


def describes(path: Path, source: str) -> bool:
    """True when ``path`` is a description that names ``source``. Never raises."""
    try:
        return _loaded(path).get("source") == source
    except InputError:
        return False


def problem(path: Path, known: Iterable[str]) -> str | None:
    """Why a file named like a description is none, or that it is of no ``known`` source; ``None`` for all others."""
    if not path.name.lower().endswith(SUFFIXES):
        return None
    try:
        source = _loaded(path)["source"]
    except InputError as error:
        return f"{error}: {error.hint}"
    names = sorted(known)
    return None if source in names else f"{path.name} describes {source!r}, which is none of {', '.join(names)}"


def companions(path: Path) -> list[Path]:
    """The files that the description at ``path`` names, those that are there. Never raises."""
    try:
        named = [value for value in _loaded(path).values() if isinstance(value, str)]
        return [file for value in named if (file := path.parent / value) != path and file.is_file()]
    except (InputError, OSError, ValueError):
        return []


def load(path: Path, model: type[_Model]) -> _Model:
    """The description at ``path`` as ``model`` (without its key ``source``).

    Raises :class:`InputError` that names the key at fault.
    """
    values = {key: value for key, value in _loaded(path).items() if key != "source"}
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        known = ", ".join(model.model_fields)
        raise InputError(f"{path.name}: {key}: {first['msg']}", hint=f"keys: source, {known}") from None


def _loaded(path: Path) -> Mapping[str, Any]:
    if not path.name.lower().endswith(SUFFIXES):
        raise InputError(f"{path.name} is no description of an import", hint="name it NAME.source.yaml")
    try:
        if path.stat().st_size > _SIZE_LIMIT:
            raise InputError(f"{path.name} is too long for a description of an import", hint="a few lines are enough")
        values = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise InputError(f"{path.name} cannot be read: {type(error).__name__}", hint="it must be YAML") from None
    if not isinstance(values, dict) or not isinstance(values.get("source"), str):
        raise InputError(f"{path.name} does not say which source it describes", hint="begin with: source: NAME")
    return values
