"""``likeness enrol voice``: from recordings to a voice."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, open_person

if TYPE_CHECKING:
    from collections.abc import Sequence

    from likeness.core.home import PersonHome
    from likeness.speak.consent import Consent
    from likeness.speak.recordings import Recording


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    group = typer.Typer(help="Learn a voice from recordings.", no_args_is_help=True, rich_markup_mode=None)
    group.command(
        "voice",
        help="Check recordings and learn a voice from them. Run it again with more recordings to improve the voice. "
        "Long recordings with other people in them are cut: only one speaker, confirmed by ear, is kept.",
        epilog=examples(
            "likeness enrol voice   (what `likeness record` kept)",
            "likeness enrol voice recordings/ --consent 'I am Sam Rivers and this is my own voice'",
            "likeness enrol voice clip.wav   (one clip of 10 to 30 seconds: a rough first voice)",
            "likeness enrol voice happy/ --feeling happy   (the same voice, one more feeling)",
            "likeness enrol voice podcast.mp3 interview.m4a --recognise   (finds you among the speakers)",
            "likeness enrol voice tired/ --emotion tired   (a second voice, me-tired, of these alone)",
        ),
    )(voice)
    app.add_typer(group, name="enrol")


def voice(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            help="Sound or video files, or folders of them; what was recorded or taken in before when left out.",
        ),
    ] = None,
    voice_name: Annotated[
        str, typer.Option("--voice", help="Name of the voice; me, or me-EMOTION, when left out.")
    ] = "",
    transcripts: Annotated[
        Path | None,
        typer.Option(
            "--transcripts",
            help="A table of file name, text and, if it has one, emotion; else sidecars are looked for.",
        ),
    ] = None,
    feeling: Annotated[
        str, typer.Option("--feeling", help="The feeling these recordings were made in; the voice learns from all.")
    ] = "neutral",
    emotion: Annotated[
        str, typer.Option("--emotion", help="The same, and the voice learns from recordings of that feeling alone.")
    ] = "neutral",
    consent: Annotated[
        str, typer.Option("--consent", help="Whose voice it is and that they agree; asked for when left out.")
    ] = "",
    consent_recording: Annotated[
        Path | None,
        typer.Option(
            "--consent-recording",
            metavar="FILE",
            help="The consent read aloud instead: compared with the recordings. `likeness record` asks for it.",
        ),
    ] = None,
    speaker: Annotated[
        str,
        typer.Option(
            "--speaker",
            metavar="N|auto|all",
            help="Whom to keep of a recording with several people: a number as listed, the likeliest, or everybody.",
        ),
    ] = "",
    recognise: Annotated[
        bool | None,
        typer.Option("--recognise/--no-recognise", help="Let a recogniser write the transcripts that are missing."),
    ] = None,
    engine: Annotated[str, typer.Option("--engine", metavar="NAME", help="Which engine learns the voice.")] = "",
    model: Annotated[str, typer.Option("--model", help="Model of that engine: its name or its folder.")] = "",
    base_voice: Annotated[
        str, typer.Option("--base-voice", metavar="ENGINE/VOICE", help="Whose speech an engine converts.")
    ] = "",
    adapter: Annotated[str, typer.Option("--adapter", help="Folder of a tuned adapter of that engine.")] = "",
    preset: Annotated[str, typer.Option("--preset", help="quick, standard or thorough.")] = "standard",
    language: Annotated[str, typer.Option("--language", help="Language of the recordings (ISO 639-1).")] = "en",
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Import recordings, then train and publish the voice."""
    from likeness.cli.progress import follow
    from likeness.core import artefacts
    from likeness.core.errors import Refused
    from likeness.core.settings import settings
    from likeness.speak.recipe import voice_recipe
    from likeness.speak.recordings import recordings, remove
    from likeness.speak.train import enrol, learning_engine, voice_folder

    home = open_person(person)
    felt = emotion if emotion != "neutral" else feeling
    name = voice_name or ("me" if emotion == "neutral" else f"me-{emotion}")
    changes: dict[str, Any] = {"model": model, "base_voice": base_voice, "adapter": adapter, "language": language}
    recipe = voice_recipe(preset, **{key: value for key, value in changes.items() if value})
    learner = engine or _learner(settings().speaker)
    learning_engine(learner)
    note, before = "", {item.id for item in recordings(home)}
    if paths:
        agreed = _consent(home, consent, consent_recording, as_json)
        note = _take_in(home, paths, transcripts, felt, agreed, speaker, recognise, language, as_json)
    else:
        _check_nothing_to_take(transcripts, felt, speaker)
    if consent_recording is not None:
        try:
            _read_aloud(home, consent_recording, recognise, as_json)
        except Refused:
            # They came in under a consent that nobody gave.
            remove(home, [] if consent else [item.id for item in recordings(home) if item.id not in before])
            raise
    _check_read_in_sessions(home, recognise, as_json)
    _hear(home, recognise, language, as_json)
    if not as_json:
        _show(recordings(home), note)
    only_of = "" if emotion == "neutral" else emotion
    follow(enrol(home, voice=name, engine=learner, recipe=recipe, emotion=only_of), quiet=as_json)
    folder = voice_folder(home, name)
    manifest = artefacts.load(folder)
    if as_json:
        kept = [asdict(recording.check) | {"name": recording.name} for recording in recordings(home)]
        said = {"voice": name, "folder": str(folder), "measures": dict(manifest.measures), "notes": manifest.notes}
        typer.echo(json.dumps({**said, "engine": learner, "left_out": note, "recordings": kept}, default=str))
        return
    for remark in manifest.notes:
        typer.echo(f"Note: {remark}")
    typer.echo(f'Voice {name!r} is ready. Next: likeness say "Hello, it is me." -o hello.wav')


