"""``likeness write`` and ``likeness rewrite``: text in the person's words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, open_person, read_text

if TYPE_CHECKING:
    from likeness.core.home import PersonHome
    from likeness.core.protocols import Writer
    from likeness.core.types import Draft

ToOption = Annotated[str, typer.Option("--to", help="Whom it is for.")]
ChannelOption = Annotated[str, typer.Option("--channel", help="mail, or the chats meant: whatsapp, sms, signal …")]
EngineOption = Annotated[str, typer.Option("--engine", help="Which engine writes; the setting's when left out.")]
AdapterOption = Annotated[
    str,
    typer.Option("--adapter", metavar="NAME", help="What was learned; the newest when left out. NAME/step-000100 too."),
]
ModelOption = Annotated[str, typer.Option("--model", help="The engine's model: a folder, or its name on a server.")]
PlainOption = Annotated[bool, typer.Option("--plain", help="Let the model answer as it is, in nobody's words.")]
TemperatureOption = Annotated[
    float, typer.Option("--temperature", min=0.0, max=2.0, help="0 always writes the same; more varies more.")
]
SeedOption = Annotated[
    int, typer.Option("--seed", min=0, help="Another one gives another text at a temperature over 0.")
]
ReferenceOption = Annotated[
    str, typer.Option("--style-reference", metavar="FILE", help="A text whose manner this one should follow.")
]
StaleOption = Annotated[
    bool, typer.Option("--allow-stale", help="Use what was learned from messages that were forgotten since.")
]


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command(
        "write",
        short_help="Draft a text in your words.",
        help="Draft a text in your words. Standard output gets the draft alone, standard error how it came about.",
        epilog=examples(
            'likeness write "thank Ana for the slides and say I will read them tonight" --to Ana',
            'likeness write "decline politely" --answering mail.txt',
            'likeness write "remind the team about Friday" --channel whatsapp --json',
            'likeness write "explain why we moved the date" --engine mlx --substance ollama',
        ),
    )(write)
    app.command(
        "rewrite",
        short_help="Put a plain text into your words.",
        help="Put a plain or assistant-like text into your words.",
        epilog=examples("likeness rewrite draft.txt", "pbpaste | likeness rewrite -"),
    )(rewrite)


def write(
    task: Annotated[str, typer.Argument(metavar="TASK", help="What to write.")],
    to: ToOption = "",
    answering: Annotated[
        str, typer.Option("--answering", metavar="FILE", help="The message it answers; - for stdin.")
    ] = "",
    channel: ChannelOption = "",
    style_reference: ReferenceOption = "",
    engine: EngineOption = "",
    adapter: AdapterOption = "",
    model: ModelOption = "",
    substance: Annotated[
        str,
        typer.Option(
            "--substance", metavar="ENGINE", help="A language model that says what to say, before you say it."
        ),
    ] = "",
    substance_model: Annotated[str, typer.Option("--substance-model", help="The model of that engine.")] = "",
    plain: PlainOption = False,
    temperature: TemperatureOption = 0.0,
    seed: SeedOption = 0,
    allow_stale: StaleOption = False,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Draft a text."""
    from likeness.core.settings import settings
    from likeness.write.generate import draft, open_substance

    context = read_text(answering) if answering else ""
    reference = read_text(style_reference) if style_reference else ""
    home = open_person(person)
    thinker = "" if plain else substance or settings().substance
    if plain and substance:
        raise typer.BadParameter("--plain is in nobody's words, so there is no second stage for --substance")
    with ExitStack() as opened:
        writer = opened.enter_context(
            _writer(home, engine, adapter, channel, plain=plain, model=model, allow_stale=allow_stale)
        )
        thought = opened.enter_context(open_substance(home, thinker, model=substance_model)) if thinker else None
        drafted = draft(
            writer,
            task,
            context=context,
            recipient=to,
            channel=channel,
            style_reference=reference,
            temperature=temperature,
            seed=seed,
            substance=thought,
        )
        _show(drafted, as_json)


def rewrite(
    source: Annotated[str, typer.Argument(metavar="FILE|-", help="A text file, or - for standard input.")],
    to: ToOption = "",
    channel: ChannelOption = "",
    style_reference: ReferenceOption = "",
    engine: EngineOption = "",
    adapter: AdapterOption = "",
    model: ModelOption = "",
    plain: PlainOption = False,
    temperature: TemperatureOption = 0.0,
    seed: SeedOption = 0,
    allow_stale: StaleOption = False,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Rewrite a text."""
    from likeness.write.generate import rewrite as rewritten

    text = read_text(source)
    reference = read_text(style_reference) if style_reference else ""
    home = open_person(person)
    with _writer(home, engine, adapter, channel, plain=plain, model=model, allow_stale=allow_stale) as writer:
        put = rewritten(
            writer,
            text,
            recipient=to,
            channel=channel,
            style_reference=reference,
            temperature=temperature,
            seed=seed,
        )
        _show(put, as_json)


@contextmanager
def _writer(
    home: PersonHome, engine: str, adapter: str, channel: str, *, plain: bool, model: str, allow_stale: bool
) -> Iterator[Writer]:
    """The writer asked for, after the channel was found to be one."""
    from likeness.core.settings import settings
    from likeness.write.generate import adapter_folder, check_channel, open_writer

    engine = engine or settings().writer
    with open_writer(home, engine, adapter, allow_stale=allow_stale, plain=plain, model=model) as writer:
        if not plain:
            check_channel(home, adapter_folder(home, engine, adapter, allow_stale=allow_stale), channel)
        yield writer


def _show(draft: Draft, as_json: bool) -> None:
    from dataclasses import asdict

    from likeness.core.controls import without_controls
    from likeness.write.two_stage import loss

    if as_json:
        text = without_controls("".join(draft.pieces))
        typer.echo(json.dumps({"text": text, "provenance": asdict(draft.provenance)}, ensure_ascii=False, default=str))
        return
    for piece in draft.pieces:
        # Whoever wrote it: what was found among old messages may hold some, too.
        typer.echo(without_controls(piece), nl=False)
    typer.echo()
    typer.echo(without_controls(f"[{draft.provenance.method}: {draft.provenance.note}]"), err=True)
    if finished := draft.provenance.details.get("finished"):
        typer.echo(f"[taken away: {finished}]", err=True)
    if told := loss(draft.provenance):
        typer.echo(without_controls(f"[check the facts: {told}]"), err=True)
