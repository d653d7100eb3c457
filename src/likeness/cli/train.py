"""``likeness train writing`` and ``likeness runs``: a language model tuned on the person's examples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from likeness.cli.options import JsonOption, PersonOption, examples, open_person
from likeness.cli.recipe_options import given, recipe_command

if TYPE_CHECKING:
    from likeness.core.events import Event
    from likeness.core.home import PersonHome
    from likeness.core.types import BaseFit, Estimate
    from likeness.write.runs import Run
    from likeness.write.tune import Job
    from likeness.write.tune_recipe import TuneRecipe


def register(app: typer.Typer) -> None:
    """Add this noun's commands."""
    group = typer.Typer(help="Tune a language model on what was prepared.", no_args_is_help=True, rich_markup_mode=None)
    group.command(
        "writing",
        cls=recipe_command("likeness.write.tune_recipe:TuneRecipe"),
        short_help="Tune an instruct model on your messages.",
        help="Tune an instruct model (LoRA) on your examples, on this machine. It first measures a few steps and says "
        "what the whole will take. Stopped or killed, the same command continues. Every option after --json changes "
        "one value of the preset.",
        epilog=examples(
            "likeness train writing --estimate",
            "likeness train writing --preset rewriter --epochs 2",
            "likeness train writing --base ~/models/Qwen2.5-1.5B-Instruct --bits 0",
            "likeness train writing --preset smoke --allow-small   (a minute: shows that everything runs)",
        ),
    )(writing)
    app.add_typer(group, name="train")
    app.command(
        "runs",
        short_help="List trainings that are not finished.",
        help="List trainings that are under way or were interrupted. The command that began one continues it.",
        epilog=examples("likeness runs", "likeness runs --remove torch-0123456789abcdef"),
    )(runs)


