"""Draws a job's events as progress bars on standard error; standard output stays for results."""

from __future__ import annotations

from collections.abc import Iterable

from likeness.core.events import Event


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
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:<28}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[unit]}"),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
        TextColumn("[dim]{task.fields[note]}"),
    )
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        for event in events:
            last[event.stage] = event
            if event.stage not in tasks:
                if not console.is_terminal:
                    console.print(event.stage, markup=False)
                tasks[event.stage] = bars.add_task(event.stage, total=event.total, unit=event.unit, note="")
            bars.update(
                tasks[event.stage],
                completed=int(event.done),
                total=_whole(event.total),
                unit=event.unit,
                note=event.note,
            )
    return list(last.values())


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
