"""PST and OST archives read in place through libpff (LGPL, extra ``pst``)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from likeness.core.types import Message, Skipped
from likeness.sources.mail import archive, folders, mapi, properties
from likeness.sources.mail.addresses import Owners

_CODEPAGE_OF_STRINGS = 0x3FFD
_DEEPEST = 60


def failure(path: Path) -> str | None:
    """What libpff says when it cannot open ``path``; ``None`` when it can."""
    import pypff

    opened = pypff.file()
    try:
        opened.open(str(path))
        opened.get_root_folder()
    except (OSError, ValueError, RuntimeError, MemoryError) as error:
        return type(error).__name__
    opened.close()
    return None


@contextmanager
def opened(path: Path) -> Iterator[Pst]:
    import pypff

    file = pypff.file()
    try:
        file.open(str(path))
        root = file.get_root_folder()
    except (OSError, ValueError, RuntimeError, MemoryError):
        yield Pst(None, path.name)
        return
    try:
        yield Pst(root, path.name)
    finally:
        file.close()


class Pst:
    """An archive opened by libpff: :class:`likeness.sources.mail.archive.Archive`.

    Any call into libpff can fail on a damaged block; that item is counted as malformed and the next one is read.
    """

    def __init__(self, root: Any, name: str) -> None:
        self._name = name
        self._damaged = root is None
        self._folders: list[tuple[int, Any, str, folders.Kind]] = []
        self._count = 0
        if root is not None:
            self._add(root, (), 0)

    def _add(self, folder: Any, names: tuple[str, ...], depth: int) -> None:
        own = _tried(lambda: folder.name, None)
        names = (*names, str(own)) if own else names
        kind: folders.Kind = next((found for name in reversed(names) if (found := folders.kind(name))), "")
        self._folders.append((self._count, folder, "/".join(names), kind))
        self._count += _tried(lambda: int(folder.number_of_sub_messages), 0)
        for number in range(_tried(lambda: int(folder.number_of_sub_folders), 0) if depth < _DEEPEST else 0):
            inner = _tried(lambda number=number: folder.get_sub_folder(number), None)
            if inner is not None:
                self._add(inner, names, depth + 1)

    def headings(self) -> Iterator[archive.Heading]:
        if self._damaged:
            yield archive.Heading(-1, None, reason="damaged archive", bad=True)
        for place in range(self._count):
            item = self._item(place, mapi.NEEDED - properties.BODIES)
            if item is None:
                yield archive.Heading(place, None, reason="damaged", bad=True)
            elif not item.is_mail:
                yield archive.Heading(place, None, reason="no mail (contact, appointment, task …)")
            else:
                fields = {name: values[0] for name, values in item.headers().items()}
                yield archive.Heading(place, fields, "draft" if item.is_draft else self._folder(place)[3])

    def read(self, place: int, owners: Owners, *, by_subject: bool) -> Message | Skipped:
        item = self._item(place, mapi.NEEDED)
        where = self.where(place)
        if item is None:
            return Skipped("damaged", where, bad=True)
        kind = self._folder(place)[3]
        return item.read(owners, source="pst", where=where, kind=kind, by_subject=by_subject)

    def where(self, place: int) -> str:
        if place < 0:
            return self._name
        first, _, names, _ = self._folder(place)
        return f"{self._name}/{names}:item {place - first}"

    def _folder(self, place: int) -> tuple[int, Any, str, folders.Kind]:
        return self._folders[bisect_right(self._folders, place, key=lambda entry: entry[0]) - 1]

    def _item(self, place: int, ids: frozenset[int]) -> mapi.Item | None:
        first, folder, _, _ = self._folder(place)
        found = _tried(lambda: folder.get_sub_message(place - first), None)
        if found is None:
            return None
        own: dict[int, properties.Value] = {}
        for records in _record_sets(found):
            own.update(_properties(records, ids))
        people = _tried(lambda: found.recipients, None)
        return mapi.Item(own, [_properties(records, ids) for records in _record_sets(people)])


def _record_sets(item: Any) -> Iterator[Any]:
    for number in range(_tried(lambda: int(item.number_of_record_sets), 0)):
        records = _tried(lambda number=number: item.get_record_set(number), None)
        if records is not None:
            yield records


def _properties(records: Any, ids: frozenset[int]) -> dict[int, properties.Value]:
    found: dict[int, properties.Value] = {}
    raw: dict[int, tuple[int, bytes]] = {}
    for number in range(_tried(lambda: int(records.number_of_entries), 0)):
        entry = _tried(lambda number=number: records.get_entry(number), None)
        id = _tried(lambda entry=entry: entry.entry_type, None)
        if id in ids or id == _CODEPAGE_OF_STRINGS:
            data = _tried(lambda entry=entry: entry.data, None)
            raw.setdefault(id, (_tried(lambda entry=entry: entry.value_type, 0) or 0, data or b""))
    codepage = properties.value(*raw.get(_CODEPAGE_OF_STRINGS, (0, b"")))
    page = properties.codepage(codepage if isinstance(codepage, int) else 0)
    for id, (type_, data) in raw.items():
        value = properties.value(type_, data, page)
        if value is not None:
            found[id] = value
    return found


def _tried(call: Callable[..., Any], otherwise: Any) -> Any:
    """What a call into libpff gives, or ``otherwise`` where the archive is damaged there."""
    try:
        return call()
    except (OSError, ValueError, RuntimeError, MemoryError, AttributeError, OverflowError, SystemError):
        return otherwise
