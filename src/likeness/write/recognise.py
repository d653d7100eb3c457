"""Which source reads which file, judged by content; and what tells one archive from another."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from likeness.core import plugins
from likeness.core.artefacts import digest
from likeness.core.errors import InputError, UnknownFormat
from likeness.core.protocols import Source

_SAMPLES = 16
_SAMPLE_BYTES = 65_536
_LISTED = 5


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found in some paths: (source name, file or folder) in a stable order, and the files no source knows."""

    archives: tuple[tuple[str, Path], ...]
    left_out: tuple[Path, ...]


def recognise(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """Which source reads what: (source name, file or folder), in a stable order. Raises what :func:`survey` raises."""
    return list(survey(paths).archives)


def survey(paths: Sequence[Path]) -> Survey:
    """Look at every file.

    A folder that a source knows as a whole is given to it; every other file in it is looked at. Raises
    :class:`InputError` for a path that is not there or cannot be read and :class:`UnknownFormat` for one in which
    nothing is recognised.
    """
    sources = plugins.sources()
    found: dict[tuple[str, Path], None] = {}
    left_out: list[Path] = []
    for path in paths:
        if not path.exists():
            raise InputError(f"{path} is not there", hint="check the path")
        here = list(_recognised(path, sources, left_out))
        if not here:
            try:
                raise UnknownFormat(_described(path), hint=_expected(path, sources))
            except OSError as error:
                raise InputError(f"{path} cannot be read: {error.strerror}", hint="check its permissions") from None
        found.update(dict.fromkeys(here))
    return Survey(tuple(found), tuple(left_out))


def fingerprint(path: Path, files: Sequence[Path], context: Iterable[str] = ()) -> str:
    """Tells whether an unfinished import was of the same content: names, sizes and samples of up to 1 MiB.

    ``context`` is what else decides which messages are kept.
    """
    parts: list[str | bytes] = [*context]
    sizes = [file.stat().st_size for file in files]
    parts += [
        f"{file.relative_to(path) if file != path else file.name}:{size}"
        for file, size in zip(files, sizes, strict=True)
    ]
    total = sum(sizes)
    step = max(total // _SAMPLES, _SAMPLE_BYTES)
    before = 0
    due = 0
    for file, size in zip(files, sizes, strict=True):
        while due < before + size:
            with file.open("rb") as handle:
                handle.seek(due - before)
                parts.append(handle.read(_SAMPLE_BYTES))
            due += step
        before += size
    return digest(parts)


def _recognised(path: Path, sources: Sequence[Source], left_out: list[Path]) -> Iterator[tuple[str, Path]]:
    claimed: set[Path] = set()
    for source in sources:
        if source.recognises(path):
            yield source.name, path
            if path.is_file():
                return
            claimed.update(source.files(path))
    if path.is_file():
        left_out.append(path)
    elif path.is_dir():
        for file in sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith(".")):
            if file not in claimed:
                yield from _recognised(file, sources, left_out)


def _described(path: Path) -> str:
    if path.is_dir():
        names = sorted(p.name for p in path.iterdir() if not p.name.startswith("."))
        listed = ", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
        return f"nothing in the folder {path} is a known archive (it holds {listed or 'nothing'})"
    size = path.stat().st_size
    if size == 0:
        return f"{path} is empty"
    with path.open("rb") as handle:
        head = handle.read(8192)
    if zipfile.is_zipfile(path):
        what = "a zip archive without a WhatsApp chat"
    elif head.startswith(b"!BDN"):
        what = "an Outlook archive (PST)"
    elif head.startswith(b"SQLite format 3"):
        what = "an SQLite database"
    elif b"\0" in head:
        what = "binary data"
    elif head.lstrip()[:1] in (b"{", b"["):
        what = "JSON"
    else:
        what = "text without mail headers or dated chat lines"
    return f"{path} is {what} ({size:,} bytes)"


def _expected(path: Path, sources: Sequence[Source]) -> str:
    known = "; ".join(source.title for source in sources)
    if path.is_file() and zipfile.is_zipfile(path):
        return f"unpack it and import the folder; known: {known}"
    return f"known: {known}"
