"""What every source must hold, said once for their tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from likeness.core.events import drain
from likeness.core.protocols import Owner, Source
from likeness.core.store import Store
from likeness.core.types import Message, Progress, Skipped
from likeness.write.ingest import ingest

CUTS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=9)))
"""For :func:`mutate`."""


@dataclass(frozen=True)
class Imported:
    """What one import left in a store."""

    messages: list[Message]
    dropped: dict[str, int]
    bad: int

    @property
    def mine(self) -> list[Message]:
        return [message for message in self.messages if message.from_owner]

    @property
    def conversations(self) -> dict[str, int]:
        return dict(Counter(message.conversation for message in self.messages))

    @property
    def resolved_replies(self) -> int:
        known = {message.native_id for message in self.messages}
        return sum(message.reply_to in known for message in self.messages if message.reply_to)


def round_trip(path: Path, owner: Owner, folder: Path) -> Imported:
    """Import ``path`` into a new store, and again, which must add nothing and drop the same."""
    with Store.open(folder / "store.sqlite") as store:
        first = drain(ingest(store, owner, [path]))[-1].metrics
        ledger = list(store.ledger())
        messages = sorted(store.messages(), key=lambda message: message.id)
        again = drain(ingest(store, owner, [path]))[-1].metrics
        assert again["kept"] == 0
        assert again["dropped"] == first["dropped"]
        assert sorted(store.messages(), key=lambda message: message.id) == messages
    dropped = Counter[str]()
    for record in ledger:
        assert record.read == record.kept + record.duplicates + sum(record.dropped.values())
        dropped.update(record.dropped)
    return Imported(messages, dict(dropped), int(first["bad"]))


def read(source: Source, path: Path, owner: Owner) -> tuple[list[Message], list[Skipped]]:
    """Everything under ``path``, without the progress."""
    items = [item for file in source.files(path) for item in source.read(file, owner)]
    return [i for i in items if isinstance(i, Message)], [i for i in items if isinstance(i, Skipped)]


def check_resuming(source: Source, path: Path, owner: Owner) -> None:
    """Reading from any place gives exactly what was left, and progress never goes back."""
    for file in source.files(path):
        items = list(source.read(file, owner))
        content = [item for item in items if not isinstance(item, Progress)]
        progress = [item for item in items if isinstance(item, Progress)]
        assert progress[-1].done == progress[-1].total
        assert progress[-1].cursor == len(content)
        assert [p.cursor for p in progress] == sorted(p.cursor for p in progress)
        for start in {*range(min(len(content), 30) + 1), *(p.cursor for p in progress)}:
            rest = [item for item in source.read(file, owner, start=start) if not isinstance(item, Progress)]
            assert rest == content[start:]


def check_never_raises(source: Source, path: Path, owner: Owner) -> None:
    """Whatever lies at ``path``: every question is answered, and reading gives values only."""
    source.recognises(path)
    diagnose: Callable[[Path], str | None] | None = getattr(source, "diagnose", None)
    assert diagnose is None or isinstance(diagnose(path), str | None)
    list(source.identities(path))
    for file in source.files(path):
        for item in source.read(file, owner):
            assert isinstance(item, Message | Skipped | Progress)
            if isinstance(item, Message):
                assert isinstance(item.body, str)
                assert item.body.strip()
                assert isinstance(item.sender, str)
                assert item.sender


def foreign(own: str) -> Iterator[Path]:
    """Every file and folder of the other sources' fixtures."""
    for folder in sorted((Path(__file__).parents[1] / "fixtures").iterdir()):
        if folder.name != own:
            yield from sorted(folder.rglob("*"))


def mutate(data: bytes, cuts: list[tuple[float, int, bytes]]) -> bytes:
    """``data`` with some stretches replaced: (where as a share of the length, how long, by what)."""
    for share, length, replacement in cuts:
        at = int(share * len(data))
        data = data[:at] + replacement + data[at + length :]
    return data
