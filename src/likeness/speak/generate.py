"""Text into speech with a voice: read out numbers, go sentence by sentence, and guard what the engine gives back."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

import numpy as np

from likeness.core import artefacts, plugins
from likeness.core.errors import EngineMissing, InputError, LikenessError
from likeness.core.home import PersonHome
from likeness.core.protocols import Speaker
from likeness.core.types import Audio, Samples, SpeakRequest
from likeness.speak.prepare import limited
from likeness.speak.resample import SPEECH_RATE, StreamResampler
from likeness.speak.voices import voice_folder

LONGEST_TEXT = 20_000
"""Characters that one call speaks at most."""
SENTENCE_PAUSE = 0.25
"""Silence added between sentences, in seconds at the normal rate."""
_RANGES = {"rate": (0.5, 2.0), "pitch": (-12.0, 12.0), "pitch_range": (0.0, 2.0), "energy": (-20.0, 20.0)}
_SLOWEST_SECONDS_PER_LETTER = 0.35
_SILENT = 1e-3


@contextmanager
def open_speaker(home: PersonHome, voice: str, engine: str | None = None) -> Iterator[Speaker]:
    """The voice called ``voice``, opened by the engine that made it, closed at the end of the block.

    ``engine`` only asserts which one that is. Raises :class:`NotFound` for an unknown voice and :class:`EngineMissing`
    when its engine cannot run here, or is another than ``engine``; no other voice is ever taken in its place.
    """
    folder = voice_folder(home, voice)
    made_by = artefacts.load(folder).engine
    if engine is not None and engine != made_by:
        raise EngineMissing(
            f"voice {voice!r} was made by engine {made_by!r}, not {engine!r}", hint=f"enrol it again with {engine!r}"
        )
    with plugins.engine(made_by).open(folder) as opened:
        yield cast("Speaker", opened)


def say(
    speaker: Speaker,
    text: str,
    *,
    rate: float = 1.0,
    pitch: float = 0.0,
    pitch_range: float = 1.0,
    energy: float = 0.0,
    emotion: str = "neutral",
    seed: int = 0,
) -> Iterator[Audio]:
    """Speak ``text``; yields mono sound at 22,050 Hz, in order, as soon as the engine gives it.

    ``rate`` multiplies tempo (0.5-2), ``pitch`` shifts in semitones (±12), ``pitch_range`` scales the melody (0-2),
    ``energy`` changes level in dB (±20). ``speaker`` may be an engine or its stand-in for a lane.

    Raises, before the first sound, :class:`InputError` for a text that is empty, too long or without anything to
    speak, and for a value out of range; later :class:`LikenessError` when the engine gives silence, invalid samples,
    or sound without end.
    """
    request = SpeakRequest("", rate, pitch_range, pitch, energy, emotion, seed)
    return _speak(speaker, _sentences(text), _checked(request))


def _checked(request: SpeakRequest) -> SpeakRequest:
    for name, (low, high) in _RANGES.items():
        value = float(getattr(request, name))
        if not math.isfinite(value) or not low <= value <= high:
            raise InputError(f"{name} is {value:g}", hint=f"choose a value from {low:g} to {high:g}", param=name)
    return request


def _sentences(text: str) -> list[str]:
    from likeness.speak.normalise import sentences, spoken

    if not text.strip():
        raise InputError("there is no text to speak", hint="give some words", param="text")
    if len(text) > LONGEST_TEXT:
        raise InputError(
            f"the text has {len(text):,} characters, over the limit of {LONGEST_TEXT:,}",
            hint="speak it in parts",
            param="text",
        )
    found = [sentence for sentence in sentences(spoken(text)) if any(c.isalnum() for c in sentence)]
    if not found:
        raise InputError("the text has nothing in it that can be spoken", hint="give some words", param="text")
    return found


@dataclass(slots=True)
class _Guard:
    """Watches one sentence's sound: valid samples, an end in sight, not silent."""

    sentence: str
    rate: float
    seconds: float = 0.0
    power: float = 0.0

    def passed(self, piece: Audio) -> Samples:
        """The piece's samples if they are sound; peaks beyond full scale are bent down."""
        if not np.isfinite(piece.samples).all():
            raise LikenessError("the engine gave samples that are not numbers", hint=_AGAIN)
        self.seconds += piece.seconds
        self.power += float(np.sum(piece.samples.astype(np.float64) ** 2))
        letters = len(self.sentence)
        if self.seconds > (2.0 + _SLOWEST_SECONDS_PER_LETTER * letters) / min(self.rate, 1.0):
            raise LikenessError(
                f"the engine gave {self.seconds:.0f} s of sound for {letters} characters and was stopped", hint=_AGAIN
            )
        loud = bool(len(piece.samples)) and float(np.abs(piece.samples).max()) > 1.0
        return limited(piece.samples, -0.2) if loud else piece.samples

    def ended(self, sample_rate: int) -> None:
        mean = self.power / max(self.seconds * sample_rate, 1.0)
        if mean < _SILENT**2:
            raise LikenessError("the engine gave silence instead of speech", hint=_AGAIN)


_AGAIN = "try again; if it stays, enrol the voice again"


def _speak(speaker: Speaker, sentences: list[str], request: SpeakRequest) -> Iterator[Audio]:
    resampler = StreamResampler(speaker.rate, SPEECH_RATE)
    pause = np.zeros(round(SENTENCE_PAUSE / request.rate * speaker.rate), dtype=np.float32)
    for number, sentence in enumerate(sentences):
        if number:
            yield from _given(resampler.feed(pause))
        asked = SpeakRequest(
            sentence, request.rate, request.pitch_range, request.pitch, request.energy, request.emotion, request.seed
        )
        guard = _Guard(sentence, request.rate)
        for piece in speaker.speak(asked):
            yield from _given(resampler.feed(guard.passed(piece)))
        guard.ended(speaker.rate)
    yield from _given(resampler.finish())


def _given(samples: Samples) -> Iterator[Audio]:
    if len(samples):
        yield Audio(samples, SPEECH_RATE)
