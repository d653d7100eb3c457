"""Preparing: the messages in a person's store become a dataset, published whole or not at all.

    read -> clean, pair, redact -> de-duplicate -> split -> select -> write examples -> export, re-scan, publish

The same messages and the same recipe give the same dataset, so it is made once and found again the next time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from likeness import __version__
from likeness.core import artefacts, files, plugins
from likeness.core.artefacts import Manifest
from likeness.core.errors import EngineMissing, LikenessError, NotFound, NotReady, TooFewExamples
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.protocols import Writer
from likeness.core.store import Store
from likeness.core.types import Example
from likeness.write import dataset, dedupe, measures, pair
from likeness.write.clean import Signatures, mine_signatures
from likeness.write.corpus import Found, Reader, Tally, name_words
from likeness.write.dataset import Row
from likeness.write.examples import make_examples
from likeness.write.export import export, rescan
from likeness.write.recipe import PrepareRecipe
from likeness.write.redact import Redactor
from likeness.write.select import select
from likeness.write.split import split

_EVERY = 250
_UNDATED = datetime.min.replace(tzinfo=UTC)


def prepare(home: PersonHome, recipe: PrepareRecipe, *, allow_small: bool = False) -> Iterator[Event]:
    """Make the dataset of ``home`` by ``recipe``.

    The last event has the stage "prepared", the name of the dataset's folder in ``home.datasets`` as its note and the
    main counts as its metrics; :func:`latest_dataset` finds the folder afterwards.

    Raises :class:`NotReady` when nothing was imported, :class:`TooFewExamples` when there are fewer examples than
    ``recipe.minimum_examples`` and ``allow_small`` is false, :class:`EngineMissing` when ``recipe.writer`` cannot
    run. Stopped at any moment it leaves the datasets as they were.
    """
    files.sweep(home.datasets)
    if not home.store.is_file():
        raise NotReady("nothing has been imported yet", hint="import first: likeness import PATH…")
    with Store.open(home.store) as store:
        survey = yield from _survey(store, home, recipe)
        target = home.datasets / f"writing-{survey.key}"
        made = _made_before(target)
        if made is None:
            tally = Tally()
            found = yield from _exchanges(store, home, recipe, survey, tally)
    if made is None:
        made = yield from _make(target, found, recipe, tally, survey.data_hash, allow_small)
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


@dataclass(slots=True)
class _Survey:
    """What a first pass over the messages finds: the identity of the data, and what pairing and redaction need."""

    subjects: pair.SubjectIndex = field(default_factory=pair.SubjectIndex)
    names: set[str] = field(default_factory=set)
    owner: int = 0
    data_hash: str = ""
    key: str = ""


def _survey(store: Store, home: PersonHome, recipe: PrepareRecipe) -> Generator[Event, None, _Survey]:
    survey = _Survey()
    total = store.count()
    identity = sha256()
    for number, message in enumerate(store.messages(), 1):
        identity.update(f"{message.id}\0{message.from_owner:d}\0".encode("utf-8", "replace"))
        survey.subjects.add(message)
        survey.owner += message.from_owner
        if recipe.redact_names and not message.from_owner:
            survey.names |= name_words(message.sender_name)
        if number % _EVERY == 0 or number == total:
            yield Event("read", number, total, "messages")
    if not survey.owner:
        raise NotReady(
            f"none of the {total} messages in the store is by the owner",
            hint="import your mail or chats, and confirm your names and addresses with --me",
        )
    identity.update("\0".join(sorted(home.person().identities)).encode("utf-8"))
    survey.data_hash = identity.hexdigest()[:16]
    survey.key = artefacts.digest([survey.data_hash, recipe.model_dump_json(), __version__])
    return survey


def _exchanges(
    store: Store, home: PersonHome, recipe: PrepareRecipe, survey: _Survey, tally: Tally
) -> Generator[Event, None, list[Found]]:
    """Clean, pair and redact; the result is in time order."""
    person = home.person()
    signatures = mine_signatures(store.messages(owner_only=True), (person.display_name, *person.identities))
    yield Event("signatures", 1, 1, "owners", metrics={"lines": len(signatures.lines)})
    reader = Reader(
        recipe=recipe,
        signatures=signatures,
        subjects=survey.subjects,
        by_native=store.message_by_native,
        by_id=store.message,
        tally=tally,
        redactor=Redactor.of(recipe.phone_regions, survey.names - _own_names(signatures)),
    )
    found: list[Found] = []
    for item in reader.exchanges(store.messages()):
        found.append(item)
        if len(found) % _EVERY == 0:
            yield Event("clean", tally.owner, survey.owner, "messages")
    yield Event("clean", tally.owner, survey.owner, "messages", metrics={"kept": len(found)})
    return sorted(found, key=lambda item: (item.exchange.sent_at or _UNDATED, item.exchange.id))


def _own_names(signatures: Signatures) -> set[str]:
    """The owner's own names, capitalised as they are written: these stay."""
    return {form for name in signatures.names for form in (name.capitalize(), name.upper())}


