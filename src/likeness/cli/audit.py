"""``likeness audit voice``: what is wrong with the recordings, and what to record again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, open_person, printable

if TYPE_CHECKING:
    from likeness.speak.audit import Audit, ClipAudit

_NAME_WIDTH = 28


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    group = typer.Typer(help="Look over what was recorded.", no_args_is_help=True, rich_markup_mode=None)
    group.command(
        "voice",
        short_help="Measure every recording and say what to record again.",
        help="Measure every recording: noise, echo, clipping, hum, compression, pace, whether it is the same person "
        "and whether the transcript is what is said; which emotions and sounds are missing. Only what is new is "
        "measured.",
        epilog=examples(
            "likeness audit voice",
            "likeness audit voice --page   (with pictures and players)",
            "likeness audit voice --recogniser auto   (hears the words, too; slower)",
        ),
    )(voice)
    app.add_typer(group, name="audit")


def voice(
    page: Annotated[bool, typer.Option("--page", help="Write a page with pictures and players.")] = False,
    every: Annotated[bool, typer.Option("--all", help="List the good clips as well.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Measure everything anew.")] = False,
    recogniser: Annotated[
        str,
        typer.Option("--recogniser", metavar="NAME", help="Compare what an engine hears with the texts, too; auto."),
    ] = "",
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Audit the recordings."""
    from likeness.cli.progress import follow
    from likeness.speak.audit import audit, load_audit

    home = open_person(person)
    follow(audit(home, recogniser=recogniser, again=again), quiet=as_json)
    found = load_audit(home)
    written = ""
    if page:
        from likeness.report.audit_page import write_page

        written = str(write_page(home, found))
    if as_json:
        typer.echo(json.dumps(_as_json(found) | {"page": written}, ensure_ascii=False))
        return
    _show(found, every=every)
    if written:
        typer.echo(f"\n{written}: open it in a browser; it needs nothing else")


def _show(found: Audit, *, every: bool) -> None:
    rows = [clip for clip in found.clips if every or clip.faults]
    if rows:
        header = f"{'recording':<{_NAME_WIDTH}}  {'verdict':<8}  {'length':>7}  {'noise':>5}  {'echo':>5}  {'fit':>4}"
        typer.echo(f"{header}  what is wrong")
    for clip in rows:
        typer.echo(_row(clip))
        for fault in clip.faults:
            typer.echo(f"{'':<{_NAME_WIDTH + 2}}{fault.reason}")
    typer.echo("")
    for entry in found.emotions:
        typer.echo(f"{entry.emotion:<14} {entry.seconds / 60:5.1f} min in {entry.clips} clips")
        for advice in entry.advice:
            typer.echo(f"{'':<15}{advice}")
        for prompt in entry.prompts[:3]:
            typer.echo(f"{'':<15}read: {printable(prompt)}")
    if found.again:
        typer.echo("\nTo record again:")
    for clip in found.again:
        text = printable(clip.measured.transcript) or f"({printable(clip.measured.name)}, without a transcript)"
        typer.echo(f"  [{clip.measured.emotion}] {text}")
    for note in found.notes:
        typer.echo(f"\nNote: {note}")
    typer.echo(f"\n{found.summary}")


def _row(clip: ClipAudit) -> str:
    check = clip.measured.check
    name = printable(clip.measured.name)
    short = name if len(name) <= _NAME_WIDTH else f"{name[: _NAME_WIDTH - 1]}…"
    fit = "" if clip.measured.fit is None else f"{clip.measured.fit:.2f}"
    faults = ", ".join(fault.name for fault in clip.faults) or "–"
    figures = f"{check.seconds:>6.1f}s  {check.snr_db:>3.0f}dB  {check.reverberation_seconds:>4.2f}s  {fit:>4}"
    return f"{short:<{_NAME_WIDTH}}  {clip.verdict:<8}  {figures}  {faults}"


def _as_json(found: Audit) -> dict[str, Any]:
    """The audit for programs: measures without the vectors, which say who somebody is."""
    from dataclasses import asdict

    clips = []
    for clip in found.clips:
        measured = asdict(clip.measured)
        for private in ("vectors", "timbre"):
            del measured[private]
        faults = [asdict(fault) for fault in clip.faults]
        clips.append(
            {
                "id": clip.measured.id,
                "name": clip.measured.name,
                "verdict": str(clip.verdict),
                "faults": faults,
                "likeness": clip.likeness,
                "strangeness": clip.strangeness,
                "pace": clip.pace,
                "measured": measured,
            }
        )
    return {
        "made_at": found.made_at,
        "verdict": str(found.verdict),
        "summary": found.summary,
        "notes": list(found.notes),
        "clips": clips,
        "emotions": [asdict(entry) for entry in found.emotions],
        "again": [
            {"id": c.measured.id, "text": c.measured.transcript, "reasons": [f.reason for f in c.faults]}
            for c in found.again
        ],
    }
