"""Reads what the page shows through the public doors of the core and the tracks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from likeness.core.errors import NotFound, NotReady

_Part = TypeVar("_Part")


def if_made(read: Callable[[], _Part]) -> _Part | None:
    """What ``read`` gives, or ``None`` when that step has not been taken; what is damaged is still an error."""
    try:
        return read()
    except (NotFound, NotReady):
        return None
