"""Tells one archive from another, so that an interrupted import goes on only with the same content."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from likeness.core.artefacts import digest

_SAMPLES = 16
_SAMPLE_BYTES = 65_536


def fingerprint(path: Path, files: Sequence[Path], sizes: Sequence[int], context: Iterable[str] = ()) -> str:
    """A hash over names, ``sizes`` and samples of up to 1 MiB of ``files``, which are ``path`` or lie below it.

    ``context`` is what else decides which messages are kept. A file that cannot be opened counts by name and size.
    """
    parts: list[str | bytes] = [*context]
    for file, size in zip(files, sizes, strict=True):
        parts.append(f"{file.relative_to(path) if file.is_relative_to(path) and file != path else file.name}:{size}")
    step = max(sum(sizes) // _SAMPLES, _SAMPLE_BYTES)
    before = 0
    due = 0
    for file, size in zip(files, sizes, strict=True):
        while due < before + size:
            parts.append(_sample(file, due - before))
            due += step
        before += size
    return digest(parts)


def _sample(file: Path, offset: int) -> bytes:
    try:
        with file.open("rb") as handle:
            handle.seek(offset)
            return handle.read(_SAMPLE_BYTES)
    except OSError:
        return b""
