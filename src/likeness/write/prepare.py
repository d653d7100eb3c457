"""Preparing: the messages in a person's store become a dataset, published whole or not at all.

    read -> clean, pair, redact -> de-duplicate -> split -> select -> write examples -> export, re-scan, publish

The same messages, recipe and code give the same dataset, so it is made once and found again the next time. Texts lie
in a scratch folder meanwhile; memory holds a few numbers for each.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from likeness.core import artefacts, files, plugins
from likeness.core.artefacts import Manifest
from likeness.core.errors import LikenessError, NotFound, NotReady, TooFewExamples
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.store import Store
from likeness.write import dataset, dedupe, helpers, measures, scratch
from likeness.write.corpus import Tally
from likeness.write.edition import edition
from likeness.write.examples import ExampleMaker, Made
from likeness.write.export import export, rescan
from likeness.write.gather import gather, survey
from likeness.write.gathered import Gathered, Numbers
from likeness.write.helpers import Helpers
from likeness.write.language import Languages, identify
from likeness.write.recipe import PrepareRecipe
from likeness.write.select import select
from likeness.write.split import split

_BATCH = 100
"""Exchanges that examples are made of at once."""
_WORTH_HELPERS = 2_000
"""Exchanges from which starting helpers costs less than they save."""


def prepare(home: PersonHome, recipe: PrepareRecipe, *, allow_small: bool = False) -> Iterator[Event]:
    """Make the dataset of ``home`` by ``recipe``.

    The last event has the stage "prepared", the name of the dataset's folder in ``home.datasets`` as its note and the
    main counts as its metrics; :func:`latest_dataset` finds the folder afterwards.

    Raises :class:`NotReady` when nothing was imported, :class:`TooFewExamples` when there are fewer examples than
    ``recipe.minimum_examples`` and ``allow_small`` is false, :class:`EngineMissing` when ``recipe.writer`` cannot
    run, :class:`Busy` while another process prepares. Stopped at any moment it leaves the datasets as they were.
    """
    if not home.store.is_file():
        raise NotReady("nothing has been imported yet", hint="import first: likeness import PATH…")
    with scratch.alone(home.datasets), Store.open(home.store) as store:
        found = yield from survey(store, home, recipe)
        pipeline = edition(recipe.writer)
        key = artefacts.digest([found.data_hash, recipe.model_dump_json(), pipeline])
        target = home.datasets / f"writing-{key}"
        made = _made_before(target)
        if made is None:
            with scratch.folder(home.datasets) as folder:
                tally = Tally()
                gathered = yield from gather(store, home, recipe, found, folder, tally)
                manifest = Manifest(
                    kind="dataset",
                    name=target.name,
                    data_hash=found.data_hash,
                    recipe=recipe.model_dump(mode="json"),
                    extra={"pipeline": pipeline},
                )
                made = yield from _make(target, manifest, gathered, recipe, tally, folder, allow_small)
        else:
            _enough(made, recipe, allow_small)
            # Asked for again, it is the latest again.
            replace(made, created_at=_now()).save(target)
    yield Event("prepared", 1, 1, "datasets", target.name, measures.headline(made.measures))


def latest_dataset(home: PersonHome) -> Path:
    """Folder of the newest dataset. Raises :class:`NotFound` when there is none."""
    folder = dataset.latest(home.datasets)
    if folder is None:
        raise NotFound("no writing dataset has been prepared", hint="make one with: likeness prepare writing")
    return folder


def _make(
    target: Path,
    manifest: Manifest,
    gathered: Gathered,
    recipe: PrepareRecipe,
    tally: Tally,
    folder: Path,
    allow_small: bool,
) -> Generator[Event, None, Manifest]:
    """From exchanges to the published dataset."""
    languages = yield from identify(gathered, recipe.languages)
    kept, copies = yield from _distinct(gathered, recipe, tally, folder)
    kept = _in_languages(kept, gathered, languages, recipe, tally)
    splits = split(gathered.times[kept], gathered.threads[kept], kept, valid=recipe.valid_share, test=recipe.test_share)
    by_split = np.argsort(splits, kind="stable")
    kept, splits = kept[by_split], splits[by_split]
    yield Event("split", len(kept), len(kept), "messages")
    places = np.arange(len(kept)) if recipe.everything else _selected(gathered, kept, splits, recipe, folder)
    chosen = kept[places]
    yield Event("select", len(chosen), len(kept), "messages")
    counted = measures.measure(gathered, kept, splits, chosen, tally, recipe.everything)
    counted["languages"] = measures.counted(languages.counted(kept))
    with artefacts.publish(target) as out:
        rows = zip(kept.tolist(), splits.tolist(), strict=True)
        dataset.write_lines(
            out / dataset.EXCHANGES,
            (
                dataset.with_split(
                    gathered.record(i), dataset.SPLITS[part], int(copies[i]), languages.of(i), languages.sure(i)
                )
                for i, part in rows
            ),
        )
        made = yield from _examples(out, gathered, chosen, splits[places], copies, recipe)
        counted["examples"] = measures.of_examples(made)
        manifest = replace(manifest, measures=counted, created_at=_now())
        _enough(manifest, recipe, allow_small)
        paths = export(out)
        yield Event("export", 1, 2, "steps")
        count = helpers.useful(len(chosen), _WORTH_HELPERS)
        counted["personal_data_left"] = dict(rescan(paths, recipe.phone_regions, gathered.names, helpers=count))
        yield Event("export", 2, 2, "steps")
        manifest.save(out)
    return manifest


def _distinct(
    gathered: Gathered, recipe: PrepareRecipe, tally: Tally, folder: Path
) -> Generator[Event, None, tuple[Numbers, Numbers]]:
    """The first of each cluster of near-duplicates, ascending, and for every exchange how many its cluster has."""
    work = dedupe.clustering(gathered, recipe.duplicate_threshold, folder)
    while True:
        try:
            done, total = next(work)
        except StopIteration as finished:
            clusters: Numbers = finished.value
            break
        yield Event("dedupe", done, total, "steps")
    first = clusters == np.arange(len(clusters))
    tally.dropped["near-duplicate"] += int(gathered.messages[~first].sum())
    kept = np.flatnonzero(first)
    yield Event("dedupe", len(clusters), len(clusters), "messages", metrics={"kept": len(kept)})
    return kept, np.bincount(clusters, minlength=len(clusters))


def _in_languages(
    kept: Numbers, gathered: Gathered, languages: Languages, recipe: PrepareRecipe, tally: Tally
) -> Numbers:
    """Those of ``kept`` in a language that the recipe keeps; the others' messages are counted as dropped."""
    wanted = languages.among(kept, recipe.languages)
    for place in kept[~wanted].tolist():
        tally.dropped[f"other language ({languages.of(place)})"] += int(gathered.messages[place])
    return kept[wanted]


