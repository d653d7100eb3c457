"""The exchanges of a run: their text on disk, what is counted, grouped and sorted by in columns of numbers."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from likeness.write import dataset
from likeness.write.corpus import Found
from likeness.write.dataset import Row
from likeness.write.redact import Names
from likeness.write.scratch import Records
from likeness.write.select import length_class, tokens

Numbers = NDArray[np.int64]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNDATED = np.iinfo(np.int64).min
_COLUMNS = {"time": "q", "order": "Q", "thread": "Q", "conversation": "Q", "tokens": "i", "messages": "i"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One exchange on its way from the process that made it: ``record`` its JSON, ``text`` the owner's text, both
    UTF-8; ``time`` in microseconds since 1970; ``thread``, ``conversation`` and ``order`` 64-bit hashes of thread,
    conversation and id."""

    record: bytes
    text: bytes
    time: int
    order: int
    thread: int
    conversation: int
    channel: str
    year: str
    length: str
    correspondent: str
    tokens: int
    messages: int

    @classmethod
    def of(cls, found: Found) -> Entry:
        """The entry of ``found``."""
        exchange = found.exchange
        at = exchange.sent_at
        return cls(
            record=dataset.exchange_record(exchange),
            text=exchange.text.encode("utf-8", "replace"),
            time=(at - _EPOCH) // timedelta(microseconds=1) if at else _UNDATED,
            order=int(exchange.id, 16),
            thread=_hash(found.thread),
            conversation=_hash(exchange.conversation),
            channel=exchange.channel,
            year=str(at.year) if at else "undated",
            length=length_class(exchange.text),
            correspondent=exchange.correspondent,
            tokens=tokens(exchange.text),
            messages=len(exchange.message_ids),
        )


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")


@dataclass(slots=True)
class Labels:
    """A column of names: each name once, and its number for every row."""

    names: list[str] = field(default_factory=list)
    numbers: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    _known: dict[str, int] = field(default_factory=dict)
    _column: array[int] = field(default_factory=lambda: array("i"))

    def append(self, name: str) -> None:
        """Add the name of one more row."""
        number = self._known.setdefault(name, len(self.names))
        if number == len(self.names):
            self.names.append(name)
        self._column.append(number)

    def arrange(self, order: Numbers) -> None:
        """Take the rows in ``order``, with no more to come."""
        self.numbers = np.array(self._column, dtype=np.int64)[order]
        self._column = array("i")


class Gathered:
    """Exchanges in time order (undated first, ties by id), readable in any order. About 100 bytes of memory each."""

    AXES = ("channel", "year", "length", "correspondent")

    def __init__(self, folder: Path) -> None:
        self._records = Records(folder / "exchanges")
        self._texts = Records(folder / "texts")
        self.axes = {name: Labels() for name in self.AXES}
        self._columns = {name: array(code) for name, code in _COLUMNS.items()}
        self._order: Numbers = np.empty(0, dtype=np.int64)
        self.threads: NDArray[np.uint64] = np.empty(0, dtype=np.uint64)
        self.conversations: NDArray[np.uint64] = self.threads
        self.times: Numbers = self._order
        self.tokens: Numbers = self._order
        self.messages: Numbers = self._order
        self.names: Names | None = None
        """The people whose names were taken out, where the recipe asks for it."""

    def __len__(self) -> int:
        return len(self._records)

    def append(self, entry: Entry) -> None:
        """Add one exchange, in any order."""
        self._records.append(entry.record)
        self._texts.append(entry.text)
        for name, labels in self.axes.items():
            labels.append(getattr(entry, name))
        for name, column in self._columns.items():
            column.append(getattr(entry, name))

    def arrange(self) -> None:
        """Put everything into time order; nothing is added afterwards."""
        columns = {name: np.array(column, dtype=column.typecode) for name, column in self._columns.items()}
        self._columns.clear()
        self._order = np.lexsort((columns["order"], columns["time"]))
        self.threads, self.times = columns["thread"][self._order], columns["time"][self._order]
        self.conversations = columns["conversation"][self._order]
        self.tokens, self.messages = (columns[name][self._order].astype(np.int64) for name in ("tokens", "messages"))
        for labels in self.axes.values():
            labels.arrange(self._order)

    def __getitem__(self, place: int) -> str:
        """The owner's text of one exchange."""
        return self._texts[int(self._order[place])].decode("utf-8")

    def texts(self, places: Numbers) -> Iterator[str]:
        """The texts at ``places``."""
        return (self[place] for place in places.tolist())

    def record(self, place: int) -> bytes:
        """The JSON of one exchange (``dataset.exchange_record``)."""
        return self._records[int(self._order[place])]

    def row(self, place: int, split: int, copies: int) -> Row:
        """One exchange as a row of the dataset."""
        record = json.loads(self.record(place)) | {"split": dataset.SPLITS[split], "copies": copies}
        return dataset.exchange_from_json(record)

    def cells(self, places: Numbers) -> Numbers:
        """Channel x year x correspondent x length, which the quotas keep in balance, as numbers from 0."""
        cells = np.zeros(len(places), dtype=np.int64)
        for labels in self.axes.values():
            cells = cells * len(labels.names) + labels.numbers[places]
            cells = np.unique(cells, return_inverse=True)[1].astype(np.int64)
        return cells

    def close(self) -> None:
        """Close the files; their folder's end removes them."""
        self._records.close()
        self._texts.close()
