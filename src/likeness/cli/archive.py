"""``likeness import``: read mail and chat exports into the store."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, open_person

if TYPE_CHECKING:
    from likeness.core.home import PersonHome
    from likeness.core.store import Store
    from likeness.core.types import Identity
    from likeness.write.recognise import Survey

_PROPOSED = 9


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command(
        "import",
        short_help="Read mail and chat exports into the store.",
        help="Import mail, chats and other exports: files, or a folder full of them. Formats are recognised; zip and "
        "tar archives are looked into; again adds nothing twice; interrupted, the same command continues.",
        epilog=examples(
            "likeness import ~/Takeout/Mail/All.mbox --me sam@example.org",
            "likeness import exports/   (every mailbox, chat and archive in the folder)",
            "likeness import exports/ --dry-run",
            "likeness import 'WhatsApp Chat with Ana.zip' --me 'Sam Rivers'",
            "likeness import --formats",
        ),
    )(import_)


def import_(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH", help="Files or folders.")] = None,
    me: Annotated[
        list[str] | None,
        typer.Option("--me", metavar="WHO", help="An address or chat name of yours; may be repeated."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Take the likeliest of the proposed names and addresses without asking.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read everything, write nothing, and show what would be imported.")
    ] = False,
    formats: Annotated[bool, typer.Option("--formats", help="List what can be imported and how to get it.")] = False,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Read archives into the person's store and show the ledger, or what it would be."""
    from likeness.cli.formats import show_formats
    from likeness.core.errors import InputError, Interrupted

    if formats:
        show_formats(as_json=as_json)
        return
    if not paths:
        raise InputError("nothing was named to import", hint="name files or folders, or see --formats")
    home = open_person(person)
    try:
        (_show_dry_run if dry_run else _import)(home, paths, me or [], yes=yes, as_json=as_json)
    except KeyboardInterrupt:
        raise Interrupted(
            "stopped; what was read so far is in the store" if not dry_run else "stopped; nothing was written",
            hint="the same command continues" if not dry_run else "",
        ) from None


def _import(home: PersonHome, paths: list[Path], me: list[str], *, yes: bool, as_json: bool) -> None:
    from likeness.cli.ledger import show_left_out, show_records
    from likeness.cli.progress import follow
    from likeness.core.store import Store
    from likeness.write.ingest import ingest

    with _surveyed(home, paths, quiet=as_json) as found:
        _confirm_owner(home, found, me, yes=yes, quiet=as_json)
        with Store.open(home.store) as store:
            before = {record.id: record.read for record in store.ledger()}
            events = follow(ingest(store, home.person().owner, found), quiet=as_json)
            records = [record for record in store.ledger() if before.get(record.id, -1) != record.read]
            mine, everything = store.count(owner_only=True), store.count()
    if as_json:
        ledger = [asdict(record) for record in records]
        _print({"imports": ledger, **_left_out(found), "messages": everything, "yours": mine})
        return
    show_records(records)
    show_left_out(found)
    for event in events:
        if event.stage == "answered elsewhere":
            typer.echo(event.note)
    typer.echo(f"In the store now: {everything:,} messages, {mine:,} of them yours.")
    typer.echo("Next: likeness prepare writing" if mine else "None is yours: say who you are with --me ADDRESS.")


def _show_dry_run(home: PersonHome, paths: list[Path], me: list[str], *, yes: bool, as_json: bool) -> None:
    """Show what an import would do. Nothing is written: no store is made, no owner confirmed."""
    from likeness.cli.ledger import show_left_out, show_previews
    from likeness.cli.progress import result_of
    from likeness.core.protocols import Owner
    from likeness.write.ingest import propose_identities
    from likeness.write.preview import preview

    with _surveyed(home, paths, quiet=as_json) as found:
        known = [*home.person().identities, *me]
        proposed = [] if known else propose_identities(found)[:_PROPOSED]
        assumed = known or [identity.value for identity in proposed[:1]]
        with _store_or_empty(home) as store:
            previews = result_of(preview(store, Owner.of(assumed), found), quiet=as_json)
    if as_json:
        _print(
            {
                "dry_run": True,
                "archives": [asdict(one) for one in previews],
                **_left_out(found),
                "owner": assumed,
                "proposed": [asdict(identity) for identity in proposed],
            }
        )
        return
    show_previews(previews)
    show_left_out(found)
    if proposed:
        _list(proposed)
        typer.echo(f"Counted as if you were {assumed[0]}: say who you are with --me, which may be repeated.")
    total, new = sum(one.messages for one in previews), sum(one.new for one in previews)
    typer.echo(f"Nothing was written. An import would read {total:,} messages, {new:,} of them new.")


@contextmanager
def _surveyed(home: PersonHome, paths: list[Path], *, quiet: bool) -> Iterator[Survey]:
    """What lies in ``paths``, unpacked in the person's home for as long as the block runs."""
    from likeness.cli.progress import result_of
    from likeness.write.recognise import surveying
    from likeness.write.unpack_folder import UnpackFolder

    with UnpackFolder(home.root) as folders:
        yield result_of(surveying(paths, folders), quiet=quiet)


@contextmanager
def _store_or_empty(home: PersonHome) -> Iterator[Store]:
    """The person's store, or where there is none yet an empty one that goes with the block."""
    import tempfile

    from likeness.core.store import Store

    with tempfile.TemporaryDirectory() as folder:
        path = home.store if home.store.exists() else Path(folder) / "store.sqlite"
        with Store.open(path) as store:
            yield store


def _left_out(found: Survey) -> dict[str, Any]:
    return {"left_out": [asdict(left) for left in found.left_out], "media": found.media, "hidden": found.hidden}


def _print(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, default=str))


def _list(proposed: list[Identity]) -> None:
    for number, identity in enumerate(proposed, 1):
        typer.echo(f"  {number}  {identity.value}  ({identity.evidence})")


def _confirm_owner(home: PersonHome, found: Survey, me: list[str], *, yes: bool, quiet: bool) -> None:
    """Store the names and addresses given, or propose those the archives show and store what is confirmed.

    Raises :class:`OwnerUnknown` when nobody is there to ask, or nothing was confirmed.
    """
    from likeness.core.errors import OwnerUnknown
    from likeness.write.ingest import propose_identities

    if home.confirm(me).identities:
        return
    proposed = propose_identities(found)[:_PROPOSED]
    if yes and proposed:
        home.confirm([proposed[0].value])
        return
    names = ", ".join(identity.value for identity in proposed[:5]) or "nobody"
    hint = f"say who you are with --me (most frequent here: {names})"
    if quiet or not sys.stdin.isatty() or not proposed:
        raise OwnerUnknown("nobody has said which sender you are", hint=hint)
    _list(proposed)
    if not home.confirm(_chosen(proposed)).identities:
        raise OwnerUnknown("none of the proposed senders was chosen", hint=hint)


def _chosen(proposed: list[Identity]) -> list[str]:
    """Which of them the person at the terminal is; asked again until every number is one of the list, or 0."""
    while True:
        answer = typer.prompt("Which of these are you? Numbers with spaces between, or 0 for none")
        numbers = answer.replace(",", " ").split()
        if numbers == ["0"]:
            return []
        if numbers and all(number in map(str, range(1, len(proposed) + 1)) for number in numbers):
            return [proposed[int(number) - 1].value for number in numbers]
        typer.echo(f"Please give numbers from 1 to {len(proposed)}.")
