"""What a long job says while it works.

A long job is a generator of :class:`Event`. The command line draws them as progress bars, the gateway streams
them, ``core.jobs`` stores them. Tracks never print.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Event:
    """One step of progress.

    ``done`` and ``total`` are in the unit the stage counts in (``unit``: "messages", "bytes", "clips" …);
    ``total`` is ``None`` where it cannot be known. ``metrics`` are numbers worth keeping (counts, losses).
    """

    stage: str
    done: float = 0.0
    total: float | None = None
    unit: str = ""
    note: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)


def drain(events: Iterator[Event]) -> list[Event]:
    """Run a job to its end and return its events, for callers that show no progress."""
    return list(events)
