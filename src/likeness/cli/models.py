"""``likeness models``: which models there are, and the only command that ever downloads anything."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from likeness.cli.options import JsonOption, examples

if TYPE_CHECKING:
    from likeness.core.catalogue import Model
    from likeness.core.downloads import Cost

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="A name of `likeness models list`, or OWNER/NAME of a language model.")
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    group = typer.Typer(
        help="Models that engines work with. `get` is the only command of all that downloads.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("list", help="Which models there are: here or not, how big, under which licence, for which engine.")(
        list_models
    )
    group.command(
        "get",
        help="Download a model: says its size and licence first, checks every file against its published hash, and "
        "goes on where it was interrupted. Nothing of yours is sent.",
        epilog=examples(
            "likeness models get Qwen3-TTS-12Hz-0.6B-Base",
            "likeness models get Qwen/Qwen2.5-7B-Instruct --yes",
        ),
    )(get)
    group.command("verify", help="Read a model's files again and compare them with their published hashes.")(verify)
    group.command("remove", help="Remove a model from this machine, and what an unfinished download of it left.")(
        remove
    )
    app.add_typer(group, name="models")


def list_models(as_json: JsonOption = False) -> None:
    """Show the catalogue."""
    from likeness.core.catalogue import catalogue

    used = _engines_of_models()
    if as_json:
        rows = [
            {**model.model_dump(), "is_here": model.is_here, "engines": used.get(model.name, [])}
            for model in catalogue()
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    width = max(len(model.name) for model in catalogue())
    for model in catalogue():
        state = "here" if model.is_here else f"about {model.about_mb / 1000:.1f} GB to get"
        engines = ", ".join(used.get(model.name, []))
        typer.echo(f"{model.name:<{width}}  {state:<20}  {model.licence:<28}  {engines}")
    typer.echo("\nAny language model of the hub goes by its name there: likeness models get OWNER/NAME")


def get(name: NameArgument, yes: YesOption = False, as_json: JsonOption = False) -> None:
    """Download a model."""
    from likeness.cli.progress import follow
    from likeness.core import downloads
    from likeness.core.catalogue import known
    from likeness.core.errors import InputError

    model = known(name)
    if model.is_here:
        _tell({"name": model.name, "folder": str(model.folder), "reused": True}, f"{model.name} is here", as_json)
        return
    found = downloads.cost(model)
    if not as_json:
        _say_cost(found)
    if not yes:
        if as_json or not sys.stdin.isatty():
            raise InputError("downloading was not confirmed", hint="give --yes", param="yes")
        typer.confirm("Download it?", abort=True, err=True)
    follow(downloads.get(found), quiet=as_json)
    _tell({"name": model.name, "folder": str(model.folder), "reused": False}, f"{model.folder}: ready", as_json)


def verify(name: NameArgument, as_json: JsonOption = False) -> None:
    """Check a model's files."""
    from likeness.cli.progress import follow
    from likeness.core import downloads
    from likeness.core.catalogue import known
    from likeness.core.errors import InputError

    last = follow(downloads.verify(known(name)), quiet=as_json)[-1]
    damaged = int(last.metrics["damaged"])
    _tell({"name": name, "damaged": damaged}, f"{name}: {last.note}", as_json)
    if damaged:
        raise InputError(f"{damaged} files of {name} are damaged", hint=f"likeness models remove {name}, then get it")


def remove(name: NameArgument, yes: YesOption = False, as_json: JsonOption = False) -> None:
    """Remove a model."""
    from likeness.core import downloads
    from likeness.core.catalogue import known
    from likeness.core.errors import InputError

    model = known(name)
    made = _made_with(model)
    if made and not as_json:
        typer.echo(f"{', '.join(made)} cannot be used without it", err=True)
    if not yes:
        if as_json or not sys.stdin.isatty():
            raise InputError("removing was not confirmed", hint="give --yes", param="yes")
        typer.confirm(f"Remove {model.folder}?", abort=True, err=True)
    freed = downloads.remove(model)
    _tell({"name": model.name, "freed_bytes": freed}, f"{model.name}: {freed / 1e6:,.0f} MB freed", as_json)


def _say_cost(found: Cost) -> None:
    model = found.model
    here = f", {found.here / 1e6:,.0f} MB of it here already" if found.here else ""
    typer.echo(f"{model.title}: {found.total / 1e6:,.0f} MB{here}; {found.free / 1e9:,.0f} GB free", err=True)
    typer.echo(f"Licence: {model.licence}", err=True)
    if found.listing is not None:
        typer.echo(f"From {found.listing.repository} at {found.listing.commit[:12]}", err=True)
    if model.packages:
        typer.echo(f"Installed into an environment of its own: {', '.join(model.packages)}", err=True)
    if model.notes:
        typer.echo(model.notes, err=True)


def _engines_of_models() -> dict[str, list[str]]:
    """Which engines work with each model."""
    from likeness.core import plugins

    used: dict[str, list[str]] = {}
    for name in plugins.names(plugins.ENGINES):
        loaded = plugins.engine_class(name)
        for model in loaded.info.models if loaded is not None else ():
            used.setdefault(model, []).append(name)
    return used


def _made_with(model: Model) -> list[str]:
    """The voices and adapters, of every person, that were made with ``model``."""
    from likeness.cli.options import home
    from likeness.core import artefacts

    found = []
    names = {model.name, model.repository, str(model.folder)}
    for person in home().names():
        opened = home().open(person)
        for folder in (opened.voices, opened.adapters):
            made, _ = artefacts.surveyed(folder)
            found += [f"{person}/{path.name}" for path, manifest in made if manifest.base_model in names]
    return found


def _tell(values: dict[str, object], sentence: str, as_json: bool) -> None:
    typer.echo(json.dumps(values) if as_json else sentence)
