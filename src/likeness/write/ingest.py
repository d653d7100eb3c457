"""Archives into the store: recognise the format, propose who the owner is, read, keep a complete ledger.

An import can be killed at any moment: messages and the place where reading goes on are committed together, and the
same call continues from there. Importing the same archive again adds nothing. A message that a newer export words
differently (edited since) keeps the wording that was stored first, and counts as already there. What was forgotten
(``write.forget``) does not come back: it is dropped for that reason.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Generator, Iterator, Sequence
from pathlib import Path

from likeness.core import plugins
from likeness.core.errors import LikenessError, OwnerUnknown
from likeness.core.events import Event
from likeness.core.protocols import Owner, Threaded
from likeness.core.store import Checkpoint, ImportRecord, Store
from likeness.core.types import Identity
from likeness.write.fingerprint import fingerprint
from likeness.write.forget.returning import Forgotten
from likeness.write.reader_process import read_ahead
from likeness.write.reading import Batch, Far, Reading, batches
from likeness.write.recognise import Archive, LeftOut, Survey, recognise, survey, surveying
from likeness.write.unpack_folder import UnpackFolder
from likeness.write.walk import readable

__all__ = ["ingest", "propose_identities", "recognise"]

_EVIDENCE_SHOWN = 3
_NAMED = 5
_EVENT_EVERY = 20
_AHEAD_BYTES = 8 * 2**20


def propose_identities(archives: Sequence[Path] | Survey) -> list[Identity]:
    """Names and addresses that may be the owner's, most likely first, over all of ``archives``.

    Raises what :func:`survey` raises. Archives in archives are read only in a survey that unpacked them.
    """
    found = archives if isinstance(archives, Survey) else survey(archives)
    merged: dict[str, Identity] = {}
    ranks: dict[str, list[int]] = {}
    for archive in found.archives:
        for rank, proposed in enumerate(_identities(archive)):
            key = proposed.value.casefold()
            ranks.setdefault(key, []).append(rank)
            known = merged.get(key)
            if known is None:
                merged[key] = proposed
                continue
            said = f"{known.evidence}; {proposed.evidence}" if len(ranks[key]) <= _EVIDENCE_SHOWN else known.evidence
            merged[key] = Identity(known.value, known.count + proposed.count, said)
    # The owner leads in their own archives; others lead in one at most.
    return sorted(merged.values(), key=lambda i: (min(r := ranks[i.value.casefold()]), -len(r), -i.count))


def _identities(archive: Archive) -> Iterator[Identity]:
    try:
        yield from plugins.source(archive.source).identities(archive.path)
    except (OSError, LikenessError):
        return  # reading it says so in the ledger


def ingest(store: Store, owner: Owner, archives: Sequence[Path] | Survey) -> Iterator[Event]:
    """Read every archive into ``store``: those found in paths, or those of a survey that was made before.

    Events count bytes; the last one ("imported") carries the totals of this call as metrics: read, kept, duplicates,
    dropped, bad, files_left_out, parents_missing (see :func:`_parents`), and what the store holds now (messages,
    yours). Archives in archives are unpacked beside the store for as long as this runs.
    Raises :class:`OwnerUnknown` without an identity, and what :func:`survey` raises.
    """
    if not owner.identities:
        raise OwnerUnknown("nobody has said who the owner is", hint="confirm names and addresses, or give --me")
    if isinstance(archives, Survey):
        yield from _ingest(store, owner, archives)
        return
    with UnpackFolder(store.path.parent) as folders:
        found = yield from surveying(archives, folders)
        yield from _ingest(store, owner, found)


def _ingest(store: Store, owner: Owner, found: Survey) -> Iterator[Event]:
    sizes = [sizes_of(archive) for archive in found.archives]
    yield Event("recognised", len(sizes), len(sizes), "archives", _named(found.left_out))
    store.claim(owner)
    answered = yield from answered_by(owner, found.archives)
    missing = store.missing_parents(threaded_sources())
    call = _Call(store, owner, answered, answered | missing, sum(map(sum, sizes)), fail=len(sizes) == 1)
    for archive, of_files in zip(found.archives, sizes, strict=True):
        yield from call.read(archive, of_files)
    call.forgotten.finish()
    yield Event("joining conversations")
    store.join_conversations()
    totals = call.totals
    totals.update(files_left_out=len(found.left_out))
    yield from _parents(store, missing, call.begun, totals)
    held = {"messages": store.count(), "yours": store.count(owner_only=True)}
    yield Event("imported", call.total, call.total, "bytes", f"{totals['kept']:,} new messages", {**totals, **held})


class _Call:
    """One call of :func:`ingest`: what holds for all of its archives, and what has come of them so far."""

    def __init__(
        self, store: Store, owner: Owner, answered: frozenset[str], wanted: frozenset[str], total: int, *, fail: bool
    ) -> None:
        self.forgotten = Forgotten(store, owner)
        self.totals = Counter[str]()
        self.begun: set[int] = set()
        self.total = total
        self._store = store
        self._owner = owner
        self._context = (*sorted(owner.identities), "", *sorted(answered))
        self._wanted = wanted
        self._passed = 0
        self._fail = fail

    def read(self, archive: Archive, sizes: tuple[int, ...]) -> Iterator[Event]:
        """Read one archive into the store, from where an interrupted import of it stopped."""
        mark = fingerprint(archive.path, archive.files, sizes, self._context)
        record = self._store.begin_import(archive.source, archive.name, mark, sum(sizes))
        reading = Reading(archive, sizes, self._owner, self._wanted, record.file_number, record.cursor, fail=self._fail)
        before = self.totals["read"] + record.read
        for step in self._steps(reading):
            far = step.far if isinstance(step, Batch) else step
            if isinstance(step, Batch):
                checkpoint = Checkpoint(record.id, step.file_number, step.cursor, step.skipped, finished=step.finished)
                self._store.add_rows(step.rows, checkpoint)
            note = f"{before + far.entries:,} messages · {archive.name}"
            yield Event("reading", self._passed + far.bytes, self.total, "bytes", note)
        self._count(self._store.import_record(record.id))
        self._passed += sum(sizes)

    def _steps(self, reading: Reading) -> Iterator[Batch | Far]:
        """A process of its own takes half a second to start, and does not know what was forgotten."""
        left = sum(reading.sizes[reading.file_number :])
        if left >= _AHEAD_BYTES and (os.cpu_count() or 1) > 1 and not self._store.marks():
            return read_ahead(reading)
        return batches(reading, self.forgotten.without)

    def _count(self, record: ImportRecord) -> None:
        self.totals.update(read=record.read, kept=record.kept, duplicates=record.duplicates)
        self.totals.update(dropped=sum(record.dropped.values()), bad=len(record.bad))
        self.begun.add(record.id)


def _parents(store: Store, missing: frozenset[str], begun: Collection[int], totals: Counter[str]) -> Iterator[Event]:
    """Say which earlier archives may hold what the owner's new messages answer, and count those messages.

    An archive of mail keeps what was known to be answered when it was read. One that was read before the mails that
    answer it came has to be read again, which only its owner can have done.
    """
    threaded = threaded_sources()
    new = len(store.missing_parents(threaded) - missing)
    earlier = dict.fromkeys(
        record.path
        for record in store.ledger()
        if record.id not in begun and record.dropped and record.source in threaded
    )
    totals.update(parents_missing=new if earlier else 0)
    if new and earlier:
        names = ", ".join(list(earlier)[-_NAMED:])
        said = f"{new:,} messages you answered are not in the store; to look for them, import again: {names}"
        yield Event("answered elsewhere", new, new, "messages", said)


def threaded_sources() -> frozenset[str]:
    """Names of the sources whose messages can answer what lies in another archive: mail. A chat is read whole."""
    return frozenset(name for name in plugins.names(plugins.SOURCES) if isinstance(plugins.source(name), Threaded))


def _named(left_out: Sequence[LeftOut]) -> str:
    if not left_out:
        return ""
    names = ", ".join(left.name for left in left_out[:_NAMED]) + (", …" if len(left_out) > _NAMED else "")
    return f"not known, left out: {len(left_out):,} files ({names})"


def sizes_of(archive: Archive) -> tuple[int, ...]:
    """The sizes of the files of ``archive`` in bytes; 0 for one that cannot be looked at."""
    return tuple(_size(file) for file in archive.files)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0  # reading it says so in the ledger


def answered_by(owner: Owner, archives: Sequence[Archive]) -> Generator[Event, None, frozenset[str]]:
    """What the owner's messages answer, over all files; nothing where one file holds everything, as it knows itself."""
    sources = {archive.source: plugins.source(archive.source) for archive in archives}
    threaded = [
        (sources[archive.source], file)
        for archive in archives
        if isinstance(sources[archive.source], Threaded)
        for file in archive.files
    ]
    found: set[str] = set()
    if len(threaded) > 1:
        for number, (source, file) in enumerate(threaded):
            if number % _EVENT_EVERY == 0:
                yield Event("looking for what you answered", number, len(threaded), "files", readable(file.name))
            if isinstance(source, Threaded):
                try:
                    found |= source.answered(file, owner)
                except (OSError, LikenessError):
                    continue  # reading it next says so in the ledger
        yield Event("looking for what you answered", len(threaded), len(threaded), "files")
    return frozenset(found)
