"""What a voice sounds like beside the person: measured with signal processing alone, no downloaded judge.

Up to eight of the corpus's own sentences are spoken by the voice and compared with the recordings of them (these were
learnt from, which flatters), and four sentences that nobody recorded are spoken for everything that needs no original.
The result is ``evaluation.json`` in the voice's folder, with one sentence in both sounds beside it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likeness.core import artefacts, corpus, files
from likeness.core.errors import InputError, LikenessError, NotReady
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.protocols import Speaker
from likeness.core.types import Audio, Clip
from likeness.speak import activity, measures
from likeness.speak.encode import encode
from likeness.speak.generate import open_speaker, say
from likeness.speak.resample import resample
from likeness.speak.voices import voice_folder
from likeness.speak.waveform import pitch_track, waveform_peaks

EVALUATION = "evaluation.json"
UNSEEN = (
    "The museum opens at nine, so we could meet at the station and walk there together.",
    "I have read your notes twice, and I think the second half should come first.",
    "Could you bring the blue folder tomorrow? I left mine in the office.",
    "It rained all weekend, but the garden needed it.",
)
"""Sentences spoken for what needs no original. The first is under 100 characters and is the one that is timed."""
_MOST_CLIPS = 8
_PEAKS = 600


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence in both sounds, for showing: files beside ``evaluation.json``, peaks and pitch for pictures.

    ``person_*`` are empty when no recording has a transcript. Pitch is in Hz every 10 ms, 0 where unvoiced.
    """

    text: str
    voice_file: str
    voice_peaks: list[tuple[float, float]]
    voice_pitch: list[float]
    voice_seconds: float
    person_file: str = ""
    person_peaks: list[tuple[float, float]] = field(default_factory=list)
    person_pitch: list[float] = field(default_factory=list)
    person_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured of a voice.

    ``measures``: ``pitch_hz_*`` (median) and ``pitch_spread_semitones_*`` of ``person`` and ``voice``;
    ``letters_per_second_*`` over the time from first to last sound; ``duration_ratio`` (voice over person, same
    sentences); ``spectrum_distance_db`` (RMS difference of third-octave long-term spectra from 100 Hz to 8 kHz, level
    removed); ``clipped_share``, ``silence_share``; ``rtf`` (time to make over time to hear); ``first_sound_ms`` and
    ``complete_ms`` for a sentence under 100 characters, on this machine, with the voice loaded. A measure that could
    not be taken is left out and named in ``notes``.
    """

    voice: str
    engine: str
    measures: dict[str, float]
    example: Example
    notes: tuple[str, ...] = ()

    def figures(self) -> dict[str, float]:
        """The measures by name."""
        return dict(self.measures)


@dataclass(slots=True)
class _Pair:
    """A sentence as the voice says it and, where there is one, the recording of it."""

    text: str
    voice: Audio
    person: Audio | None
    seconds_to_make: float
    seconds_to_first: float


def evaluate(home: PersonHome, voice: str = "me") -> Iterator[Event]:
    """Measure a voice against the recordings it was learnt from and save the result; an event per sentence.

    The last event's metrics are the measures. Raises :class:`NotFound` for an unknown voice, :class:`EngineMissing`
    when it cannot speak here and :class:`NotReady` when its corpus is gone.
    """
    folder = voice_folder(home, voice)
    manifest = artefacts.load(folder)
    person_clips = _clips(home, manifest)
    spoken_clips = [clip for clip in person_clips if clip.transcript and clip.seconds >= 1.0]
    spoken_clips = spoken_clips[:: max(1, len(spoken_clips) // _MOST_CLIPS)][:_MOST_CLIPS]
    pairs: list[_Pair] = []
    total = len(UNSEEN) + len(spoken_clips)
    with open_speaker(home, voice) as speaker:
        # what an engine loads for its first sentence is not what a sentence costs
        _pair(speaker, "Hello.", None)
        for clip in (None, *spoken_clips, *[None] * (len(UNSEEN) - 1)):
            text = UNSEEN[sum(p.person is None for p in pairs)] if clip is None else clip.transcript
            pairs.append(_pair(speaker, text, clip))
            yield Event("evaluate voice", len(pairs), total, "sentences")
    reference = [pair.person for pair in pairs if pair.person] or [_read(clip) for clip in person_clips[:_MOST_CLIPS]]
    found = _measured(pairs, reference)
    notes = () if spoken_clips else ("duration_ratio was left out: no recording has a transcript",)
    result = Evaluation(voice, manifest.engine, found, _example(pairs, folder, voice, manifest.engine), notes)
    files.write_json(folder / EVALUATION, asdict(result))
    yield Event("evaluate voice", total, total, "sentences", f"voice {voice!r} is measured", found)


def load_evaluation(home: PersonHome, voice: str = "me") -> Evaluation:
    """The saved evaluation of a voice; the files its example names lie in the voice's folder.

    Raises :class:`NotFound` for an unknown voice, :class:`NotReady` when it was never measured and
    :class:`InputError` when the file is damaged.
    """
    path = voice_folder(home, voice) / EVALUATION
    if not path.is_file():
        raise NotReady(f"voice {voice!r} has not been measured", hint="run: likeness evaluate voice")
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        example = dict(raw["example"])
        for key in ("voice_peaks", "person_peaks"):
            example[key] = [(float(low), float(high)) for low, high in example[key]]
        return Evaluation(**{**raw, "example": Example(**example), "notes": tuple(raw["notes"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{EVALUATION} of voice {voice!r} is damaged: {error}", hint="measure it again") from None


def _clips(home: PersonHome, manifest: artefacts.Manifest) -> list[Clip]:
    for parent in manifest.parents:
        folder = home.root / parent
        if folder.is_dir():
            return list(corpus.load(folder).clips)
    raise NotReady(f"the corpus of voice {manifest.name!r} is gone", hint="enrol the voice again")


def _pair(speaker: Speaker, text: str, clip: Clip | None) -> _Pair:
    began = time.perf_counter()
    first = 0.0
    pieces = []
    for piece in say(speaker, text):
        first = first or time.perf_counter() - began
        pieces.append(piece)
    took = time.perf_counter() - began
    sound = Audio(np.concatenate([piece.samples for piece in pieces]), pieces[0].rate)
    return _Pair(text, sound, None if clip is None else _read(clip), took, first)


def _read(clip: Clip) -> Audio:
    """A clip of the corpus: our own file, so that it is read in this process."""
    import soundfile

    try:
        samples, rate = soundfile.read(clip.path, dtype="float32")
    except (OSError, RuntimeError) as error:
        raise LikenessError(f"clip {clip.id} cannot be read: {error}", hint="enrol the voice again") from None
    return Audio(samples, rate)


def _measured(pairs: Sequence[_Pair], reference: Sequence[Audio]) -> dict[str, float]:
    voices = [pair.voice for pair in pairs]
    same = [pair for pair in pairs if pair.person is not None]
    timed = pairs[0]
    found = {
        **_pitch("voice", voices),
        **_pitch("person", reference),
        "letters_per_second_voice": _pace(voices, [pair.text for pair in pairs]),
        "spectrum_distance_db": spectrum_distance_db(voices, reference),
        "clipped_share": float(np.mean([measures.clipped_share(sound.samples) for sound in voices])),
        "silence_share": float(np.mean([1 - activity.speech_mask(activity.levels(s)).mean() for s in voices])),
        "rtf": sum(pair.seconds_to_make for pair in pairs) / sum(sound.seconds for sound in voices),
        "first_sound_ms": 1000 * timed.seconds_to_first,
        "complete_ms": 1000 * timed.seconds_to_make,
    }
    if same:
        people = [pair.person for pair in same if pair.person is not None]
        found["letters_per_second_person"] = _pace(people, [pair.text for pair in same])
        found["duration_ratio"] = sum(_extent(p.voice) for p in same) / sum(map(_extent, people))
    return {name: round(value, 4) for name, value in sorted(found.items())}


def _pitch(whose: str, sounds: Sequence[Audio]) -> dict[str, float]:
    voiced = np.array([hertz for sound in sounds for hertz in pitch_track(sound) if hertz > 0])
    if not len(voiced):
        return {}
    semitones = 12 * np.log2(voiced)
    low, high = np.percentile(semitones, [16, 84])
    return {
        f"pitch_hz_{whose}": float(np.median(voiced)),
        f"pitch_spread_semitones_{whose}": float(high - low) / 2,
    }


def _extent(sound: Audio) -> float:
    """Seconds from the first to the last speech in ``sound``."""
    spoken = np.flatnonzero(activity.speech_mask(activity.levels(sound)))
    return float(spoken[-1] - spoken[0] + 1) * activity.HOP_SECONDS if len(spoken) else sound.seconds


def _pace(sounds: Sequence[Audio], texts: Sequence[str]) -> float:
    letters = sum(character.isalnum() for text in texts for character in text)
    return letters / sum(map(_extent, sounds))


def spectrum_distance_db(sounds: Sequence[Audio], reference: Sequence[Audio]) -> float:
    """RMS difference of the long-term spectra in third octaves from 100 Hz to 8 kHz, in dB, overall level removed."""
    difference = _third_octaves(sounds) - _third_octaves(reference)
    return float(np.sqrt(np.mean((difference - difference.mean()) ** 2)))


def _third_octaves(sounds: Sequence[Audio]) -> NDArray[np.float64]:
    window = 0.064
    total = np.zeros(0)
    for sound in sounds:
        power = measures.spectrogram(resample(sound, 22_050), window_seconds=window, hop_seconds=0.032)
        loud = power.sum(axis=1)
        mean = power[loud > np.percentile(loud, 95) * 10**-3.5].sum(axis=0)
        total = mean if not len(total) else total + mean
    centres = 100 * 2 ** (np.arange(20) / 3)
    edges = np.round(np.stack([centres * 2 ** (-1 / 6), centres * 2 ** (1 / 6)]) * window).astype(int)
    return np.array([10 * np.log10(total[a : max(b, a + 1)].sum() + 1e-12) for a, b in edges.T])


def _example(pairs: Sequence[_Pair], folder: Path, voice: str, engine: str) -> Example:
    """The pair nearest to 4 s, or the first sentence where there are no pairs; its sounds are written."""
    both = [pair for pair in pairs if pair.person is not None]
    chosen = min(both, key=lambda pair: abs(pair.voice.seconds - 4.0)) if both else pairs[0]
    files.write_bytes(folder / "example-voice.flac", encode(chosen.voice, "flac", voice=voice, engine=engine))
    shown = Example(
        text=chosen.text,
        voice_file="example-voice.flac",
        voice_peaks=waveform_peaks(chosen.voice, _PEAKS),
        voice_pitch=pitch_track(chosen.voice),
        voice_seconds=round(chosen.voice.seconds, 3),
    )
    if chosen.person is None:
        return shown
    files.write_bytes(folder / "example-person.flac", encode(chosen.person, "flac"))
    return Example(
        **{
            **asdict(shown),
            "person_file": "example-person.flac",
            "person_peaks": waveform_peaks(chosen.person, _PEAKS),
            "person_pitch": pitch_track(chosen.person),
            "person_seconds": round(chosen.person.seconds, 3),
        }
    )
