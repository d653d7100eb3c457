"""Everything else: CSV, TSV or JSON lines whose columns say what they are, or that a description tells of.

    source: table                 # contacts.source.yaml, beside the file
    file: contacts.csv
    columns: {body: Nachricht, sender: Von, date: Datum, conversation: Gespraech}
    date_format: "%d.%m.%Y %H:%M"
    timezone: Europe/Berlin

Without a description, roles are taken from the names in :mod:`likeness.sources.shared.columns`.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from pydantic import Field, field_validator

from likeness.core import plugins
from likeness.core.errors import InputError
from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.shared import columns, description, text
from likeness.sources.shared.chats import resumable
from likeness.sources.shared.columns import Described, Role, Rows
from likeness.sources.shared.people import People
from likeness.sources.table import records
from likeness.sources.table.diagnosis import diagnose

_BY_SUFFIX: Mapping[str, records.Format] = {".tsv": "tsv", ".tab": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl"}


class TableDescription(Described):
    """What ``NAME.source.yaml`` may say of a table."""

    file: str = Field(description="the table, from the folder of the description")
    format: records.Format | None = None
    delimiter: str | None = Field(None, min_length=1, max_length=1)
    encoding: str | None = None
    header: bool = Field(True, description="false: columns are given by number, from 1")

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str | None) -> str | None:
        try:
            return codecs.lookup(value).name if value else None
        except LookupError:
            raise ValueError(f"no encoding called {value!r}") from None


class TableSource:
    """Reads one table, or the one that a description tells of."""

    name: ClassVar[str] = "table"
    title: ClassVar[str] = "Table of messages (CSV, TSV, JSON lines; with or without NAME.source.yaml)"
    last_resort: ClassVar[bool] = True

    def recognises(self, path: Path) -> bool:
        """True for a description of a table, and for a table that needs none and that none beside it tells of."""
        if not path.is_file():
            return False
        if description.describes(path, self.name):
            return True
        return records.guessed(path) is not None and not _is_described(path)

    def diagnose(self, path: Path) -> str | None:
        """Tables without known columns or rows, or that are something else by another name; descriptions of nothing."""
        wrong = description.problem(path, plugins.names(plugins.SOURCES)) if path.is_file() else None
        if wrong:
            return wrong
        said = diagnose(path)  # first, since the other looks through the whole folder
        return None if said and _is_described(path) else said

    def files(self, path: Path) -> Sequence[Path]:
        """The file itself."""
        return [path]

    def companions(self, path: Path) -> Sequence[Path]:
        """What a description names."""
        return description.companions(path)

    def identities(self, path: Path) -> Iterator[Identity]:
        """Who wrote the rows that are marked as the owner's, then the other senders by conversations and rows."""
        opened = _Table(path)
        nobody = Owner.of(())
        rows = Rows(self.name, opened.described, nobody, opened.file.name)
        own, others = People(), People()
        with opened.file.open("rb") as handle:
            for item in opened.records(handle):
                message = rows.message(item[1], item[0]) if not isinstance(item, Skipped) else item
                if isinstance(message, Message):
                    people = own if message.from_owner else others
                    people.add(message.conversation, message.sender)
        yield from own.identities(opened.file.name)
        yield from others.identities(opened.file.name)

    def read(self, path: Path, owner: Owner, *, start: int = 0) -> Iterator[Message | Skipped | Progress]:
        """Every row, in order. ``start`` is the number of a row; memory is bounded by the longest one.

        Raises :class:`InputError` for a description that does not fit its table.
        """
        opened = _Table(path)
        size, described_size = opened.file.stat().st_size, path.stat().st_size
        rows = Rows(self.name, opened.described, owner, opened.file.name)
        with opened.file.open("rb") as handle:

            def position() -> int:
                return handle.tell() * described_size // max(size, 1)

            items = _items(opened, handle, rows)
            yield from resumable(items, start=start, size=described_size, position=position)


def _items(opened: _Table, handle: BinaryIO, rows: Rows) -> Iterator[Message | Skipped]:
    if opened.layout.encoding in ("utf-8", "utf-8-sig"):
        odd = text.first_byte_not_utf_8(opened.file)
        if odd is not None:
            said = "what is not UTF-8 is read as Windows-1252; a description can state the encoding"
            yield Skipped("not all of it is UTF-8", f"{opened.file.name}:byte {odd}", bad=True, detail=said)
    for item in opened.records(handle):
        yield item if isinstance(item, Skipped) else rows.message(item[1], item[0])


class _Table:
    """A table and how to read it. Raises :class:`InputError` when its description is wrong."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if path.name.lower().endswith(description.SUFFIXES):
            told = description.load(path, TableDescription)
            self.described: Described = told
            self.file = path.parent / told.file
            if not self.file.is_file():
                raise InputError(f"{path.name}: file: {told.file} is not there", hint="paths begin at its own folder")
            self.layout = _layout(path, self.file, told)
        else:
            found = records.guessed(path)
            if found is None:
                raise InputError(f"{path.name} does not say what its columns are", hint="write a NAME.source.yaml")
            self.described, self.file, self.layout = Described(), path, found

    def records(self, handle: BinaryIO) -> Iterator[tuple[str, Mapping[Role, Any]] | Skipped]:
        try:
            yield from records.records(handle, self.layout, self.file.name)
        except LookupError as error:
            raise InputError(
                f"{self._path.name}: {self.file.name} has no {error.args[0]}", hint="correct `columns`"
            ) from None


def _layout(path: Path, file: Path, told: TableDescription) -> records.Layout:
    head = text.head(file, told.encoding or "")
    format = told.format or _BY_SUFFIX.get(file.suffix.lower()) or ("jsonl" if head.lstrip()[:1] == "{" else "csv")
    delimiter = told.delimiter or ("," if format == "jsonl" else records.delimiter_of(head, format))
    with file.open("rb") as handle:
        encoding = told.encoding or text.encoding_of(handle.read(4))
    known: Mapping[Role, str | int] = {}
    if format != "jsonl" and told.header:
        known = columns.by_name(records.header(head.removeprefix("\ufeff"), delimiter))
    elif format == "jsonl":
        first = records.guessed(file)
        known = first.columns if first else {}
    # What the description says comes first; names that speak for themselves fill in the rest.
    given = {role: column for role, column in known.items() if column not in told.columns.values()} | told.columns
    if "body" not in given:
        raise InputError(f"{path.name}: columns: no column for body", hint="columns: {body: NAME, sender: NAME, …}")
    return records.Layout(format, given, delimiter, encoding, told.header)


def _is_described(path: Path) -> bool:
    """True when a description in the same folder tells of ``path``, which is then read by way of that."""
    try:
        beside = [file for suffix in description.SUFFIXES for file in path.parent.glob(f"*{suffix}")]
        return any(_tells_of(file, path) for file in beside)
    except OSError:
        return False


def _tells_of(description_file: Path, path: Path) -> bool:
    if not description.describes(description_file, TableSource.name):
        return False
    try:
        told = description.load(description_file, TableDescription)
        return (description_file.parent / told.file).resolve() == path.resolve()
    except (InputError, OSError):
        return False
