"""What an engine that clones keeps of a person: for each emotion the clip it imitates, and what is said in it.

A voice's folder holds ``references.json`` and one mono FLAC per emotion, at the rate its model hears:

    {"model": "…", "rate": 24000, "language": "en", "clips": 12, "extra": {…},
     "references": [{"emotion": "neutral", "file": "0.flac", "transcript": "…", "seconds": 9.4}]}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from likeness.core import files, sound_files
from likeness.core.errors import InputError, NotFound
from likeness.core.protocols import Corpus
from likeness.core.types import Audio, Clip, Samples
from likeness.engines.sound import at_rate, pieces

FILE = "references.json"
_CANDIDATES = 24
_CLEAN_WITHIN_DB = 6.0
_ENOUGH_SECONDS = 6.0
_PAUSE_SECONDS = 0.3
_FRAME_SECONDS = 0.02
_DAMAGED = "enrol the voice again"


@dataclass(frozen=True, slots=True)
class Reference:
    """The sound an engine imitates for one emotion. ``transcript`` is "" where it is not known what is said."""

    emotion: str
    audio: Audio
    transcript: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What is in a voice's folder. ``references`` by emotion, ``clips`` how many the voice was made of."""

    model: str
    rate: int
    language: str
    clips: int
    references: Mapping[str, Reference]
    extra: Mapping[str, Any] = field(default_factory=dict)

    def heaviest(self, blend: Sequence[tuple[str, float]]) -> Reference:
        """The reference of the heaviest part of ``blend`` that was recorded; else the neutral one, else the first."""
        for emotion, _ in sorted(blend, key=lambda part: -part[1]):
            if emotion in self.references:
                return self.references[emotion]
        return self.references.get("neutral") or next(iter(self.references.values()))


def by_emotion(corpus: Corpus) -> dict[str, list[Clip]]:
    """The clips of ``corpus`` by emotion, the longest first."""
    ordered = sorted(corpus.clips, key=lambda clip: (clip.emotion, -clip.seconds, clip.id))
    return {emotion: list(clips) for emotion, clips in groupby(ordered, key=lambda clip: clip.emotion)}


def sound(clip: Clip) -> Audio:
    """The sound of a clip. Raises :class:`InputError` when its file is damaged."""
    return sound_files.read(clip.path, hint=_DAMAGED)


def chosen(clips: Sequence[Clip], longest_seconds: float, rate: int, *, transcript_needed: bool = False) -> Reference:
    """The best reference among ``clips`` of one emotion, at ``rate`` Hz.

    One whose transcript is known before one where it is not; then among the clean ones (the distance of speech from
    the noise behind it within 6 dB of the best) the longest that is at most ``longest_seconds``. Short ones are joined
    up to that. Where every clip with a transcript is longer, the shortest of them whole, up to twice that: what its
    first part says is not known. Where every clip is longer still, the first part of one up to a pause, without words.

    Raises :class:`InputError` when ``transcript_needed`` and none is known.
    """
    told = [clip for clip in clips if clip.transcript.strip()]
    if transcript_needed and not told:
        raise InputError(
            f"none of the {len(clips)} recordings of {clips[0].emotion!r} has a transcript, and this model needs one",
            hint="put a text file with the words beside each recording, or let a recogniser write them down",
        )
    fitting = [clip for clip in told if clip.seconds <= longest_seconds]
    if not fitting and told:
        shortest = min(told, key=lambda clip: clip.seconds)
        fitting = [shortest] if transcript_needed or shortest.seconds <= 2 * longest_seconds else []
    fitting = fitting or [clip for clip in clips if clip.seconds <= longest_seconds]
    if fitting:
        return _made(_joined(_clean(fitting[:_CANDIDATES]), longest_seconds), rate)
    shortest = min(clips, key=lambda clip: clip.seconds)
    whole = sound(shortest)
    _, start = next(pieces(whole.samples, longest_seconds, whole.rate))
    return Reference(shortest.emotion, Audio(at_rate(Audio(start, whole.rate), rate), rate), "")


