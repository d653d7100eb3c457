"""A file of JSON records, one a line, that only grows: each record is on the disk before the next step is taken."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from likeness.core import files


def append(path: Path, record: Mapping[str, Any]) -> None:
    """Add a line (mode 0600) and wait until it is on the disk. A line that a kill cut short before is ended first."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, files.FILE_MODE)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, (b"\n" if torn else b"") + json.dumps(record).encode("ascii") + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of the file, none where it is not there; a line that a kill cut short is passed over."""
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            yield record
