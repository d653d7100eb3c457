"""From a corpus to a voice: the tone colour of every emotion, and that of the base voice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from likeness.core import corpus as corpora
from likeness.core import sound_files
from likeness.core.errors import InputError
from likeness.core.events import Event
from likeness.core.types import Audio, Clip
from likeness.engines import sound
from likeness.engines.openvoice import base
from likeness.engines.openvoice.converter import Colour, Converter
from likeness.engines.openvoice.voice import ConvertedVoice

MOST_SECONDS = 120.0
"""Speech of each emotion that its colour is taken from; more changes it no further."""
LONGEST_SECONDS = 30.0
_STAGE = "tone colours"


def learn(data: Path, recipe: Mapping[str, Any], model: str, converter: Converter, out: Path) -> Iterator[Event]:
    """Fill ``out`` with a voice made of the corpus in ``data``.

    The last event's metrics are how many ``emotions`` there are and how many seconds of speech they were taken from.
    """
    corpus = corpora.load(data)
    if not corpus.clips:
        raise InputError("the corpus has no clips", hint="record or import some speech, then enrol again")
    chosen = _chosen(corpus.clips)
    total = len(chosen) + 1
    base_voice = base.resolved(str(recipe.get("base_voice") or ""))
    yield Event(_STAGE, 0, total, "colours", f"the base voice, {base_voice}")
    with base.opened(base_voice) as speaker:
        source = converter.extract([base.sample(speaker, converter.rate)])
    colours: dict[str, Colour] = {}
    seconds: dict[str, float] = {}
    for number, (emotion, clips) in enumerate(chosen.items(), 1):
        yield Event(_STAGE, number, total, "colours", emotion)
        colours[emotion] = converter.extract([piece for clip in clips for piece in _pieces(clip)])
        seconds[emotion] = round(sum(clip.seconds for clip in clips), 2)
    ConvertedVoice(model, base_voice, converter.rate, seconds, source, colours).save(out)
    taken = {"emotions": float(len(colours)), "colour_seconds": sum(seconds.values())}
    yield Event(_STAGE, total, total, "colours", f"Spoken by {base_voice}, in the person's tone colour.", taken)


def _chosen(clips: tuple[Clip, ...]) -> dict[str, list[Clip]]:
    """The clips by emotion, in the corpus's order, up to the most seconds that are used of each (at least one clip)."""
    found: dict[str, list[Clip]] = {}
    for clip in clips:
        kept = found.setdefault(clip.emotion, [])
        if not kept or sum(each.seconds for each in kept) + clip.seconds <= MOST_SECONDS:
            kept.append(clip)
    return found


def _pieces(clip: Clip) -> Iterator[Audio]:
    whole = sound_files.read(clip.path, hint="enrol the voice again")
    for _, piece in sound.pieces(whole.samples, LONGEST_SECONDS, whole.rate):
        yield Audio(piece, whole.rate)
