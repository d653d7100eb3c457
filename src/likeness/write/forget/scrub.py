"""Datasets without what was forgotten, and what becomes of the adapters that were learned from them.

A dataset is written anew under a new name and the old one removed; its manifest says under ``extra["forgotten"]`` how
much went and when, and which datasets it stands for. An adapter that holds texts word for word (an engine that can
"verbatim") is learned again from the new dataset and the old one removed; one with a base of its own, made of the texts
to try things out, goes. Any other is kept, marked stale: what it was taught cannot be taken out of it. Trainings that
are not finished are thrown away.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from likeness.core import artefacts, files, plugins
from likeness.core.artefacts import Manifest
from likeness.core.errors import EngineMissing, LikenessError
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.write import audition, runs
from likeness.write import dataset as datasets
from likeness.write.evaluate import result as evaluation
from likeness.write.export import export
from likeness.write.forget.affected import Named
from likeness.write.generate import STALE
from likeness.write.shown import PAGE, SHOWN
from likeness.write.train import train

FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True)
class Gone:
    """What was forgotten: ids of messages, and whether a value names the person or conversation (without case)."""

    ids: frozenset[str]
    named: Named

    def covers(self, record: dict[str, Any]) -> bool:
        """Whether an exchange or example was made of it."""
        ids = (*record.get("message_ids", ()), *record.get("context_ids", ()))
        if not self.ids.isdisjoint(ids):
            return True
        return any(self.named(str(record.get(key) or "")) for key in ("correspondent", "conversation"))


def affected_datasets(home: PersonHome, gone: Gone) -> dict[str, tuple[int, int]]:
    """Exchanges and examples that would go from each dataset that has any."""
    found = {}
    for folder, manifest in artefacts.listed(home.datasets):
        dropped = _dropped(folder, gone)
        examples = sum(1 for record in _records(folder / datasets.EXAMPLES) if _example_goes(record, gone, dropped))
        if dropped or examples or _scrubbed(manifest.measures, gone) != manifest.measures:
            found[folder.name] = (len(dropped), examples)
    return found


def affected_adapters(home: PersonHome, names: set[str]) -> dict[str, str]:
    """What would become of each adapter that was learned from a dataset of ``names``, or from one that is gone."""
    found = {}
    for folder, manifest in artefacts.listed(home.adapters):
        lost = {parent for parent in manifest.parents if parent in names or not (home.datasets / parent).is_dir()}
        if not lost or STALE in manifest.extra:
            continue
        if _own_base(folder):
            found[folder.name] = "removed with its own base"
        elif not _verbatim(manifest.engine):
            found[folder.name] = "marked stale"
        else:
            found[folder.name] = "learned again" if lost & names else "removed, as its dataset is not there any more"
    return found


def scrub_datasets(home: PersonHome, gone: Gone) -> Iterator[Event]:
    """Write every dataset that has something of it anew. Done again, it changes nothing."""
    files.sweep(home.datasets)
    affected = affected_datasets(home, gone)
    for number, (name, (exchanges, examples)) in enumerate(affected.items()):
        yield Event("datasets", number, len(affected), "datasets", name)
        left_out = _rewrite(home.datasets / name, gone, exchanges, examples)
        if left_out:
            note = f"{', '.join(left_out)} went with {name}: it may hold their words, and is none of its own files"
            yield Event("datasets", number, len(affected), "datasets", note)
    yield Event("datasets", len(affected), len(affected), "datasets")


def scrub_adapters(home: PersonHome) -> Iterator[Event]:
    """Learn again, mark or remove every adapter whose dataset was written anew. Done again, it changes nothing."""
    files.sweep(home.adapters)
    current = {name: folder for folder, manifest in artefacts.listed(home.datasets) for name in _stands_for(manifest)}
    for folder, manifest in artefacts.listed(home.adapters):
        files.sweep(folder)
        lost = [parent for parent in manifest.parents if parent in current or not (home.datasets / parent).is_dir()]
        if not lost or STALE in manifest.extra:
            continue
        yield Event("adapters", 0, None, "adapters", folder.name)
        if _own_base(folder):
            files.discard(folder)
        elif _verbatim(manifest.engine):
            yield from _learn_again(home, folder, manifest, current.get(lost[0]))
        else:
            _mark_stale(folder, manifest)
    yield Event("adapters", 1, 1, "adapters")


def affected_runs(home: PersonHome, names: set[str]) -> list[str]:
    """Unfinished trainings on a dataset of ``names``, or on one that is gone."""
    return [
        run.name
        for run in runs.runs(home)
        if run.note.dataset in names or not (home.datasets / run.note.dataset).is_dir()
    ]


def scrub_runs(home: PersonHome) -> Iterator[Event]:
    """Throw away every unfinished training whose dataset was written anew: it has learned from what is forgotten, and
    holds nothing that could be used. A process at work on one finds its dataset gone and stops.
    """
    files.sweep(home.runs)
    for name in affected_runs(home, set()):
        yield Event("runs", 0, None, "runs", name)
        files.discard(home.runs / name)
    yield Event("runs", 1, 1, "runs")


def _rewrite(folder: Path, gone: Gone, exchanges: int, examples: int) -> list[str]:
    """Publish ``folder`` without ``gone`` under a new name, then remove it; names of what was not carried over."""
    old = artefacts.load(folder)
    dropped = _dropped(folder, gone)
    name = f"writing-{artefacts.digest([old.name, *sorted(dropped), *sorted(gone.ids)])}"
    with artefacts.publish(folder.with_name(name)) as new:
        _filter(folder, new, datasets.EXCHANGES, lambda record: not gone.covers(record))
        _filter(folder, new, datasets.EXAMPLES, lambda record: not _example_goes(record, gone, dropped))
        export(new)
        before = old.extra.get(FORGOTTEN, {})
        told = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "exchanges": before.get("exchanges", 0) + exchanges,
            "examples": before.get("examples", 0) + examples,
            "stands_for": [*before.get("stands_for", ()), old.name],
        }
        replace(
            old,
            name=name,
            data_hash=artefacts.digest([old.data_hash, name]),
            measures=_recounted(_scrubbed(old.measures, gone), new),
            extra={**_scrubbed(old.extra, gone), FORGOTTEN: told},
        ).save(new)
        left_out = sorted({path.name for path in folder.iterdir()} - {path.name for path in new.iterdir()})
    files.discard(folder)
    return left_out


def _records(path: Path) -> Iterator[dict[str, Any]]:
    if path.is_file():
        with path.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                yield json.loads(line)


def _dropped(folder: Path, gone: Gone) -> set[str]:
    return {record["id"] for record in _records(folder / datasets.EXCHANGES) if gone.covers(record)}


def _example_goes(record: dict[str, Any], gone: Gone, dropped: set[str]) -> bool:
    return record.get("exchange_id") in dropped or gone.covers(record)


def _filter(source: Path, target: Path, name: str, stays: Callable[[dict[str, Any]], bool]) -> None:
    """Copy the lines of a file that stay, byte for byte."""
    with (source / name).open("rb") as lines, files.replacing(target / name) as out:
        out.writelines(line for line in lines if stays(json.loads(line)))


def _scrubbed(value: Any, gone: Gone) -> Any:
    """``value`` (JSON) without keys and strings that name what was forgotten."""
    if isinstance(value, dict):
        return {key: _scrubbed(item, gone) for key, item in value.items() if not gone.named(str(key))}
    if isinstance(value, list | tuple):
        return [_scrubbed(item, gone) for item in value if not (isinstance(item, str) and gone.named(item))]
    return "" if isinstance(value, str) and gone.named(value) else value


def _recounted(measures: dict[str, Any], folder: Path) -> dict[str, Any]:
    """``measures`` with the counts of what is in the files now; those of the whole archive stay as they were made."""
    counts: dict[str, dict[str, int]] = {"kind": {}, "channel": {}, "split": {}}
    total = 0
    for record in _records(folder / datasets.EXAMPLES):
        total += 1
        for name, by in counts.items():
            by[record[name]] = by.get(record[name], 0) + 1
    exchanges: dict[str, int] = {}
    for record in _records(folder / datasets.EXCHANGES):
        exchanges[record["split"]] = exchanges.get(record["split"], 0) + 1
    return {**measures, "examples": {**measures.get("examples", {}), "total": total, **counts}, "exchanges": exchanges}


def _stands_for(manifest: Manifest) -> tuple[str, ...]:
    return tuple(manifest.extra.get(FORGOTTEN, {}).get("stands_for", ()))


def _own_base(folder: Path) -> bool:
    """Whether an adapter came with a base of its own (preset ``smoke``), whose vocabulary was made of the texts."""
    return (folder / "base").is_dir()


def _verbatim(engine: str) -> bool:
    """Whether an engine's adapters hold texts word for word; false for one that is not installed here any more."""
    try:
        return "verbatim" in plugins.engine(engine).info.can
    except EngineMissing:
        return False


def _learn_again(home: PersonHome, folder: Path, manifest: Manifest, dataset: Path | None) -> Iterator[Event]:
    """A new adapter in the place of one that holds texts, which goes in any case."""
    try:
        if dataset is not None and any(datasets.exchanges(dataset, "train")):
            yield from train(home, manifest.recipe, manifest.engine, dataset)
        else:
            why = "nothing is left to learn it from" if dataset else "the dataset it was learned from is not there"
            yield Event("adapters", 0, None, "adapters", f"{folder.name} was removed: {why}")
    except LikenessError as error:
        yield Event("adapters", 0, None, "adapters", f"{folder.name} was removed, not learned again: {error}")
    files.discard(folder)


def _mark_stale(folder: Path, manifest: Manifest) -> None:
    """Mark an adapter, and remove the texts of its evaluation, its auditions and the page of its training."""
    evaluation.remove(folder)
    audition.remove(folder)
    for shown in (SHOWN, PAGE):
        (folder / shown).unlink(missing_ok=True)
    since = datetime.now(UTC).isoformat(timespec="seconds")
    reason = "it was trained on messages that were forgotten since"
    replace(manifest, extra={**manifest.extra, STALE: {"reason": reason, "since": since}}).save(folder)
