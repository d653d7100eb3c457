"""Which edition of the pipeline a dataset was made by: a digest of the code that decides what is in it.

A dataset is found again only when it was made from the same messages by the same recipe **and** the same code, so
that a changed cleaner makes it anew without anybody having to count versions.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from likeness.core import artefacts, plugins

_WRITE = (
    *("clean", "corpus.py", "dataset.py", "dedupe.py", "diversity.py", "examples.py", "export.py", "gather.py"),
    *(
        "gathered.py",
        "language.py",
        "measures.py",
        "minhash.py",
        "pair.py",
        "prepare.py",
        "recipe.py",
        "redact",
        "select.py",
    ),
    "split.py",
)
STAGES = ("core/spans.py", "core/types.py", *(f"write/{name}" for name in _WRITE))
"""Modules and packages whose code shapes a dataset and what is measured of it."""


def edition(writer: str, root: Path = Path(__file__).parents[1]) -> str:
    """Digest of the stages in ``root`` and of the engine called ``writer``, which writes instructions and neutral
    texts: the same for the same code wherever it is installed.
    """
    stages = (path for name in STAGES for path in _sources(root / name))
    return artefacts.digest([*_told(stages, root), "writer", *_told(plugins.engine_files(writer))])


def _sources(path: Path) -> list[Path]:
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _told(paths: Iterable[Path], root: Path | None = None) -> list[str | bytes]:
    """Name and content of each file, in order."""
    told: list[str | bytes] = []
    for path in paths:
        told += (path.relative_to(root).as_posix() if root else path.name, path.read_bytes())
    return told
