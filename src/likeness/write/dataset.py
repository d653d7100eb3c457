"""What a writing dataset is on disk, and how it is read.

A dataset is a folder published whole (``core.artefacts``), with these files beside its ``manifest.json``:

``exchanges.jsonl``
    Everything usable the owner wrote, cleaned and redacted, one :class:`~likeness.core.types.Exchange` per line with
    its fields as keys, plus ``split`` ("train", "valid" or "test"), ``copies`` (how many near-identical messages
    the line stands for, itself included), ``language`` (ISO 639-1, "und" when nobody can tell) and
    ``language_confidence`` (0-1). ``sent_at`` is ISO 8601 or null, ``message_ids`` and ``context_ids`` are
    lists. Engines learn from this file, and only from the lines whose split is "train".
``examples.jsonl``
    The selected training examples, one :class:`~likeness.core.types.Example` per line with its fields as keys.
``train.chatml.jsonl``, ``valid.chatml.jsonl``, ``test.chatml.jsonl``, ``dataset.chatml.jsonl``
    The same examples as chat, by split and all together: ``{"messages": [{"role": "system" | "user" | "assistant",
    "content": …}, …]}``.
``dataset.sharegpt.jsonl``
    The same: ``{"conversations": [{"from": "system" | "human" | "gpt", "value": …}, …]}``.

Every file is UTF-8, one JSON object per line, in time order within a split (undated lines first).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from likeness.core import artefacts, files
from likeness.core.errors import InputError, NotFound
from likeness.core.types import Example, Exchange, Split

EXCHANGES = "exchanges.jsonl"
EXAMPLES = "examples.jsonl"
SPLITS: tuple[Split, ...] = ("train", "valid", "test")

_Record = TypeVar("_Record")
_EXCHANGE_FIELDS = tuple(field.name for field in fields(Exchange))
_EXAMPLE_FIELDS = tuple(field.name for field in fields(Example))


@dataclass(frozen=True, slots=True)
class Row:
    """An exchange, the split it belongs to, how many near-identical messages it stands for, and its language."""

    exchange: Exchange
    split: Split
    copies: int = 1
    language: str = "und"
    language_confidence: float = 0.0


def exchange_to_json(row: Row) -> dict[str, Any]:
    """The line of ``exchanges.jsonl`` for ``row``, as a dictionary."""
    return _exchange_fields(row.exchange) | {
        "split": row.split,
        "copies": row.copies,
        "language": row.language,
        "language_confidence": row.language_confidence,
    }


def _exchange_fields(exchange: Exchange) -> dict[str, Any]:
    record = {name: getattr(exchange, name) for name in _EXCHANGE_FIELDS}
    record["sent_at"] = exchange.sent_at.isoformat() if exchange.sent_at else None
    for ids in ("message_ids", "context_ids"):
        record[ids] = list(record[ids])
    return record


def exchange_record(exchange: Exchange) -> bytes:
    """The line of ``exchanges.jsonl`` before it is known which split it belongs to."""
    return line(_exchange_fields(exchange))


def with_split(record: bytes, split: Split, copies: int, language: str = "und", confidence: float = 0.0) -> bytes:
    """The line that :func:`exchange_to_json` describes, from what :func:`exchange_record` gave."""
    told = f'"language": "{language}", "language_confidence": {confidence}'
    return record[:-1] + f', "split": "{split}", "copies": {copies}, {told}}}'.encode()


def exchange_from_json(record: dict[str, Any]) -> Row:
    """The inverse of :func:`exchange_to_json`. Unknown keys are ignored."""
    known = {name: record[name] for name in _EXCHANGE_FIELDS if name in record}
    known["sent_at"] = datetime.fromisoformat(known["sent_at"]) if known.get("sent_at") else None
    for ids in ("message_ids", "context_ids"):
        known[ids] = tuple(known.get(ids, ()))
    return Row(
        Exchange(**known),
        record["split"],
        int(record.get("copies", 1)),
        record.get("language", "und"),
        float(record.get("language_confidence", 0.0)),
    )


def example_to_json(example: Example) -> dict[str, Any]:
    """The line of ``examples.jsonl`` for ``example``, as a dictionary."""
    return {name: getattr(example, name) for name in _EXAMPLE_FIELDS} | {"message_ids": list(example.message_ids)}


def example_from_json(record: dict[str, Any]) -> Example:
    """The inverse of :func:`example_to_json`. Unknown keys are ignored."""
    known = {name: record[name] for name in _EXAMPLE_FIELDS if name in record}
    return Example(**{**known, "message_ids": tuple(known.get("message_ids", ()))})


def exchanges(folder: Path, split: Split | None = None) -> Iterator[Row]:
    """Read ``exchanges.jsonl`` of the dataset in ``folder``; only one split when ``split`` is given.

    Raises :class:`NotFound` when there is no such file and :class:`InputError` when a line is damaged.
    """
    for record in _read(folder / EXCHANGES):
        if split is None or record.get("split") == split:
            yield _understood(exchange_from_json, record, folder / EXCHANGES)


def examples(folder: Path, split: Split | None = None) -> Iterator[Example]:
    """Read ``examples.jsonl`` of the dataset in ``folder``; errors as for :func:`exchanges`."""
    for record in _read(folder / EXAMPLES):
        if split is None or record.get("split") == split:
            yield _understood(example_from_json, record, folder / EXAMPLES)


def save_exchanges(folder: Path, rows: Iterable[Row]) -> int:
    """Write ``exchanges.jsonl`` into ``folder`` and return the number of lines."""
    return write_lines(folder / EXCHANGES, (line(exchange_to_json(row)) for row in rows))


def save_examples(folder: Path, rows: Iterable[Example]) -> int:
    """Write ``examples.jsonl`` into ``folder`` and return the number of lines."""
    return write_lines(folder / EXAMPLES, (line(example_to_json(row)) for row in rows))


def line(record: dict[str, Any]) -> bytes:
    """``record`` as one line of JSON, without its end."""
    # U+2028 and U+2029 are legal in JSON strings but end a line for many readers.
    text = json.dumps(record, ensure_ascii=False).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return text.encode("utf-8", "replace")


def write_lines(path: Path, lines: Iterable[bytes]) -> int:
    """Write ``lines``, whole or not at all, and return how many there were."""
    count = 0
    with files.replacing(path) as handle:
        for text in lines:
            handle.write(text + b"\n")
            count += 1
    return count


def latest(folder: Path) -> Path | None:
    """The newest dataset among those in ``folder`` (``PersonHome.datasets``), or ``None``."""
    found = [path for path, manifest in artefacts.listed(folder) if manifest.kind == "dataset"]
    return found[0] if found else None


def _read(path: Path) -> Iterator[dict[str, Any]]:
    if not path.is_file():
        raise NotFound(f"{path.parent.name} has no {path.name}", hint="make it with: likeness prepare writing")
    with path.open(encoding="utf-8", newline="\n") as handle:
        for number, line in enumerate(handle, 1):
            try:
                record = json.loads(line)
            except ValueError as error:
                raise InputError(f"{path.name} line {number} is not JSON: {error}", hint="prepare again") from None
            if not isinstance(record, dict):
                raise InputError(f"{path.name} line {number} is not a JSON object", hint="prepare again")
            yield record


def _understood(read: Callable[[dict[str, Any]], _Record], record: dict[str, Any], path: Path) -> _Record:
    try:
        return read(record)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"{path.name} has a line that is not one of its records: {error}", hint="prepare again"
        ) from None
