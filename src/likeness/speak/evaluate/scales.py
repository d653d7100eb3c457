"""Every measure of a voice between its floor (other speakers) and its ceiling (the person)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from likeness.core.events import Event
from likeness.core.types import Audio, Clip
from likeness.speak import activity, measures
from likeness.speak.evaluate import judges as judging
from likeness.speak.evaluate.colour import spectrum_distance_db
from likeness.speak.evaluate.judges import Panel, Sound
from likeness.speak.evaluate.manner import duration_ratio, manner
from likeness.speak.evaluate.material import Material, read
from likeness.speak.evaluate.result import Manner, Scale
from likeness.speak.evaluate.takes import Take
from likeness.speak.recognise import Errors

NATURALNESS_SOUNDS = 5
"""Sounds of each series that listeners' scores are predicted of: the slowest judge."""
PERSON_SENTENCES = 8
Better = Literal["higher", "lower", "near"]


@dataclass
class Heard:
    """Everything that is compared: takes of the voice, of its base and of other speakers, and the person's clips."""

    material: Material
    voice: Sequence[Take]
    base: Sequence[Take] = ()
    others: dict[str, Sequence[Take]] = field(default_factory=dict)
    peak_mb: float = 0.0

    @cached_property
    def plain(self) -> list[Take]:
        """The voice's takes without a feeling that it did not learn from: where nothing flatters."""
        calm = [take for take in self.voice if take.emotion == self.material.neutral]
        return [take for take in calm if take.kind != "learned"] or calm

    @cached_property
    def reference(self) -> list[Clip]:
        """The person's clips that stand for them, of the voice's plain emotion."""
        return [clip for clip in self.material.reference if clip.emotion == self.material.neutral]

    @cached_property
    def own(self) -> list[Clip]:
        """The person's clips on the ceiling's side: those held out, else the reference's."""
        held = [clip for clip in self.material.held if clip.emotion == self.material.neutral]
        return held or self.reference

    @cached_property
    def sentences(self) -> list[Clip]:
        """Some of these with transcripts, for what needs to know the words."""
        able = [clip for clip in self.own if clip.transcript]
        return able[:: max(1, len(able) // PERSON_SENTENCES)][:PERSON_SENTENCES]

    def sound(self, clip: Clip) -> Sound:
        return Sound(f"{self.material.corpus.name}:{clip.id}", lambda: read(clip.path), clip.transcript)


def sound_of(take: Take) -> Sound:
    """A take, to be judged."""
    return Sound(take.key, lambda: take.audio, take.text)


def scales(heard: Heard, panel: Panel) -> Iterator[Event | Scale]:
    """The scales one after the other, with an event for each judge's work."""
    names = [*panel.judges.encoders, panel.judges.recogniser, panel.judges.naturalness]
    steps = len([name for name in names if name])
    done = 0
    for encoder in panel.judges.encoders:
        yield Event("judge", done, steps, "judges", encoder)
        yield from _similarity(heard, panel, encoder)
        done += 1
    if panel.judges.recogniser:
        yield Event("judge", done, steps, "judges", panel.judges.recogniser)
        yield from _words(heard, panel)
        done += 1
    if panel.judges.naturalness:
        yield Event("judge", done, steps, "judges", panel.judges.naturalness)
        yield from _naturalness(heard, panel)
        done += 1
    yield Event("judge", steps, steps, "judges")
    yield from _manners(heard)
    yield from _signal(heard)
    yield from _cost(heard)


def _similarity(heard: Heard, panel: Panel, encoder: str) -> Iterator[Scale]:
    def rows(sounds: Sequence[Sound]) -> NDArray[np.float32]:
        return judging.stacked(panel.vector(encoder, piece) for piece in judging.pieces(sounds))

    reference = rows([heard.sound(clip) for clip in heard.reference])
    voice = judging.against(rows([sound_of(take) for take in heard.plain]), reference)
    if not voice:
        return
    held = heard.own is not heard.reference
    own = judging.against(rows([heard.sound(clip) for clip in heard.own]), reference) if held else []
    person = own or judging.against_the_rest(reference)
    floor = [
        float(np.mean(judging.against(rows([sound_of(take) for take in takes]), reference))) for takes in _all(heard)
    ]
    base = judging.against(rows([sound_of(take) for take in heard.base]), reference)
    value, ceiling, others = float(np.mean(voice)), _mean(person), _mean(floor)
    share = None
    if ceiling is not None and others is not None and ceiling > others:
        share = round((value - others) / (ceiling - others), 4)
    note = "" if ceiling is not None else "There is too little speech of the person for a ceiling."
    yield Scale(
        "similarity",
        "Similarity",
        encoder,
        "cosine",
        "higher",
        round(value, 4),
        ceiling,
        others,
        _mean(base),
        share,
        (round(min(voice), 4), round(max(voice), 4)),
        note,
    )


def _words(heard: Heard, panel: Panel) -> Iterator[Scale]:
    def errors(sounds: Sequence[Sound]) -> tuple[Errors, Errors] | None:
        return judging.errors([(s.text, panel.heard(s)) for s in sounds]) if sounds else None

    voice = errors([sound_of(take) for take in heard.plain])
    person = errors([heard.sound(clip) for clip in heard.sentences])
    others = errors([sound_of(take) for takes in _all(heard) for take in takes])
    base = errors([sound_of(take) for take in heard.base])
    if voice is None:
        return
    words = voice[0].length
    for place, (name, title) in enumerate((("word_error", "Word error"), ("character_error", "Character error"))):
        yield Scale(
            name,
            title,
            panel.judges.recogniser,
            "share",
            "lower",
            round(voice[place].rate, 4),
            None if person is None else round(person[place].rate, 4),
            None if others is None else round(others[place].rate, 4),
            None if base is None else round(base[place].rate, 4),
            note=f"Over {words} words; the person's {person[0].length if person else 0}, in other sentences.",
        )


def _naturalness(heard: Heard, panel: Panel) -> Iterator[Scale]:
    def scores(sounds: Sequence[Sound]) -> list[dict[str, float]]:
        return [dict(panel.naturalness(sound)) for sound in sounds[:NATURALNESS_SOUNDS]]

    voice = scores([sound_of(take) for take in heard.plain])
    person = scores([heard.sound(clip) for clip in heard.own if clip.seconds >= 2] or list(map(heard.sound, heard.own)))
    others = scores([sound_of(takes[0]) for takes in _all(heard) if takes])
    base = scores([sound_of(take) for take in heard.base])
    for key in ("overall", "p808"):
        if not all(key in score for score in voice):
            continue
        values = [score[key] for score in voice]
        yield Scale(
            "naturalness" if key == "overall" else f"naturalness_{key}",
            "Naturalness" if key == "overall" else f"Naturalness ({key.upper()})",
            panel.judges.naturalness,
            "MOS 1-5",
            "higher",
            round(float(np.mean(values)), 3),
            _mean([score[key] for score in person], 3),
            _mean([score[key] for score in others], 3),
            _mean([score[key] for score in base], 3),
            spread=(round(min(values), 3), round(max(values), 3)),
        )


def _manners(heard: Heard) -> Iterator[Scale]:
    voice = _manner_of(heard.plain)
    transcripts = [clip.transcript for clip in heard.sentences]
    sounds = [read(clip.path) for clip in heard.sentences or heard.own[:PERSON_SENTENCES]]
    person = manner(sounds, transcripts)
    others = [_manner_of(takes) for takes in _all(heard)]
    base = _manner_of(heard.base)
    for name, title, unit, attribute in (
        ("pitch_hz", "Pitch", "Hz", "pitch_hz"),
        ("pitch_spread_semitones", "Melody", "semitones", "spread_semitones"),
        ("letters_per_second", "Pace", "letters/s", "letters_per_second"),
    ):
        value = getattr(voice, attribute)
        if value is None:
            continue
        floor = [getattr(each, attribute) for each in others if getattr(each, attribute) is not None]
        yield Scale(
            name, title, "", unit, "near", value, getattr(person, attribute), _mean(floor), getattr(base, attribute)
        )
    same = [take for take in heard.voice if take.original is not None and take.emotion == heard.material.neutral]
    if same:
        yield _duration(heard, same)


def _duration(heard: Heard, same: Sequence[Take]) -> Scale:
    def ratio(takes: Sequence[Take]) -> float | None:
        known = [(take.audio, read(take.original)) for take in takes if take.original is not None]
        return round(duration_ratio([a for a, _ in known], [b for _, b in known]), 4) if known else None

    floor = [value for value in map(ratio, _all(heard)) if value is not None]
    kind = "sentences it learned from" if same[0].kind == "learned" else "sentences it did not learn from"
    value = ratio(same)
    assert value is not None
    return Scale(
        "duration_ratio", "Length of the same sentences", "", "ratio", "near", value, 1.0, _mean(floor),
        ratio(heard.base), note=f"{len(same)} {kind}.",
    )  # fmt: skip


def _signal(heard: Heard) -> Iterator[Scale]:
    voice = [take.audio for take in heard.plain]
    person = [read(clip.path) for clip in heard.own[:PERSON_SENTENCES]]
    reference = [read(clip.path) for clip in heard.reference[: 2 * PERSON_SENTENCES]]
    other = [[take.audio for take in takes] for takes in _all(heard)]
    base = [take.audio for take in heard.base]
    if heard.own is heard.reference:
        colour = spectrum_distance_db(reference[::2], reference[1::2]) if len(reference) > 1 else None
    else:
        colour = spectrum_distance_db(person, reference)
    yield Scale(
        "spectrum_distance_db", "Colour", "", "dB", "lower", round(spectrum_distance_db(voice, reference), 4),
        None if colour is None else round(colour, 4),
        _mean([spectrum_distance_db(sounds, reference) for sounds in other]),
        round(spectrum_distance_db(base, reference), 4) if base else None,
    )  # fmt: skip
    kinds: tuple[tuple[str, str, Callable[[Audio], float]], ...] = (
        ("clipped_share", "Clipping", lambda sound: measures.clipped_share(sound.samples)),
        ("silence_share", "Silence", silence_share),
    )
    for name, title, measure in kinds:
        better: Better = "lower" if name == "clipped_share" else "near"
        floor = [measure(sound) for sounds in other for sound in sounds]
        values = [measure(sound) for sound in voice]
        yield Scale(
            name, title, "", "share", better, round(float(np.mean(values)), 4), _mean([*map(measure, person)]),
            _mean(floor), _mean([*map(measure, base)]), spread=(round(min(values), 4), round(max(values), 4)),
        )  # fmt: skip


def silence_share(sound: Audio) -> float:
    """Share of the time in which nobody speaks."""
    return 1.0 - float(activity.speech_mask(activity.levels(sound)).mean())


def _cost(heard: Heard) -> Iterator[Scale]:
    def times(takes: Sequence[Take]) -> tuple[float, float, float] | None:
        if not takes:
            return None
        made, heard_for = sum(t.seconds_to_make for t in takes), sum(t.audio.seconds for t in takes)
        return made / heard_for, 1000 * takes[0].seconds_to_first, 1000 * takes[0].seconds_to_make

    voice, base = times(heard.voice), times(heard.base)
    assert voice is not None
    for place, (name, title, unit) in enumerate(
        (("rtf", "Computing", "s per s"), ("first_sound_ms", "First sound", "ms"), ("complete_ms", "A sentence", "ms"))
    ):
        yield Scale(
            name, title, "", unit, "lower", round(voice[place], 4), base=None if base is None else round(base[place], 4)
        )
    if heard.peak_mb:
        yield Scale("memory_mb", "Memory", "", "MB", "lower", round(heard.peak_mb, 1))


def _manner_of(takes: Sequence[Take]) -> Manner:
    return manner([take.audio for take in takes], [take.text for take in takes]) if takes else Manner(None, None, None)


def _all(heard: Heard) -> list[Sequence[Take]]:
    return list(heard.others.values())


def _mean(values: Sequence[float], digits: int = 4) -> float | None:
    known = [float(value) for value in values if value == value]
    return round(float(np.mean(known)), digits) if known else None
