"""``likeness audition writing|voice``: a blind test, in the terminal or on a page."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, open_person

if TYPE_CHECKING:
    from collections.abc import Callable

    from likeness.core.preference import Preference
    from likeness.speak.audition import Audition as VoiceAudition
    from likeness.write.audition import Audition, Pair

_LONGEST = 1500
_KEYS = {"1": 1, "2": 2, "s": 0}
_AGAIN = -1


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    group = typer.Typer(help="Judge blindly, by your own eyes.", no_args_is_help=True, rich_markup_mode=None)
    group.command(
        "writing",
        help="Choose between two answers to the same request without being told whose they are: the adapter's and the "
        "base's, your own, or another adapter's. Stop at any time; the same command goes on.",
        epilog=examples(
            "likeness audition writing",
            "likeness audition writing --against person --pairs 40",
            "likeness audition writing --page audition.html",
            "likeness audition writing --read audition-choices.json",
        ),
    )(writing)
    group.command(
        "voice",
        help="Choose between two sounds of the same sentence without being told whose they are: the voice's and its "
        "base's, your recording, or another voice's. Stop at any time; the same command goes on.",
        epilog=examples(
            "likeness audition voice",
            "likeness audition voice --against person",
            "likeness audition voice --against builtin.voice/slt --page audition.html",
            "likeness audition voice --read audition-choices.json",
        ),
    )(voice)
    app.add_typer(group, name="audition")


def writing(
    adapter: Annotated[
        str, typer.Option("--adapter", metavar="NAME", help="Whose answers; the newest's when left out.")
    ] = "",
    against: Annotated[
        str, typer.Option("--against", metavar="NAME", help="base, person, another adapter, or NAME/step-000100.")
    ] = "base",
    pairs: Annotated[int, typer.Option("--pairs", min=1, max=500, help="How many; at least 30 tell something.")] = 30,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another one shows them in another order.")] = 0,
    engine: Annotated[str, typer.Option("--engine", help="Which engine answers; the adapter's when left out.")] = "",
    page: Annotated[
        Path | None, typer.Option("--page", metavar="FILE", help="Write a page to choose on in a browser.")
    ] = None,
    read: Annotated[
        str,
        typer.Option("--read", metavar="FILE", help="Take the choices made on a page: its file, or - for its code."),
    ] = "",
    allow_stale: Annotated[
        bool, typer.Option("--allow-stale", help="Use what was learned from messages that were forgotten since.")
    ] = False,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Hold an audition, or take the choices made on a page."""
    from likeness.cli.progress import follow
    from likeness.write import audition as auditions

    home = open_person(person)
    if read:
        from likeness.cli.options import read_text
        from likeness.core.blind import decoded

        code = read_text(read)
        held = auditions.Audition.open(home, decoded(code)[0])
        held.take(code)
        _tell(held, as_json)
        return
    if page is not None:
        _check_place(page)
    job = auditions.prepare(home, adapter, against, count=pairs, seed=seed, engine=engine, allow_stale=allow_stale)
    held = auditions.Audition.open(home, follow(job, quiet=as_json)[-1].note)
    if page is not None:
        _write(held, page)
        typer.echo(json.dumps({"page": str(page)}) if as_json else f"{page}: open it in a browser")
        return
    if not as_json:
        _hold(held)
    _tell(held, as_json)