def _check_nothing_to_take(transcripts: Path | None, felt: str, speaker: str) -> None:
    """Raise :class:`InputError` for options that say something of files, where none are named."""
    from likeness.core.errors import InputError

    if transcripts is not None or speaker or felt != "neutral":
        raise InputError(
            "there are no files to take in, which --transcripts, --feeling, --emotion and --speaker are about",
            hint="name them: likeness enrol voice PATH…; without any the voice is learned from all recordings here",
        )


def _learner(speaker: str) -> str:
    """The engine that learns when none is named: the setting's speaker, where it can learn."""
    from likeness.core import plugins

    return speaker if {"speaker", "trainer"} <= plugins.engine(speaker).info.kind else "builtin.voice"


def _take_in(
    home: PersonHome,
    paths: list[Path],
    transcripts: Path | None,
    emotion: str,
    agreed: Consent,
    speaker: str,
    recognise: bool | None,
    language: str,
    quiet: bool,
) -> str:
    """Import what came whole, cut what holds other people too; what was taken and left out, in a sentence."""
    from likeness.cli.progress import follow
    from likeness.cli.speakers import cut_out, heard
    from likeness.speak.longform import alone
    from likeness.speak.recordings import import_recordings, sound_files

    found = heard(sound_files(paths), quiet)
    whole = alone(found) or speaker == "all"
    taken = list(found.paths) if whole else [path for n, path in enumerate(found.paths) if n not in found.long]
    notes = []
    if taken:
        imported = import_recordings(home, taken, transcripts=transcripts, emotion=emotion, consent=agreed)
        events = follow(imported, quiet=quiet)
        notes += [events[-1].note] if events else []
    if not whole:
        notes.append(cut_out(home, found, speaker, agreed, emotion, recognise, language, quiet))
    return "; ".join(notes)


def _consent(home: PersonHome, stated: str, read_aloud: Path | None, quiet: bool) -> Consent:
    from likeness.speak import consent

    if read_aloud is not None and not stated:
        return consent.stated(f"Read aloud in {read_aloud.name}", "command line")
    return consent.stated(stated or _ask_consent(home.person().display_name, quiet), "command line")


