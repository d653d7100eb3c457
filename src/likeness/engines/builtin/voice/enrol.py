"""Learn a voice from a corpus: measure, align, adapt, keep units, check, save."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from likeness.core import corpus
from likeness.core.errors import InputError, PoorRecording
from likeness.core.events import Event
from likeness.engines.builtin.voice import describe, emotions, recordings, rough, voice
from likeness.engines.builtin.voice.adapt import Adapted, adapt
from likeness.engines.builtin.voice.describe import Learned
from likeness.engines.builtin.voice.emotions import Emotion
from likeness.engines.builtin.voice.examples import Utterance, assemble
from likeness.engines.builtin.voice.features import FRAMES_PER_SECOND, speech_frames
from likeness.engines.builtin.voice.prior import prior
from likeness.engines.builtin.voice.recordings import Ledger, Recording
from likeness.engines.builtin.voice.units import Units

LEAST_ALIGNED_SECONDS = 5.0
COMPARED = 30
"""Clips of the first emotion that one without transcripts is told from."""
EPOCHS = 10


@dataclass(frozen=True, slots=True)
class Options:
    """What a recipe says to this engine; other keys are for the track."""

    renderer: str = "auto"
    epochs: int = EPOCHS
    seed: int = 0

    @classmethod
    def of(cls, recipe: Mapping[str, Any]) -> Options:
        """Raises :class:`InputError` for a renderer or number that means nothing."""
        renderer = recipe.get("renderer", "auto")
        if renderer not in ("auto", "vocoder", "units"):
            raise InputError(f"unknown renderer {renderer!r}", hint="auto, vocoder or units", param="renderer")
        try:
            return cls(renderer, max(1, int(recipe.get("epochs", EPOCHS))), int(recipe.get("seed", 0)))
        except (TypeError, ValueError) as error:
            raise InputError(f"the recipe has a bad number: {error}") from None


def enrol(data: Path, recipe: Mapping[str, Any], out: Path) -> Iterator[Event]:
    """Learn from the corpus in ``data`` and fill ``out``. Raises :class:`InputError` for a corpus that cannot be read
    or is not English, :class:`PoorRecording` when no clip can be used. The last event carries the measures.
    """
    options = Options.of(recipe)
    found = corpus.load(data)
    if found.language.split("-")[0].casefold() != "en":
        raise InputError(f"the built-in voice speaks English only, the recordings are {found.language!r}")
    if not found.clips:
        raise PoorRecording("the corpus has no clip", hint="enrol from recordings")
    ledger = Ledger()
    heard: list[Recording] = []
    with_words = sum(clip.seconds for clip in found.clips if clip.transcript)
    for step in recordings.measure(found.clips, ledger, quick=with_words < LEAST_ALIGNED_SECONDS):
        if isinstance(step, Event):
            yield step
        else:
            heard = step
    learned: Learned | None = None
    for result in _learn(heard, options, ledger):
        if isinstance(result, Event):
            yield result
        else:
            learned = result
    assert learned is not None
    yield from _finish(learned, heard, options, ledger, out)


def _learn(heard: Sequence[Recording], options: Options, ledger: Ledger) -> Iterator[Event | Learned]:
    """With transcripts adapt on them; without, by the statistics of the speaker and a guess at the phones."""
    spoken = [recording for recording in heard if recording.words]
    if sum(len(recording.acoustics) for recording in spoken) < LEAST_ALIGNED_SECONDS * FRAMES_PER_SECOND:
        start = prior().model
        ledger.used += [recording.id for recording in heard]
        for step in rough.adapt(prior(), heard, options.seed):
            if isinstance(step, Event):
                yield step
            else:
                yield Learned(step.model, step.emotions, [], start, rough=True)
        return
    for recording in heard:
        if not recording.words:
            ledger.refused[recording.id] = "has no transcript"
    utterances: list[Utterance] = []
    for aligned in recordings.aligned(spoken, prior().model, ledger):
        if isinstance(aligned, Event):
            yield aligned
        else:
            utterances = aligned
    if not utterances:
        raise PoorRecording("no clip sounds like its transcript", hint="check the transcripts")
    for adapted in adapt(prior().model, utterances, options.epochs, options.seed):
        if isinstance(adapted, Event):
            yield adapted
        else:
            known = (*adapted.emotions, *_without_words(adapted, utterances, heard, ledger))
            yield Learned(adapted.model, known, utterances, prior().model, rough=False)


def _without_words(
    adapted: Adapted, utterances: Sequence[Utterance], heard: Sequence[Recording], ledger: Ledger
) -> tuple[Emotion, ...]:
    """The emotions of which no recording has a transcript: how they are said can be heard without one."""
    known = {emotion.name for emotion in adapted.emotions}
    others = [recording for recording in heard if not recording.words and recording.emotion not in known]
    if not others:
        return ()
    for recording in others:
        del ledger.refused[recording.id]
        ledger.used.append(recording.id)
    first = adapted.emotions[0]
    compared = [utterance for utterance in utterances if utterance.emotion == first.name][:COMPARED]
    guessed = [*compared, *rough.guesses(prior(), others)]
    examples = assemble(guessed, adapted.model.scaling)
    names = [utterance.emotion for utterance in guessed]
    found = emotions.measure(adapted.model, examples, names, first.statistics).emotions
    return tuple(emotion for emotion in found if emotion.name != first.name)


def _finish(
    learned: Learned, heard: Sequence[Recording], options: Options, ledger: Ledger, out: Path
) -> Iterator[Event]:
    speech = sum(int(speech_frames(recording.acoustics.power).sum()) for recording in heard)
    seconds = speech / FRAMES_PER_SECOND
    enough = seconds >= voice.UNITS_FROM_SECONDS
    wanted = options.renderer == "units" or (options.renderer == "auto" and enough)
    by_units = wanted and bool(learned.utterances)
    units, sound = None, None
    if by_units:
        yield Event("units", 0, 1)
        names = [emotion.name for emotion in learned.emotions]
        units = Units.of(learned.utterances, learned.model.statistics.spread, names)
        sound = recordings.waveform(learned.utterances, heard, voice.RATE)
        sound = (np.clip(sound, -1, 1) * 32767).astype(np.int16)
        yield Event("units", 1, 1, metrics={"units": float(len(units.table))})
    measures = describe.measures(learned, seconds, ledger)
    notes = [*describe.notes(learned, seconds, options.renderer, by_units), *describe.unheard(learned, heard)]
    description = {
        "renderer": "units" if by_units else "vocoder",
        "rough": learned.rough,
        "emotions": {emotion.name: describe.emotion(emotion, learned.emotions[0]) for emotion in learned.emotions},
        "measures": measures,
        "notes": notes,
        "clips_used": sorted(ledger.used),
        "clips_refused": dict(sorted(ledger.refused.items())),
    }
    voice.save(out, learned.model, learned.emotions, units, sound, description)
    yield Event("done", 1, 1, note=" ".join(notes), metrics=measures)
