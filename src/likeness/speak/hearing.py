"""Transcripts by a recogniser for the recordings that have none, marked as what they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from likeness.core.errors import LikenessError
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.protocols import Recogniser
from likeness.core.types import Audio
from likeness.speak import recordings, split
from likeness.speak.decode import Decoder
from likeness.speak.recordings import Recording, Spoken


def unheard(home: PersonHome) -> list[Recording]:
    """The recordings without any transcript."""
    return [item for item in recordings.recordings(home) if not item.transcript]


def transcribe(home: PersonHome, recogniser: Recogniser, name: str, *, language: str = "en") -> Iterator[Event]:
    """Let ``recogniser``, called ``name``, hear what the recordings without a transcript say; an event for each.

    A long recording is cut at its pauses and each clip heard alone, so that its words lie where they are said. The last
    event's metrics: ``heard`` (recordings) and ``silent`` (in which it heard nothing).
    """
    waiting = unheard(home)
    heard = silent = 0
    with Decoder() as decoder:
        for number, item in enumerate(waiting, 1):
            try:
                made = _heard(item, recordings.load_audio(item, decoder), recogniser, name, language)
                note = item.name
            except LikenessError as error:
                made, note = item, f"{item.name}: {error}"
            if made.transcript:
                recordings.save(made)
            heard += bool(made.transcript)
            silent += not made.transcript
            metrics = {"heard": float(heard), "silent": float(silent)}
            yield Event("hear recordings", number, len(waiting), "recordings", note, metrics)


def _heard(item: Recording, audio: Audio, recogniser: Recogniser, name: str, language: str) -> Recording:
    spans = [(span.start, span.end) for span in item.spans]
    if not spans and audio.seconds <= split.LONGEST:
        text = recogniser.recognise(audio, language=language).text
        return replace(item, transcript=text, heard_by=name)
    clips = []
    for start, end in spans or split.at_pauses(audio):
        part = Audio(audio.samples[round(start * audio.rate) : round(end * audio.rate)], audio.rate)
        text = recogniser.recognise(part, language=language).text
        clips.append(Spoken(round(start, 3), round(end, 3), text, name if text else ""))
    whole = " ".join(clip.transcript for clip in clips if clip.transcript)
    return replace(item, transcript=whole, spans=tuple(clips), heard_by=name)
