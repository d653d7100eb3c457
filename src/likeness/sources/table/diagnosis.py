"""What to say of a table that cannot be read as it is."""

from __future__ import annotations

import zipfile
from pathlib import Path

from likeness.sources.shared import text
from likeness.sources.shared.columns import by_name
from likeness.sources.table import records

_SUFFIXES = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson")
_NAMES_SHOWN = 12
_EXPECTED = "a table of messages (columns such as date, from, to, body) was expected"
_DESCRIBE = (
    "write NAME.source.yaml beside it: source: table, file: {name}, "
    "columns: {{body: …, sender: …, date: …, conversation: …}}"
)


def diagnose(path: Path) -> str | None:
    """See :meth:`likeness.core.protocols.Diagnosing.diagnose`; judges only files that are named like tables."""
    if not path.is_file() or path.suffix.lower() not in _SUFFIXES or records.guessed(path) is not None:
        return None
    try:
        if path.stat().st_size == 0:
            return f"{path.name} is empty, and {_EXPECTED}: export it again"
        if zipfile.is_zipfile(path):
            return f"{path.name} is a spreadsheet or zip archive, and {_EXPECTED}: save it as CSV (UTF-8)"
        head = text.head(path)
    except (OSError, UnicodeError) as error:
        return f"{path.name} cannot be read: {type(error).__name__}"
    start = head.lstrip("\ufeff \t\r\n")
    if start[:1] == "<":
        return f"{path.name} is HTML or XML, and {_EXPECTED}: export it as CSV"
    if "\0" in head[:1000]:
        return f"{path.name} has bytes of zero: UTF-16 without its mark, or binary. State it: " + _describe(
            path, "utf-16-le"
        )
    if start[:1] in ("{", "["):
        return _of_json(path, start)
    return _of_delimited(path, head)


def _of_json(path: Path, start: str) -> str:
    if start[0] == "[":
        return f"{path.name} is one JSON list, and an object per line was expected: write every element on a line"
    return f"{path.name} has no keys that say who wrote what: " + _describe(path)


def _of_delimited(path: Path, head: str) -> str:
    delimiter = records.delimiter_of(head, "csv")
    names = records.header(head.removeprefix("\ufeff"), delimiter)
    if len(head.splitlines()) < 2:
        return f"{path.name} has a header and no rows, and {_EXPECTED}: export it again"
    shown = ", ".join(name[:40] for name in names[:_NAMES_SHOWN]) + (", …" if len(names) > _NAMES_SHOWN else "")
    known = ", ".join(by_name(names)) or "none"
    return f"{path.name} does not say who wrote what: its columns are {shown} (known: {known}). " + _describe(path)


def _describe(path: Path, encoding: str = "") -> str:
    return _DESCRIBE.format(name=path.name) + (f", encoding: {encoding}" if encoding else "")
