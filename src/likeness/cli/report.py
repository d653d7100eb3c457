"""``likeness report``: one page with what was imported, learned and measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, open_person


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command(
        "report",
        short_help="Make one page with everything that was measured.",
        help="Make one self-contained page: ledger, dataset, style, voice, with pictures, players and figures.",
        epilog=examples("likeness report -o report.html"),
    )(report)


def report(
    out: Annotated[Path, typer.Option("--out", "-o", help="The HTML file to write.")] = Path("report.html"),
    draft: Annotated[
        Path | None, typer.Option(help="A draft to show: JSON as `likeness write --json` prints it.")
    ] = None,
    speech: Annotated[Path | None, typer.Option(help="A sound file to play on the page.")] = None,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Build the report page."""
    from likeness.cli.progress import follow
    from likeness.report.build import build

    follow(build(open_person(person), out, draft=draft, speech=speech), quiet=as_json)
    typer.echo(json.dumps({"report": str(out)}) if as_json else f"{out}: open it in a browser; it needs nothing else")
