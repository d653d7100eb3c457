"""``likeness evaluate writing|voice``: what was learned, measured against the person."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, open_person

if TYPE_CHECKING:
    from likeness.core.events import Event

_LIMIT = 60


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    group = typer.Typer(
        help="Measure what was learned against the person.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command(
        "writing",
        short_help="Judge the writer on messages it never saw.",
        help="Judge the writer on messages it never saw: style, authorship, content, verbatim overlap. Of a language "
        "model the base and every checkpoint are judged on the same requests, and the best checkpoint becomes the "
        "adapter. An interrupted evaluation goes on where it stopped.",
        epilog=examples(
            "likeness evaluate writing",
            "likeness evaluate writing --limit 20 --checkpoints last",
            "likeness evaluate writing --bits 4",
            "likeness evaluate writing --engine ollama",
        ),
    )(writing)
    group.command(
        "voice",
        short_help="Judge a voice between other speakers and the person.",
        help="Judge a voice between its floor, other speakers, and its ceiling, the person: likeness by two speaker "
        "encoders, words misheard by a recogniser, naturalness, pitch and pace by feeling, cost. Judges that are not "
        "ready are named with how to get them. Stopped, it goes on where it was.",
        epilog=examples(
            "likeness evaluate voice",
            "likeness evaluate voice --voice me-tired",
            "likeness evaluate voice --held-out   (learns a second time without some recordings)",
        ),
    )(voice)
    app.add_typer(group, name="evaluate")


def writing(
    adapter: Annotated[
        str, typer.Option("--adapter", metavar="NAME", help="Which adapter; the newest when left out.")
    ] = "",
    engine: Annotated[
        str,
        typer.Option("--engine", help="What answers, the trainer by default; ollama and openai add what is deployed."),
    ] = "",
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="Held-out requests that a language model answers.")
    ] = _LIMIT,
    checkpoints: Annotated[str, typer.Option("--checkpoints", help="all, or last.")] = "all",
    bits: Annotated[int, typer.Option("--bits", help="Judge the chosen checkpoint on a base of 4 or 8 bits, too.")] = 0,
    model: Annotated[str, typer.Option("--model", help="A quantised base to judge on, too, by folder or name.")] = "",
    temperature: Annotated[
        float, typer.Option("--temperature", min=0, max=2, help="Freedom of the answers; judge at what you use.")
    ] = 0.0,
    keep: Annotated[
        bool, typer.Option("--keep", help="Measure only: leave the adapter's checkpoint as it is.")
    ] = False,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Evaluate an adapter."""
    from likeness.cli import judgement
    from likeness.cli.progress import follow
    from likeness.core import artefacts
    from likeness.report.evaluation import write_page
    from likeness.write.evaluate import JudgeOptions, evaluate, load_judgement
    from likeness.write.evaluate.judgement import FORM

    home = open_person(person)
    options = JudgeOptions(limit, cast("Literal['all', 'last']", checkpoints), bits, model, keep, temperature)
    last = follow(_cost_told(evaluate(home, engine, adapter, options), quiet=as_json), quiet=as_json)[-1]
    if artefacts.load(home.adapters / last.note).form != FORM:
        _show(dict(last.metrics), as_json)
        return
    found = load_judgement(home, last.note)
    page = str(write_page(home, found))
    if as_json:
        typer.echo(json.dumps(judgement.as_json(found, page), ensure_ascii=False))
        return
    for line in judgement.lines(found):
        typer.echo(line)
    typer.echo(f"\n{page}: open it in a browser; it needs nothing else")


def _cost_told(events: Iterable[Event], *, quiet: bool) -> Iterator[Event]:
    """``events``, with what the answers will cost said in a line of its own on standard error."""
    for event in events:
        if event.stage == "cost" and not quiet:
            typer.echo(event.note, err=True)
        else:
            yield event


def voice(
    name: Annotated[str, typer.Option("--voice", help="Which voice.")] = "me",
    held_out: Annotated[
        bool,
        typer.Option(
            "--held-out", help="Where no recording was kept back, learn a second time without some and judge that."
        ),
    ] = False,
    no_judges: Annotated[
        bool, typer.Option("--no-judges", help="Ask no engine; measure only what signal processing can.")
    ] = False,
    page: Annotated[bool, typer.Option(help="Write a page with pictures and players beside the voice.")] = True,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Evaluate a voice."""
    from likeness.cli import voice_judgement
    from likeness.cli.progress import follow
    from likeness.report.voice_page import write_page
    from likeness.speak.evaluate import EvaluateOptions, evaluate, load_evaluation

    home = open_person(person)
    options = EvaluateOptions(again=held_out, judges=not no_judges)
    follow(_cost_told(evaluate(home, name, options), quiet=as_json), quiet=as_json)
    found = load_evaluation(home, name)
    place = str(write_page(home, found)) if page else ""
    if as_json:
        typer.echo(json.dumps(voice_judgement.as_json(found, place), ensure_ascii=False))
        return
    for line in voice_judgement.lines(found):
        typer.echo(line)
    if place:
        typer.echo(f"\n{place}: open it in a browser; it needs nothing else")


def _show(figures: dict[str, float], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(figures))
        return
    width = max(map(len, figures), default=0)
    for name, value in figures.items():
        typer.echo(f"{name.replace('_', ' '):<{width}}  {value:.3f}")
