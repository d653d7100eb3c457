"""A corpus on disk: ``corpus.json`` and one mono FLAC per clip, all at one rate and level.

The speak track writes it (``speak.prepare``), the engines that learn a voice read it.

    {"rate": 22050, "language": "en",
     "clips": [{"id": "…", "file": "clips/….flac", "transcript": "…", "seconds": 4.2, "emotion": "neutral"}]}

Transcripts are spoken text: numbers and abbreviations already read out as words; "" where nothing is known. A clip
whose transcript a recogniser wrote names it in ``heard_by``.
"""

from __future__ import annotations

import json
from pathlib import Path

from likeness.core import files
from likeness.core.errors import InputError
from likeness.core.protocols import Corpus
from likeness.core.types import Clip

CORPUS = "corpus.json"


def save(folder: Path, corpus: Corpus) -> None:
    """Write ``corpus.json`` into ``folder``, which holds the clips already."""
    clips = [
        {
            "id": clip.id,
            "file": clip.path.relative_to(folder).as_posix(),
            "transcript": clip.transcript,
            "seconds": clip.seconds,
            "emotion": clip.emotion,
            **({"heard_by": clip.heard_by} if clip.heard_by else {}),
        }
        for clip in corpus.clips
    ]
    files.write_json(folder / CORPUS, {"rate": corpus.rate, "language": corpus.language, "clips": clips})


def load(folder: Path) -> Corpus:
    """Read the corpus in ``folder``. Raises :class:`InputError` when it is absent, damaged or points outside itself."""
    try:
        raw = json.loads((folder / CORPUS).read_text(encoding="utf-8"))
        clips = tuple(
            Clip(
                id=item["id"],
                path=_inside(folder, item["file"]),
                transcript=item["transcript"],
                seconds=float(item["seconds"]),
                emotion=item.get("emotion", "neutral"),
                heard_by=item.get("heard_by", ""),
            )
            for item in raw["clips"]
        )
        return Corpus(clips=clips, rate=int(raw["rate"]), language=raw.get("language", "en"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"the corpus in {folder.name!r} cannot be read: {error}", hint="enrol the voice again"
        ) from None


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"{name!r} lies outside the corpus")
    return path
