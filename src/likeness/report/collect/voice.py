"""The recordings with their checks, the newest voice, and the sounds to play."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from likeness.core.home import PersonHome
from likeness.report.collect import if_made
from likeness.report.model import ClipLine, Figure, Sound, VoicePart
from likeness.report.sections.parts import seconds_text
from likeness.speak.decode import decode
from likeness.speak.evaluate import Evaluation, load_evaluation
from likeness.speak.recordings import Recording, recordings
from likeness.speak.voices import Voice, voices


def spoken(path: Path) -> Sound:
    """A sound file that says the draft. Raises :class:`InputError` when it cannot be decoded."""
    return Sound("The draft, spoken", "", "made", decode(path))


def voice(home: PersonHome) -> VoicePart | None:
    """The recordings and the newest voice, or ``None`` when there are neither."""
    clips = [_clip(recording) for recording in recordings(home)]
    known = voices(home)
    newest = known[0] if known else None
    measured = if_made(lambda: load_evaluation(home, newest.name)) if newest else None
    sounds = _examples(newest, measured) if newest and measured else []
    if not (clips or newest):
        return None
    notes = [*(newest.manifest.notes if newest else ()), *(measured.notes if measured else ())]
    return VoicePart(
        name=newest.name if newest else "",
        clips=clips,
        sounds=sounds,
        figures=_figures(measured.measures) if measured else [],
        notes=notes,
    )


def _clip(recording: Recording) -> ClipLine:
    check = recording.check
    return ClipLine(
        name=recording.name,
        seconds=recording.seconds,
        verdict=str(check.verdict),
        snr_db=check.snr_db,
        level_dbfs=check.level_dbfs,
        rate=recording.rate,
        reasons=check.reasons,
    )


def _examples(found: Voice, measured: Evaluation) -> list[Sound]:
    """One sentence as recorded and as the voice says it."""
    example = measured.example
    sounds = []
    if example.person_file:
        sounds.append(Sound("Recorded", example.text, "person", decode(found.folder / example.person_file)))
    sounds.append(Sound("Made by the voice", example.text, "made", decode(found.folder / example.voice_file)))
    return sounds


def _figures(measures: Mapping[str, float]) -> list[Figure]:
    """The measures that there are, each with its meaning."""
    made = []

    def add(label: str, text: str, meaning: str) -> None:
        made.append(Figure(label, text, meaning))

    if "pitch_hz_voice" in measures and "pitch_hz_person" in measures:
        meaning = f"Median pitch of the voice; the person’s is {measures['pitch_hz_person']:.0f} Hz."
        add("Pitch", f"{measures['pitch_hz_voice']:.0f} Hz", meaning)
    if "pitch_spread_semitones_voice" in measures and "pitch_spread_semitones_person" in measures:
        meaning = (
            f"How far the melody swings, in semitones; the person’s {measures['pitch_spread_semitones_person']:.1f}."
        )
        add("Melody", f"± {measures['pitch_spread_semitones_voice']:.1f}", meaning)
    if "duration_ratio" in measures:
        add("Pace", f"{measures['duration_ratio']:.2f} ×", "Length of the same sentences, made against recorded.")
    if "spectrum_distance_db" in measures:
        meaning = "How far the average colour of the sound lies from the recordings’; smaller is closer."
        add("Colour", f"{measures['spectrum_distance_db']:.1f} dB", meaning)
    if "rtf" in measures:
        add("Computing", f"{measures['rtf']:.2f} s", "For each second of speech, on this machine.")
    if "complete_ms" in measures:
        text = seconds_text(measures["complete_ms"] / 1000)
        add("A sentence", text, "From text to sound, for one under 100 characters.")
    return made
