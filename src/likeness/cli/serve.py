"""``likeness serve``: the gateway on loopback."""

from __future__ import annotations

from typing import Annotated

import typer

from likeness.cli.options import PersonOption, examples, open_person


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
    run(open_person(person), chosen.model_copy(update=changes))
