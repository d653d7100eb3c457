"""From a corpus on disk to measured recordings, and from those with their words to aligned utterances."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from likeness.core import sound_files
from likeness.core.errors import InputError, PoorRecording
from likeness.core.events import Event
from likeness.core.types import Clip, Samples
from likeness.engines.builtin.voice import alignment, examples, features
from likeness.engines.builtin.voice.alignment import Aligned, Monophones
from likeness.engines.builtin.voice.english.phones import Word
from likeness.engines.builtin.voice.english.pronounce import pronounce
from likeness.engines.builtin.voice.examples import Utterance
from likeness.engines.builtin.voice.features import FRAMES_PER_SECOND, Acoustics, Array
from likeness.engines.builtin.voice.model import AcousticModel
from likeness.engines.builtin.voice.resampling import resample

THREADS = 4
SHORTEST_SECONDS = 0.3
LONGEST_SECONDS = 120.0
PITCH_SECONDS = 6
"""Of each of some recordings, for the range of the speaker's pitch."""
ROUNDS = 3
WHISPERED_SHARE = 0.35
"""Voiced frames of a recording's speech, below which it is whispered; read aloud it is 0.6 and more."""
OUTLIER = 4.0
"""Clips whose alignment is worse than the median by this many median deviations do not say their transcript."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A clip's sound (``samples`` at ``rate`` Hz), what was measured of it and its words (none when unknown)."""

    id: str
    samples: Samples
    rate: int
    acoustics: Acoustics
    words: tuple[Word, ...]
    emotion: str = "neutral"

    @property
    def is_whispered(self) -> bool:
        return float(self.acoustics.voiced[features.speech_frames(self.acoustics.power)].mean()) < WHISPERED_SHARE


@dataclass(slots=True)
class Ledger:
    """Which clips were used and which were not, with the reason."""

    used: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def measure(clips: Sequence[Clip], ledger: Ledger, *, quick: bool = False) -> Iterator[Event | list[Recording]]:
    """Read and measure ``clips``, an event for each; yields the recordings last. ``quick`` as in
    :func:`features.analyse`.
    """
    sounds: list[tuple[Clip, Samples, int]] = []
    for clip in clips:
        try:
            sound = sound_files.read(clip.path, hint="enrol the voice again")
        except InputError as error:
            ledger.refused[clip.id] = f"cannot be read: {error}"
            continue
        samples, rate, seconds = sound.samples, sound.rate, sound.seconds
        if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
            ledger.refused[clip.id] = f"{seconds:.1f} s long; {SHORTEST_SECONDS} to {LONGEST_SECONDS:.0f} s can be used"
        elif not np.isfinite(samples).all() or np.abs(samples).max() < 1e-4:
            ledger.refused[clip.id] = "silent"
        else:
            sounds.append((clip, samples, rate))
    if not sounds:
        raise PoorRecording("no clip of the corpus can be used", hint="; ".join(sorted(set(ledger.refused.values()))))
    spread = sounds[:: max(1, len(sounds) // 20)]
    pitch = features.f0_range([resample(s[: PITCH_SECONDS * r], r, features.RATE) for _, s, r in spread])
    recordings = []
    # WORLD lets go of the interpreter's lock, so threads share the cores; the results do not depend on them.
    with ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1)) as pool:
        try:
            measured = pool.map(lambda sound: _measured(sound, pitch, quick), sounds)
            for number, recording in enumerate(measured, start=1):
                recordings.append(recording)
                yield Event("measure", number, len(sounds), "clips")
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    yield recordings


def _measured(sound: tuple[Clip, Samples, int], pitch: tuple[float, float], quick: bool) -> Recording:
    clip, samples, rate = sound
    acoustics = features.analyse(resample(samples, rate, features.RATE), pitch, quick=quick)
    return Recording(clip.id, samples, rate, acoustics, tuple(pronounce(clip.transcript)), clip.emotion)


def aligned(recordings: Sequence[Recording], prior: AcousticModel, ledger: Ledger) -> Iterator[Event | list[Utterance]]:
    """Align ``recordings`` that have words, refusing those that do not fit theirs; yields the utterances last."""
    found: list[tuple[Recording, Aligned | None, float]] = []
    for whispered in (False, True):
        group = [recording for recording in recordings if recording.is_whispered == whispered]
        if not group:
            continue
        start = alignment.without_voicing(prior.monophones) if whispered else prior.monophones
        for step in _aligned(group, start):
            if isinstance(step, Event):
                yield step
            else:
                floor = _worst_score([a.score for a in step if a])
                found += [(recording, result, floor) for recording, result in zip(group, step, strict=True)]
    utterances = []
    for recording, result, floor in found:
        reason = _misfit(result, floor)
        if reason or result is None:
            ledger.refused[recording.id] = reason
            continue
        ledger.used.append(recording.id)
        made = Utterance(recording.id, recording.words, result.tokens, recording.acoustics, emotion=recording.emotion)
        utterances.append(examples.trimmed(made))
    yield utterances


def _aligned(group: Sequence[Recording], start: Monophones) -> Iterator[Event | list[Aligned | None]]:
    """Recordings of one speaker that are all whispered or all not, from the models ``start``."""
    seen = alignment.observations([recording.acoustics for recording in group])
    texts = [recording.words for recording in group]
    models = start
    for number, better in enumerate(alignment.train(seen, texts, start, ROUNDS, start), start=1):
        models = better
        yield Event("align", number, ROUNDS + 1, "rounds")
    found = alignment.align(seen, texts, models)
    yield Event("align", ROUNDS + 1, ROUNDS + 1, "rounds")
    yield found


def waveform(utterances: Sequence[Utterance], recordings: Sequence[Recording], rate: int) -> Array:
    """The sound of ``utterances`` one after the other at ``rate`` Hz, so that frame f of all begins at f x 5 ms."""
    by_id = {recording.id: recording for recording in recordings}
    total = sum(len(u.acoustics) for u in utterances)
    out = np.zeros(round(total * rate / FRAMES_PER_SECOND))
    frame = 0
    for utterance in utterances:
        recording = by_id[utterance.id]
        sound = resample(recording.samples, recording.rate, rate)
        begin = round(frame * rate / FRAMES_PER_SECOND)
        frame += len(utterance.acoustics)
        end = round(frame * rate / FRAMES_PER_SECOND)
        first = round(utterance.offset * rate / FRAMES_PER_SECOND)
        piece = sound[first : first + end - begin]
        out[begin : begin + len(piece)] = piece
    return out


def _worst_score(scores: Sequence[float]) -> float:
    if len(scores) < 8:
        return -np.inf
    median = float(np.median(scores))
    deviation = float(np.median(np.abs(np.array(scores) - median)))
    return median - OUTLIER * 1.4826 * max(deviation, 0.05 * abs(median))


def _misfit(result: Aligned | None, floor: float) -> str:
    """Why an alignment cannot be used, "" when it can."""
    if result is None:
        return "too short for its transcript"
    if result.score < floor:
        return "does not sound like its transcript"
    return ""
