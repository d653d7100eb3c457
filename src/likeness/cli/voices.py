"""``likeness voices``: what voices there are, what they are made of, what could speak, and how one goes for good."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from likeness.cli.options import JsonOption, PersonOption, agreed, examples, open_person, printable

if TYPE_CHECKING:
    from likeness.speak.engines import EngineState
    from likeness.speak.remove import Removal
    from likeness.speak.voices import Voice

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="A voice of `likeness voices list`.")]


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    group = typer.Typer(
        help="Your voices, and the engines that could make them.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command("list", help="Which voices there are.")(list_voices)
    group.command("show", help="What a voice is made of: engine, emotions, consent, measures.")(show)
    group.command(
        "engines",
        help="Which engines can speak here, what each can, and what it would download, how big and under which "
        "licence. Downloads nothing.",
        epilog=examples("likeness voices engines", "likeness voices engines --json"),
    )(engines)
    group.command(
        "stock",
        help="The voices that came with an engine. They are nobody's own here.",
        epilog=examples("likeness voices stock system", 'likeness say "Hello" --voice system/en-us'),
    )(stock)
    group.command(
        "remove",
        help="Remove a voice with everything made from it: its evaluation, page and auditions, and the corpus if no "
        "other voice uses it. Shows what would go and asks first.",
        epilog=examples("likeness voices remove guest", "likeness voices remove guest --recordings --yes"),
    )(remove)
    group.command(
        "page",
        help="Try voices on a page in your browser: text, emotion and style, base voice and yours beside each other. "
        "It answers this machine alone, and needs the extra `demo`.",
        epilog=examples("likeness voices page", "likeness voices page --port 7861"),
    )(page)
    app.add_typer(group, name="voices")


def list_voices(person: PersonOption = "", as_json: JsonOption = False) -> None:
    """Show the voices."""
    from likeness.speak.voices import damaged, voices

    home = open_person(person)
    found, unreadable = voices(home), damaged(home)
    if as_json:
        whole = [_as_json(voice) for voice in found]
        broken = [{"name": name, "damaged": str(error)} for name, error in unreadable.items()]
        typer.echo(json.dumps([*whole, *broken], ensure_ascii=False, default=str))
        return
    if not found and not unreadable:
        typer.echo("There is no voice yet. Make one: likeness record, or likeness enrol voice PATH…")
        return
    width = max((len(voice.name) for voice in found), default=0)
    for voice in found:
        manifest = voice.manifest
        minutes = float(manifest.measures.get("seconds") or 0.0) / 60
        emotions = ", ".join(_emotions(voice)) or "no emotions"
        consent = "consent on record" if manifest.extra.get("consent") else "NO CONSENT ON RECORD"
        typer.echo(f"{voice.name:<{width}}  {manifest.engine:<18}  {minutes:5.1f} min  {consent}  {emotions}")
    for name, error in unreadable.items():
        typer.echo(f"{name}: {error} (likeness voices remove {name})")


def show(name: NameArgument, person: PersonOption = "", as_json: JsonOption = False) -> None:
    """Show one voice."""
    from likeness.core import artefacts
    from likeness.speak.voices import Voice, voice_folder

    folder = voice_folder(open_person(person), name)
    voice = Voice(name, folder, artefacts.load(folder))
    if as_json:
        typer.echo(json.dumps(_as_json(voice), ensure_ascii=False, default=str))
        return
    manifest = voice.manifest
    typer.echo(f"{name}: made {manifest.created_at} by {manifest.engine}" + _of_model(manifest.base_model))
    seconds = float(manifest.measures.get("seconds") or 0.0)
    clips = int(manifest.measures.get("clips") or 0)
    typer.echo(f"  from {seconds / 60:.1f} minutes in {clips} clips, language {manifest.extra.get('language', 'en')}")
    for emotion, length in _emotions(voice).items():
        typer.echo(f"    {emotion}: {length / 60:.1f} min")
    for consent in _consents(voice):
        how = ", ".join(str(consent[key]) for key in ("method", "source") if consent.get(key))
        typer.echo(
            f"  consent {consent.get('at', '')}{f' ({how})' if how else ''}: {printable(str(consent['statement']))}"
        )
    if not _consents(voice):
        typer.echo("  no consent on record")
    for measure, value in _measures(voice).items():
        typer.echo(f"  {measure}: {value}")
    for note in manifest.notes:
        typer.echo(f"  Note: {note}")
    typer.echo(f"  in {folder}")


def engines(as_json: JsonOption = False) -> None:
    """Show the engines."""
    from likeness.speak.engines import speaking_engines

    found = speaking_engines()
    if as_json:
        typer.echo(json.dumps([_engine_as_json(state) for state in found], ensure_ascii=False))
        return
    for state in found:
        info = state.info
        typer.echo(f"{info.name}: {info.title} — {'ready' if state.ready else 'not ready'}")
        able = [*(["learns a voice"] if state.learns else []), *(["has voices of its own"] if state.stock else [])]
        typer.echo(f"  can: {', '.join([*able, *sorted(info.can)])}; languages: {', '.join(info.languages)}")
        needs = [f"{info.memory_mb:,} MB of memory"] if info.memory_mb else []
        needs += [f"{', '.join(state.missing)} (not installed)"] if state.missing else []
        needs += ["an environment of its own"] if info.isolated else []
        if needs:
            typer.echo(f"  needs: {', '.join(needs)}")
        for model in state.models:
            size = "here" if model.is_here else f"about {model.about_mb:,} MB to get" if model.about_mb else "to get"
            typer.echo(f"  model {model.name}: {size}{f', {model.licence}' if model.licence else ''}")
        typer.echo(f"  licence: {info.licence or 'not stated'}")
        if info.notes:
            typer.echo(f"  {info.notes}")
        if state.next_step:
            typer.echo(f"  next: {state.next_step}")


def stock(
    engine: Annotated[str, typer.Argument(metavar="ENGINE", help="An engine of `likeness voices engines`.")],
    as_json: JsonOption = False,
) -> None:
    """Show an engine's own voices."""
    from dataclasses import asdict

    from likeness.speak.voices import stock_voices

    found = stock_voices(engine)
    if as_json:
        typer.echo(json.dumps([asdict(voice) for voice in found], ensure_ascii=False))
        return
    for voice in found:
        typer.echo(f"{engine}/{voice.id}  {printable(voice.title)}  {voice.language}")


