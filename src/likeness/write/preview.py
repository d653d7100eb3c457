"""What an import would read, keep and drop, found by reading everything and writing nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from likeness.core.events import Event
from likeness.core.protocols import Owner
from likeness.core.store import BadEntry, Store
from likeness.core.store.imports import BAD_ENTRIES_LISTED
from likeness.core.types import Message, Progress, Skipped
from likeness.write.forget.returning import Forgotten
from likeness.write.ingest import answered_by, sizes_of, threaded_sources
from likeness.write.reading import Reading, items
from likeness.write.recognise import Survey

_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import of one archive would do: ``read == messages + sum(dropped.values())``.

    ``messages`` would be in the store afterwards, ``new`` of them are not in it yet, ``yours`` are the owner's;
    ``first`` and ``last`` are the earliest and the latest date of a message, ``bytes`` the size of ``files`` files.
    """

    source: str
    name: str
    files: int
    bytes: int
    messages: int
    yours: int
    new: int
    first: datetime | None
    last: datetime | None
    dropped: Mapping[str, int]
    bad: tuple[BadEntry, ...]


@dataclass(slots=True)
class _Count:
    """What has been counted of one archive."""

    messages: int = 0
    yours: int = 0
    new: int = 0
    first: datetime | None = None
    last: datetime | None = None
    dropped: Counter[str] = field(default_factory=Counter)
    bad: list[BadEntry] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def take(self, item: Message | Skipped) -> None:
        if isinstance(item, Skipped):
            self.dropped[item.reason] += 1
            if item.bad and len(self.bad) < BAD_ENTRIES_LISTED:
                self.bad.append(BadEntry(item.where, item.reason, item.detail))
            return
        self.messages += 1
        self.yours += item.from_owner
        self.ids.append(item.id)
        if item.sent_at:
            self.first = min(self.first or item.sent_at, item.sent_at)
            self.last = max(self.last or item.sent_at, item.sent_at)


def preview(store: Store, owner: Owner, found: Survey) -> Generator[Event, None, list[Preview]]:
    """Read every archive of a survey as an import would, in the same order; ``store`` is asked, not changed."""
    answered = yield from answered_by(owner, found.archives)
    wanted = answered | store.missing_parents(threaded_sources())
    readings = [Reading(archive, sizes_of(archive), owner, wanted) for archive in found.archives]
    total = sum(sum(reading.sizes) for reading in readings)
    forgotten = Forgotten(store, owner)
    passed = 0
    previews = []
    for reading in readings:
        previews.append((yield from _preview(store, reading, forgotten, passed, total)))
        passed += sum(reading.sizes)
    return previews


def _preview(
    store: Store, reading: Reading, forgotten: Forgotten, passed: int, total: int
) -> Generator[Event, None, Preview]:
    count = _Count()
    archive = reading.archive
    for number, size in enumerate(reading.sizes):
        for item in forgotten.without(items(reading, number)):
            if isinstance(item, Progress):
                note = f"{count.messages:,} messages · {archive.name}"
                yield Event("reading", passed + min(item.done, size), total, "bytes", note)
                continue
            count.take(item)
            if len(count.ids) >= _BATCH:
                count.new += store.unknown(count.ids)
                count.ids.clear()
        passed += size
    count.new += store.unknown(count.ids)
    return Preview(
        source=archive.source,
        name=archive.name,
        files=len(archive.files),
        bytes=sum(reading.sizes),
        messages=count.messages,
        yours=count.yours,
        new=count.new,
        first=count.first,
        last=count.last,
        dropped=dict(count.dropped.most_common()),
        bad=tuple(count.bad),
    )
