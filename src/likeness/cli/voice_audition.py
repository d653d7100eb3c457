"""Letting the sounds of a voice's audition be heard: here, as files, or on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from likeness.speak.audition import Audition, Pair

_PAUSE_SECONDS = 0.6


def shower(held: Audition, folder: Path | None) -> Callable[[Pair], None]:
    """What lets a pair be heard: files in ``folder`` where one is named, else the loudspeaker.

    Raises :class:`EngineMissing` when nothing here plays, before anything is asked.
    """
    if folder is not None:
        write_files(held, folder)
        return lambda pair: _name(held, pair, folder)
    from likeness.core.errors import EngineMissing, LikenessError
    from likeness.core.resample import SPEECH_RATE
    from likeness.speak.play import player

    if held.left():
        try:
            with player(SPEECH_RATE):
                pass
        except LikenessError as error:
            hint = "listen on a page: --page audition.html, or write the sounds: --files FOLDER"
            raise EngineMissing(str(error), hint=hint) from None
    return _play


def write(held: Audition, path: Path) -> None:
    """Write the page of the audition (mode 0600)."""
    from likeness.core import files
    from likeness.report.audition_page import sound_page

    files.write_text(path, sound_page(held))


def write_files(held: Audition, folder: Path) -> None:
    """Write the sounds of every pair into ``folder``, named by their place alone."""
    from likeness.core import files

    files.private_folder(folder)
    for number, pair in enumerate(held.pairs, 1):
        for place, path in _places(pair):
            files.write_bytes(folder / f"{number:03}-{place}.flac", path.read_bytes())


def _places(pair: Pair) -> list[tuple[str, Path]]:
    first, second = pair.shown
    return [*([("x", pair.reference)] if pair.reference else []), ("1", first), ("2", second)]


def _name(held: Audition, pair: Pair, folder: Path) -> None:
    number = held.pairs.index(pair) + 1
    names = ", ".join(str(folder / f"{number:03}-{place}.flac") for place, _ in _places(pair))
    typer.echo(f"“{pair.text}”\nListen to {names}")


def _play(pair: Pair) -> None:
    import numpy as np

    from likeness.core.types import Audio
    from likeness.speak.evaluate.material import read
    from likeness.speak.play import player

    typer.echo(f"“{pair.text}”")
    for place, path in _places(pair):
        typer.echo("a recording to compare with …" if place == "x" else f"[{place}] …")
        sound = read(path)
        with player(sound.rate) as playing:
            playing.feed(sound)
            playing.feed(Audio(np.zeros(round(_PAUSE_SECONDS * sound.rate), np.float32), sound.rate))
