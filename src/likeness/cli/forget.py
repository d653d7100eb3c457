"""``likeness forget``: take a person or a conversation out of everything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from likeness.cli.options import JsonOption, PersonOption, agreed, examples, open_person

if TYPE_CHECKING:
    from likeness.core.home import PersonHome
    from likeness.core.store import Store
    from likeness.write.forget import Preview


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command(
        "forget",
        short_help="Take a person or a conversation out of everything.",
        help="Remove what a person wrote, what you wrote to them alone, and every mail that answers or quotes them; or "
        "a whole conversation. It goes from the store, the search, the datasets and what holds texts word for word; "
        "other adapters are marked stale. Shows what would go and asks first. The next import leaves them out.",
        epilog=examples(
            "likeness forget ana@example.org",
            "likeness forget 'Ana Souza' --mentions",
            "likeness forget 'whatsapp:Book club'",
            "likeness forget ana@example.org --undo   (the next import may bring them back)",
        ),
    )(forget)


def forget(
    who: Annotated[str, typer.Argument(metavar="WHO", help="An address, a name, or a conversation.")],
    mentions: Annotated[
        bool, typer.Option("--mentions", help="Remove messages of others and yours that name them, too.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Let the next import bring them back.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Forget somebody, after showing what goes."""
    from likeness.core.store import Store

    home = open_person(person)
    with Store.open(home.store) as store:
        if undo:
            _undo(store, who, as_json)
            return
        finished = _finish(home, store, as_json)
        _forget(home, store, who, mentions, yes, as_json, finished)


def _forget(home: PersonHome, store: Store, who: str, mentions: bool, yes: bool, as_json: bool, finished: bool) -> None:
    from likeness.core.errors import NotFound
    from likeness.write.forget import preview

    if not as_json:
        typer.echo("Looking for everything of theirs …", err=True)
    try:
        planned = preview(home, store, who, mentions=mentions)
    except NotFound:
        if not finished:
            raise
        typer.echo("Nothing is left of them." if not as_json else json.dumps({"done": True, "finished": True}))
        return
    if as_json:
        left = _done(home, store, planned) if yes else ""
        typer.echo(json.dumps({**_as_json(planned), "done": yes, "left": left}, ensure_ascii=False))
        return
    _show(planned)
    if not (yes or agreed()):
        return
    left = _done(home, store, planned, quiet=False)
    undo = f"likeness forget '{planned.meant.values[0]}' --undo"
    typer.echo(f"Forgotten. The next import leaves them out; this changes that: {undo}")
    if left:
        typer.echo(f"What may still name them: {left}")


def _done(home: PersonHome, store: Store, planned: Preview, *, quiet: bool = True) -> str:
    """Do it; what may still hold a word of theirs."""
    from likeness.cli.progress import follow
    from likeness.write.forget import forget as forgetting

    return follow(forgetting(home, store, planned), quiet=quiet)[-1].note


def _finish(home: PersonHome, store: Store, as_json: bool) -> bool:
    """Finish what was interrupted; whether there was anything."""
    from likeness.cli.progress import follow
    from likeness.write.forget import finish

    if not store.pending_forgettings():
        return False
    follow(finish(home, store), quiet=as_json)
    if not as_json:
        typer.echo("Finished what was interrupted before.")
    return True


def _undo(store: Store, who: str, as_json: bool) -> None:
    from likeness.core.errors import NotFound

    if not store.undo_forgetting(who):
        raise NotFound(f"{who!r} was not forgotten", hint="give the address, name or conversation as it was then")
    if as_json:
        typer.echo(json.dumps({"undone": who}))
    else:
        typer.echo(f"The next import may bring {who} back. Nothing comes back by itself: likeness import PATH…")


def _show(planned: Preview) -> None:
    chosen = planned.selection
    typer.echo(f"To forget: {', '.join(planned.meant.values)}")
    typer.echo(f"  {len(chosen.reasons):,} messages" + (":" if chosen.reasons else ""))
    for reason, count in chosen.counts.items():
        typer.echo(f"    {count:,} {reason}")
    for name, (exchanges, count) in planned.datasets.items():
        typer.echo(f"  dataset {name}: {exchanges:,} exchanges, {count:,} examples")
    for name, becomes in planned.adapters.items():
        typer.echo(f"  adapter {name}: {becomes}")
    for name in planned.runs:
        typer.echo(f"  unfinished training {name}: thrown away")
    if chosen.mentions:
        one = chosen.mentions == 1
        said = "message names them and stays" if one else "messages name them and stay"
        typer.echo(f"  {chosen.mentions:,} other {said}; --mentions removes {'it' if one else 'these'} as well")


def _as_json(planned: Preview) -> dict[str, Any]:
    chosen = planned.selection
    return {
        "meant": list(planned.meant.values),
        "kind": planned.meant.kind,
        "messages": chosen.counts,
        "mentions_kept": chosen.mentions,
        "datasets": {name: {"exchanges": e, "examples": x} for name, (e, x) in planned.datasets.items()},
        "adapters": planned.adapters,
        "runs": planned.runs,
    }
