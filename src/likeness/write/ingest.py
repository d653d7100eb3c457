"""Archives into the store: recognise the format, propose who the owner is, read, keep a complete ledger.

An import can be killed at any moment: messages and the place where reading goes on are committed together, and the
same call continues from there. Importing the same archive again adds nothing. A message that a newer export words
differently (edited since) keeps the wording that was stored first, and counts as already there. What was forgotten
(``write.forget``) does not come back: it is dropped for that reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from likeness.core import plugins
from likeness.core.errors import LikenessError, OwnerUnknown
from likeness.core.events import Event
from likeness.core.protocols import Owner, Source, Threaded
from likeness.core.store import Checkpoint, ImportRecord, Store
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.write.fingerprint import fingerprint
from likeness.write.forgotten import Forgotten
from likeness.write.recognise import Archive, LeftOut, Survey, recognise, survey, surveying
from likeness.write.unpack_folder import UnpackFolder
from likeness.write.walk import readable

__all__ = ["ingest", "propose_identities", "recognise"]

_BATCH_MESSAGES = 2_000
_BATCH_SKIPPED = 20_000
_BATCH_CHARACTERS = 8_000_000
_EVIDENCE_SHOWN = 3
_NAMED = 5
_EVENT_EVERY = 20
_STAGE = "reading"


@dataclass(slots=True)
class Opened:
    """One archive to be read: its source, and the sizes of its files in bytes."""

    source: Source
    archive: Archive
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
    opened = [open_archive(archive) for archive in found.archives]
    yield Event("recognised", len(opened), len(opened), "archives", _named(found.left_out))
    store.claim(owner)
    answered = yield from answered_by(owner, opened)
    missing = store.missing_parents()
    wanted = answered | missing
    total = sum(one.bytes for one in opened)
    totals = Counter[str]()
    begun: set[int] = set()
    forgotten = Forgotten(store, owner)
    passed = 0
    for one in opened:
        mark = fingerprint(
            one.archive.path, one.archive.files, one.sizes, (*sorted(owner.identities), "", *sorted(answered))
        )
        so_far = (passed, total, totals["read"], len(opened) == 1)
        record = yield from _read(store, owner, one, mark, wanted, forgotten, so_far)
        totals.update(read=record.read, kept=record.kept, duplicates=record.duplicates)
        totals.update(dropped=sum(record.dropped.values()), bad=len(record.bad))
        begun.add(record.id)
        passed += one.bytes
    forgotten.finish()
    yield Event("joining conversations")
    store.join_conversations()
    totals.update(files_left_out=len(found.left_out))
    yield from _parents(store, missing, begun, totals)
    held = {"messages": store.count(), "yours": store.count(owner_only=True)}
    yield Event("imported", total, total, "bytes", f"{totals['kept']:,} new messages", {**totals, **held})


def _parents(store: Store, missing: frozenset[str], begun: Collection[int], totals: Counter[str]) -> Iterator[Event]:
    """Say which earlier archives may hold what the owner's new messages answer, and count those messages.

    An archive of mail keeps what was known to be answered when it was read. One that was read before the mails that
    answer it came has to be read again, which only its owner can have done.
    """
    new = len(store.missing_parents() - missing)
    earlier = dict.fromkeys(
        record.path
        for record in store.ledger()
        if record.id not in begun and record.dropped and isinstance(plugins.source(record.source), Threaded)
    )
    totals.update(parents_missing=new if earlier else 0)
    if new and earlier:
        names = ", ".join(list(earlier)[-_NAMED:])
        said = f"{new:,} messages you answered are not in the store; to look for them, import again: {names}"
        yield Event("answered elsewhere", new, new, "messages", said)


def _named(left_out: Sequence[LeftOut]) -> str:
    if not left_out:
        return ""
    names = ", ".join(left.name for left in left_out[:_NAMED]) + (", …" if len(left_out) > _NAMED else "")
    return f"not known, left out: {len(left_out):,} files ({names})"


def open_archive(archive: Archive) -> Opened:
    """Find the source of ``archive`` and the sizes of its files."""
    return Opened(plugins.source(archive.source), archive, [_size(file) for file in archive.files])


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0  # reading it says so in the ledger


def answered_by(owner: Owner, archives: Sequence[Opened]) -> Generator[Event, None, frozenset[str]]:
    """What the owner's messages answer, over all files; nothing where one file holds everything, as it knows itself."""
    threaded = [
        (one.source, file) for one in archives if isinstance(one.source, Threaded) for file in one.archive.files
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


def _read(
    store: Store,
    owner: Owner,
    one: Opened,
    mark: str,
    wanted: Collection[str],
    forgotten: Forgotten,
    so_far: tuple[int, int, int, bool],
) -> Generator[Event, None, ImportRecord]:
    """Read one archive; ``so_far``: bytes passed, bytes in all, messages read before it, whether it is the only one."""
    before, total, read_before, only = so_far
    record = store.begin_import(one.source.name, one.archive.name, mark, one.bytes)
    batch = _Batch()
    passed = before + sum(one.sizes[: record.file_number])
    read = read_before + record.read
    number = record.file_number
    while number < len(one.archive.files):
        start = record.cursor if number == record.file_number else 0
        for item in forgotten.without(items(one, number, owner, start, wanted, fail=only)):
            if not isinstance(item, Progress):
                batch.take(item)
                read += 1
                continue
            if batch.is_full:
                store.add(batch.messages, Checkpoint(record.id, number, item.cursor, batch.skipped))
                batch = _Batch()
            yield Event(_STAGE, passed + min(item.done, one.sizes[number]), total, "bytes", _note(one, read))
        passed += one.sizes[number]
        number += 1
        if batch.is_full:
            store.add(batch.messages, Checkpoint(record.id, number, 0, batch.skipped))
            batch = _Batch()
    store.add(batch.messages, Checkpoint(record.id, len(one.archive.files), 0, batch.skipped, finished=True))
    yield Event(_STAGE, before + one.bytes, total, "bytes", _note(one, read))
    return store.import_record(record.id)


def _note(one: Opened, read: int) -> str:
    return f"{read:,} messages · {one.archive.name}"


def items(
    one: Opened, number: int, owner: Owner, start: int, wanted: Collection[str], *, fail: bool = False
) -> Iterator[Message | Skipped | Progress]:
    """What the source yields for one file. A file that cannot be read is one :class:`Skipped`.

    With ``fail`` the source's own :class:`LikenessError` goes through, for an import of that one archive alone.
    """
    file = one.archive.files[number]
    try:
        if isinstance(one.source, Threaded):
            yield from one.source.read(file, owner, start=start, wanted=wanted)
        else:
            yield from one.source.read(file, owner, start=start)
    except OSError as error:
        said = error.strerror or type(error).__name__
        yield Skipped("cannot be opened", readable(file.name), bad=True, detail=said)
    except LikenessError as error:
        if fail:
            raise
        yield Skipped("cannot be read", readable(file.name), bad=True, detail=readable(str(error)))