def writing(
    context: typer.Context,
    preset: Annotated[
        str, typer.Option("--preset", help="Set of defaults: style, rewriter, llama or smoke.")
    ] = "style",
    engine: Annotated[
        str, typer.Option("--engine", help="The trainer: mlx or torch; the one for this machine when left out.")
    ] = "",
    only_estimate: Annotated[
        bool, typer.Option("--estimate", help="Say what it would take and which bases fit, and do no more.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Train once more, even when nothing has changed.")] = False,
    allow_small: Annotated[bool, typer.Option("--allow-small", help="Go on with fewer than 200 examples.")] = False,
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Estimate, then train."""
    from likeness.write import tune
    from likeness.write.tune_recipe import tune_recipe

    home = open_person(person)
    recipe = tune_recipe(preset, **given(context))
    if only_estimate:
        _only_estimate(home, recipe, engine, as_json)
        return
    job = tune.plan(home, recipe, engine)
    tune.enough(job, allow_small)
    expected = None if _begun(home, job, again, as_json) else _measured(home, recipe, engine, as_json)
    _train(home, job, engine, again, allow_small, expected, as_json)


def runs(
    remove: Annotated[str, typer.Option("--remove", metavar="RUN", help="Throw this run away.")] = "",
    person: PersonOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show the unfinished runs, or remove one."""
    from likeness.write import runs as kept

    home = open_person(person)
    if remove:
        kept.remove(home, remove)
    found = kept.runs(home)
    if as_json:
        typer.echo(json.dumps({"removed": remove, "runs": [asdict(run) for run in found]}))
        return
    if remove:
        typer.echo(f"Removed {remove}.")
    _show_runs(found)


def _show_runs(found: Sequence[Run]) -> None:
    if not found:
        typer.echo("No training is unfinished.")
    for run in found:
        steps = f" of {run.note.steps:,}" if run.note.steps else ""
        state = "under way" if run.running else "interrupted"
        typer.echo(f"{run.name}: {state} after step {run.step:,}{steps}, {run.disk_mb:,.1f} MB on the disk")
        typer.echo(f"  {run.note.base} on {run.note.dataset}, preset {run.note.preset}, begun {run.note.started_at}")
        if not run.running:
            typer.echo(f"  the command that began it continues it; likeness runs --remove {run.name} throws it away")


def _begun(home: PersonHome, job: Job, again: bool, quiet: bool) -> bool:
    """Whether nothing is to be estimated: the adapter is there already, or a run that is continued."""
    from likeness.write import runs as kept

    if (home.adapters / job.name).is_dir() and not again:
        return True
    step = next((run.step for run in kept.runs(home) if run.name == job.name), 0)
    if step and not quiet:
        typer.echo(f"Continuing {job.name}, which stopped after step {step:,}.", err=True)
    return bool(step)


def _only_estimate(home: PersonHome, recipe: TuneRecipe, engine: str, as_json: bool) -> None:
    from likeness.core.errors import EngineMissing
    from likeness.write import tune

    bases = tune.fitting(recipe, engine)
    try:
        found = _estimated(home, recipe, engine, as_json)
    except EngineMissing:
        # The base is not here yet: which to get is what one wants to know.
        if not as_json:
            _show_bases(bases)
        raise
    if as_json:
        typer.echo(
            json.dumps(asdict(found) | {"bases": [asdict(base) | {"here": _is_here(base.base)} for base in bases]})
        )
        return
    _show_estimate(found)
    _show_bases(bases)


def _measured(home: PersonHome, recipe: TuneRecipe, engine: str, quiet: bool) -> Estimate:
    """The estimate before a run. Raises :class:`DoesNotFit` when there is too little memory."""
    from likeness.core.errors import DoesNotFit

    found = _estimated(home, recipe, engine, quiet)
    if not quiet:
        _show_estimate(found, err=True)
    if not found.fits:
        raise DoesNotFit(
            f"tuning {found.base} takes {_gigabytes(found.peak_mb)}, and {_gigabytes(found.available_mb)} are free",
            hint="; ".join(found.advice) or "likeness train writing --estimate shows which bases fit",
        )
    return found


def _estimated(home: PersonHome, recipe: TuneRecipe, engine: str, quiet: bool) -> Estimate:
    from likeness.cli.progress import follow
    from likeness.core.types import Estimate
    from likeness.write import tune

    found: list[Estimate] = []

    def events() -> Iterator[Event]:
        for item in tune.estimate(home, recipe, engine):
            if isinstance(item, Estimate):
                found.append(item)
            else:
                yield item

    follow(events(), quiet=quiet)
    return found[-1]


def _show_estimate(found: Estimate, *, err: bool = False) -> None:
    from likeness.cli.live_curve import duration

    left_out = f", {found.rows_left_out:,} left out as too long" if found.rows_left_out else ""
    fits = "fits" if found.fits else "DOES NOT FIT"
    for name, value in (
        ("base", f"{found.base}, {_count(found.parameters)} parameters, {_count(found.trainable)} of them trained"),
        ("data", f"{found.rows:,} conversations{left_out}; {_count(found.useful_tokens)} tokens learned in all"),
        ("time", f"about {duration(found.seconds)}: {found.steps:,} steps at {found.tokens_per_second:,.0f} tokens/s"),
        ("memory", f"{_gigabytes(found.peak_mb)} of {_gigabytes(found.available_mb)}: {fits}"),
    ):
        typer.echo(f"  {name:<8}{value}", err=err)
    for sentence in found.advice:
        typer.echo(f"  {sentence}", err=err)


def _show_bases(bases: Sequence[BaseFit]) -> None:
    typer.echo("What this machine could tune, with these options (reckoned for the longest rows, not measured):")
    width = max((len(base.base) for base in bases), default=0)
    here = {base.base for base in bases if _is_here(base.base)}
    for base in bases:
        fits = ("fits" if base.fits else "does not fit") + (", and is here" if base.base in here else "")
        size, memory = f"{base.parameters / 1e9:.1f} B", _gigabytes(base.predicted_mb)
        typer.echo(f"  {base.base:<{width}}  {size:>7}  {memory:>8}  {fits}")
    if len(here) < len(bases):
        typer.echo("What is not marked as here must be got first: --base NAME says how.")


def _is_here(base: str) -> bool:
    """Whether the files of the model are on this machine, and whole."""
    from likeness.core.errors import LikenessError
    from likeness.core.models import find_model

    try:
        find_model(base)
    except LikenessError:
        return False
    return True


def _train(
    home: PersonHome, job: Job, engine: str, again: bool, allow_small: bool, expected: Estimate | None, as_json: bool
) -> None:
    from likeness.cli.live_curve import watch
    from likeness.core import artefacts
    from likeness.core.errors import Interrupted
    from likeness.report.training import train
    from likeness.write import runs as kept

    events = train(home, job.recipe, engine=engine, dataset=job.dataset, again=again, allow_small=allow_small)
    try:
        name = watch(events, quiet=as_json)[-1].note
    except KeyboardInterrupt:
        step = next((run.step for run in kept.runs(home) if run.name == job.name), 0)
        raise Interrupted(
            f"stopped after step {step:,}", hint="what was learned is kept; the same command continues it"
        ) from None
    folder = home.adapters / name
    manifest = artefacts.load(folder)
    if as_json:
        told = {"adapter": str(folder), "engine": job.engine, "measures": dict(manifest.measures)}
        chosen = {"chosen": manifest.extra.get("chosen"), "estimate": asdict(expected) if expected else None}
        typer.echo(json.dumps(told | chosen, default=str))
        return
    _show_made(manifest.measures, manifest.extra)
    typer.echo(f"Adapter: {folder}")
    typer.echo(f"Its page: {folder / 'training.html'}")
    typer.echo(f"Next: likeness evaluate writing --engine {job.engine}   (which checkpoint is most like you)")
    typer.echo(f'      likeness write "thank Ana for the slides" --engine {job.engine}')


def _show_made(measures: Any, extra: Any) -> None:
    from likeness.cli.live_curve import duration

    said = [f"{int(measures.get('steps', 0)):,} steps in {duration(measures.get('training_seconds', 0.0))}"]
    if "valid_loss" in measures:
        said.append(f"validation loss {measures['first_valid_loss']:.3f} → {measures['valid_loss']:.3f}")
    elif "loss" in measures:
        said.append(f"loss {measures['first_loss']:.3f} → {measures['loss']:.3f}")
    if extra.get("chosen"):
        said.append(f"{extra['chosen']} chosen by {extra.get('chosen_by', 'its loss')}")
    typer.echo("; ".join(said))


def _count(number: float) -> str:
    for scale, unit in ((1e9, "billion"), (1e6, "million")):
        if number >= scale:
            return f"{number / scale:.1f} {unit}"
    return f"{number:,.0f}"


def _gigabytes(megabytes: float) -> str:
    return f"{megabytes / 1024:.1f} GB"
