"""``likeness evaluate writing|voice``: what was learned, measured against the person."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, open_person


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    group = typer.Typer(
        help="Measure what was learned against the person.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command(
        "writing",
        help="Judge the writer on messages it never saw: style, authorship, content, verbatim overlap.",
        epilog=examples("likeness evaluate writing", "likeness evaluate writing --json"),
    )(writing)
    group.command(
        "voice",
        help="Compare a voice with the recordings it was learned from.",
        epilog=examples("likeness evaluate voice", "likeness evaluate voice --voice me-tired"),
    )(voice)
    app.add_typer(group, name="evaluate")


def writing(person: PersonOption = "", as_json: JsonOption = False) -> None:
    """Evaluate the newest adapter."""
    from likeness.cli.progress import follow
    from likeness.write.evaluate import evaluate, load_evaluation

    home = open_person(person)
    follow(evaluate(home), quiet=as_json)
    _show(load_evaluation(home).figures(), as_json)


def voice(
    name: Annotated[str, typer.Option("--voice", help="Which voice.")] = "me",
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Evaluate a voice."""
    from likeness.cli.progress import follow
    from likeness.speak.evaluate import evaluate, load_evaluation

    home = open_person(person)
    follow(evaluate(home, name), quiet=as_json)
    _show(load_evaluation(home, name).figures(), as_json)


def _show(figures: dict[str, float], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(figures))
        return
    width = max(map(len, figures), default=0)
    for name, value in figures.items():
        typer.echo(f"{name.replace('_', ' '):<{width}}  {value:.3f}")
