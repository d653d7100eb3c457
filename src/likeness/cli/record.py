"""``likeness record``: a guided recording session in the terminal."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, open_person, printable

if TYPE_CHECKING:
    from likeness.core.home import PersonHome
    from likeness.speak.record.booth import Booth
    from likeness.speak.record.microphone import Microphone
    from likeness.speak.record.session import Session
    from likeness.speak.scripts import Line, Script

_SECONDS_BETWEEN = 3.0
"""Between two lines: reading it over, pressing two keys, and now and then a second take."""


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command(
        "record",
        short_help="Record yourself, sentence by sentence.",
        help="Record yourself, sentence by sentence: neutral, happy, sad, angry, surprised, whispered, authoritative, "
        "tired and playful. Stop whenever you like; the same command goes on where you were.",
        epilog=examples(
            "likeness record --emotion neutral",
            "likeness record --emotion happy --emotion sad --minutes 2",
            "likeness record --status",
            "likeness record --script my-sentences.txt",
        ),
    )(record)


def record(
    emotion: Annotated[
        list[str] | None,
        typer.Option("--emotion", "-e", metavar="NAME", help="A context to record; may be repeated. All nine without."),
    ] = None,
    minutes: Annotated[
        float, typer.Option("--minutes", min=0.0, help="At most so many minutes of reading per context; 0 for all.")
    ] = 0.0,
    script: Annotated[
        Path | None, typer.Option("--script", help="Read your own texts instead: a text file, one sentence a line.")
    ] = None,
    device: Annotated[
        str,
        typer.Option("--device", help="Microphone: its number or a part of its name; file:FOLDER plays files instead."),
    ] = "",
    auto_stop: Annotated[
        float, typer.Option("--auto-stop", min=0.0, max=10.0, help="Seconds of silence that end a take; 0: a key does.")
    ] = 0.0,
    check_words: Annotated[
        bool, typer.Option(help="Listen whether the right words were read, where a recogniser is installed.")
    ] = True,
    list_devices: Annotated[bool, typer.Option("--list-devices", help="List the microphones and stop.")] = False,
    status: Annotated[bool, typer.Option("--status", help="Say what is recorded already and stop.")] = False,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Record takes into the person's recordings."""
    from datetime import date

    from likeness.core.errors import InputError
    from likeness.speak.record import booth, microphone

    if list_devices:
        _list_devices(as_json)
        return
    home = open_person(person)
    chosen = _scripts(emotion or [], script)
    lines = booth.plan(booth.consent_line(home, date.today()), chosen, minutes)
    if status:
        with booth.open_booth(home, lines) as opened:
            _tell_status(opened, as_json)
        return
    if as_json:
        raise InputError("a session cannot be told as JSON", hint="use --json with --status or --list-devices")
    _session(home, lines, chosen, microphone.choose(device), auto_stop, check_words)


def _scripts(wanted: list[str], own: Path | None) -> list[Script]:
    from likeness.core.errors import InputError
    from likeness.speak import emotions, scripts

    if own is not None:
        if len(wanted) > 1:
            raise InputError("your own texts are of one context", hint="give --emotion once", param="emotion")
        name = wanted[0] if wanted else "neutral"
        return [scripts.own_script(own, scripts.script(name).emotion)]
    return [scripts.script(name) for name in dict.fromkeys(wanted or emotions.NAMES)]


