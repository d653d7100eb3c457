"""The recordings with their checks, the newest voice, what was measured of it, and the sounds to play."""

from __future__ import annotations

from pathlib import Path

from likeness.core.home import PersonHome
from likeness.report.collect import if_made
from likeness.report.model import ClipLine, FeelingLine, Figure, ScaleLine, Sound, VoicePart, VoiceSample
from likeness.report.sections.parts import seconds_text
from likeness.speak.audition import results
from likeness.speak.decode import decode
from likeness.speak.evaluate import Evaluation, Feeling, Manner, Sample, Scale, load_evaluation
from likeness.speak.recordings import Recording, recordings
from likeness.speak.voices import Voice, voice_folder, voices

_TITLES = {"person": "Recorded", "voice": "Made by the voice", "base": "The base, before it learned"}
_SERIES = {"person": "person", "voice": "made", "base": "plain"}
_SHARES = {"word_error", "character_error", "clipped_share", "silence_share"}


def spoken(path: Path) -> Sound:
    """A sound file that says the draft. Raises :class:`InputError` when it cannot be decoded."""
    return Sound("The draft, spoken", "", "made", decode(path))


def voice(home: PersonHome) -> VoicePart | None:
    """The recordings and the newest voice, or ``None`` when there are neither."""
    clips = [_clip(recording) for recording in recordings(home)]
    known = voices(home)
    newest = known[0] if known else None
    if not (clips or newest):
        return None
    measured = if_made(lambda: load_evaluation(home, newest.name)) if newest else None
    if newest is None or measured is None:
        return VoicePart(name=newest.name if newest else "", clips=clips, notes=newest.manifest.notes if newest else ())
    return _part(newest, measured, clips)


def judged(home: PersonHome, measured: Evaluation) -> VoicePart:
    """What the page of one evaluation shows: all of it, without the recordings' list."""
    folder = voice_folder(home, measured.voice)
    found = next(each for each in voices(home) if each.folder == folder)
    return _part(found, measured, [])


def _part(found: Voice, measured: Evaluation, clips: list[ClipLine]) -> VoicePart:
    return VoicePart(
        name=found.name,
        clips=clips,
        sounds=_examples(found, measured),
        figures=_figures(measured),
        notes=found.manifest.notes,
        engine=measured.engine,
        basis=measured.basis,
        verdicts=measured.verdicts,
        scales=[_scale(scale) for scale in measured.scales],
        feelings=[_feeling(feeling) for feeling in measured.feelings],
        samples=[_sample(found.folder, sample) for sample in measured.samples],
        missing=[(each.measure, each.why, each.hint) for each in measured.missing],
        others=measured.others,
        auditions=[str(entry.get("sentence", "")) for entry in results(found.folder)],
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


def _scale(scale: Scale) -> ScaleLine:
    named = {"made": scale.voice, "person": scale.person, "plain": scale.base, "others": scale.others}
    values = {series: value for series, value in named.items() if value is not None}
    unit = "%" if scale.name in _SHARES else "" if scale.unit in ("cosine", "ratio", "share") else scale.unit
    if unit == "%":
        values = {series: 100 * value for series, value in values.items()}
    return ScaleLine(scale.name, scale.title, scale.judge, unit, scale.better, values, scale.share, scale.note)


def _feeling(feeling: Feeling) -> FeelingLine:
    def three(manner: Manner) -> tuple[float | None, float | None, float | None]:
        return manner.pitch_hz, manner.spread_semitones, manner.letters_per_second

    return FeelingLine(
        emotion=feeling.emotion,
        seconds=feeling.seconds,
        person=three(feeling.person),
        voice=three(feeling.voice),
        person_move=feeling.person_move,
        voice_move=feeling.voice_move,
        person_pace=feeling.person_pace,
        voice_pace=feeling.voice_pace,
        similarity=feeling.similarity,
    )


def _sample(folder: Path, sample: Sample) -> VoiceSample:
    """A sample with those of its sounds that are still there, the person's first."""
    sounds = [
        Sound(_TITLES[whose], sample.text, _SERIES[whose], decode(folder / sample.sounds[whose]))
        for whose in ("person", "voice", "base")
        if whose in sample.sounds and (folder / sample.sounds[whose]).is_file()
    ]
    return VoiceSample(sample.text, sample.emotion, sample.kind, sounds, sample.heard)


def _figures(found: Evaluation) -> list[Figure]:
    """The measures that matter most, each with its meaning."""
    measures = found.measures
    made = [
        Figure("Likeness", f"{scale.share:.0%}", f"Of the way from other speakers to you, by {scale.judge}.")
        for scale in found.scales
        if scale.name == "similarity" and scale.share is not None
    ]

    def add(label: str, text: str, meaning: str) -> None:
        made.append(Figure(label, text, meaning))

    if "word_error" in measures:
        own = measures.get("word_error_person")
        told = f"; of your own recordings {own:.0%}" if own is not None else ""
        add("Misheard", f"{measures['word_error']:.0%}", f"Words that a recogniser hears wrongly{told}.")
    if "naturalness" in measures:
        own = measures.get("naturalness_person")
        told = f"; of your recordings {own:.1f}" if own is not None else ""
        add("Naturalness", f"{measures['naturalness']:.1f}", f"Of 5, as listeners would probably say{told}.")
    if "pitch_hz_voice" in measures and "pitch_hz_person" in measures:
        meaning = f"Median pitch of the voice; the person’s is {measures['pitch_hz_person']:.0f} Hz."
        add("Pitch", f"{measures['pitch_hz_voice']:.0f} Hz", meaning)
    if "pitch_spread_semitones_voice" in measures and "pitch_spread_semitones_person" in measures:
        swing = measures["pitch_spread_semitones_person"]
        meaning = f"How far the melody swings, in semitones; the person’s {swing:.1f}."
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