def save(folder: Path, kept: Kept) -> None:
    """Write ``kept`` into ``folder``."""
    rows = []
    for number, reference in enumerate(kept.references.values()):
        files.write_bytes(folder / f"{number}.flac", sound_files.flac(reference.audio))
        rows.append(
            {
                "emotion": reference.emotion,
                "file": f"{number}.flac",
                "transcript": reference.transcript,
                "seconds": round(reference.audio.seconds, 3),
            }
        )
    told = {name: getattr(kept, name) for name in ("model", "rate", "language", "clips", "extra")}
    files.write_json(folder / FILE, {**told, "references": rows})


def load(folder: Path) -> Kept:
    """What :func:`save` wrote. Raises :class:`NotFound` without it, :class:`InputError` when it is damaged."""
    path = folder / FILE
    if not path.is_file():
        raise NotFound(f"{folder.name} is no voice of an engine that clones: it has no {FILE}", hint=_DAMAGED)
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        references = {row["emotion"]: _reference(folder, row) for row in raw["references"]}
        if not references:
            raise ValueError("it names no reference")
        return Kept(
            str(raw["model"]), int(raw["rate"]), str(raw["language"]), int(raw["clips"]), references, raw["extra"]
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{folder.name}/{FILE} is damaged: {error}", hint=_DAMAGED) from None


def _reference(folder: Path, row: Mapping[str, Any]) -> Reference:
    heard = sound_files.read(folder / Path(row["file"]).name, hint=_DAMAGED)
    return Reference(row["emotion"], heard, str(row["transcript"]))


def mixed(parts: Sequence[tuple[str, float]], of: Callable[[str], Any | None]) -> Any:
    """The weighted mean, in float32, of what ``of`` gives for each part; parts it has nothing for are left out.

    ``None`` when nothing is left.
    """
    found = [(np.asarray(value, np.float32), weight) for name, weight in parts if (value := of(name)) is not None]
    total = sum(weight for _, weight in found)
    if not found or total <= 0:
        return None
    return sum(value * np.float32(weight / total) for value, weight in found)


def _clean(clips: Sequence[Clip]) -> list[Clip]:
    ranges = {clip.id: _range_db(sound(clip)) for clip in clips}
    best = max(ranges.values())
    return [clip for clip in clips if ranges[clip.id] >= best - _CLEAN_WITHIN_DB]


def _range_db(audio: Audio) -> float:
    """How far the louder frames are above the quietest, in dB; clipped samples count against it."""
    size = max(1, round(_FRAME_SECONDS * audio.rate))
    frames = audio.samples[: len(audio.samples) // size * size].reshape(-1, size)
    if not len(frames):
        return 0.0
    levels = 10 * np.log10((frames.astype(np.float64) ** 2).mean(axis=1) + 1e-7)
    clipped = float((np.abs(audio.samples) > 0.999).mean())
    return float(np.percentile(levels, 90) - np.percentile(levels, 5)) - 1000 * clipped


def _joined(clips: Sequence[Clip], longest_seconds: float) -> list[Clip]:
    """The longest of ``clips``, with others behind it while it is short and they fit."""
    taken, seconds = [clips[0]], clips[0].seconds
    for clip in clips[1:]:
        if seconds >= min(_ENOUGH_SECONDS, longest_seconds):
            break
        if seconds + _PAUSE_SECONDS + clip.seconds <= longest_seconds and bool(clip.transcript) == bool(
            taken[0].transcript
        ):
            taken.append(clip)
            seconds += _PAUSE_SECONDS + clip.seconds
    return taken


def _made(clips: Sequence[Clip], rate: int) -> Reference:
    parts = list(_with_pauses((at_rate(sound(clip), rate) for clip in clips), rate))
    transcript = " ".join(clip.transcript.strip() for clip in clips).strip()
    return Reference(clips[0].emotion, Audio(np.concatenate(parts), rate), transcript)


def _with_pauses(sounds: Iterator[Samples], rate: int) -> Iterator[Samples]:
    for number, each in enumerate(sounds):
        if number:
            yield np.zeros(round(_PAUSE_SECONDS * rate), np.float32)
        yield each
