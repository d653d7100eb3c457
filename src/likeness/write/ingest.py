"""Archives into the store: recognise the format, propose who the owner is, read, keep a complete ledger.

An import can be killed at any moment: messages and the place where reading goes on are committed together, and the
same call continues from there. Importing the same archive again adds nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from likeness.core import plugins
from likeness.core.errors import OwnerUnknown
from likeness.core.events import Event
from likeness.core.protocols import Owner, Source, Threaded
from likeness.core.store import Checkpoint, ImportRecord, Store
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.write.recognise import fingerprint, recognise, survey

__all__ = ["ingest", "propose_identities", "recognise"]

_BATCH_MESSAGES = 500
_BATCH_SKIPPED = 20_000
_BATCH_CHARACTERS = 8_000_000
_EVIDENCE_SHOWN = 3
_NAMED = 5


@dataclass(slots=True)
class _Archive:
    """One archive to be read: its source, its files and their sizes."""

    source: Source
    path: Path
    files: Sequence[Path]
    sizes: Sequence[int]

    @property
    def bytes(self) -> int:
        return sum(self.sizes)


@dataclass(slots=True)
class _Batch:
    """What was read since the last checkpoint."""

    messages: list[Message] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    characters: int = 0

    def take(self, item: Message | Skipped) -> None:
        if isinstance(item, Message):
            self.messages.append(item)
            self.characters += len(item.body)
        else:
            self.skipped.append(item)

    @property
    def is_full(self) -> bool:
        return (
            len(self.messages) >= _BATCH_MESSAGES
            or len(self.skipped) >= _BATCH_SKIPPED
            or self.characters >= _BATCH_CHARACTERS
        )


def propose_identities(paths: Sequence[Path]) -> list[Identity]:
    """Names and addresses that may be the owner's, most likely first, over all of ``paths``.

    Raises what :func:`recognise` raises.
    """
    merged: dict[str, Identity] = {}
    ranks: dict[str, list[int]] = {}
    for name, path in recognise(paths):
        for rank, found in enumerate(plugins.source(name).identities(path)):
            key = found.value.casefold()
            ranks.setdefault(key, []).append(rank)
            known = merged.get(key)
            if known is None:
                merged[key] = found
                continue
            said = f"{known.evidence}; {found.evidence}" if len(ranks[key]) <= _EVIDENCE_SHOWN else known.evidence
            merged[key] = Identity(known.value, known.count + found.count, said)
    # The owner leads in their own archives; others lead in one at most.
    return sorted(merged.values(), key=lambda i: (min(r := ranks[i.value.casefold()]), -len(r), -i.count))


def ingest(store: Store, owner: Owner, paths: Sequence[Path]) -> Iterator[Event]:
    """Read every archive in ``paths`` into ``store``.

    Events count bytes; the last one ("imported") carries the totals of this call as metrics: read, kept, duplicates,
    dropped, bad, files_left_out, and what the store holds now (messages, yours).
    Raises :class:`OwnerUnknown` without an identity, and what :func:`recognise` raises.
    """
    if not owner.identities:
        raise OwnerUnknown("nobody has said who the owner is", hint="confirm names and addresses, or give --me")
    found = survey(paths)
    archives = [_archive(name, path) for name, path in found.archives]
    yield Event("recognised", len(archives), len(archives), "archives", _named(found.left_out))
    store.claim(owner)
    answered = yield from _answered(owner, archives)
    wanted = answered | store.missing_parents()
    totals = Counter[str]()
    for archive in archives:
        mark = fingerprint(archive.path, archive.files, (*sorted(owner.identities), "", *sorted(answered)))
        record = yield from _read(store, owner, archive, mark, wanted)
        totals.update(read=record.read, kept=record.kept, duplicates=record.duplicates)
        totals.update(dropped=sum(record.dropped.values()), bad=len(record.bad))
    store.join_conversations()
    size = sum(archive.bytes for archive in archives)
    totals.update(files_left_out=len(found.left_out))
    held = {"messages": store.count(), "yours": store.count(owner_only=True)}
    yield Event("imported", size, size, "bytes", f"{totals['kept']:,} new messages", {**totals, **held})


def _named(left_out: Sequence[Path]) -> str:
    if not left_out:
        return ""
    names = ", ".join(path.name for path in left_out[:_NAMED]) + (", …" if len(left_out) > _NAMED else "")
    return f"not known, left out: {len(left_out):,} files ({names})"


def _archive(name: str, path: Path) -> _Archive:
    source = plugins.source(name)
    files = source.files(path)
    return _Archive(source, path, files, [file.stat().st_size for file in files])


def _answered(owner: Owner, archives: Sequence[_Archive]) -> Generator[Event, None, frozenset[str]]:
    """What the owner's messages answer, over all files; nothing where one file holds everything, as it knows itself."""
    threaded = [
        (archive, file) for archive in archives if isinstance(archive.source, Threaded) for file in archive.files
    ]
    found: set[str] = set()
    if len(threaded) > 1:
        for number, (archive, file) in enumerate(threaded):
            yield Event("looking for what you answered", number, len(threaded), "files", file.name)
            if isinstance(archive.source, Threaded):
                try:
                    found |= archive.source.answered(file, owner)
                except OSError:
                    continue  # reading it next says so in the ledger
        yield Event("looking for what you answered", len(threaded), len(threaded), "files")
    return frozenset(found)


def _read(
    store: Store, owner: Owner, archive: _Archive, mark: str, wanted: Collection[str]
) -> Generator[Event, None, ImportRecord]:
    record = store.begin_import(archive.source.name, archive.path.name, mark, archive.bytes)
    batch = _Batch()
    stage = f"reading {archive.path.name}"
    passed = sum(archive.sizes[: record.file_number])
    for number in range(record.file_number, len(archive.files)):
        start = record.cursor if number == record.file_number else 0
        for item in _items(archive, number, owner, start, wanted):
            if not isinstance(item, Progress):
                batch.take(item)
                continue
            if batch.is_full:
                store.add(batch.messages, Checkpoint(record.id, number, item.cursor, batch.skipped))
                batch = _Batch()
            yield Event(stage, passed + item.done, archive.bytes, "bytes")
        passed += archive.sizes[number]
        if batch.is_full:
            store.add(batch.messages, Checkpoint(record.id, number + 1, 0, batch.skipped))
            batch = _Batch()
    store.add(batch.messages, Checkpoint(record.id, len(archive.files), 0, batch.skipped, finished=True))
    yield Event(stage, archive.bytes, archive.bytes, "bytes")
    return store.import_record(record.id)


def _items(
    archive: _Archive, number: int, owner: Owner, start: int, wanted: Collection[str]
) -> Iterator[Message | Skipped | Progress]:
    file = archive.files[number]
    try:
        if isinstance(archive.source, Threaded):
            yield from archive.source.read(file, owner, start=start, wanted=wanted)
        else:
            yield from archive.source.read(file, owner, start=start)
    except OSError as error:
        yield Skipped("cannot be opened", file.name, bad=True, detail=error.strerror or type(error).__name__)
