"""``likeness serve``: the gateway on loopback."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from likeness.cli.options import PersonOption, examples, open_person

if TYPE_CHECKING:
    from likeness.server.run import Address


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command(
        "serve",
        short_help="Serve programs on this machine over HTTP.",
        help="Serve drafts and speech to programs on this machine, over HTTP on loopback, with a key.",
        epilog=examples("likeness serve", "likeness serve --port 9000 --person sam"),
    )(serve)


def serve(
    host: Annotated[str, typer.Option(help="Loopback address; the setting's when left out.")] = "",
    port: Annotated[int, typer.Option(min=-1, max=65535, help="Port; 0 takes a free one, -1 the setting's.")] = -1,
    person: PersonOption = "",
) -> None:
    """Start the gateway and run until stopped."""
    from likeness.core.settings import settings
    from likeness.server.run import serve as run

    chosen = settings()
    changes: dict[str, object] = {}
    if host:
        changes["host"] = host
    if port >= 0:
        changes["port"] = port
    home = open_person(person)
    run(home, chosen.model_copy(update=changes), ready=lambda address: _tell(home.person().display_name, address))


def _tell(full_name: str, address: Address) -> None:
    """Say where the gateway answers and where its key lies."""
    typer.echo(f"Serving {full_name} at {address.url}   (docs: {address.url}/docs, stop: Ctrl-C)")
    typer.echo(f"Key: in {address.key_file}, send it as `Authorization: Bearer …`")
    sys.stdout.flush()
