"""A training in the terminal: its losses as a curve while it runs; without a terminal a line now and then."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from likeness.cli.progress import amount

if TYPE_CHECKING:
    from likeness.core.events import Event

_WIDTH, _HEIGHT = 60, 8
_LINE_SECONDS = 15.0
_RECENT = 30
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bits of a Braille cell, by row and column."""


@dataclass(slots=True)
class Course:
    """What a training's events have said so far."""

    losses: list[tuple[float, float]] = field(default_factory=list)
    validations: list[tuple[float, float]] = field(default_factory=list)
    step: int = 0
    steps: int = 0
    metrics: dict[str, float] = field(default_factory=dict)
    _times: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=_RECENT))

    def note(self, event: Event) -> None:
        """Count an event in."""
        if event.stage == "validation" and "valid_loss" in event.metrics:
            self.validations.append((event.done, event.metrics["valid_loss"]))
        elif event.stage == "training":
            self.step, self.steps = int(event.done), int(event.total or 0)
            self.metrics.update(event.metrics)
            self._times.append((time.monotonic(), self.step))
            if "loss" in event.metrics:
                self.losses.append((event.done, event.metrics["loss"]))

    def seconds_left(self) -> float | None:
        """At the pace of the last steps; ``None`` before there is one."""
        if len(self._times) < 2 or self._times[-1][1] == self._times[0][1]:
            return None
        (began, first), (now, last) = self._times[0], self._times[-1]
        return (now - began) / (last - first) * (self.steps - last)

    def line(self) -> str:
        """Where the training stands, in one line."""
        parts = [f"step {self.step:,} of {self.steps:,}"]
        left = self.seconds_left()
        if left is not None:
            parts.append(f"{duration(left)} left")
        names = {"loss": "loss {:.3f}", "learning_rate": "rate {:.1e}", "tokens_per_second": "{:,.0f} tokens/s"}
        parts += [form.format(self.metrics[name]) for name, form in names.items() if name in self.metrics]
        if "useful_tokens_per_second" in self.metrics:
            parts.append(f"{self.metrics['useful_tokens_per_second']:,.0f} learned/s")
        return ", ".join(parts)


def watch(events: Iterator[Event], *, quiet: bool = False) -> list[Event]:
    """Run a training to its end, showing its course on standard error, and return the last event of every stage."""
    last: dict[str, Event] = {}
    if quiet:
        for event in events:
            last[event.stage] = event
        return list(last.values())

    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    show = _alive if console.is_terminal else _in_lines
    for event in show(events, console):
        last[event.stage] = event
    return list(last.values())


def _in_lines(events: Iterator[Event], console: Any) -> Iterator[Event]:
    """A line for each stage, each validation, and the steps every quarter of a minute."""
    course, told, stage = Course(), 0.0, ""
    for event in events:
        course.note(event)
        if event.stage == "validation":
            console.print(
                f"validation loss {course.validations[-1][1]:.4f} after step {int(event.done):,}",
                markup=False,
                soft_wrap=True,
            )
        elif event.stage == "training" and event.note:
            console.print(event.note, markup=False, soft_wrap=True)
        elif event.stage == "training" and (time.monotonic() - told > _LINE_SECONDS or event.done == event.total):
            console.print(course.line(), markup=False, soft_wrap=True)
            told = time.monotonic()
        elif event.stage != stage and event.stage != "training":
            console.print(": ".join(filter(None, (event.stage, event.note))), markup=False, soft_wrap=True)
        stage = event.stage
        yield event


def _alive(events: Iterator[Event], console: Any) -> Iterator[Event]:
    """A curve that grows; what came before it stays above as lines."""
    from rich.live import Live
    from rich.text import Text

    course = Course()
    with Live(console=console, refresh_per_second=4, transient=False) as live:
        for event in events:
            course.note(event)
            told = " ".join(filter(None, (event.stage, amount(event), event.note)))
            if event.stage in ("trainer", "reading") and event.done == event.total:
                live.console.print(told, markup=False)
            below = [course.line()] if course.step else [told]
            drawn = "\n".join([*curve(course, min(_WIDTH, console.width - 12)), *below])
            live.update(Text(drawn, no_wrap=True, overflow="ellipsis"))
            yield event


def curve(course: Course, width: int = _WIDTH, height: int = _HEIGHT) -> list[str]:
    """The losses as Braille dots with the validations as diamonds, under the highest value and over the lowest."""
    points = course.losses + course.validations
    if len(course.losses) < 2 or width < 8:
        return []
    low, high = min(y for _, y in points), max(y for _, y in points)
    spread = (high - low) or 1.0
    last = max(course.steps, 1)

    def place(x: float, y: float, across: int, down: int) -> tuple[int, int]:
        column = min(across - 1, int(x / last * across))
        return column, min(down - 1, int((high - y) / spread * (down - 1) + 0.5))

    cells = [[0] * width for _ in range(height)]
    for x, y in _averaged(course.losses, 2 * width, last):
        column, row = place(x, y, 2 * width, 4 * height)
        cells[row // 4][column // 2] |= _DOTS[row % 4][column % 2]
    drawn = [[chr(0x2800 + cell) if cell else " " for cell in row] for row in cells]
    for x, y in course.validations:
        column, row = place(x, y, width, height)
        drawn[row][column] = "◆"
    labels = [f"{high:9.3f} ", *[" " * 10] * (height - 2), f"{low:9.3f} "]
    return [label + "".join(row).rstrip() for label, row in zip(labels, drawn, strict=True)] + [
        " " * 10 + f"⠤⠤ loss   ◆ validation{f' {course.validations[-1][1]:.3f}' if course.validations else ''}"
    ]


def _averaged(losses: Sequence[tuple[float, float]], columns: int, last: int) -> list[tuple[float, float]]:
    """The mean loss of the steps that share a column."""
    sums: dict[int, tuple[float, float, int]] = {}
    for x, y in losses:
        column = min(columns - 1, int(x / last * columns))
        _, total, count = sums.get(column, (x, 0.0, 0))
        sums[column] = (x, total + y, count + 1)
    return [(x, total / count) for x, total, count in sums.values()]


def duration(seconds: float) -> str:
    """A span of time as people say it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"