def _read_aloud(home: PersonHome, path: Path, recognise: bool | None, quiet: bool) -> None:
    """Take in the consent that was read aloud, compare it, and put it on record for everything else.

    Raises :class:`InputError` for anything but one file, and :class:`Refused` for another speaker or another text: a
    reading that came for this alone is not kept then, since the next voice would learn from it.
    """
    import hashlib
    from datetime import UTC, datetime

    from likeness.cli.progress import follow
    from likeness.core.errors import InputError, Refused
    from likeness.speak import consent
    from likeness.speak.recordings import agree, import_recordings, recordings, remove

    if not path.is_file():
        raise InputError(f"{path} is no file", hint="name the one sound file in which the consent is read")
    sentence = consent.sentence(home.person().display_name, datetime.now(UTC).date())
    before = {item.id for item in recordings(home)}
    follow(import_recordings(home, [path], consent=consent.stated(sentence, "command line")), quiet=quiet)
    with path.open("rb") as source:
        sha256 = hashlib.file_digest(source, "sha256").hexdigest()
    read = next(item for item in recordings(home) if item.sha256 == sha256)  # an import that takes nothing raises
    try:
        agree(home, _compared(home, read.id, sentence, "command line", recognise, quiet))
    except Refused:
        if read.id not in before:
            remove(home, [read.id])
        raise


def _check_read_in_sessions(home: PersonHome, recognise: bool | None, quiet: bool) -> None:
    """Compare the consent that was read in a recording session with what was recorded under it, once."""
    from likeness.speak.record.booth import consent_recording
    from likeness.speak.recordings import agree, recordings

    read = consent_recording(home)
    under = [item.id for item in recordings(home) if read and item.id != read and item.agreed.recording == read]
    unchecked = [item for item in recordings(home) if item.id in under and item.agreed.similarity is None]
    if unchecked:
        statement = unchecked[0].agreed.statement
        made = _compared(home, read, statement, "recording session", recognise, quiet, against=under)
        agree(home, made, only=[read, *under])


def _compared(
    home: PersonHome,
    read: str,
    sentence: str,
    source: str,
    recognise: bool | None,
    quiet: bool,
    against: Sequence[str] = (),
) -> Consent:
    """The consent in the recording with the id ``read``, compared with the speech it is about, and with its words where
    a recogniser may be asked. Raises :class:`Refused` for another speaker or another text."""
    from contextlib import nullcontext

    from likeness.core.settings import settings
    from likeness.speak import consent
    from likeness.speak.recognise import open_recogniser, ready_recognisers

    with nullcontext(None) if recognise is False else open_recogniser(settings()) as recogniser:
        name = settings().recogniser or next(iter(ready_recognisers()), "")
        made = consent.spoken(
            home,
            read,
            statement=sentence,
            source=source,
            recogniser=recogniser,
            recogniser_name=name,
            against=against,
        )
    if not quiet:
        words = "" if made.words_wrong is None else f", {1 - made.words_wrong:.0%} of its words heard by {name}"
        typer.echo(f"Consent: read by the same speaker (similarity {made.similarity:.2f} by {made.encoder}){words}")
    return made


def _hear(home: PersonHome, wanted: bool | None, language: str, quiet: bool) -> None:
    """Let a recogniser hear the recordings without a transcript, where that is wanted or agreed to."""
    from likeness.cli.progress import follow
    from likeness.cli.speakers import may_recognise
    from likeness.core.settings import settings
    from likeness.speak.hearing import transcribe, unheard
    from likeness.speak.recognise import open_recogniser

    waiting = unheard(home)
    name = may_recognise(wanted, len(waiting), language, quiet) if waiting else ""
    if not name:
        return
    with open_recogniser(settings(), name, language=language) as recogniser:
        assert recogniser is not None  # it was named
        follow(transcribe(home, recogniser, name, language=language), quiet=quiet)


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
