"""``likeness show``: one example, or one message, with everything known of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, open_person, printable

if TYPE_CHECKING:
    from likeness.core.types import Message


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    group = typer.Typer(help="Show one thing and where it comes from.", no_args_is_help=True, rich_markup_mode=None)
    group.command(
        "example",
        help="Show a training example, the messages it was made of and those it answers. "
        "The beginning of its id is enough.",
        epilog=examples("likeness show example 3fa9c2", "likeness show example 3fa9c2 --dataset writing-1b… --json"),
    )(example)
    group.command(
        "message",
        help="Show a message as it was imported, and where in which archive it stands. "
        "The beginning of its id is enough.",
        epilog=examples("likeness show message 9c41d0"),
    )(message)
    app.add_typer(group, name="show")


def example(
    id: Annotated[str, typer.Argument(metavar="ID", help="Of the example.")],
    dataset: Annotated[str, typer.Option("--dataset", metavar="NAME", help="Which dataset; else the newest.")] = "",
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Trace an example back to its messages."""
    from likeness.write.trace import trace

    found = trace(open_person(person), id, dataset)
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False, default=str))
        return
    made = found.example
    typer.echo(f"Example {made.id} of {found.dataset}: {made.kind}, {made.split}, exchange {made.exchange_id}")
    if found.row and found.row.copies > 1:
        typer.echo(f"It stands for {found.row.copies} messages that are nearly alike.")
    _part("Prompt", made.prompt)
    _part("Completion", made.completion)
    for title, messages in (("Answers", found.context), ("Made of", found.messages)):
        for one in messages:
            _message(title, one)
    if found.lost:
        typer.echo(f"\nNot in the store any more: {', '.join(found.lost)}")


def message(
    id: Annotated[str, typer.Argument(metavar="ID", help="Of the message.")],
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show a message."""
    from likeness.core.store import Store
    from likeness.write import trace

    with Store.open(open_person(person).store) as store:
        found = trace.message(store, id)
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False, default=str))
    else:
        _message("Message", found)


def _message(title: str, message: Message) -> None:
    date = message.sent_at.strftime("%Y-%m-%d %H:%M") if message.sent_at else "undated"
    who = "you" if message.from_owner else " ".join(dict.fromkeys(filter(None, (message.sender_name, message.sender))))
    to = f" to {', '.join(message.recipients)}" if message.recipients else ""
    subject = f", “{message.subject}”" if message.subject else ""
    _part(f"{title} {message.id}: {date}, {who}{to}{subject} ({message.source}, {message.where})", message.body)


def _part(title: str, text: str) -> None:
    """A heading and a text below it, without what a terminal would obey."""
    typer.echo(f"\n{printable(title)}")
    for line in text.splitlines():
        typer.echo(f"    {printable(line)}".rstrip())
