"""How long each stage of a request took, and what was noted on the way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stages:
    """Sums seconds by stage name, in order of first use. ``notes`` are for the one who asked."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self._seconds: dict[str, float] = {}
        self._began = time.perf_counter()

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the time of the block to ``stage``."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._seconds[stage] = self._seconds.get(stage, 0.0) + time.perf_counter() - began

    def mark(self, stage: str) -> None:
        """Note the time since the request began as ``stage``, once."""
        self._seconds.setdefault(stage, time.perf_counter() - self._began)

    def milliseconds(self) -> dict[str, float]:
        """Every stage, and ``total`` up to now."""
        stages = {name: round(seconds * 1000, 2) for name, seconds in self._seconds.items()}
        return {**stages, "total": round((time.perf_counter() - self._began) * 1000, 2)}

    def header(self) -> dict[str, str]:
        """The stages so far as a ``Server-Timing`` header."""
        return {"Server-Timing": ", ".join(f"{name};dur={value}" for name, value in self.milliseconds().items())}
