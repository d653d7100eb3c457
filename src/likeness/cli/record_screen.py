"""What a recording session looks like: a screen with prompt and level meter, or plain lines without a terminal."""

from __future__ import annotations

import textwrap
import time
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
from likeness.speak.scripts import Line

_LOWEST_DBFS = -60.0
_METER_WIDTH = 50
_COLOURS = {Verdict.GOOD: "green", Verdict.USABLE: "yellow", Verdict.REFUSED: "red"}
_KEYS = {
    "start": "space start",
    "stop": "space stop",
    "resume": "space go on",
    "retake": "r read the last one again",
    "skip": "s skip",
    "cancel": "c cancel",
    "pause": "p pause",
    "end": "q quit",
}
_LOUD_ROOM = "space go on anyway   l listen again   q quit"
_PROMPT_WIDTH, _PROMPT_HEIGHT = 64, 5
_REDRAWN_SECONDS = 0.06


class Screen:
    """A whole terminal, drawn anew with each block of sound; a context manager."""

    def __init__(self, how: dict[str, str], microphone: str) -> None:
        """``how`` says for each context how to read it."""
        self._how, self._microphone = how, microphone
        self._live = Live(console=Console(), screen=True, auto_refresh=False)
        self._last: list[Text] = []
        self._drawn = 0.0
        self._phase = Phase.ROOM

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
            self._draw(*self._last, Text(), Text(_LOUD_ROOM, style="reverse"))

    def show(self, booth: Booth, level: Level | None = None, seconds: float = 0.0) -> None:
        session, now = booth.session, time.monotonic()
        if level is not None and session.phase is self._phase and now - self._drawn < _REDRAWN_SECONDS:
            return
        self._drawn, self._phase = now, session.phase
        states = {
            Phase.RECORDING: Text(f"● recording {seconds:4.1f} s", style="bold red"),
            Phase.PAUSED: Text("paused, the microphone is off", style="bold yellow"),
        }
        state = states.get(session.phase, Text("ready", style="dim"))
        title, how, prompt = self._prompt(session.line)
        keys = "   ".join(said for action, said in _KEYS.items() if action in session.actions)
        self._draw(
            Rule(Text(title, style="bold"), align="left", style="dim"),
            Text(how, style="dim italic"),
            Padding(Align.center(_in_the_middle(prompt), width=_PROMPT_WIDTH), (1, 2)),
            Align.center(state),
            Align.center(meter(level)),
            Text(),
            *self._last,
            Rule(style="dim"),
            contexts(session.progress(), title),
            Text(f"about {session.seconds_left / 60:.1f} minutes of reading left   {self._microphone}", style="dim"),
            Text(keys, style="reverse"),
        )

    def _prompt(self, line: Line | None) -> tuple[str, str, str]:
        """The heading, how to read it, and what to read."""
        if line is None:
            return "done", "", "Everything is read."
        if line.required:
            return "your consent", "First of all, so that nobody makes a voice of somebody else.", line.text
        return line.emotion, self._how.get(line.emotion, ""), line.text

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
            number = booth.session.lines_done + 1
            typer.echo(f"[{number} of {len(booth.session.plan)}] {line.emotion}: {line.text}")

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


def _in_the_middle(prompt: str) -> Text:
    """The prompt in a block that is equally high for short and long ones, so that nothing below it jumps."""
    rows = textwrap.wrap(prompt, _PROMPT_WIDTH)
    above = max(0, _PROMPT_HEIGHT - len(rows)) // 2
    below = max(0, _PROMPT_HEIGHT - len(rows) - above)
    return Text("\n".join(["", *[""] * above, *rows, *[""] * below]), style="bold", justify="center")


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
