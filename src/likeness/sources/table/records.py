"""Records of a delimited text (RFC 4180 and its relatives) or of JSON lines, each with its place."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

from likeness.core.types import Skipped
from likeness.sources.shared import text
from likeness.sources.shared.columns import Role, by_name, obvious

DELIMITERS = (",", ";", "\t", "|")
_FIRST_RECORDS = 5
Format = Literal["csv", "tsv", "jsonl"]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read. ``columns`` gives each role a column by name, by number from 1, or by JSON path."""

    format: Format
    columns: Mapping[Role, str | int]
    delimiter: str = ","
    encoding: str = "utf-8"
    header: bool = True


class _Lines:
    """Lines for a reader that wants nothing but text: what could not be read is put aside."""

    def __init__(self, lines: Iterator[str | Skipped]) -> None:
        self._lines = lines
        self.number = 0
        self.skipped: list[Skipped] = []

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.number += 1
            if isinstance(line, Skipped):
                self.skipped.append(line)
            else:
                yield line

    def taken(self) -> list[Skipped]:
        skipped, self.skipped = self.skipped, []
        return skipped


def guessed(path: Path) -> Layout | None:
    """The layout of a file whose columns say of themselves what they are, and that has a record; else ``None``."""
    try:
        if text.is_binary(path):
            return None
        head = text.head(path)
        with path.open("rb") as handle:
            encoding = text.encoding_of(handle.read(4))
    except (OSError, UnicodeError):
        return None
    if head.lstrip()[:1] == "{":
        return _json_layout(head, encoding)
    for delimiter in DELIMITERS:
        columns = obvious(header(head, delimiter))
        if columns and _has_a_record(head, delimiter):
            return Layout("tsv" if delimiter == "\t" else "csv", dict(columns), delimiter, encoding)
    return None


def header(head: str, delimiter: str) -> list[str]:
    """The fields of the first record."""
    try:
        return next(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def delimiter_of(head: str, format: Format) -> str:
    """What parts the columns: the mark under which most of the first line's columns are known, else occur."""
    if format == "tsv":
        return "\t"
    return max(DELIMITERS, key=lambda mark: (len(by_name(header(head, mark))), len(header(head, mark))))


def _has_a_record(head: str, delimiter: str) -> bool:
    first = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    try:
        columns = len(next(first))
        return any(len(row) == columns for row in first)
    except (csv.Error, StopIteration):
        return False


def _json_layout(head: str, encoding: str) -> Layout | None:
    """By the keys of all records in the head: not every record has all of them."""
    lines = head.split("\n")
    whole = [line for line in lines[:-1] if line.strip()] or lines
    parsed = [_object(line) for line in whole]
    if any(record is None for record in parsed[:_FIRST_RECORDS]):
        return None
    keys = dict.fromkeys(key for record in parsed if record for key in record)
    found = obvious(keys)
    return Layout("jsonl", dict(found), encoding=encoding) if found else None


def _object(line: str) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def records(handle: BinaryIO, layout: Layout, name: str) -> Iterator[tuple[str, Mapping[Role, Any]] | Skipped]:
    """Each record's place and the values its roles have. Blank lines are nothing at all.

    A role whose column a record lacks has no value in it. Raises ``LookupError`` with the name of a column that
    a delimited text has not.
    """
    if layout.format == "jsonl":
        yield from _of_json(handle, layout, name)
    else:
        yield from _of_delimited(handle, layout, name)


def _of_json(handle: BinaryIO, layout: Layout, name: str) -> Iterator[tuple[str, Mapping[Role, Any]] | Skipped]:
    for number, line in enumerate(text.lines(handle, layout.encoding, name), start=1):
        if isinstance(line, Skipped):
            yield line
        elif line.strip():
            record = _object(line)
            if record is None:
                yield Skipped("not a record", f"{name}:line {number}", bad=True)
            else:
                values = {role: _at(record, str(path)) for role, path in layout.columns.items()}
                yield f"{name}:line {number}", values


def _at(record: Mapping[str, Any], path: str) -> Any:
    """The value under a key, or under keys joined by dots."""
    if path in record:
        return record[path]
    value: Any = record
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _of_delimited(handle: BinaryIO, layout: Layout, name: str) -> Iterator[tuple[str, Mapping[Role, Any]] | Skipped]:
    csv.field_size_limit(text.LINE_LIMIT)
    lines = _Lines(text.lines(handle, layout.encoding, name))
    reader = csv.reader(lines, delimiter=layout.delimiter)
    places: Mapping[Role, int] | None = None
    width = 0
    while True:
        first = lines.number + 1
        try:
            row = next(reader)
        except StopIteration:
            yield from lines.taken()
            return
        except csv.Error:
            yield from lines.taken()
            yield Skipped("unreadable row", f"{name}:line {first}", bad=True)
            continue
        yield from lines.taken()
        if not row:
            continue
        if places is None:
            places, width = _places(row, layout), len(row)
            if layout.header:
                continue
        if len(row) != width:
            yield Skipped("ragged row", f"{name}:line {first}", bad=True, detail=f"{len(row)} columns, not {width}")
            continue
        yield f"{name}:line {first}", {role: row[place] for role, place in places.items()}


def _places(row: Sequence[str], layout: Layout) -> Mapping[Role, int]:
    """Where each role's column stands in a row, from 0."""
    places: dict[Role, int] = {}
    for role, column in layout.columns.items():
        if isinstance(column, int):
            if not 1 <= column <= len(row):
                raise LookupError(f"column {column} ({role}); there are {len(row)}")
            places[role] = column - 1
        elif layout.header and column in row:
            places[role] = row.index(column)
        else:
            said = f"it has: {', '.join(row)}" if layout.header else "without a header columns have numbers, from 1"
            raise LookupError(f"column {column!r} ({role}); {said}")
    return places
