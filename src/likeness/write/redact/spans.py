"""A stretch of text that is somebody's data, and what kind of data it is."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """``start`` and ``end`` are character offsets; ``kind`` becomes the placeholder."""

    start: int
    end: int
    kind: str
