"""``likeness import``: read mail and chat exports into the store."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, open_person

if TYPE_CHECKING:
    from likeness.core.home import PersonHome
    from likeness.core.store import ImportRecord

SHOWN_BAD_ENTRIES = 10
SHOWN_FILES = 12


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command(
        "import",
        short_help="Read mail and chat exports into the store.",
        help="Import mail (mbox, eml, emlx) and WhatsApp chats. The format is recognised; again adds nothing twice.",
        epilog=examples(
            "likeness import ~/Takeout/Mail/All.mbox --me sam@example.org",
            "likeness import exports/   (every mailbox and chat in the folder)",
            "likeness import 'WhatsApp Chat with Ana.zip' --me 'Sam Rivers'",
        ),
    )(import_)


def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files or folders.")],
    me: Annotated[
        list[str] | None, typer.Option("--me", help="An address or chat name of yours; may be repeated.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Take the proposed names and addresses without asking.")
    ] = False,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Read archives into the person's store and show the ledger."""
    from likeness.cli.progress import follow
    from likeness.core.store import Store
    from likeness.write.ingest import ingest

    home = open_person(person)
    _confirm_owner(home, paths, me or [], yes=yes, quiet=as_json)
    with Store.open(home.store) as store:
        before = {record.id: record.read for record in store.ledger()}
        follow(ingest(store, home.person().owner, paths), quiet=as_json)
        records = [record for record in store.ledger() if before.get(record.id, -1) != record.read]
        mine, everything = store.count(owner_only=True), store.count()
    if as_json:
        ledger = [asdict(record) for record in records]
        typer.echo(json.dumps({"imports": ledger, "messages": everything, "yours": mine}, default=str))
        return
    for record in _folded(records):
        _show(record)
    typer.echo(f"In the store now: {everything:,} messages, {mine:,} of them yours.")
    typer.echo("Next: likeness prepare writing" if mine else "None is yours: say who you are with --me ADDRESS.")


def _confirm_owner(home: PersonHome, paths: list[Path], me: list[str], *, yes: bool, quiet: bool) -> None:
    """Store the names and addresses given, or propose those the archives show and store what is confirmed.

    Raises :class:`OwnerUnknown` when nobody is there to ask, or nothing was confirmed.
    """
    from likeness.core.errors import OwnerUnknown
    from likeness.write.ingest import propose_identities

    if home.confirm(me).identities:
        return
    proposed = propose_identities(paths)[:9]
    if yes and proposed:
        home.confirm([proposed[0].value])
        return
    names = ", ".join(identity.value for identity in proposed[:5]) or "nobody"
    hint = f"say who you are with --me (most frequent here: {names})"
    if quiet or not sys.stdin.isatty() or not proposed:
        raise OwnerUnknown("nobody has said which sender you are", hint=hint)
    for number, identity in enumerate(proposed, 1):
        typer.echo(f"  {number}  {identity.value}  ({identity.evidence})")
    answer = typer.prompt("Which of these are you? Numbers with spaces between, or 0 for none")
    chosen = [proposed[int(n) - 1].value for n in answer.split() if n.isdigit() and 1 <= int(n) <= len(proposed)]
    if not home.confirm(chosen).identities:
        raise OwnerUnknown("none of the proposed senders was chosen", hint=hint)


def _folded(records: list[ImportRecord]) -> list[ImportRecord]:
    """One line per source where an archive has so many files that a line for each would bury the rest."""
    if len(records) <= SHOWN_FILES:
        return records
    folded: dict[str, ImportRecord] = {}
    counts = Counter(record.source for record in records)
    for record in records:
        before = folded.get(record.source)
        if before is None:
            folded[record.source] = replace(record, path=f"{counts[record.source]} files")
            continue
        folded[record.source] = replace(
            before,
            read=before.read + record.read,
            kept=before.kept + record.kept,
            duplicates=before.duplicates + record.duplicates,
            dropped=dict(Counter(before.dropped) + Counter(record.dropped)),
            bad=before.bad + record.bad,
        )
    return list(folded.values())


def _show(record: ImportRecord) -> None:
    """One import of the ledger: counts, reasons, and the first bad entries with where they stand."""
    typer.echo(f"{record.path} ({record.source})")
    typer.echo(f"  read {record.read:,}, kept {record.kept:,}, already there {record.duplicates:,}")
    for reason, count in record.dropped.items():
        typer.echo(f"  dropped {count:,}: {reason}")
    for entry in record.bad[:SHOWN_BAD_ENTRIES]:
        typer.echo(f"    {entry.where}: {entry.reason}{f' ({entry.detail})' if entry.detail else ''}")
    if len(record.bad) > SHOWN_BAD_ENTRIES:
        typer.echo(f"    … and {len(record.bad) - SHOWN_BAD_ENTRIES:,} more; --json lists them")
