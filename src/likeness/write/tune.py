"""Tuning a language model on a person's examples: one run, continued until it is an adapter, published whole.

    dataset + recipe + trainer + base -> a run in ``home.runs`` -> the adapter of the same name in ``home.adapters``

The name is made of all four, so that the same command finds the run that was interrupted, or the adapter that is done.
"""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from likeness.core import artefacts, files, lora_config, models, plugins
from likeness.core.artefacts import Manifest
from likeness.core.errors import EngineMissing, NotReady, TooFewExamples
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.protocols import Estimating, Trainer
from likeness.core.settings import settings
from likeness.core.types import BaseFit, Estimate
from likeness.write import dataset as datasets
from likeness.write import runs
from likeness.write.curve import read_curve
from likeness.write.tune_recipe import TuneRecipe, tune_recipe

FEWEST = 200
"""Examples below which a style is not learned but a few texts by heart."""
_LIBRARIES = {"mlx": "mlx_lm", "torch": "torch"}
_TINY_BYTES = 4_000_000
_NOTES_BYTES = 8_000_000
_FORGOTTEN = "somebody was forgotten meanwhile, and this run had learned from them: it was thrown away"


@dataclass(frozen=True, slots=True)
class Job:
    """What is trained on what by whom. ``why`` says in one sentence how the trainer was chosen."""

    engine: str
    why: str
    trainer: type[Trainer]
    dataset: Path
    recipe: TuneRecipe
    base: Path | None
    base_digest: str
    name: str


def tune(
    home: PersonHome,
    recipe: TuneRecipe | Mapping[str, Any],
    engine: str = "",
    dataset: Path | None = None,
    again: bool = False,
    *,
    allow_small: bool = False,
    draw: Callable[[Path], None] = lambda folder: None,
) -> Iterator[Event]:
    """Tune the recipe's base on ``dataset`` (the newest when ``None``) and publish the adapter in ``home.adapters``.

    ``recipe`` is a recipe or changes to the preset it names. ``engine`` is a trainer by name; without one the
    setting's, else the one for this machine that is installed (the first event says which, and why). A run that was
    interrupted goes on; an adapter made before by the same four is reused, unless ``again``. The last event has the
    stage "tuned" and the adapter's name as its note. ``draw`` is called with the run's folder at every validation and
    at the end, to draw its page.

    Raises :class:`NotReady` without a dataset, :class:`TooFewExamples` under 200 unless ``allow_small``,
    :class:`EngineMissing` when trainer or base are not here, :class:`DoesNotFit` when memory or disk do not suffice
    (a full disk leaves the run as it was at its last checkpoint), :class:`Busy` while another process is at this run.
    """
    job = plan(home, recipe, engine, dataset)
    yield Event("trainer", 1, 1, "trainers", job.why)
    enough(job, allow_small)
    target = home.adapters / job.name
    if not again and (target / artefacts.MANIFEST).is_file():
        # Asked for again, it is the latest again.
        manifest = replace(artefacts.load(target), created_at=_now())
        manifest.save(target)
    else:
        files.sweep(files.private_folder(home.adapters))
        files.sweep(files.private_folder(home.runs))
        manifest = yield from _run(job, home.runs / job.name, target, draw)
    measures = {key: value for key, value in manifest.measures.items() if isinstance(value, int | float)}
    yield Event("tuned", 1, 1, "adapters", target.name, measures)


def estimate(
    home: PersonHome,
    recipe: TuneRecipe | Mapping[str, Any],
    engine: str = "",
    dataset: Path | None = None,
) -> Iterator[Event | Estimate]:
    """Measure a few real steps of what :func:`tune` would do; the last thing yielded is an :class:`Estimate`.

    Raises as :func:`tune`, but for too few examples.
    """
    job = plan(home, recipe, engine, dataset)
    yield Event("trainer", 1, 1, "trainers", job.why)
    yield from cast("type[Estimating]", job.trainer).estimate(job.dataset, job.recipe.model_dump(mode="json"))


def fitting(recipe: TuneRecipe, engine: str = "") -> tuple[BaseFit, ...]:
    """Known bases, smallest first, with the memory that ``recipe`` would take with each on this machine.

    Raises :class:`EngineMissing` when the trainer is not here.
    """
    return cast("type[Estimating]", _trainer(choose(engine)[0])).bases(recipe.model_dump(mode="json"))


def choose(engine: str = "") -> tuple[str, str]:
    """The trainer to use, and one sentence on how it was chosen.

    Raises :class:`EngineMissing`, with the commands that install one, when none is installed.
    """
    if engine or settings().trainer:
        name = engine or settings().trainer
        return name, f"{name}: {'asked for' if engine else 'the setting `trainer`'}"
    apple = sys.platform == "darwin" and platform.machine() == "arm64"
    first, second = ("mlx", "torch") if apple else ("torch", "mlx")
    machine = "Apple Silicon" if apple else "this machine"
    if find_spec(_LIBRARIES[first]):
        return first, f"{first}: the trainer for {machine}"
    if find_spec(_LIBRARIES[second]):
        return second, f"{second}: {first} would be the one for {machine}, and is not installed"
    raise EngineMissing(
        "no trainer of language models is installed",
        hint=f"install one: pip install 'likeness[{first}]' or pip install 'likeness[{second}]'",
    )


