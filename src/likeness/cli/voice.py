"""``likeness say``: speech in the person's voice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, open_person, read_text


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command(
        "say",
        short_help="Speak a text in your voice.",
        help="Speak a text in your voice into a sound file (wav, mp3 or flac, by its name).",
        epilog=examples(
            'likeness say "The train leaves at 7:45." -o train.wav',
            "likeness say --file letter.txt -o letter.mp3 --rate 0.95",
            'likeness say "Really?" -o really.flac --pitch-range 1.3',
        ),
    )(say)


def say(
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help="What to say.")] = "",
    out: Annotated[Path, typer.Option("--out", "-o", help="The sound file to write.")] = Path("out.wav"),
    file: Annotated[str, typer.Option("--file", "-f", help="Read the text from this file; - for standard input.")] = "",
    voice: Annotated[str, typer.Option("--voice", help="Which voice.")] = "me",
    rate: Annotated[float, typer.Option(min=0.5, max=2.0, help="Tempo; 1 is the person's own.")] = 1.0,
    pitch: Annotated[float, typer.Option(min=-12, max=12, help="Shift in semitones.")] = 0.0,
    pitch_range: Annotated[float, typer.Option(min=0.0, max=2.0, help="How lively; 1 is the person's own.")] = 1.0,
    energy: Annotated[float, typer.Option(min=-20, max=20, help="Louder or softer, in dB.")] = 0.0,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Speak a text into a file."""
    import numpy as np

    from likeness.core import files
    from likeness.core.errors import InputError
    from likeness.core.types import Audio
    from likeness.speak.encode import encode
    from likeness.speak.generate import open_speaker
    from likeness.speak.generate import say as spoken

    if bool(text) == bool(file):
        raise InputError("give either a text or --file", hint='likeness say "Hello" -o hello.wav')
    words = text or read_text(file)
    sound_format = out.suffix.lstrip(".").lower() or "wav"
    if not out.resolve().parent.is_dir():
        raise InputError(f"the folder {out.resolve().parent} does not exist", hint="make it first, or choose another")
    if out.is_dir():
        raise InputError(f"{out} is a folder", hint="name the sound file itself, such as out.wav")
    home = open_person(person)
    with open_speaker(home, voice) as speaker:
        pieces = list(spoken(speaker, words, rate=rate, pitch=pitch, pitch_range=pitch_range, energy=energy))
    audio = Audio(np.concatenate([piece.samples for piece in pieces]), pieces[0].rate)
    files.write_bytes(out, encode(audio, sound_format, voice=voice))
    if as_json:
        typer.echo(
            json.dumps({"file": str(out), "seconds": round(audio.seconds, 3), "rate": audio.rate, "voice": voice})
        )
    else:
        typer.echo(f"{out}: {audio.seconds:.1f} s in the voice {voice!r}")