def remove(
    name: NameArgument,
    recordings: Annotated[
        bool, typer.Option("--recordings", help="And the recordings that were made or uploaded for it alone.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Remove a voice, after showing what goes."""
    from likeness.cli.progress import follow
    from likeness.speak.remove import preview
    from likeness.speak.remove import remove as removing

    planned = preview(open_person(person), name, with_recordings=recordings)
    if not as_json:
        _show_removal(planned)
    if not yes and not as_json and not agreed():
        return
    if yes or not as_json:
        follow(removing(planned), quiet=True)
    if as_json:
        told = {"folders": [str(path) for path in planned.folders], "size": planned.size, "stays": planned.stays}
        told["recordings"] = [item.name for item in planned.recordings]
        typer.echo(json.dumps({"voice": name, **told, "done": yes}, ensure_ascii=False))
        return
    typer.echo(f"The voice {name!r} is gone.")


def page(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")] = 7860,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open it in the browser.")] = True,
    person: PersonOption = "",
) -> None:
    """Serve the page until Ctrl-C."""
    from likeness.cli.voices_page import serve

    serve(open_person(person), port, open_browser=open_browser)


def _show_removal(planned: Removal) -> None:
    typer.echo(f"To remove with the voice {planned.name!r}, {planned.size / 1e6:.1f} MB:")
    for folder in planned.folders:
        typer.echo(f"  {folder}")
    for item in planned.recordings:
        typer.echo(f"  recording {printable(item.name)}, {item.seconds:.0f} s")
    for sentence in planned.stays:
        typer.echo(f"  {sentence}")


def _of_model(model: str) -> str:
    return f" with {model}" if model else ""


def _emotions(voice: Voice) -> dict[str, float]:
    from likeness.speak.voices import emotions_of

    return emotions_of(voice.manifest)


def _consents(voice: Voice) -> list[dict[str, Any]]:
    found = voice.manifest.extra.get("consent") or []
    return [dict(each) for each in found if isinstance(each, dict) and each.get("statement")]


def _measures(voice: Voice) -> dict[str, Any]:
    """What was measured, the evaluation's after those of the making."""
    path = voice.folder / "evaluation.json"
    evaluated: dict[str, Any] = {}
    if path.is_file():
        try:
            evaluated = dict(json.loads(path.read_text(encoding="utf-8")).get("measures") or {})
        except (OSError, ValueError, TypeError, AttributeError):
            evaluated = {"evaluation": "damaged; measure it again: likeness evaluate voice"}
    known = {**voice.manifest.measures, **evaluated}
    return {name: known[name] for name in sorted(known) if name not in ("seconds", "clips")}


def _as_json(voice: Voice) -> dict[str, Any]:
    manifest = voice.manifest
    return {
        "name": voice.name,
        "folder": str(voice.folder),
        "engine": manifest.engine,
        "model": manifest.base_model,
        "created_at": manifest.created_at,
        "seconds": manifest.measures.get("seconds"),
        "emotions": _emotions(voice),
        "consent": _consents(voice),
        "measures": _measures(voice),
        "notes": list(manifest.notes),
    }


def _engine_as_json(state: EngineState) -> dict[str, Any]:
    from dataclasses import asdict

    info = state.info
    return {
        "name": info.name,
        "title": info.title,
        "ready": state.ready,
        "missing": list(state.missing),
        "models": [asdict(model) for model in state.models],
        "learns": state.learns,
        "stock": state.stock,
        "has_base": state.has_base,
        "can": sorted(info.can),
        "languages": list(info.languages),
        "memory_mb": info.memory_mb,
        "isolated": info.isolated,
        "licence": info.licence,
        "notes": info.notes,
        "next": state.next_step,
    }