def plan(
    home: PersonHome, recipe: TuneRecipe | Mapping[str, Any], engine: str = "", dataset: Path | None = None
) -> Job:
    """What :func:`tune` would do with these arguments, before anything is done. Raises as it does."""
    chosen = recipe if isinstance(recipe, TuneRecipe) else tune_recipe(**dict(recipe))
    source = dataset or datasets.latest(home.datasets)
    if source is None:
        raise NotReady("no writing dataset has been prepared", hint="make one with: likeness prepare writing")
    name, why = choose(engine)
    trainer = _trainer(name)
    base = None if chosen.base == models.TINY else models.find_model(chosen.base)
    digest = models.digest(base) if base else models.TINY
    key = artefacts.digest([_data_digest(source), name, chosen.model_dump_json(), digest])
    return Job(name, why, trainer, source, chosen, base, digest, f"{name.replace('.', '-')}-{key}")


def enough(job: Job, allow_small: bool) -> None:
    """Raise :class:`TooFewExamples` when there is nothing to learn from, or fewer than 200 and that is not allowed."""
    found = sum(1 for example in datasets.examples(job.dataset, "train") if example.kind in job.recipe.kinds)
    if not found or (found < FEWEST and not allow_small):
        kinds = ", ".join(job.recipe.kinds)
        raise TooFewExamples(
            f"there are {found} examples to learn from ({kinds}); a style takes {FEWEST} at least",
            hint="import more, then prepare again" + ("; or go on with --allow-small" if found else ""),
        )


def _trainer(name: str) -> type[Trainer]:
    found = plugins.engine(name)
    if not {"trainer", "writer"} <= found.info.kind or "lora" not in found.info.opens:
        raise EngineMissing(f"engine {name!r} does not tune language models", hint="choose mlx or torch")
    return cast("type[Trainer]", found)


def _data_digest(source: Path) -> str:
    """A dataset by its hash, its name, and the very bytes that are learned from."""
    path = source / datasets.EXAMPLES
    content = hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b""
    return artefacts.digest([artefacts.load(source).data_hash, source.name, content])


def _run(job: Job, folder: Path, target: Path, draw: Callable[[Path], None]) -> Generator[Event, None, Manifest]:
    """Do or continue the run in ``folder``, and publish it."""
    with runs.working(folder), runs.telling_of_a_full_disk(folder):
        peak = {}
        if not (folder / artefacts.MANIFEST).is_file():
            peak = yield from _train(job, folder, draw)
        _still_there(job, folder)
        _say_what_it_is(job, folder, peak)
        draw(folder)
        runs.publish(folder, target)
        _still_there(job, target)
    return artefacts.load(target)


def _train(job: Job, folder: Path, draw: Callable[[Path], None]) -> Generator[Event, None, dict[str, float]]:
    """Let the trainer fill ``folder``; the most memory it took."""
    runs.check_space(folder, _needed_bytes(job))
    note = runs.read_note(folder) or runs.Note(job.dataset.name, job.engine, job.recipe.base, job.recipe.preset, _now())
    runs.save_note(folder, note)
    peak = 0.0
    try:
        for event in job.trainer.train(job.dataset, job.recipe.model_dump(mode="json"), folder):
            _still_there(job, folder)
            peak = max(peak, event.metrics.get("peak_mb", 0.0))
            if event.stage == "training" and event.total and not note.steps:
                note = replace(note, steps=int(event.total))
                runs.save_note(folder, note)
            if event.stage == "validation":
                draw(folder)
            if event.stage != "tuned":
                yield event
    except OSError:
        _still_there(job, folder)
        raise
    return {"peak_mb": peak} if peak else {}


def _say_what_it_is(job: Job, folder: Path, peak: Mapping[str, float]) -> None:
    """Complete the manifest that the trainer left: by whom, from what, and what was measured on the way."""
    left = artefacts.load(folder)
    replace(
        left,
        engine=job.engine,
        data_hash=artefacts.load(job.dataset).data_hash,
        measures={**left.measures, **read_curve(folder).measures(), **peak},
        created_at=_now(),
    ).save(folder)
    (folder / runs.RUN).unlink(missing_ok=True)


def _still_there(job: Job, folder: Path) -> None:
    """Throw ``folder`` away and raise :class:`NotReady` when its dataset went, because somebody was forgotten."""
    if not (job.dataset / artefacts.MANIFEST).is_file():
        files.discard(folder)
        raise NotReady(_FORGOTTEN, hint="train again on the dataset without them: the same command does")


def _needed_bytes(job: Job) -> int:
    """What a whole run takes on the disk: its checkpoints, the adapter, and the state it goes on from, which is there
    twice while it is replaced (weights and both moments of AdamW, float32)."""
    if job.base is None:
        return _TINY_BYTES + _NOTES_BYTES
    config = models.model_config(job.base)
    shapes = lora_config.shapes(config)
    sides = sum(sum(shapes[module]) for module in job.recipe.modules)
    adapter = 4 * job.recipe.rank * sides * int(config["num_hidden_layers"])
    return adapter * (job.recipe.checkpoints + 1 + 2 * 3) + _NOTES_BYTES


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
