"""``likeness init``: set up a person."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from likeness.cli.options import JsonOption, examples, home


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command(
        "init",
        short_help="Set up a person.",
        help="Set up a person: a private folder for their messages, recordings, drafts and voice.",
        epilog=examples("likeness init sam", "likeness init sam --full-name 'Sam Rivers' --me sam@example.org"),
    )(init)


def init(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Folder name: lower-case letters, digits, - and _.")],
    full_name: Annotated[str, typer.Option("--full-name", help="How the person is called.")] = "",
    me: Annotated[
        list[str] | None,
        typer.Option("--me", metavar="WHO", help="An address or chat name of theirs; may be repeated."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Create the person's folder."""
    from datetime import UTC, datetime

    created = home().create(name, full_name, datetime.now(UTC).isoformat(timespec="seconds"))
    person = created.confirm(me or [])
    if as_json:
        typer.echo(json.dumps({"person": name, "folder": str(created.root), "identities": list(person.identities)}))
        return
    typer.echo(f"{person.display_name} is set up in {created.root}")
    typer.echo("Next: likeness import PATH…   with your mail and chat exports")
