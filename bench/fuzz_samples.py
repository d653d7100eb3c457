"""Small exports of every format to be damaged: the tests' fixtures, and what the tests make."""

from __future__ import annotations

import importlib
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from likeness.write.recognise import Archive, survey

_TESTS = Path(__file__).parent.parent / "tests"


def samples(folder: Path, made: dict[str, bytes]) -> dict[str, list[Archive]]:
    """Exports by the source that reads them, each in a place of its own below ``folder``.

    ``made`` are further files: name to content.
    """
    for number, (name, data) in enumerate(made.items()):
        path = folder / "made" / str(number) / name
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    _make(folder / "made")
    shutil.copytree(_TESTS / "fixtures", folder / "fixtures")
    found: dict[str, list[Archive]] = {}
    for place in [*sorted((folder / "made").iterdir()), *sorted((folder / "fixtures").iterdir())]:
        for archive in survey([place]).archives:
            found.setdefault(archive.source, []).append(archive)
    return dict(sorted(found.items()))


def _make(folder: Path) -> None:
    """Formats whose fixtures are made by their tests: databases and containers."""
    sys.path.insert(0, str(_TESTS / "unit"))
    try:
        for name in ("imessage", "msg", "olm"):
            (folder / name).mkdir()
        importlib.import_module("test_source_imessage").recent(folder / "imessage" / "chat.db")
        message = importlib.import_module("test_source_msg").msg
        (folder / "msg" / "a.msg").write_bytes(message(1, answers="<0@mail.example.org>"))
        with zipfile.ZipFile(folder / "olm" / "Outlook.olm", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in importlib.import_module("test_source_olm").MEMBERS.items():
                archive.writestr(name, text)
    finally:
        sys.path.remove(str(_TESTS / "unit"))


def files_of(archive: Archive) -> Iterator[Path]:
    """The files that can be damaged: the archive itself, or everything in its folder."""
    if archive.path.is_file():
        yield archive.path
    else:
        yield from sorted(path for path in archive.path.rglob("*") if path.is_file() and path.stat().st_size)
