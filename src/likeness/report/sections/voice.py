"""The voice: recordings and their verdicts, recorded and made speech to see and to hear, and how near they are."""

from __future__ import annotations

from collections import Counter

from likeness.core.types import Verdict
from likeness.report import charts, curves, sounds
from likeness.report.markup import Child, Safe, details, join, table, tag
from likeness.report.model import ClipLine, Report, Sound, VoicePart
from likeness.report.sections import judged_voice
from likeness.report.sections.parts import absent, figures, notes
from likeness.speak.encode import encode

SERIES = {"person": "recorded", "made": "made by the voice"}


def draw(report: Report) -> Child:
    """The section's content."""
    part = report.voice
    if part is None or not (part.clips or part.sounds):
        return absent("No voice has been enrolled yet.", "likeness enrol voice PATH…")
    return join(
        tag("p", _opening(part)),
        judged_voice.verdicts(part),
        figures(part.figures) if part.figures else None,
        tag("div", [_sound(sound, part.name) for sound in part.sounds], class_="two") if part.sounds else None,
        judged_voice.scales(part),
        judged_voice.every_figure(part),
        judged_voice.feelings(part),
        colour_and_melody(part),
        judged_voice.auditions(part),
        judged_voice.missing(part),
        _clips(part),
        notes(part.notes),
    )


def _opening(part: VoicePart) -> str:
    if not part.clips:
        return "Speech that the computer made is drawn in green."
    counts = Counter(clip.verdict for clip in part.clips)
    said = ", ".join(f"{counts[verdict]} {verdict}" for verdict in map(str, Verdict) if counts[verdict])
    seconds = sum(clip.seconds for clip in part.clips)
    return (
        f"Learned from {len(part.clips)} recordings ({seconds / 60:.1f} minutes; {said}). Recorded speech is drawn in "
        "the colour of the text, speech the computer made in green. Sentences that were recorded were also learned "
        "from, which flatters."
    )


def play(sound: Sound, voice: str) -> Safe:
    """A waveform with a player under it."""
    data = encode(sound.audio, "mp3", voice=voice if sound.series == "made" else "")
    return join(
        sounds.waveform(sound.audio, sound.series, f"Waveform, {sound.audio.seconds:.1f} seconds: {sound.title}"),
        sounds.player(data, "audio/mpeg", f"Play: {sound.title}"),
    )


def _sound(sound: Sound, voice: str) -> Safe:
    return tag(
        "div",
        tag("p", sound.title, class_="label"),
        tag("p", f"“{sound.text}”", class_="said") if sound.text else None,
        play(sound, voice),
        class_="sound",
    )


def colour_and_melody(part: VoicePart) -> Child:
    """Average spectrum and pitch over time, recorded and made."""
    if not part.sounds:
        return None
    levels, pitches = [], []
    for sound in _one_of_each(part):
        levels.append((sound.series, *sounds.spectrum(sound.audio)))
        pitches.append((sound.series, *sounds.pitch(sound.audio)))
    words = {sound.series: SERIES[sound.series] for sound in _one_of_each(part)}
    return join(
        charts.legend(words),
        tag(
            "div",
            tag(
                "div",
                tag("h3", "Colour of the voice"),
                curves.lines(
                    levels,
                    axes="level in dB over frequency in kHz",
                    label="Average spectrum of " + " and ".join(words.values()),
                ),
            ),
            tag(
                "div",
                tag("h3", "Melody"),
                curves.lines(
                    pitches,
                    axes="pitch in Hz over time in seconds",
                    label="Pitch over time of " + " and ".join(words.values()),
                ),
            ),
            class_="two",
        ),
    )


def _one_of_each(part: VoicePart) -> list[Sound]:
    first: dict[str, Sound] = {}
    for sound in part.sounds:
        first.setdefault(sound.series, sound)
    return list(first.values())


def _clips(part: VoicePart) -> Child:
    if not part.clips:
        return None
    rows = [
        (
            clip.name,
            tag("span", clip.verdict, class_=f"verdict {clip.verdict if clip.verdict in set(Verdict) else ''}"),
            f"{clip.seconds:.1f} s",
            f"{clip.snr_db:.0f} dB",
            f"{clip.level_dbfs:.0f} dBFS",
            f"{clip.rate:,} Hz",
            "; ".join(clip.reasons) or "–",
        )
        for clip in sorted(part.clips, key=_worst_first)
    ]
    header = ("Recording", "Verdict", "Length", "Over noise", "Level", "Rate", "What to do")
    return details(f"All {len(rows)} recordings", table(header, rows))


def _worst_first(clip: ClipLine) -> tuple[int, str]:
    order = [str(Verdict.REFUSED), str(Verdict.USABLE), str(Verdict.GOOD)]
    return (order.index(clip.verdict) if clip.verdict in order else 0, clip.name)
