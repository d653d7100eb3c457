"""Asking at the terminal who of several speakers the owner is, and whether a recogniser may help."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from likeness.core.errors import EngineMissing, InputError

if TYPE_CHECKING:
    from likeness.core.home import PersonHome
    from likeness.core.types import Audio
    from likeness.speak.consent import Consent
    from likeness.speak.longform import Survey

_QUESTION = "Is this the person whose voice is to be learnt?"


def heard(paths: list[Path], quiet: bool) -> Survey:
    """Listen to the files with the best speaker encoder that is ready."""
    from likeness.cli.progress import follow
    from likeness.core.events import Event
    from likeness.speak import longform
    from likeness.speak.encoders import open_encoder, ready_encoders

    found: list[Survey] = []
    name = ready_encoders()[0]

    def events() -> object:
        with open_encoder(name) as encoder:
            for step in longform.survey(paths, encoder, name):
                if isinstance(step, Event):
                    yield step
                else:
                    found.append(step)

    follow(events(), quiet=quiet)  # type: ignore[arg-type]
    return found[0]


def cut_out(
    home: PersonHome,
    found: Survey,
    speaker: str,
    agreed: Consent,
    emotion: str,
    recognise: bool | None,
    language: str,
    quiet: bool,
) -> str:
    """Let the owner be confirmed and keep what they say of the long files; what was kept and left out."""
    from likeness.cli.progress import follow
    from likeness.core.settings import settings
    from likeness.speak import longform
    from likeness.speak.cues import cues_beside
    from likeness.speak.recognise import open_recogniser

    chosen = _chosen(home, found, speaker, quiet)
    without = [n for n in found.long if not cues_beside(found.paths[n])]
    name = may_recognise(recognise, len(without), language, quiet) if without else ""
    if not name:
        kept = longform.keep(home, found, [chosen], consent=agreed, emotion=emotion)
        return follow(kept, quiet=quiet)[-1].note
    with open_recogniser(settings(), name, language=language) as recogniser:
        kept = longform.keep(
            home,
            found,
            [chosen],
            consent=agreed,
            emotion=emotion,
            recogniser=recogniser,
            recogniser_name=name,
            language=language,
        )
        return follow(kept, quiet=quiet)[-1].note


def may_recognise(wanted: bool | None, count: int, language: str, quiet: bool) -> str:
    """The recogniser to use, "" for none. Asked for at a terminal; elsewhere only where ``wanted``.

    Raises :class:`EngineMissing` when it is wanted and none is ready.
    """
    from likeness.core.settings import settings
    from likeness.speak.recognise import ready_recognisers

    if wanted is False:
        return ""
    name = settings().recogniser or next(iter(ready_recognisers(language)), "")
    if not name:
        if wanted:
            raise EngineMissing(
                f"no recogniser for {language!r} is ready",
                hint="pip install 'likeness[pocketsphinx]' (small, English), or 'likeness[whisper]' and a model",
            )
        return ""
    ask = f"{count} recordings have no transcript. May {name}, on this machine, write down what it hears?"
    if wanted is None and (quiet or not sys.stdin.isatty() or not typer.confirm(ask, default=True)):
        return ""
    if not quiet:
        typer.echo(f"{name} writes the transcripts that are missing; correct ones would make the voice clearer.")
    return name


def _chosen(home: PersonHome, found: Survey, asked: str, quiet: bool) -> int:
    """The number of the speaker to keep. Raises :class:`InputError` when that cannot be told."""
    from likeness.speak import longform
    from likeness.speak.encoders import open_encoder

    speakers = found.speakers.speakers
    if asked not in ("", "auto"):
        if asked.isdecimal() and 1 <= int(asked) <= len(speakers):
            return int(asked) - 1
        raise InputError(f"there is no speaker {asked!r}", hint=_listed(found), param="speaker")
    if len(speakers) == 1:
        return 0
    with open_encoder(found.encoder) as encoder:
        proposed, why = longform.propose(home, found, encoder)
    if asked == "auto":
        return proposed
    if quiet or not sys.stdin.isatty():
        hint = f"{_listed(found)}; say which with --speaker N, or --speaker auto for {proposed + 1} ({why})"
        raise InputError(f"{len(speakers)} people are heard in the recordings", hint=hint, param="speaker")
    typer.echo(f"{len(speakers)} people are heard: {_listed(found)}")
    order = [proposed, *(number for number in range(len(speakers)) if number != proposed)]
    for number in order:
        told = f" ({why})" if number == proposed else ""
        if _is_them(found, number, told):
            return number
    raise InputError("none of the speakers was confirmed, so nothing was kept", hint="choose other recordings")


def _is_them(found: Survey, number: int, told: str) -> bool:
    """Three clips of a speaker, played, or where nothing plays here in a private folder that is gone afterwards; and a
    question."""
    from likeness.core import files
    from likeness.speak.encode import encode
    from likeness.speak.longform import excerpts

    clips = excerpts(found, number)
    with tempfile.TemporaryDirectory(prefix="likeness-") as folder:
        if _played(clips, f"Speaker {number + 1}{told}: three clips are played"):
            return typer.confirm(_QUESTION)
        for count, clip in enumerate(clips, 1):
            files.write_bytes(Path(folder) / f"speaker{number + 1}-{count}.wav", encode(clip, "wav"))
        typer.echo(f"Speaker {number + 1}{told}: listen to the three clips in {folder}")
        return typer.confirm(_QUESTION)


def _played(clips: list[Audio], announcement: str) -> bool:
    """Whether the clips could be played."""
    from likeness.speak.play import player

    try:
        with player(clips[0].rate) as opened:
            typer.echo(announcement)
            for clip in clips:
                opened.feed(clip)
    except EngineMissing:
        return False
    return True


def _listed(found: Survey) -> str:
    return ", ".join(
        f"speaker {number}: {speaker.seconds / 60:.1f} min" for number, speaker in enumerate(found.speakers.speakers, 1)
    )