def _selected(
    gathered: Gathered, kept: Numbers, splits: NDArray[np.int8], recipe: PrepareRecipe, folder: Path
) -> Numbers:
    """Which of ``kept`` examples are made of, ascending: each split has its share of the token budget."""
    shares = {"valid": recipe.valid_share, "test": recipe.test_share}
    shares["train"] = 1 - sum(shares.values())
    chosen: list[Numbers] = []
    for number, name in enumerate(dataset.SPLITS):
        places = np.flatnonzero(splits == number)
        members = kept[places]
        picked = select(
            gathered.texts(members),
            gathered.tokens[members],
            gathered.cells(members),
            gathered.axes["correspondent"].numbers[members],
            budget=round(recipe.token_budget * shares[name]),
            per_correspondent=recipe.per_correspondent_share,
            folder=folder,
        )
        chosen.append(places[picked])
    return np.concatenate(chosen)


def _examples(
    out: Path,
    gathered: Gathered,
    chosen: Numbers,
    splits: NDArray[np.int8],
    copies: Numbers,
    recipe: PrepareRecipe,
) -> Generator[Event, None, Made]:
    """Write ``examples.jsonl`` and count what is in it."""
    rows = (gathered.row(i, part, int(copies[i])) for i, part in zip(chosen.tolist(), splits.tolist(), strict=True))
    # Only an engine that is all in this package may be opened several times: another can hold a large model.
    alone = bool(plugins.engine(recipe.writer).info.needs)
    count = 0 if alone else helpers.useful(len(chosen), _WORTH_HELPERS)
    counted = Made()
    done = 0
    with (
        files.replacing(out / dataset.EXAMPLES) as handle,
        Helpers(ExampleMaker, recipe.writer, recipe.phone_regions, recipe.kinds, gathered.names, count=count) as makers,
    ):
        for made in makers.map(iter(lambda: list(islice(rows, _BATCH)), [])):
            handle.writelines(line + b"\n" for line in made.lines)
            counted.count(made)
            done = min(done + _BATCH, len(chosen))
            yield Event("examples", done, len(chosen), "messages")
    return counted


def _now() -> str:
    """To the microsecond, since two datasets can be made within a second and one of them is the latest."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _made_before(target: Path) -> Manifest | None:
    try:
        return artefacts.load(target)
    except LikenessError:
        return None


def _enough(manifest: Manifest, recipe: PrepareRecipe, allow_small: bool) -> None:
    count = int(manifest.measures["examples"]["total"])
    if count >= recipe.minimum_examples or allow_small:
        return
    ledger: Mapping[str, int] = manifest.measures["dropped"]
    reasons = ", ".join(
        f"{number} {reason}" for reason, number in sorted(ledger.items(), key=lambda item: -item[1])[:5]
    )
    raise TooFewExamples(
        f"only {count} examples from {manifest.measures['messages']['owner']} of the owner's messages, "
        f"and {recipe.minimum_examples} are needed" + (f" (dropped: {reasons})" if reasons else ""),
        hint="import more mail or chats, or go on with --allow-small",
    )
