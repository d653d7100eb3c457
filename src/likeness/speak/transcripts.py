"""What was said in recordings: text files of the same name, and tables that name the files.

Tables: CSV, TSV and JSONL with a column for the file and one for the text (found by their names, or the first two), and
the ``metadata.csv`` of LJSpeech (``id|text|normalised text``, no quoting). Files are named with or without suffix and
folder.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from likeness.core.errors import InputError, NotFound

TABLE_NAMES = (
    "transcripts.csv",
    "transcripts.tsv",
    "transcripts.jsonl",
    "metadata.csv",
    "metadata.tsv",
    "metadata.jsonl",
)
_FILE_COLUMNS = (
    "file",
    "filename",
    "file_name",
    "path",
    "audio",
    "audio_file",
    "audio_filepath",
    "audio_path",
    "id",
    "name",
)
_TEXT_COLUMNS = ("transcript", "text", "sentence", "transcription", "spoken")
_LARGEST_BYTES = 64 << 20
_LONGEST = 20_000


class Transcripts:
    """Looks up the transcript of a sound file; remembers the tables of folders it has seen."""

    def __init__(self, table: Path | None = None) -> None:
        """``table`` is used for every file; without it each file's own folder is searched for one.

        Raises :class:`NotFound` when ``table`` is not there and :class:`InputError` when it cannot be read.
        """
        if table is not None and not table.is_file():
            raise NotFound(f"there is no transcript file {str(table)!r}", hint="check the path")
        self._table = None if table is None else read_table(table)
        self._folders: dict[Path, dict[str, str]] = {}

    def of(self, sound: Path) -> str:
        """The transcript of ``sound``: the given table, its ``.txt`` sidecar, its folder's table; "" if none."""
        if self._table is not None:
            found = _lookup(self._table, sound)
            if found:
                return found
        sidecar = sound.with_suffix(".txt")
        if sidecar.is_file():
            return _clean(text_of(sidecar))
        if sound.parent not in self._folders:
            self._folders[sound.parent] = _folder_table(sound.parent)
        return _lookup(self._folders[sound.parent], sound)


def read_table(path: Path) -> dict[str, str]:
    """Transcripts by file name (without folder and suffix, case-folded) from a CSV, TSV, JSONL or LJSpeech table.

    Rows without a file or a text are left out. Raises :class:`InputError` when no row can be used.
    """
    text = text_of(path)
    pairs = _json_rows(text) if path.suffix.lower() in (".jsonl", ".json") else _separated_rows(text, path.suffix)
    try:
        table = {_key(name): _clean(said) for name, said in pairs if name.strip() and said.strip()}
    except csv.Error as error:
        raise InputError(f"{path.name} is not a readable table: {error}", hint=_TABLE_HINT) from None
    if not table:
        raise InputError(f"{path.name} has no row with a file and a text", hint=_TABLE_HINT)
    return table


_TABLE_HINT = "give a CSV, TSV or JSONL with a column `file` and a column `transcript`"


def _folder_table(folder: Path) -> dict[str, str]:
    for parent in (folder, folder.parent):
        for name in TABLE_NAMES:
            if (parent / name).is_file():
                return read_table(parent / name)
    return {}


def _lookup(table: dict[str, str], sound: Path) -> str:
    return table.get(_key(sound.name), "")


def _key(name: str) -> str:
    last = name.strip().replace("\\", "/").rsplit("/", 1)[-1]
    stem, dot, suffix = last.rpartition(".")
    return (stem if dot and len(suffix) <= 5 and suffix.isalnum() and not suffix.isdigit() else last).casefold()


def _json_rows(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict):
            yield _named(row, _FILE_COLUMNS), _named(row, _TEXT_COLUMNS)


def _named(row: dict[str, object], names: Iterable[str]) -> str:
    lowered = {str(key).strip().lower(): value for key, value in row.items()}
    return next((str(lowered[name]) for name in names if lowered.get(name)), "")


def _separated_rows(text: str, suffix: str) -> Iterator[tuple[str, str]]:
    first = text.split("\n", 1)[0]
    separator = "\t" if suffix.lower() == ".tsv" else max("|,\t;", key=first.count)
    lines = text.splitlines()
    if separator in "|\t":
        rows = csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE)
    else:
        rows = csv.reader(lines, delimiter=separator)
    columns: tuple[int, int] | None = None
    for row in rows:
        if columns is None:
            columns = _columns(row)
            if columns is not None:
                continue
            columns = (0, 1)
        if len(row) > max(columns):
            yield row[columns[0]], row[columns[1]]


def _columns(header: Sequence[str]) -> tuple[int, int] | None:
    """Where file and text stand, if ``header`` is one."""
    lowered = [cell.strip().lower() for cell in header]
    file = next((lowered.index(name) for name in _FILE_COLUMNS if name in lowered), None)
    text = next((lowered.index(name) for name in _TEXT_COLUMNS if name in lowered), None)
    return None if file is None or text is None else (file, text)


def text_of(path: Path) -> str:
    """A text file in UTF-8 or UTF-16. Raises :class:`InputError` when it is neither, or very large."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise InputError(f"{path.name} is over {_LARGEST_BYTES >> 20} MB", hint=_TABLE_HINT)
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror}") from None
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise InputError(f"{path.name} is not UTF-8 text", hint="save it as UTF-8") from None


def _clean(text: str) -> str:
    return " ".join(text.replace("\0", " ").split())[:_LONGEST]
