"""``likeness enrol voice``: from recordings to a voice."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, open_person

if TYPE_CHECKING:
    from likeness.speak.recordings import Recording


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    group = typer.Typer(help="Learn a voice from recordings.", no_args_is_help=True, rich_markup_mode=None)
    group.command(
        "voice",
        help="Check recordings and learn a voice from them. Run it again with more recordings to improve the voice.",
        epilog=examples(
            "likeness enrol voice recordings/ --consent 'I am Sam Rivers and this is my own voice'",
            "likeness enrol voice clip.wav   (one clip of 10 to 30 seconds: a rough first voice)",
            "likeness enrol voice tired/ --emotion tired   (a second voice, me-tired)",
        ),
    )(voice)
    app.add_typer(group, name="enrol")


def voice(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Sound files, or folders of them.")],
    voice_name: Annotated[
        str, typer.Option("--voice", help="Name of the voice; me, or me-EMOTION, when left out.")
    ] = "",
    transcripts: Annotated[
        Path | None, typer.Option("--transcripts", help="A table of file name and text; else sidecars are looked for.")
    ] = None,
    emotion: Annotated[
        str, typer.Option("--emotion", help="The feeling these recordings were made in; the voice learns from those.")
    ] = "neutral",
    consent: Annotated[
        str, typer.Option("--consent", help="Whose voice it is and that they agree; asked for when left out.")
    ] = "",
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Import recordings, then train and publish the voice."""
    from likeness.cli.progress import follow
    from likeness.core import artefacts
    from likeness.speak.recordings import import_recordings, recordings
    from likeness.speak.train import enrol, voice_folder

    home = open_person(person)
    name = voice_name or ("me" if emotion == "neutral" else f"me-{emotion}")
    statement = consent or _ask_consent(home.person().display_name, as_json)
    imported = import_recordings(home, paths, transcripts=transcripts, emotion=emotion, consent=statement)
    events = follow(imported, quiet=as_json)
    if not as_json:
        _show(recordings(home), events[-1].note if events else "")
    follow(enrol(home, voice=name, emotion=emotion), quiet=as_json)
    folder = voice_folder(home, name)
    manifest = artefacts.load(folder)
    if as_json:
        kept = [asdict(recording.check) | {"name": recording.name} for recording in recordings(home)]
        said = {"voice": name, "folder": str(folder), "measures": dict(manifest.measures), "notes": manifest.notes}
        typer.echo(json.dumps({**said, "recordings": kept}, default=str))
        return
    for note in manifest.notes:
        typer.echo(f"Note: {note}")
    typer.echo(f'Voice {name!r} is ready. Next: likeness say "Hello, it is me." -o hello.wav')


def _ask_consent(full_name: str, quiet: bool) -> str:
    """Ask whose voice it is. Raises :class:`Refused` when nobody is there to answer, or the answer is no."""
    from likeness.core.errors import Refused

    hint = f"--consent 'I am {full_name} and this is my own voice'"
    if quiet or not sys.stdin.isatty():
        raise Refused("a voice is made only with the speaker's consent, and none was stated", hint=f"add {hint}")
    if not typer.confirm(
        f"Are these recordings of your own voice, {full_name}, and do you agree to a voice made from them?"
    ):
        raise Refused("no voice was made", hint=f"if the speaker agrees, state it with {hint}")
    return f"{full_name} confirmed at the terminal that the recordings are of their own voice"


def _show(kept: list[Recording], note: str) -> None:
    """What came in: how many of which verdict, each that is not good with its reasons, and what was left out."""
    verdicts = Counter(recording.check.verdict.value for recording in kept)
    minutes = sum(recording.seconds for recording in kept) / 60
    counted = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
    typer.echo(f"Recordings kept: {len(kept)}, {minutes:.1f} minutes ({counted})")
    for recording in kept:
        if recording.check.verdict.value != "good":
            typer.echo(
                f"  {recording.check.verdict.value}: {recording.name}, {recording.check.snr_db:.0f} dB over the noise"
            )
            for reason in recording.check.reasons:
                typer.echo(f"    {reason}")
    if note:
        typer.echo(note)
