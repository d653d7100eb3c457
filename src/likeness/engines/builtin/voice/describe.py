"""What is said of a voice when it has been learned: measures, and notes for its owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from likeness.engines.builtin.voice.distortion import distortion
from likeness.engines.builtin.voice.emotions import Emotion
from likeness.engines.builtin.voice.examples import Utterance
from likeness.engines.builtin.voice.features import LOG_F0
from likeness.engines.builtin.voice.model import AcousticModel
from likeness.engines.builtin.voice.recordings import Ledger, Recording


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of the recordings; no ``utterances`` when it is ``rough``: made without transcripts."""

    model: AcousticModel
    emotions: tuple[Emotion, ...]
    utterances: list[Utterance]
    start: AcousticModel
    """The model before adaptation, for comparison."""
    rough: bool


def measures(learned: Learned, seconds: float, ledger: Ledger) -> dict[str, float]:
    """The measures of a voice by name: seconds, clips, pitch, and distortion against what the prior has."""
    statistics = learned.model.statistics
    found = {
        "speech_seconds": round(seconds, 1),
        "clips_used": float(len(ledger.used)),
        "clips_refused": float(len(ledger.refused)),
        "pitch_hz": round(float(np.exp(statistics.mean[LOG_F0])), 1),
        "pitch_spread_semitones": round(float(statistics.spread[LOG_F0] * 12 / np.log(2)), 2),
    }
    if learned.utterances:
        own = [utterance for utterance in learned.utterances if utterance.emotion == learned.emotions[0].name]
        found["distortion_db"] = round(distortion(learned.model, own), 2)
        found["distortion_prior_db"] = round(distortion(learned.start, own), 2)
    return found


def emotion(found: Emotion, first: Emotion) -> dict[str, float | bool]:
    """What an emotion does otherwise than the first, for people: levels in dB, melody in semitones, tempo in shares."""
    mean, spread = found.statistics.mean, found.statistics.spread
    decibels = 10 / np.log(10) * float(mean[0] - first.statistics.mean[0])
    return {
        "speech_seconds": round(found.seconds, 1),
        "pitch_hz": round(float(np.exp(mean[LOG_F0])), 1),
        "pitch_spread_semitones": round(float(spread[LOG_F0]) * 12 / np.log(2), 2),
        "level_db": round(decibels, 1),
        "tempo": round(float(np.exp(-found.tempo)), 3),
        "pauses": round(float(np.exp(found.pauses)), 3),
        "whispered": found.whispered,
    }


def unheard(learned: Learned, heard: Sequence[Recording]) -> list[str]:
    """A sentence where an emotion was recorded and nothing could be learned of it."""
    known = {emotion.name for emotion in learned.emotions}
    missing = sorted({recording.emotion for recording in heard} - known)
    first = learned.emotions[0].name
    return [f"No recording of {' and '.join(missing)} could be used: spoken as {first}."] if missing else []


def notes(learned: Learned, seconds: float, renderer: str, by_units: bool) -> list[str]:
    """Sentences for the owner: how good the voice can be, and what was asked for and cannot be."""
    found = []
    if learned.rough:
        found.append(
            "A rough first voice: made without a transcript, from a guess at what was said. "
            "Recordings with transcripts make it theirs."
        )
    elif seconds < 60:
        found.append(f"Made from {seconds:.0f} s of speech; from a minute on it is clearly closer.")
    if renderer == "units" and not by_units:
        found.append("Units were asked for, but need transcripts; the vocoder speaks.")
    return found
