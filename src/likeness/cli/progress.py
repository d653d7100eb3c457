"""Draws a job's events as progress bars on standard error; standard output stays for results."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import TypeVar

from likeness.core.events import Event

_Result = TypeVar("_Result")
_STAGE, _BAR, _AMOUNT = 30, 12, 14
_UNITS = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def follow(events: Iterable[Event], *, quiet: bool = False) -> list[Event]:
    """Run a job to its end, showing one bar per stage, and return the last event of every stage, in order.

    ``quiet`` shows nothing (for ``--json``). Where standard error is no terminal, a line per stage is printed instead.
    """
    last: dict[str, Event] = {}
    if quiet:
        for event in events:
            last[event.stage] = event
        return list(last.values())

    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
    from rich.table import Column

    console = Console(stderr=True)
    # A long note takes what the other columns leave, or they would be cut to nothing for its sake.
    stage = Column(no_wrap=True, overflow="ellipsis", min_width=_STAGE, max_width=_STAGE)
    rest = Column(ratio=1, no_wrap=True, overflow="ellipsis")
    columns = (
        TextColumn("{task.description}", markup=False, table_column=stage),
        BarColumn(bar_width=_BAR, table_column=Column(min_width=_BAR)),
        TextColumn("{task.fields[amount]}", markup=False, table_column=Column(no_wrap=True, min_width=_AMOUNT)),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True, table_column=Column(no_wrap=True, min_width=5)),
        TextColumn("{task.fields[note]}", markup=False, style="dim", table_column=rest),
    )
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=console, disable=not console.is_terminal, expand=True) as bars:
        for event in events:
            last[event.stage] = event
            done, total = int(event.done), None if event.total is None else int(event.total)
            shown = amount(event)
            if event.stage not in tasks:
                if not console.is_terminal:
                    console.print(event.stage, markup=False)
                # What an earlier run had done counts from the start, or it would pass for speed.
                tasks[event.stage] = bars.add_task(
                    event.stage, total=total, completed=done, amount=shown, note=event.note
                )
            bars.update(tasks[event.stage], completed=done, total=total, amount=shown, note=event.note)
    return list(last.values())


def result_of(job: Generator[Event, None, _Result], *, quiet: bool = False) -> _Result:
    """Run a job as :func:`follow` does and return what it returns."""
    found: list[_Result] = []

    def kept() -> Generator[Event, None, None]:
        found.append((yield from job))

    follow(kept(), quiet=quiet)
    return found[0]


def amount(event: Event) -> str:
    """How far a stage is: "1.2 of 20.1 GB", "12,345 of 99,000 messages"; without a total only what is done."""
    if event.unit == "bytes":
        scale, unit = next((u for u in _UNITS if (event.total or event.done) >= u[0]), (1.0, "bytes"))
        done = f"{event.done / scale:,.1f}"
        return f"{done} of {event.total / scale:,.1f} {unit}" if event.total else f"{done} {unit}"
    if not event.unit:
        return ""
    return (
        f"{int(event.done):,} of {int(event.total):,} {event.unit}"
        if event.total
        else f"{int(event.done):,} {event.unit}"
    )
