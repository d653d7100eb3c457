"""``likeness say``: speech in the person's voice, heard, saved, or both."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, open_person, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from likeness.core.events import Event
    from likeness.core.home import PersonHome
    from likeness.core.types import Audio
    from likeness.speak.aloud import Reading
    from likeness.speak.documents import Document
    from likeness.speak.script import Manner


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command(
        "say",
        short_help="Speak a text in your voice.",
        help="Speak a text in your voice: heard at once, or saved as a sound file (wav, mp3, flac, opus, by its name). "
        "The text can carry marks, such as [whispered] … [neutral] … or [pause 0.5], or be SSML.",
        epilog=examples(
            'likeness say "The train leaves at 7:45."',
            'likeness say "The train leaves at 7:45." -o train.wav',
            "likeness say --file letter.md -o letter.mp3 --rate 0.95",
            'likeness say "[excited] We won! [pause 0.5] [whispered] Do not tell." --play -o won.opus',
            'likeness say "Hello, it is me." --before-after',
        ),
    )(say)


def say(
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help="What to say.")] = "",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The sound file to write.")] = None,
    file: Annotated[
        str, typer.Option("--file", "-f", help="Read this text, markdown, HTML or SSML file; - for standard input.")
    ] = "",
    play: Annotated[bool, typer.Option("--play", help="Play it, too, when it is saved.")] = False,
    ssml: Annotated[
        bool, typer.Option("--ssml", help="The text is SSML (known without, where it is <speak>).")
    ] = False,
    voice: Annotated[str, typer.Option("--voice", help="Which voice; ENGINE/VOICE for one that came with it.")] = "me",
    engine: Annotated[str, typer.Option("--engine", help="Only if this engine made it.")] = "",
    emotion: Annotated[
        str, typer.Option("--emotion", "-e", help="Context of your recordings to speak from: happy, whispered …")
    ] = "neutral",
    auto_emotion: Annotated[
        bool, typer.Option("--auto-emotion", help="Choose the emotion of each sentence from its words.")
    ] = False,
    rate: Annotated[float, typer.Option(min=0.5, max=2.0, help="Tempo; 1 is the person's own.")] = 1.0,
    pitch: Annotated[float, typer.Option(min=-12, max=12, help="Shift in semitones.")] = 0.0,
    pitch_range: Annotated[float, typer.Option(min=0.0, max=2.0, help="How lively; 1 is the person's own.")] = 1.0,
    energy: Annotated[float, typer.Option(min=-20, max=20, help="Louder or softer, in dB.")] = 0.0,
    pauses: Annotated[float, typer.Option(min=0.25, max=4.0, help="Length of pauses; 1 is the person's own.")] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="Another one may say it a little differently.")] = 0,
    before_after: Annotated[
        bool, typer.Option("--before-after", help="The same words by the base voice first, then by yours.")
    ] = False,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Speak a text."""
    from likeness.core.errors import InputError
    from likeness.speak.documents import document
    from likeness.speak.script import AUTO, Manner

    if bool(text) == bool(file):
        raise InputError("give either a text or --file", hint='likeness say "Hello"')
    if out is not None:
        _check_place(out)
    read = document(text or read_text(file), Path(file).suffix, is_ssml=ssml)
    manner = Manner(rate, pitch, pitch_range, energy, pauses, AUTO if auto_emotion else emotion)
    home = open_person(person)
    if before_after:
        _compare(home, voice, read, manner, seed, out, play, as_json)
        return
    _speak(home, voice, engine, read, manner, seed, out, play or out is None, as_json)


def _speak(
    home: PersonHome,
    voice: str,
    engine: str,
    read: Document,
    manner: Manner,
    seed: int,
    out: Path | None,
    play: bool,
    as_json: bool,
) -> None:
    from likeness.cli.progress import follow
    from likeness.core.resample import SPEECH_RATE
    from likeness.speak.aloud import reading
    from likeness.speak.generate import joined, open_voice
    from likeness.speak.play import player

    kept: list[Audio] = []
    with ExitStack() as open_here:
        opened = open_here.enter_context(open_voice(home, voice, engine or None))
        made = reading(opened, read, manner, seed=seed)
        if not as_json:
            _tell_notes(made.notes)
        heard = open_here.enter_context(player(SPEECH_RATE)) if play else None

        def events() -> Iterator[Event]:
            from likeness.core.events import Event

            for piece in made.pieces(whole=not play):
                kept.append(piece)
                if heard is not None:
                    heard.feed(piece)
                yield Event("speak", made.done, made.sentences, "sentences")
            yield Event("speak", made.sentences, made.sentences, "sentences")

        follow(events(), quiet=as_json or made.sentences < 3)
        made_by = opened.info.name
    sound = joined(iter(kept))
    if out is not None:
        _save(out, sound, voice, made_by)
    _tell(out, sound, voice, made, as_json)


def _compare(
    home: PersonHome,
    voice: str,
    read: Document,
    manner: Manner,
    seed: int,
    out: Path | None,
    play: bool,
    as_json: bool,
) -> None:
    """The base voice and the person's, one after the other, or into two files beside each other."""
    from likeness.cli.progress import result_of
    from likeness.core import artefacts
    from likeness.speak.aloud import before_and_after
    from likeness.speak.play import player
    from likeness.speak.voices import voice_folder

    made_by = artefacts.load(voice_folder(home, voice)).engine
    before, after, notes = result_of(before_and_after(home, voice, read, manner, seed=seed), quiet=as_json)
    if not as_json:
        _tell_notes(notes)
    told = {}
    for label, name, sound in (("before", f"{voice} (base)", before), ("after", voice, after)):
        place = None if out is None else out.with_stem(f"{out.stem}-{label}")
        if place is not None:
            _save(place, sound, name, made_by)
        told[label] = {"file": str(place) if place else None, "seconds": round(sound.seconds, 3)}
        if not as_json:
            typer.echo(f"{label}: {place or name}, {sound.seconds:.1f} s")
        if play or out is None:
            with player(sound.rate) as heard:
                heard.feed(sound)
    if as_json:
        typer.echo(json.dumps({"voice": voice, **told, "notes": list(notes)}, ensure_ascii=False))


def _check_place(out: Path) -> None:
    from likeness.core.errors import InputError
    from likeness.speak.encode import format_of

    if str(out) == "-":
        raise InputError("sound is not written to standard output", hint="name a file, such as -o out.wav")
    format_of(out.suffix or ".wav")
    if not out.resolve().parent.is_dir():
        raise InputError(f"the folder {out.resolve().parent} does not exist", hint="make it first, or choose another")
    if out.is_dir():
        raise InputError(f"{out} is a folder", hint="name the sound file itself, such as out.wav")


def _save(out: Path, sound: Audio, voice: str, engine: str) -> None:
    from likeness.core import files
    from likeness.speak.encode import encode, format_of

    files.write_bytes(out, encode(sound, format_of(out.suffix or ".wav"), voice=voice, engine=engine))


def _tell_notes(notes: Sequence[str]) -> None:
    for note in notes:
        typer.echo(f"Note: {note}", err=True)


def _tell(out: Path | None, sound: Audio, voice: str, made: Reading, as_json: bool) -> None:
    if as_json:
        said = {"file": str(out) if out else None, "seconds": round(sound.seconds, 3), "rate": sound.rate}
        typer.echo(json.dumps({**said, "voice": voice, "notes": list(made.notes)}, ensure_ascii=False))
    elif out is not None:
        typer.echo(f"{out}: {sound.seconds:.1f} s in the voice {voice!r}")
