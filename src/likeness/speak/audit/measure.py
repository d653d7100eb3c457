"""Everything that can be measured of one recording by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from likeness.core.errors import InputError
from likeness.core.protocols import Aligner, Recogniser, SpeakerEncoder
from likeness.core.types import Audio
from likeness.speak import activity, measures
from likeness.speak.audit.consistency import timbre
from likeness.speak.audit.model import Mark, Measured
from likeness.speak.breaths import breaths
from likeness.speak.check import check
from likeness.speak.compression import compression
from likeness.speak.recognise import word_errors
from likeness.speak.recordings import Recording

LONG_SILENCE = 1.5
"""Seconds from which a silence is marked."""
_SHORTEST_HUM, _LONGEST_ALIGNED, _LONGEST_ENCODED = 1.0, 60.0, 30.0
_VOWELS = frozenset(["AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"])


@dataclass(frozen=True, slots=True)
class Instruments:
    """What is here to measure with, besides signal processing: opened engines."""

    aligner: Aligner | None = None
    recogniser: Recogniser | None = None
    encoders: Mapping[str, SpeakerEncoder] = field(default_factory=dict)
    language: str = "en"


def measured(recording: Recording, audio: Audio, instruments: Instruments) -> Measured:
    """Measure ``audio``, the sound of ``recording`` at its own rate."""
    from likeness.speak.normalise import spoken

    heard = activity.without_rumble(audio)
    frame_levels = activity.levels(heard)
    mask = activity.speech_mask(frame_levels)
    silences = _silences(mask)
    text = spoken(recording.transcript) if recording.transcript else ""
    phonemes = _phonemes(text, instruments.aligner)
    breathed = breaths(heard)
    errors, words = _heard(audio, text, instruments)
    found = check(audio, text)
    return Measured(
        id=recording.id,
        sha256=recording.sha256,
        name=recording.name,
        emotion=recording.emotion,
        transcript=recording.transcript,
        check=found,
        hum=measures.hum(audio) if audio.seconds >= _SHORTEST_HUM else measures.Hum(50, 0.0, -100.0),
        compression=compression(heard),
        breaths=breathed,
        marks=(*_clipped(audio), *silences),
        longest_silence=round(max((mark.end - mark.start for mark in silences), default=0.0), 2),
        loudness_range_db=_range(frame_levels[mask]),
        syllables=sum(phonemes[vowel] for vowel in _VOWELS),
        phonemes=dict(sorted(phonemes.items())),
        fit=_fit(audio, text, instruments.aligner) if found.speech_seconds else None,
        word_errors=errors,
        heard=words,
        timbre=timbre(_middle(heard, _LONGEST_ENCODED)) if found.speech_seconds else (),
        vectors=_vectors(heard, instruments.encoders),
    )


def _silences(mask: activity.Mask) -> tuple[Mark, ...]:
    """Silences of :data:`LONG_SILENCE` and more, at the edges too."""
    hop = activity.HOP_SECONDS
    long = [(a * hop, b * hop) for a, b in activity.runs(~mask) if (b - a) * hop >= LONG_SILENCE]
    return tuple(Mark("silence", round(start, 2), round(end, 2)) for start, end in long)


def _clipped(audio: Audio) -> tuple[Mark, ...]:
    """Tenths of a second that hold clipped samples, joined where they touch."""
    if not measures.clipped_share(audio.samples):
        return ()
    top = 0.999 * float(np.abs(audio.samples).max())
    tenths = np.unique(np.flatnonzero(np.abs(audio.samples) >= top) // max(1, audio.rate // 10))
    mask = np.zeros(int(tenths[-1]) + 1, dtype=bool)
    mask[tenths] = True
    return tuple(Mark("clipping", round(a / 10, 1), round(b / 10, 1)) for a, b in activity.runs(mask))


def _range(spoken: activity.Levels) -> float:
    if not len(spoken):
        return 0.0
    low, high = np.percentile(spoken, [10, 95])
    return round(float(high - low), 1)


def _phonemes(text: str, aligner: Aligner | None) -> Counter[str]:
    return Counter(aligner.phonemes(text)) if aligner and text else Counter()


def _fit(audio: Audio, text: str, aligner: Aligner | None) -> float | None:
    if aligner is None or not text or audio.seconds > _LONGEST_ALIGNED:
        return None
    try:
        return round(aligner.fit(audio, text), 3)
    except InputError:  # a text without a word, or one that is far too long for the sound, which the check says
        return None


def _heard(audio: Audio, text: str, instruments: Instruments) -> tuple[float | None, str]:
    if instruments.recogniser is None or not text:
        return None, ""
    said = instruments.recogniser.recognise(audio, language=instruments.language).text
    return round(word_errors(text, said).rate, 3), said


def _vectors(audio: Audio, encoders: Mapping[str, SpeakerEncoder]) -> dict[str, tuple[float, ...]]:
    found = {}
    for name, encoder in encoders.items():
        try:
            vector = encoder.speaker_vector(_middle(audio, _LONGEST_ENCODED))
        except InputError:  # too little speech to tell, which the check says
            continue
        found[name] = tuple(round(float(value), 4) for value in vector)
    return found


def _middle(audio: Audio, seconds: float) -> Audio:
    """At most ``seconds`` from the middle of ``audio``."""
    half, middle = round(seconds / 2 * audio.rate), len(audio.samples) // 2
    return Audio(audio.samples[max(0, middle - half) : middle + half], audio.rate)
