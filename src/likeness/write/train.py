"""Training: a dataset becomes an adapter, published whole or not at all, by whichever engine is asked to learn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field

from likeness import __version__
from likeness.core import artefacts, files, plugins, recipes
from likeness.core.artefacts import Manifest
from likeness.core.errors import EngineMissing, NotReady
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.protocols import Trainer
from likeness.write import dataset as datasets

ENGINE = "builtin.recall"


class TrainRecipe(BaseModel):
    """Options of learning how a person writes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    preset: str = Field(description="The preset the other values started from.")
    minimum: int = Field(ge=2, le=100, description="How often a habit must be seen to be learned, in occurrences.")
    pairs: int = Field(ge=1, description="Newest messages that teach the habits of wording; all are remembered.")


def train_recipe(preset: str = "standard", **changes: Any) -> TrainRecipe:
    """The recipe of a preset with some options changed. Raises what :func:`likeness.core.recipes.load` raises."""
    return recipes.load(TrainRecipe, "writer", preset, **changes)


def train(
    home: PersonHome,
    recipe: TrainRecipe | Mapping[str, Any],
    engine: str = ENGINE,
    dataset: Path | None = None,
    *,
    again: bool = False,
) -> Iterator[Event]:
    """Learn an adapter from ``dataset`` (the newest when ``None``) and publish it under ``home.adapters``.

    ``recipe`` is a recipe or changes to the standard one. An adapter made before from the same data, recipe and
    engine is reused, unless ``again``. The last event has the stage "trained" and the folder's name as its note.

    Raises :class:`NotReady` when there is no dataset, :class:`EngineMissing` when the engine cannot run or learn.
    """
    chosen = recipe if isinstance(recipe, TrainRecipe) else train_recipe(**dict(recipe))
    files.sweep(home.adapters)
    source = dataset or datasets.latest(home.datasets)
    if source is None:
        raise NotReady("no writing dataset has been prepared", hint="make one with: likeness prepare writing")
    trainer = plugins.engine(engine)
    if "trainer" not in trainer.info.kind:
        raise EngineMissing(f"engine {engine!r} cannot learn", hint=f"choose another, for example {ENGINE}")
    data = artefacts.load(source)
    key = artefacts.digest([data.data_hash, source.name, engine, chosen.model_dump_json(), __version__])
    target = home.adapters / f"{engine.replace('.', '-')}-{key}"
    made = None if again else _made_before(target)
    if made is None:
        with artefacts.publish(target) as folder:
            measures: dict[str, float] = {}
            for event in cast("type[Trainer]", trainer).train(source, chosen.model_dump(), folder):
                measures.update(event.metrics)
                yield event
            Manifest(
                kind="adapter",
                name=target.name,
                engine=engine,
                data_hash=data.data_hash,
                recipe=chosen.model_dump(),
                measures=measures,
                notes=(trainer.info.notes,),
                parents=(source.name,),
            ).save(folder)
    else:
        # Asked for again, it is the latest again.
        replace(made, created_at=datetime.now(UTC).isoformat(timespec="seconds")).save(target)
    yield Event("trained", 1, 1, "adapters", target.name)


def latest_adapter(home: PersonHome, engine: str = "") -> Path:
    """Folder of the newest adapter; of those that ``engine`` can use, when one is named: what it learned itself, and
    the forms it opens.

    Raises :class:`NotReady` when there is none, and :class:`EngineMissing` when there are adapters, none of which
    ``engine`` made, and there is no such engine here to say what it opens.
    """
    known = [(folder, manifest) for folder, manifest in artefacts.listed(home.adapters) if manifest.kind == "adapter"]
    for folder, manifest in known:
        if engine in ("", manifest.engine) or (manifest.form and opens(engine, manifest)):
            return folder
    forms = frozenset() if not engine else plugins.engine(engine).info.opens
    if forms:
        raise NotReady(f"nothing has been learned for {engine} yet", hint="learn with: likeness train writing")
    of_engine = f" for {engine}" if engine else ""
    raise NotReady(f"nothing has been learned{of_engine} yet", hint="learn with: likeness prepare writing")


def opens(engine: str, manifest: Manifest) -> bool:
    """True when ``engine`` can use the adapter that ``manifest`` is of. Raises :class:`EngineMissing`."""
    return engine == manifest.engine or (bool(manifest.form) and manifest.form in plugins.engine(engine).info.opens)


def _made_before(target: Path) -> Manifest | None:
    return artefacts.load(target) if (target / artefacts.MANIFEST).is_file() else None
