"""What was said in recordings: text files of the same name, and tables that name the files.

Tables: CSV, TSV and JSONL with a column for the file and one for the text (found by their names, or the first two), and
the ``metadata.csv`` of LJSpeech (``id|text|normalised text``, no quoting). A third column, ``emotion`` or ``feeling``,
says how each was spoken. Files are named with or without suffix and folder.
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
_EMOTION_COLUMNS = ("emotion", "feeling")
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
        self._emotions = {} if table is None else read_emotions(table)
        self._folders: dict[Path, dict[str, str]] = {}
        self._felt: dict[Path, dict[str, str]] = {}

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

    def emotion_of(self, sound: Path) -> str:
        """How ``sound`` was spoken, by the given table or its folder's, in small letters; "" where none says so."""
        if found := _lookup(self._emotions, sound):
            return found
        if sound.parent not in self._felt:
            table = _table_of(sound.parent)
            self._felt[sound.parent] = {} if table is None else read_emotions(table)
        return _lookup(self._felt[sound.parent], sound)


def read_table(path: Path) -> dict[str, str]:
    """Transcripts by file name (without folder and suffix, case-folded) from a CSV, TSV, JSONL or LJSpeech table.

    Rows without a file or a text are left out. Raises :class:`InputError` when no row can be used.
    """
    table = {_key(name): _clean(said) for name, said, _ in _rows(path) if name.strip() and said.strip()}
    if not table:
        raise InputError(f"{path.name} has no row with a file and a text", hint=_TABLE_HINT)
    return table


def read_emotions(path: Path) -> dict[str, str]:
    """Emotions by file name, as :func:`read_table` has texts; empty where the table has no column for them."""
    return {_key(name): felt.strip().lower() for name, _, felt in _rows(path) if name.strip() and felt.strip()}


def _rows(path: Path) -> list[tuple[str, str, str]]:
    """File, text and emotion of each row. Raises :class:`InputError` when ``path`` is no table."""
    text = text_of(path)
    try:
        return list(
            _json_rows(text) if path.suffix.lower() in (".jsonl", ".json") else _separated_rows(text, path.suffix)
        )
    except csv.Error as error:
        raise InputError(f"{path.name} is not a readable table: {error}", hint=_TABLE_HINT) from None


_TABLE_HINT = "give a CSV, TSV or JSONL with a column `file` and a column `transcript`"


def _folder_table(folder: Path) -> dict[str, str]:
    table = _table_of(folder)
    return {} if table is None else read_table(table)


def _table_of(folder: Path) -> Path | None:
    candidates = (parent / name for parent in (folder, folder.parent) for name in TABLE_NAMES)
    return next((path for path in candidates if path.is_file()), None)


def _lookup(table: dict[str, str], sound: Path) -> str:
    return table.get(_key(sound.name), "")


def _key(name: str) -> str:
    last = name.strip().replace("\\", "/").rsplit("/", 1)[-1]
    stem, dot, suffix = last.rpartition(".")
    return (stem if dot and len(suffix) <= 5 and suffix.isalnum() and not suffix.isdigit() else last).casefold()


def _json_rows(text: str) -> Iterator[tuple[str, str, str]]:
    for line in text.splitlines():
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict):
            yield _named(row, _FILE_COLUMNS), _named(row, _TEXT_COLUMNS), _named(row, _EMOTION_COLUMNS)


def _named(row: dict[str, object], names: Iterable[str]) -> str:
    lowered = {str(key).strip().lower(): value for key, value in row.items()}
    return next((str(lowered[name]) for name in names if lowered.get(name)), "")


def _separated_rows(text: str, suffix: str) -> Iterator[tuple[str, str, str]]:
    first = text.split("\n", 1)[0]
    separator = "\t" if suffix.lower() == ".tsv" else max("|,\t;", key=first.count)
    lines = text.splitlines()
    if separator in "|\t":
        rows = csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE)
    else:
        rows = csv.reader(lines, delimiter=separator)
    columns: tuple[int, int, int | None] | None = None
    for row in rows:
        if columns is None:
            columns = _columns(row)
            if columns is not None:
                continue
            columns = (0, 1, None)
        file, said, felt = columns
        if len(row) > max(file, said):
            yield row[file], row[said], row[felt] if felt is not None and felt < len(row) else ""


def _columns(header: Sequence[str]) -> tuple[int, int, int | None] | None:
    """Where file, text and, where there is one, emotion stand, if ``header`` is one."""
    lowered = [cell.strip().lower() for cell in header]
    file = next((lowered.index(name) for name in _FILE_COLUMNS if name in lowered), None)
    text = next((lowered.index(name) for name in _TEXT_COLUMNS if name in lowered), None)
    emotion = next((lowered.index(name) for name in _EMOTION_COLUMNS if name in lowered), None)
    return None if file is None or text is None else (file, text, emotion)


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