def voice(
    name: Annotated[str, typer.Option("--voice", help="Which voice.")] = "me",
    against: Annotated[
        str, typer.Option("--against", metavar="NAME", help="base, person, another voice, or ENGINE/VOICE.")
    ] = "base",
    pairs: Annotated[int, typer.Option("--pairs", min=1, max=500, help="How many; at least 30 tell something.")] = 30,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another one lets them be heard in another order.")] = 0,
    page: Annotated[
        Path | None, typer.Option("--page", metavar="FILE", help="Write a page to listen and choose on in a browser.")
    ] = None,
    files: Annotated[
        Path | None,
        typer.Option("--files", metavar="FOLDER", help="Write the sounds there instead of playing them here."),
    ] = None,
    read: Annotated[
        str,
        typer.Option("--read", metavar="FILE", help="Take the choices made on a page: its file, or - for its code."),
    ] = "",
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Hold an audition of a voice, or take the choices made on a page."""
    from likeness.cli import voice_audition
    from likeness.cli.progress import follow
    from likeness.speak import audition as auditions

    home = open_person(person)
    if read:
        from likeness.cli.options import read_text
        from likeness.core.blind import decoded

        code = read_text(read)
        held = auditions.Audition.open(home, decoded(code)[0])
        held.take(code)
        _tell(held, as_json)
        return
    if page is not None:
        _check_place(page)
    job = auditions.prepare(home, name, against, count=pairs, seed=seed)
    held = auditions.Audition.open(home, follow(job, quiet=as_json)[-1].note)
    if len(held.pairs) < pairs and not as_json:
        typer.echo(f"There are {len(held.pairs)} sentences to compare, not {pairs}.", err=True)
    if page is not None:
        voice_audition.write(held, page)
        typer.echo(json.dumps({"page": str(page)}) if as_json else f"{page}: open it in a browser")
        return
    if not as_json:
        _hold(held, voice_audition.shower(held, files), also="; r plays again")
    _tell(held, as_json)


def _hold(held: Audition | VoiceAudition, show: Callable[[Any], None] | None = None, *, also: str = "") -> None:
    """Show the pairs that are left and keep each choice, until all are chosen or the person stops."""
    left: list[Any] = list(held.left())
    done = len(held.pairs) - len(left)
    if left:
        typer.echo(f"{held.question}  1 or 2; s for neither{also}; q to stop. What you chose is kept.")
    for number, pair in enumerate(left, done + 1):
        typer.echo(f"\n── {number} of {len(held.pairs)} " + "─" * 40)
        place: int | None = _AGAIN
        while place == _AGAIN:
            (show or _show)(pair)
            place = _key(again=show is not None)
        if place is None:
            break
        held.choose(pair, place)


def _show(pair: Pair) -> None:
    typer.echo(_short(pair.prompt))
    for place, text in enumerate(pair.shown, 1):
        typer.echo(f"\n[{place}]\n{_short(text)}")
    typer.echo()


def _key(*, again: bool = False) -> int | None:
    """The place chosen, 0 for neither, :data:`_AGAIN` to have them again, ``None`` to stop (or where input ends)."""
    keys = _KEYS | ({"r": _AGAIN} if again else {})
    asked = "1, 2, s, r or q: " if again else "1, 2, s or q: "
    while True:
        typer.echo(asked, nl=False)
        if sys.stdin.isatty():
            import click

            said = click.getchar()
            typer.echo(said if said.isprintable() else "")
        else:
            line = sys.stdin.readline()
            typer.echo()
            said = line.strip() if line else "q"
        if said.lower() in ("q", "\x04"):
            return None
        if said.lower() in keys:
            return keys[said.lower()]


def _short(text: str) -> str:
    """``text`` without what a terminal would obey, and not longer than can be read at a glance."""
    shown = "".join(char for char in text if char.isprintable() or char in "\n\t")
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST].rsplit(" ", 1)[0] + " …"


def _check_place(path: Path) -> None:
    from likeness.core.errors import InputError

    if not path.absolute().parent.is_dir():
        raise InputError(
            f"the folder {path.absolute().parent} does not exist", hint="name a file in a folder that does"
        )


def _write(held: Audition, path: Path) -> None:
    from likeness.core import files
    from likeness.report.audition_page import page

    files.write_text(path, page(held))


def _tell(held: Audition | VoiceAudition, as_json: bool) -> None:
    found: Preference = held.save()
    if as_json:
        typer.echo(json.dumps({"audition": held.terms.id, **asdict(found)}, ensure_ascii=False))
        return
    typer.echo(f"\n{found.sentence}")
    if found.same:
        typer.echo(f"{found.same} pairs had the same twice and were not shown.")
