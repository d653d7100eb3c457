"""``likeness prepare writing``: from messages to a dataset, and the built-in writer learned from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, open_person


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    group = typer.Typer(
        help="Turn what was imported into what can be learned from.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command(
        "writing",
        help="Clean, redact, de-duplicate and split your messages into a dataset, and learn your habits from it.",
        epilog=examples(
            "likeness prepare writing",
            "likeness prepare writing --redact-names --preset thorough",
            "likeness prepare writing --all   (examples of everything you wrote, not of a selection)",
            "likeness prepare writing --allow-small   (under 200 examples)",
        ),
    )(writing)
    app.add_typer(group, name="prepare")


def writing(
    preset: Annotated[str, typer.Option("--preset", help="Set of defaults: quick, standard or thorough.")] = "standard",
    allow_small: Annotated[bool, typer.Option("--allow-small", help="Go on with fewer than 200 examples.")] = False,
    redact_names: Annotated[bool, typer.Option("--redact-names", help="Replace people's names too.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Make examples of every usable message: no budget and no caps.")
    ] = False,
    languages: Annotated[
        str, typer.Option("--languages", help="Keep messages in these languages only, for instance en,de.")
    ] = "",
    again: Annotated[bool, typer.Option("--again", help="Learn once more, even when nothing has changed.")] = False,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Prepare the dataset and train the built-in writer."""
    from likeness.cli.progress import follow
    from likeness.write.prepare import latest_dataset, prepare
    from likeness.write.recipe import prepare_recipe
    from likeness.write.train import latest_adapter, train

    home = open_person(person)
    changes = {"redact_names": redact_names, "everything": everything}
    chosen: dict[str, Any] = {name: True for name, asked in changes.items() if asked}
    if languages:
        chosen["languages"] = languages.replace(",", " ").lower().split()
    recipe = prepare_recipe(preset, **chosen)
    follow(prepare(home, recipe, allow_small=allow_small), quiet=as_json)
    dataset = latest_dataset(home)
    follow(train(home, {}, dataset=dataset, again=again), quiet=as_json)
    adapter = latest_adapter(home)
    from likeness.core import artefacts

    measures = artefacts.load(dataset).measures
    if as_json:
        typer.echo(json.dumps({"dataset": str(dataset), "adapter": str(adapter), "measures": measures}, default=str))
        return
    _show(measures)
    typer.echo(f"Dataset: {dataset}")
    typer.echo('Next: likeness write "thank Ana for the slides"')


def _show(measures: Mapping[str, Any]) -> None:
    """How many texts there were, what was made of them, and what was dropped for which reason."""
    made = measures["examples"]
    held = made["total"] - made["split"].get("train", 0)
    texts, messages = measures["messages"]["kept"], measures["messages"]["owner"]
    typer.echo(f"{texts:,} texts of yours in {messages:,} messages (those sent in one go are one text)")
    if len(languages := measures["languages"]) > 1:
        typer.echo("  " + ", ".join(f"{code} {count / texts:.0%}" for code, count in list(languages.items())[:8]))
    for reason, count in sorted(measures["dropped"].items(), key=lambda item: -item[1]):
        typer.echo(f"  dropped {count:,}: {reason}")
    typer.echo(f"{made['total']:,} examples made of them, {held:,} held back to test with")
