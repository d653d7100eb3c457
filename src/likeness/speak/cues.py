"""Transcripts with times: subtitles (SRT, WebVTT), what Whisper writes (JSON) and Praat's TextGrid.

Times are in seconds from the start of the sound; what is no speech ("[Music]", "(laughs)", "♪") and who speaks
("ANNA:", "<v Anna>") are left out of the texts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from likeness.core.errors import InputError
from likeness.speak.transcripts import text_of

_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_ARROW = re.compile(rf"{_TIME}\s*-->\s*{_TIME}")
_TAG = re.compile(r"<[^>]*>|\{\\[^}]*\}")
_NOT_SAID = re.compile(r"\[[^\]]*\]|\([^)]*\)|♪[^♪]*♪|[♪♫]")
_SPEAKER = re.compile(r"^\s*(?:>>+\s*|-\s+)?(?:[A-Z][A-Za-z.' ]{0,24}:\s+)?")
_INTERVAL = re.compile(
    r"xmin\s*=\s*([\d.eE+-]+)\s+xmax\s*=\s*([\d.eE+-]+)\s+text\s*=\s*\"((?:[^\"]|\"\")*)\"", re.MULTILINE
)
_HINT = "export it again as SRT, WebVTT, Whisper's JSON or TextGrid"


@dataclass(frozen=True, slots=True)
class Cue:
    """A text said from ``start`` to ``end``, in seconds; ``word`` when it is a single word with its own times."""

    start: float
    end: float
    text: str
    word: bool = False


def cues_beside(sound: Path) -> tuple[Cue, ...]:
    """The cues of the file that lies beside ``sound`` under its name (``talk.srt``, ``talk.mp4.vtt``); none without.

    Raises :class:`InputError` when it cannot be understood.
    """
    for suffix, read in READERS.items():
        for place in (sound.with_suffix(suffix), sound.with_name(sound.name + suffix)):
            if place.is_file():
                return read_cues(place, read)
    return ()


def read_cues(path: Path, read: Callable[[str], Iterator[Cue]] | None = None) -> tuple[Cue, ...]:
    """The cues of a file, in order. Raises :class:`InputError` when it holds none or cannot be understood."""
    reader = read or READERS.get(path.suffix) or READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"{path.name} is no transcript with times", hint=_HINT)
    try:
        found = [cue for cue in reader(text_of(path)) if cue.text and 0 <= cue.start < cue.end]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{path.name} cannot be understood: {error}", hint=_HINT) from None
    if not found:
        raise InputError(f"{path.name} holds no text with times", hint=_HINT)
    return tuple(sorted(found, key=lambda cue: cue.start))


def _subtitles(text: str) -> Iterator[Cue]:
    """SRT and WebVTT: a line with two times, then lines of text up to an empty one."""
    lines = iter(text.splitlines())
    for line in lines:
        found = _ARROW.search(line)
        if not found:
            continue
        said = []
        for following in lines:
            if not following.strip():
                break
            said.append(following)
        yield Cue(_seconds(found.groups()[:4]), _seconds(found.groups()[4:]), _said(" ".join(said)))


def _seconds(parts: tuple[str | Any, ...]) -> float:
    hours, minutes, seconds, fraction = parts
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000


def _whisper(text: str) -> Iterator[Cue]:
    """The JSON of whisper, faster-whisper and WhisperX (``segments``, with ``words`` where asked for), and of
    whisper.cpp (``transcription`` with ``offsets`` in milliseconds)."""
    raw = json.loads(text)
    if isinstance(raw, dict) and "transcription" in raw:
        for item in raw["transcription"]:
            yield Cue(item["offsets"]["from"] / 1000, item["offsets"]["to"] / 1000, _said(item["text"]))
        return
    for segment in raw["segments"] if isinstance(raw, dict) else raw:
        words = [word for word in segment.get("words") or () if "start" in word and "end" in word]
        if words:
            for word in words:
                yield Cue(float(word["start"]), float(word["end"]), str(word["word"]).strip(), word=True)
        else:
            yield Cue(float(segment["start"]), float(segment["end"]), _said(str(segment["text"])))


def _text_grid(text: str) -> Iterator[Cue]:
    """The first tier of intervals of a TextGrid in its long form; a tier called "words" is preferred."""
    tiers = [tier for tier in re.split(r"item\s*\[\d+\]:", text)[1:] if '"IntervalTier"' in tier]
    named = next((tier for tier in tiers if re.search(r'name\s*=\s*"words?"', tier, re.IGNORECASE)), None)
    chosen = named if named is not None else next(iter(tiers), "")
    for start, end, said in _INTERVAL.findall(chosen):
        yield Cue(float(start), float(end), _said(said.replace('""', '"')), word=named is not None)


def _said(text: str) -> str:
    plain = _NOT_SAID.sub(" ", _TAG.sub("", text))
    return " ".join(_SPEAKER.sub("", plain).split())


READERS: dict[str, Callable[[str], Iterator[Cue]]] = {
    ".srt": _subtitles,
    ".vtt": _subtitles,
    ".json": _whisper,
    ".TextGrid": _text_grid,
}
"""Kinds of file that are looked for, in this order."""
