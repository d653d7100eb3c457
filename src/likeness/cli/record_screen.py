"""What a recording session looks like: a screen with prompt and level meter, or plain lines without a terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import typer
from rich.align import Align
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from likeness.core.types import Verdict
from likeness.speak import scripts
from likeness.speak.record.booth import Booth, Kept
from likeness.speak.record.levels import Level
from likeness.speak.record.room import RoomCheck
from likeness.speak.record.session import ContextProgress, Phase

_LOWEST_DBFS = -60.0
_METER_WIDTH = 50
_COLOURS = {Verdict.GOOD: "green", Verdict.USABLE: "yellow", Verdict.REFUSED: "red"}
_KEYS = {
    Phase.ROOM: "space go on anyway   l listen again   q quit",
    Phase.READY: "space start   r read the last again   s skip   p pause   q quit",
    Phase.RECORDING: "space stop   c cancel   q quit",
    Phase.JUDGING: "",
    Phase.PAUSED: "space go on   q quit",
    Phase.ENDED: "",
}


class Screen:
    """A whole terminal, drawn anew with each block of sound; a context manager."""

    def __init__(self, how: dict[str, str], microphone: str) -> None:
        """``how`` says for each context how to read it."""
        self._how, self._microphone = how, microphone
        self._live = Live(console=Console(), screen=True, auto_refresh=False)
        self._last: list[Text] = []

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._live.__exit__(kind, error, at)

    def room(self, heard: RoomCheck | None) -> None:
        if heard is None:
            self._draw(Text("Listening to the room for three seconds. Please be still.", style="bold"))
            return
        self._last = [Text(f"Room: {heard.level_dbfs:.0f} dBFS, {heard.verdict.value}", style=_COLOURS[heard.verdict])]
        self._last += [Text(f"  {finding}") for finding in heard.findings]
        if heard.verdict is Verdict.REFUSED:
            self._draw(*self._last, Text(), Text(_KEYS[Phase.ROOM], style="dim"))

    def show(self, booth: Booth, level: Level | None = None, seconds: float = 0.0) -> None:
        session = booth.session
        states = {
            Phase.RECORDING: Text(f"● recording {seconds:4.1f} s", style="bold red"),
            Phase.PAUSED: Text("paused, the microphone is off", style="bold yellow"),
        }
        state = states.get(session.phase, Text("ready", style="dim"))
        line = session.line
        if line is None:
            prompt, how = "Everything is read. Press q to end, r to read the last line again.", ""
        else:
            prompt, how = line.text, "Your consent comes first." if line.required else self._how.get(line.emotion, "")
        self._draw(
            Rule(Text(f"{line.emotion if line else 'done'}", style="bold"), align="left"),
            Text(how, style="dim italic"),
            Padding(Align.center(Text(prompt, style="bold", justify="center"), width=64), (2, 2)),
            Align.center(state),
            Align.center(meter(level)),
            Text(),
            *self._last,
            Rule(style="dim"),
            contexts(session.progress(), line.emotion if line else ""),
            Text(f"about {session.seconds_left / 60:.0f} minutes of reading left   {self._microphone}", style="dim"),
            Text(_KEYS[session.phase], style="reverse"),
        )

    def working(self, booth: Booth) -> None:
        self._last = [Text("listening to it …", style="dim")]
        self.show(booth)

    def outcome(self, kept: Kept) -> None:
        self._last = [Text(told(kept), style=_COLOURS[kept.check.verdict])]
        self._last += [Text(f"  {finding}") for finding in kept.check.findings]

    def _draw(self, *parts: RenderableType) -> None:
        self._live.update(Padding(Group(*parts), (1, 2)), refresh=True)


class Lines:
    """Plain lines on standard output, for a pipe."""

    def room(self, heard: RoomCheck | None) -> None:
        if heard is not None:
            typer.echo(f"Room: {heard.level_dbfs:.0f} dBFS, {heard.verdict.value}")
            for finding in heard.findings:
                typer.echo(f"  {finding}")

    def show(self, booth: Booth, level: Level | None = None, seconds: float = 0.0) -> None:
        line = booth.session.line
        if level is None and line is not None and booth.session.phase is Phase.READY:
            done = sum(each.done for each in booth.session.progress())
            typer.echo(f"[{done + 1} of {len(booth.session.plan)}] {line.emotion}: {line.text}")

    def working(self, booth: Booth) -> None:
        pass

    def outcome(self, kept: Kept) -> None:
        typer.echo(told(kept))
        for finding in kept.check.findings:
            typer.echo(f"  {finding}")


def told(kept: Kept) -> str:
    """What came of a take, in a line."""
    found = kept.check.check
    heard = f"{found.speech_seconds:.1f} s, {found.level_dbfs:.0f} dBFS, {found.snr_db:.0f} dB over the noise"
    if kept.taken is None:
        return f"Not kept: {kept.line.id} ({heard}). Please read it again."
    return (
        f"Kept: {kept.line.id} take {kept.taken.number} {kept.taken.sha256[:16]}, {kept.check.verdict.value} ({heard})"
    )


def meter(level: Level | None) -> Text:
    """A bar of the RMS level from -60 dBFS to full scale with the held peak marked, and both in figures."""
    if level is None:
        return Text("·" * _METER_WIDTH + "  " + " " * 27, style="dim")
    bar, held = _cells(level.rms_dbfs), min(_METER_WIDTH - 1, _cells(level.held_dbfs))
    drawn = Text()
    for cell in range(_METER_WIDTH):
        at = _LOWEST_DBFS * (1 - cell / _METER_WIDTH)
        colour = "red" if at > -3 else "yellow" if at > -9 else "green"
        mark = "│" if cell == held and held > 0 else "█" if cell < bar else "·"
        drawn.append(mark, style="dim" if mark == "·" else colour)
    figures = f"  {level.rms_dbfs:4.0f} dBFS, peak {level.held_dbfs:4.0f}"
    return drawn.append(f"{figures:<21}").append(" CLIP " if level.clipped else "      ", "bold red")


def _cells(dbfs: float) -> int:
    return max(0, min(_METER_WIDTH, round((1 - dbfs / _LOWEST_DBFS) * _METER_WIDTH)))


def contexts(progress: tuple[ContextProgress, ...], current: str = "") -> Table:
    """Lines and minutes of each context."""
    table = Table.grid(padding=(0, 2))
    for each in progress:
        share = each.done / max(1, each.total)
        bar = "█" * round(share * 20) + "░" * (20 - round(share * 20))
        minutes = f"{each.seconds / 60:.1f} of about {each.planned_seconds / 60:.1f} min"
        skipped = f"{each.skipped} skipped" if each.skipped else ""
        row = (each.emotion, bar, f"{each.done} of {each.total} lines", minutes, skipped)
        table.add_row(*row, style="bold" if each.emotion == current else "dim")
    return table


def directions(chosen: list[scripts.Script]) -> dict[str, str]:
    """How to read each context."""
    return {script.emotion: script.how for script in chosen}
