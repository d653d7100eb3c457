"""``likeness status``: what there is, and the next step."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, home

if TYPE_CHECKING:
    from likeness.core.home import PersonHome


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command(
        "status",
        short_help="Say what there is and what comes next.",
        help="Say what has been imported and learned, where it lies, and what to do next.",
        epilog=examples("likeness status", "likeness status --person sam --json"),
    )(status)


def status(person: PersonOption = "", as_json: JsonOption = False) -> None:
    """Show every person, or one."""
    from likeness.core.settings import settings

    folder = home()
    names = [person or settings().person] if person or settings().person else folder.names()
    people = [_describe(folder.open(name)) for name in names]
    if as_json:
        typer.echo(json.dumps({"home": str(folder.root), "people": people}, default=str))
        return
    typer.echo(f"Home: {folder.root}")
    for entry in people:
        _show(entry)
    if not people:
        typer.echo("Nobody has been set up yet. Next: likeness init NAME")


def _describe(person_home: PersonHome) -> dict[str, Any]:
    from likeness.core import artefacts
    from likeness.core.store import Store
    from likeness.speak.recordings import recordings
    from likeness.write.runs import runs

    person = person_home.person()
    messages = mine = unfinished = 0
    if person_home.store.exists():
        with Store.open(person_home.store) as store:
            messages, mine = store.count(), store.count(owner_only=True)
            unfinished = len(store.pending_forgettings())
    kept = recordings(person_home)
    entry: dict[str, Any] = {
        "name": person.name,
        "full_name": person.display_name,
        "identities": list(person.identities),
        "messages": messages,
        "yours": mine,
        "unfinished_forgettings": unfinished,
        "recordings": len(kept),
        "recorded_seconds": round(sum(item.seconds for item in kept), 1),
    }
    entry["damaged"] = []
    for kind in ("datasets", "adapters", "voices"):
        listed, damaged = artefacts.surveyed(getattr(person_home, kind))
        entry["damaged"] += [{"kind": kind, "folder": str(path), "why": str(damaged[path])} for path in damaged]
        entry[kind] = [
            {"name": path.name, "created_at": manifest.created_at, "stale": "stale" in manifest.extra}
            for path, manifest in listed
        ]
    entry["runs"] = [{"name": run.name, "step": run.step, "running": run.running} for run in runs(person_home)]
    entry["next"] = _next(entry)
    return entry


def _next(entry: dict[str, Any]) -> str:
    if entry["unfinished_forgettings"]:
        return "likeness forget WHO   (it was interrupted, and the same command finishes it)"
    if entry["damaged"]:
        return f"remove {entry['damaged'][0]['folder']}   (it is damaged; then make again what was in it)"
    if not entry["messages"]:
        return "likeness import PATH…"
    if not entry["adapters"]:
        return "likeness prepare writing"
    if not entry["voices"]:
        return "likeness enrol voice PATH…"
    return "likeness serve"


def _show(entry: dict[str, Any]) -> None:
    typer.echo(f"\n{entry['full_name']} ({entry['name']})")
    typer.echo(f"  known as    {', '.join(entry['identities']) or 'nobody confirmed yet'}")
    typer.echo(f"  messages    {entry['messages']:,}, {entry['yours']:,} theirs")
    typer.echo(f"  recordings  {entry['recordings']:,}, {entry['recorded_seconds'] / 60:.1f} minutes")
    for kind in ("datasets", "adapters", "voices"):
        names = ", ".join(item["name"] + (" (stale)" if item["stale"] else "") for item in entry[kind]) or "none"
        typer.echo(f"  {kind:<10}  {names}")
    for item in entry["damaged"]:
        typer.echo(f"  damaged     {item['why']}")
    for run in entry["runs"]:
        state = "under way" if run["running"] else "interrupted"
        typer.echo(f"  training    {run['name']}, {state} after step {run['step']:,}   (likeness runs)")
    typer.echo(f"  next        {entry['next']}")
