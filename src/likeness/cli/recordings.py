"""``likeness recordings``: what a voice is learnt from, listed and removed."""

from __future__ import annotations

import json
from collections import Counter
from typing import Annotated

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, open_person, printable


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    group = typer.Typer(help="List and remove recordings.", no_args_is_help=True, rich_markup_mode=None)
    group.command("list", help="List the recordings: length, feeling, quality, transcript, consent.")(listed)
    group.command(
        "remove",
        help="Remove recordings from the home, and say which voices were learnt from them.",
        epilog=examples(
            "likeness recordings remove 3f2a90c1d4e5f607",
            "likeness recordings remove --all --yes   (voices stay; `likeness voices remove` removes those)",
        ),
    )(remove)
    app.add_typer(group, name="recordings")


def listed(person: PersonOption = "", as_json: JsonOption = False) -> None:
    """One line for each recording, and what they come to by feeling."""
    from likeness.speak.recordings import dependents, recordings

    home = open_person(person)
    kept = recordings(home)
    voices = dependents(home)
    if as_json:
        rows = [
            {
                "id": item.id, "name": item.name, "seconds": item.seconds, "emotion": item.emotion,
                "verdict": item.check.verdict.value, "transcript": bool(item.transcript), "heard_by": item.heard_by,
                "clips": len(item.spans), "consent": item.agreed.as_dict(), "voice": item.voice,
                "voices": voices.get(item.id, []), "added_at": item.added_at,
            }
            for item in kept
        ]  # fmt: skip
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    if not kept:
        typer.echo("There are no recordings yet. Next: likeness record, or likeness enrol voice PATH…")
        return
    for item in kept:
        text = "no transcript"
        if item.transcript:
            machine = item.heard_by or next((span.heard_by for span in item.spans if span.heard_by), "")
            text = f"transcript by {machine}" if machine else "transcript"
        used = f"  in {', '.join(voices[item.id])}" if voices.get(item.id) else ""
        typer.echo(
            f"{item.id}  {item.seconds / 60:5.1f} min  {item.emotion:<13} {item.check.verdict.value:<7} "
            f"{text:<24} {printable(item.name)}{used}"
        )
    minutes: Counter[str] = Counter()
    for item in kept:
        minutes[item.emotion] += round(item.seconds)
    told = ", ".join(f"{emotion} {seconds / 60:.1f} min" for emotion, seconds in minutes.most_common())
    typer.echo(f"{len(kept)} recordings: {told}")


def remove(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="Recordings, as the list names them.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Remove recordings after asking."""
    from likeness.core.errors import InputError, Refused
    from likeness.speak.recordings import dependents, recording, recordings
    from likeness.speak.recordings import remove as forget

    home = open_person(person)
    if bool(ids) == everything:
        raise InputError("say which recordings, or --all", hint="`likeness recordings list` names them")
    chosen = recordings(home) if everything else [recording(home, each) for each in ids or ()]
    used = sorted({name for item in chosen for name in dependents(home).get(item.id, [])})
    told = f"{len(chosen)} recordings, {sum(item.seconds for item in chosen) / 60:.1f} minutes"
    remain = f"voices learnt from them stay: {', '.join(used)}" if used else "no voice was learnt from them"
    if not yes and (as_json or not typer.confirm(f"Remove {told} ({remain})?")):
        raise Refused("nothing was removed", hint="add --yes to remove without being asked")
    names = forget(home, [item.id for item in chosen])
    if as_json:
        typer.echo(json.dumps({"removed": names, "voices": used}))
        return
    typer.echo(f"Removed {told}; {remain}.")
    if used:
        typer.echo("Next: likeness enrol voice PATH… learns them again; likeness voices remove NAME removes one.")