def _session(
    home: PersonHome, lines: tuple[Line, ...], chosen: list[Script], source: Microphone, auto_stop: float, words: bool
) -> None:
    """Say what it will take, record, and say what to do next."""
    from contextlib import nullcontext

    from likeness.cli.keys import Keys
    from likeness.cli.record_screen import Lines, Screen, directions
    from likeness.cli.record_session import Recording
    from likeness.core.settings import settings
    from likeness.speak.recognise import open_recogniser
    from likeness.speak.record.booth import open_booth

    listening = open_recogniser(settings()) if words else nullcontext()
    with listening as recogniser, open_booth(home, lines, recogniser) as booth:
        _introduce(booth, source.name, listens=recogniser is not None)
        with Keys() as keys:
            if keys.by_line:
                Recording(booth, source, Lines(), keys, stop_after=auto_stop).run()
            else:
                typer.echo("Press a key to begin.")  # what was said stays until then; the screen takes its place
                keys.poll(None)
                with Screen(directions(chosen), source.name) as screen:
                    Recording(booth, source, screen, keys, stop_after=auto_stop).run()
        _conclude(booth)


def _introduce(booth: Booth, microphone: str, *, listens: bool) -> None:
    session = booth.session
    left = [line for line in session.plan if line.id not in session.taken and line.id not in session.skipped]
    total = (session.seconds_left + _SECONDS_BETWEEN * len(left)) / 60
    typer.echo(f"{session.lines_done} of {len(session.plan)} lines are recorded; {len(left)} are left.")
    reading = session.seconds_left / 60
    typer.echo(f"That is about {reading:.1f} minutes of reading, {total:.1f} minutes in all. Stop at any time with q.")
    typer.echo(f"Microphone: {printable(microphone)}. Each take is safe on the disk before the next line appears.")
    if not listens:
        typer.echo("Whether the right words were read is not checked: no recogniser is ready, or you do not want one.")
    _tell_damaged(booth)


def _conclude(booth: Booth) -> None:
    """How far it is, which takes one might read again, and what comes next."""
    session = booth.session
    _tell_progress(session)
    doubtful = [line for line in session.plan if line.id in session.taken and session.taken[line.id].verdict != "good"]
    if doubtful:
        typer.echo(f"{len(doubtful)} takes are usable, but not good: likeness record --status names them")
    if session.taken:
        typer.echo("Next: likeness audit voice   to see what to record again")
        typer.echo("      likeness enrol voice   to make a voice of them")
    else:
        typer.echo("Nothing is recorded yet. The same command begins again.")


def _tell_progress(session: Session) -> None:
    for each in session.progress():
        skipped = f", {each.skipped} skipped" if each.skipped else ""
        typer.echo(
            f"{each.emotion:<14} {each.done:>3} of {each.total:>3} lines, {each.seconds / 60:4.1f} of about "
            f"{each.planned_seconds / 60:.1f} minutes{skipped}"
        )


def _tell_damaged(booth: Booth) -> None:
    texts = {line.id: line.text for line in booth.session.plan}
    for each in booth.damaged:
        what = texts.get(each.line, each.line)
        typer.echo(f"Damaged: take {each.number} of “{what}”: {each.reason}. It will be asked for again.")


def _tell_status(booth: Booth, as_json: bool) -> None:
    session = booth.session
    doubtful = {
        line.id: session.taken[line.id].reasons
        for line in session.plan
        if line.id in session.taken and session.taken[line.id].verdict != "good"
    }
    if as_json:
        said = {
            "contexts": [asdict(each) for each in session.progress()],
            "seconds_left": round(session.seconds_left, 1),
            "usable": {line: list(reasons) for line, reasons in doubtful.items()},
            "damaged": [asdict(each) for each in booth.damaged],
        }
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    _tell_progress(session)
    _tell_damaged(booth)
    texts = {line.id: line.text for line in session.plan}
    for line, reasons in doubtful.items():
        typer.echo(f"Usable, better read again: {texts[line]}")
        for reason in reasons:
            typer.echo(f"  {reason}")


def _list_devices(as_json: bool) -> None:
    from likeness.speak.record.microphone import devices

    found = devices()
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], ensure_ascii=False))
        return
    for each in found:
        default = "   (the system's choice)" if each.is_default else ""
        typer.echo(f"{each.number:>3}  {printable(each.name)}  {each.rate:,} Hz{default}")
    if not found:
        typer.echo("There is no microphone.")
