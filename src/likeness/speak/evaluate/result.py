"""What was measured of a voice, and ``evaluation.json``, where it is kept in the voice's folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from likeness.core import files
from likeness.core.errors import InputError, NotReady
from likeness.core.home import PersonHome
from likeness.speak.voices import voice_folder

EVALUATION = "evaluation.json"
PAGE = "evaluation.html"
FOLDER = "evaluation"
"""Folder of the sounds that were made for judging, and of what the judges said of each."""
Basis = Literal["held out", "learned again", "learned"]


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
class Scale:
    """One measure of the voice between its floor and its ceiling; ``None`` where it could not be taken.

    ``person`` is the ceiling (the person against themself), ``others`` the floor (other speakers), ``base`` what the
    engine speaks with before it learned. ``better`` says which way is better; "near" means near the person.
    ``share`` is how far the voice is on the way from floor to ceiling, 0 to 1 and beyond, for similarity.
    ``spread`` are the lowest and highest values of the voice's single sounds, ``judge`` who measured.
    """

    name: str
    title: str
    judge: str
    unit: str
    better: Literal["higher", "lower", "near"]
    voice: float
    person: float | None = None
    others: float | None = None
    base: float | None = None
    share: float | None = None
    spread: tuple[float, float] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody speaks: median pitch in Hz, its spread in semitones, letters per second.

    ``None`` where nothing is voiced, or there is no transcript.
    """

    pitch_hz: float | None
    spread_semitones: float | None
    letters_per_second: float | None


@dataclass(frozen=True, slots=True)
class Feeling:
    """One emotion of the voice beside the person's own recordings of it.

    ``person_move`` and ``voice_move``: pitch against neutral, in semitones; ``person_pace`` and ``voice_pace``: tempo
    against neutral, as a ratio. ``similarity`` by encoder: the voice's cosine to the person's clips of that emotion,
    and (ceiling) theirs to each other.
    """

    emotion: str
    seconds: float
    person: Manner
    voice: Manner
    person_move: float | None = None
    voice_move: float | None = None
    person_pace: float | None = None
    voice_pace: float | None = None
    similarity: dict[str, tuple[float, float | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """One sentence with the sounds of it: series ("voice", "person", "base") to a file in the voice's folder.

    ``kind``: "held out" (recorded, not learned from), "learned" (recorded and learned from) or "unseen".
    """

    text: str
    emotion: str
    kind: str
    sounds: dict[str, str]
    heard: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """A measure that could not be taken: which, why, and what to do about it."""

    measure: str
    why: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured of a voice.

    ``measures``: ``pitch_hz_*`` (median) and ``pitch_spread_semitones_*`` of ``person`` and ``voice``;
    ``letters_per_second_*`` over the time from first to last sound; ``duration_ratio`` (voice over person, same
    sentences); ``spectrum_distance_db`` (RMS difference of third-octave long-term spectra from 100 Hz to 8 kHz, level
    removed); ``clipped_share``, ``silence_share``; ``rtf`` (time to make over time to hear); ``first_sound_ms`` and
    ``complete_ms`` for a sentence under 100 characters, ``memory_mb`` (largest resident memory of this process while
    speaking) on this machine, with the voice loaded; and every scale's figures by name. A measure that could not be
    taken is left out and stands in ``missing``. ``basis`` says which recordings it was compared with.
    """

    voice: str
    engine: str
    measures: dict[str, float]
    example: Example
    notes: tuple[str, ...] = ()
    basis: Basis = "learned"
    scales: tuple[Scale, ...] = ()
    feelings: tuple[Feeling, ...] = ()
    samples: tuple[Sample, ...] = ()
    verdicts: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    others: tuple[str, ...] = ()

    def figures(self) -> dict[str, float]:
        """The measures by name."""
        return dict(self.measures)

    def scale(self, name: str, judge: str = "") -> Scale | None:
        """The scale of that name, of ``judge`` where one is named."""
        return next((s for s in self.scales if s.name == name and judge in ("", s.judge)), None)


def save(folder: Path, found: Evaluation) -> None:
    """Write ``evaluation.json`` into the voice's ``folder`` (mode 0600)."""
    files.write_json(folder / EVALUATION, asdict(found))


def load_evaluation(home: PersonHome, voice: str = "me") -> Evaluation:
    """The saved evaluation of a voice; the files it names lie in the voice's folder.

    Raises :class:`NotFound` for an unknown voice, :class:`NotReady` when it was never measured and
    :class:`InputError` when the file is damaged.
    """
    path = voice_folder(home, voice) / EVALUATION
    if not path.is_file():
        raise NotReady(f"voice {voice!r} has not been measured", hint="run: likeness evaluate voice")
    try:
        return _read(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{EVALUATION} of voice {voice!r} is damaged: {error}", hint="measure it again") from None


def _read(raw: dict[str, Any]) -> Evaluation:
    example = dict(raw["example"])
    for key in ("voice_peaks", "person_peaks"):
        example[key] = [(float(low), float(high)) for low, high in example[key]]
    made = {**raw, "example": Example(**example)}
    for key, kind in (("scales", _scale), ("feelings", _feeling), ("samples", _sample), ("missing", _missing)):
        made[key] = tuple(kind(value) for value in raw.get(key, ()))
    for key in ("notes", "verdicts", "others"):
        made[key] = tuple(raw.get(key, ()))
    return Evaluation(**made)


def _scale(raw: dict[str, Any]) -> Scale:
    return Scale(**{**raw, "spread": tuple(raw["spread"]) if raw.get("spread") else None})


def _feeling(raw: dict[str, Any]) -> Feeling:
    similarity = {name: (float(value), ceiling) for name, (value, ceiling) in raw.get("similarity", {}).items()}
    return Feeling(
        **{**raw, "person": Manner(**raw["person"]), "voice": Manner(**raw["voice"]), "similarity": similarity}
    )


def _sample(raw: dict[str, Any]) -> Sample:
    return Sample(**raw)


def _missing(raw: dict[str, Any]) -> Missing:
    return Missing(**raw)
