"""``likeness search``: find messages by words or by meaning."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, open_person, printable

if TYPE_CHECKING:
    from likeness.core.home import PersonHome
    from likeness.core.store import Filters
    from likeness.write.search import By, Result, Results


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command(
        "search",
        short_help="Find messages by words or by meaning.",
        help='Find messages. All words must be there; "a phrase" in quotes, -without, begin* for words that begin so. '
        "With an embedding engine (setting LIKENESS_EMBEDDER) and `--index` also by meaning.",
        epilog=examples(
            "likeness search 'harbour dinner -museum' --from ana --since 2019",
            "likeness search '\"the slides\"' --mine --in whatsapp",
            "likeness search --index   (once, and after each import)",
            "likeness search 'when did we talk about moving house' --by meaning",
        ),
    )(search)


def search(
    words: Annotated[list[str] | None, typer.Argument(metavar="WORDS", help="What to find.")] = None,
    sender: Annotated[str, typer.Option("--from", metavar="WHO", help="Sent by: part of an address or name.")] = "",
    recipient: Annotated[str, typer.Option("--to", metavar="WHO", help="Sent to: part of an address or name.")] = "",
    place: Annotated[
        str,
        typer.Option("--in", metavar="WHERE", help="A source (mbox, whatsapp …), or part of a conversation or label."),
    ] = "",
    since: Annotated[str, typer.Option("--since", metavar="DATE", help="From 2019, 2019-05 or 2019-05-03 on.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="Up to the end of that year, month, day.")] = "",
    mine: Annotated[bool, typer.Option("--mine", help="Only what you wrote.")] = False,
    by: Annotated[
        Literal["words", "meaning", "both"] | None,
        typer.Option("--by", help="How to search; both where an index by meaning is there, else words."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many results.")] = 20,
    index: Annotated[bool, typer.Option("--index", help="Make ready to search by meaning what is not yet.")] = False,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Search the store."""
    from likeness.core.store import Filters
    from likeness.write.search import moment

    home = open_person(person)
    if index:
        _index(home, as_json)
        if not words:
            return
    filters = Filters(sender, recipient, place, moment(since), moment(until, after=True), owner_only=mine)
    found, why = _found(home, " ".join(words or ()), filters, by, limit)
    if as_json:
        typer.echo(json.dumps(_as_json(found), ensure_ascii=False))
        return
    for result in found.items:
        _show(result)
    typer.echo(_closing(found, why), err=True)


def _found(home: PersonHome, typed: str, filters: Filters, by: By | None, limit: int) -> tuple[Results, str]:
    """The results, and why words alone were searched for where nobody chose that."""
    from likeness.core.errors import EngineMissing, NotReady
    from likeness.core.settings import settings
    from likeness.core.store import Store
    from likeness.write.meaning import open_embedder, why_words_only
    from likeness.write.search import search as find

    with Store.open(home.store) as store:
        why = why_words_only(store, settings()) if by is None else ""
        chosen: By = by or ("words" if why else "both")
        if chosen == "words":
            return find(store, typed, filters, limit=limit), why
        try:
            with open_embedder(settings()) as embedder:
                return find(store, typed, filters, by=chosen, limit=limit, embedder=embedder), ""
        except (EngineMissing, NotReady) as error:
            if by is None:
                error.hint = f"{error.hint} (or search by words alone: --by words)"
            raise


def _index(home: PersonHome, as_json: bool) -> None:
    from likeness.cli.progress import follow
    from likeness.core.settings import settings
    from likeness.core.store import Store
    from likeness.write import meaning

    with meaning.open_embedder(settings()) as embedder, Store.open(home.store) as store:
        events = meaning.index(store, embedder)
        first = next(events)
        typer.echo(f"To index with {embedder.model}: {first.note}. Nothing leaves this machine.", err=True)
        last = follow(events, quiet=as_json)[-1]
        held = store.vector_counts()[embedder.model] if store.vector_counts() else 0
    if as_json:
        typer.echo(json.dumps({"model": last.note, "new": int(last.metrics["vectors"]), "indexed": held}))
    else:
        typer.echo(f"{int(last.metrics['vectors']):,} new, {held:,} indexed with {last.note}.", err=True)


def _show(result: Result) -> None:
    message = result.message
    date = message.sent_at.strftime("%Y-%m-%d %H:%M") if message.sent_at else "undated         "
    who = "you" if message.from_owner else message.sender_name or message.sender
    place = message.subject or message.conversation
    typer.echo(printable(f"{date}  {who}  {result.channel}  {place}  {message.id}"))
    typer.echo(f"    {_marked(result)}")


def _marked(result: Result) -> str:
    """The snippet, with what was found in bold where a person looks at it."""
    text = result.snippet.text
    if not sys.stdout.isatty():
        return text
    out, last = "", 0
    for begin, end in result.snippet.marks:
        if begin >= last:
            out += text[last:begin] + typer.style(text[begin:end], bold=True, reverse=True)
            last = end
    return out + text[last:]


def _closing(found: Results, why: str) -> str:
    count = f"{len(found.items)} found" + (", and there are more: --limit" if found.more else "")
    ways = {"words": "by words", "meaning": "by meaning", "both": "by words and meaning"}[found.by]
    return f"{count}, {ways}" + (f" ({why})" if why else "") + (f". {found.note}" if found.note else "")


def _as_json(found: Results) -> dict[str, Any]:
    from likeness.write.search import as_json

    return {"by": found.by, "more": found.more, "note": found.note, "results": [as_json(item) for item in found.items]}
