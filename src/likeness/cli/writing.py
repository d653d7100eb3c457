"""``likeness write`` and ``likeness rewrite``: text in the person's words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, open_person, read_text

if TYPE_CHECKING:
    from likeness.core.types import Draft

EngineOption = Annotated[str, typer.Option("--engine", help="Which engine writes; the setting's when left out.")]
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
    to: Annotated[str, typer.Option("--to", help="Whom it is for.")] = "",
    answering: Annotated[
        str, typer.Option("--answering", metavar="FILE", help="The message it answers; - for stdin.")
    ] = "",
    channel: Annotated[str, typer.Option("--channel", help="mail, or the chats meant: whatsapp, sms, signal …")] = "",
    style_reference: ReferenceOption = "",
    engine: EngineOption = "",
    allow_stale: StaleOption = False,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Draft a text."""
    from likeness.write.generate import draft, open_writer

    context = read_text(answering) if answering else ""
    reference = read_text(style_reference) if style_reference else ""
    with open_writer(open_person(person), engine=engine or _engine(), allow_stale=allow_stale) as writer:
        _show(draft(writer, task, context=context, recipient=to, channel=channel, style_reference=reference), as_json)


def rewrite(
    source: Annotated[str, typer.Argument(metavar="FILE|-", help="A text file, or - for standard input.")],
    to: Annotated[str, typer.Option("--to", help="Whom it is for.")] = "",
    channel: Annotated[str, typer.Option("--channel", help="mail, or the chats meant: whatsapp, sms, signal …")] = "",
    style_reference: ReferenceOption = "",
    engine: EngineOption = "",
    allow_stale: StaleOption = False,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Rewrite a text."""
    from likeness.write.generate import open_writer
    from likeness.write.generate import rewrite as rewritten

    text = read_text(source)
    reference = read_text(style_reference) if style_reference else ""
    with open_writer(open_person(person), engine=engine or _engine(), allow_stale=allow_stale) as writer:
        _show(rewritten(writer, text, recipient=to, channel=channel, style_reference=reference), as_json)


def _engine() -> str:
    from likeness.core.settings import settings

    return settings().writer


def _show(draft: Draft, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        text = "".join(draft.pieces)
        typer.echo(json.dumps({"text": text, "provenance": asdict(draft.provenance)}, ensure_ascii=False, default=str))
        return
    for piece in draft.pieces:
        typer.echo(piece, nl=False)
    typer.echo()
    typer.echo(f"[{draft.provenance.method}: {draft.provenance.note}]", err=True)