def _make(
    target: Path, found: list[Found], recipe: PrepareRecipe, tally: Tally, data_hash: str, allow_small: bool
) -> Generator[Event, None, Manifest]:
    """From exchanges to the published dataset."""
    rows = _rows(found, recipe, tally)
    yield Event("dedupe", len(found), len(found), "messages", metrics={"kept": len(rows)})
    chosen = _selected(rows, recipe)
    yield Event("select", len(chosen), len(rows), "messages")
    skipped: Counter[str] = Counter()
    redactor = Redactor.of(recipe.phone_regions)
    examples: list[Example] = []
    with _writer(recipe.writer) as writer:
        for number, row in enumerate(chosen, 1):
            examples += make_examples([row], cast(Writer, writer), redactor, recipe.kinds, skipped)
            if number % _EVERY == 0 or number == len(chosen):
                yield Event("examples", number, len(chosen), "messages")
    manifest = Manifest(
        kind="dataset",
        name=target.name,
        data_hash=data_hash,
        recipe=recipe.model_dump(mode="json"),
        measures=measures.measure(rows, chosen, examples, tally, skipped),
        created_at=_now(),
    )
    _enough(manifest, recipe, allow_small)
    with artefacts.publish(target) as folder:
        dataset.save_exchanges(folder, rows)
        dataset.save_examples(folder, examples)
        left = rescan(export(folder, examples), recipe.phone_regions)
        manifest = replace(manifest, measures={**manifest.measures, "personal_data_left": dict(left)})
        manifest.save(folder)
    return manifest


def _rows(found: Sequence[Found], recipe: PrepareRecipe, tally: Tally) -> list[Row]:
    """One row for each cluster of near-duplicates (its first message), with its split; in split and time order."""
    clusters = dedupe.clusters([item.exchange.text for item in found], recipe.duplicate_threshold).tolist()
    copies = Counter(clusters)
    first = [i for i, cluster in enumerate(clusters) if cluster == i]
    tally.dropped["near-duplicate"] += sum(
        len(found[i].exchange.message_ids) for i in range(len(found)) if clusters[i] != i
    )
    kept = [found[i] for i in first]
    splits = split(
        [item.exchange for item in kept],
        [item.thread for item in kept],
        first,
        valid=recipe.valid_share,
        test=recipe.test_share,
    )
    rows = [Row(item.exchange, name, copies[i]) for item, name, i in zip(kept, splits, first, strict=True)]
    return sorted(rows, key=lambda row: dataset.SPLITS.index(row.split))


def _selected(rows: list[Row], recipe: PrepareRecipe) -> list[Row]:
    """The rows examples are made of: each split has its share of the token budget."""
    shares = {"valid": recipe.valid_share, "test": recipe.test_share}
    shares["train"] = 1 - sum(shares.values())
    chosen: list[Row] = []
    for name in dataset.SPLITS:
        part = [row for row in rows if row.split == name]
        budget = round(recipe.token_budget * shares[name])
        picked = select([row.exchange for row in part], budget=budget, per_correspondent=recipe.per_correspondent_share)
        chosen += [part[i] for i in picked]
    return chosen


def _writer(name: str) -> Any:
    """Open the engine called ``name`` without an artefact. Raises :class:`EngineMissing` when it does not write."""
    engine = plugins.engine(name)
    if "writer" not in engine.info.kind:
        raise EngineMissing(f"engine {name!r} does not write", hint="choose a writer with the recipe's `writer`")
    return engine.open(None)


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
