"""Reads an archive in batches, each with the place where reading goes on after it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from likeness.core import plugins
from likeness.core.errors import LikenessError
from likeness.core.protocols import Owner, Threaded
from likeness.core.store.messages import row_of
from likeness.core.types import Message, Progress, Skipped
from likeness.write.recognise import Archive
from likeness.write.walk import readable

BATCH_MESSAGES = 2_000
BATCH_SKIPPED = 20_000
BATCH_CHARACTERS = 8_000_000

Item = Message | Skipped | Progress
Filter = Callable[[Iterable[Item]], Iterator[Item]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is to be read: from byte or entry ``cursor`` of file ``file_number`` to the end of the archive.

    ``sizes`` are those of the files in bytes, ``wanted`` native ids to keep though the owner did not write them. With
    ``fail`` a source's own error goes through, for an import of that one archive alone.
    """

    archive: Archive
    sizes: tuple[int, ...]
    owner: Owner
    wanted: Collection[str] = ()
    file_number: int = 0
    cursor: int = 0
    fail: bool = False


class Far(NamedTuple):
    """How far reading is: bytes of the archive, and entries since it began."""

    bytes: int
    entries: int


class Batch(NamedTuple):
    """What was read since the batch before, as rows of the store, and where reading goes on."""

    rows: list[tuple[Any, ...]]
    skipped: list[Skipped]
    file_number: int
    cursor: int
    finished: bool
    far: Far


def batches(reading: Reading, without: Filter = iter) -> Iterator[Batch | Far]:
    """Read to the end of the archive; the last batch is ``finished``. ``without`` takes out what is not to be kept."""
    batch = _Open()
    passed = sum(reading.sizes[: reading.file_number])
    for number in range(reading.file_number, len(reading.archive.files)):
        for item in without(items(reading, number)):
            if not isinstance(item, Progress):
                batch.take(item)
                continue
            far = Far(passed + min(item.done, reading.sizes[number]), batch.entries)
            yield batch.closed(number, item.cursor, far) if batch.is_full else far
        passed += reading.sizes[number]
        far = Far(passed, batch.entries)
        yield batch.closed(number + 1, 0, far) if batch.is_full else far
    yield batch.closed(len(reading.archive.files), 0, Far(passed, batch.entries), finished=True)


def items(reading: Reading, number: int) -> Iterator[Item]:
    """What the source yields for one file. A file that cannot be read is one :class:`Skipped`."""
    file = reading.archive.files[number]
    start = reading.cursor if number == reading.file_number else 0
    source = plugins.source(reading.archive.source)
    try:
        if isinstance(source, Threaded):
            yield from source.read(file, reading.owner, start=start, wanted=reading.wanted)
        else:
            yield from source.read(file, reading.owner, start=start)
    except OSError as error:
        said = error.strerror or type(error).__name__
        yield Skipped("cannot be opened", readable(file.name), bad=True, detail=said)
    except LikenessError as error:
        if reading.fail:
            raise
        yield Skipped("cannot be read", readable(file.name), bad=True, detail=readable(str(error)))


@dataclass(slots=True)
class _Open:
    """The batch that is being filled, and how many entries there have been in all."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    characters: int = 0
    entries: int = 0

    def take(self, item: Message | Skipped) -> None:
        self.entries += 1
        if isinstance(item, Message):
            self.rows.append(row_of(item))
            self.characters += len(item.body)
        else:
            self.skipped.append(item)

    @property
    def is_full(self) -> bool:
        return (
            len(self.rows) >= BATCH_MESSAGES
            or len(self.skipped) >= BATCH_SKIPPED
            or self.characters >= BATCH_CHARACTERS
        )

    def closed(self, file_number: int, cursor: int, far: Far, *, finished: bool = False) -> Batch:
        batch = Batch(self.rows, self.skipped, file_number, cursor, finished, far)
        self.rows, self.skipped, self.characters = [], [], 0
        return batch
