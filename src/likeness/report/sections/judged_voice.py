"""How near a voice comes: verdicts, every measure between floor and ceiling, each feeling, and sentences to hear."""

from __future__ import annotations

from collections.abc import Sequence

from likeness.report import charts, sounds
from likeness.report.between import between, number
from likeness.report.markup import Child, Safe, details, join, table, tag
from likeness.report.model import FeelingLine, ScaleLine, Sound, VoicePart, VoiceSample
from likeness.speak.encode import encode

WORDS = {"others": "other speakers", "plain": "the base", "made": "the voice", "person": "you"}
_BASIS = {
    "held out": "Compared with recordings that the voice did not learn from.",
    "learned again": "Compared with recordings kept back while the voice was learned a second time for this judgement.",
    "learned": "Nothing was held out. Sentences that the voice learned from count only where a measure needs them.",
}
_KINDS = {"held out": "recorded, not learned from", "learned": "recorded, and learned from", "unseen": "never recorded"}
_GROUPS = (
    ("Is it you?", ("similarity", "spectrum_distance_db")),
    ("Is it clear and natural?", ("word_error", "character_error", "naturalness", "naturalness_p808")),
)
_FELT = ("Feeling", "Recorded", "Your pitch", "The voice’s", "Your melody", "The voice’s", "Your pace", "The voice’s")
_MANNERS = ("pitch_hz", "pitch_spread_semitones", "letters_per_second", "duration_ratio")


def verdicts(part: VoicePart) -> Child:
    """What the figures say, in sentences."""
    if not part.verdicts:
        return None
    said = [tag("li", line) for line in part.verdicts]
    return join(tag("ul", said, class_="verdicts"), tag("p", _BASIS.get(part.basis, "")))


def auditions(part: VoicePart) -> Child:
    """What was found by ear, without being told whose sound was whose."""
    if not part.auditions:
        return None
    return join(tag("h3", "By ear, blindly"), tag("ul", [tag("li", line) for line in part.auditions]))


def scales(part: VoicePart) -> Child:
    """The pictures of the measures that have a floor and a ceiling, and of manner of speaking."""
    drawn: list[Safe] = []
    for heading, names in _GROUPS:
        lines = [line for line in part.scales if line.name in names and len(line.values) > 1]
        if lines:
            label = f"{heading} {', '.join(_spoken(line) for line in lines)}"
            drawn += [tag("h3", heading), between(lines, label=label)]
    manners = [line for line in part.scales if line.name in _MANNERS and len(line.values) > 1]
    if manners:
        label = f"Manner of speaking: {', '.join(_spoken(line) for line in manners)}"
        drawn += [tag("h3", "Does it speak as you do?"), between(manners, label=label)]
    if not drawn:
        return None
    present = [series for series in WORDS if any(series in line.values for line in part.scales)]
    floor = f" The other speakers are {', '.join(part.others)}." if part.others else ""
    opening = "Each line has a scale of its own. In the first two pictures further right is better."
    return join(tag("p", opening + floor), charts.legend({series: WORDS[series] for series in present}), *drawn)


def _spoken(line: ScaleLine) -> str:
    told = ", ".join(f"{WORDS[series]} {number(value, line.unit)}" for series, value in line.values.items())
    return f"{line.label}{f' by {line.judge}' if line.judge else ''}: {told};"


def every_figure(part: VoicePart) -> Child:
    """All measures as a table, the floor and the ceiling beside each."""
    if not part.scales:
        return None
    rows = [
        (
            line.label + (f" ({line.judge})" if line.judge else ""),
            *(
                number(line.values[s], line.unit) if s in line.values else "–"
                for s in ("others", "plain", "made", "person")
            ),
            {"higher": "higher", "lower": "lower", "near": "near you"}[line.better],
            line.note or "–",
        )
        for line in part.scales
    ]
    header = ("Measure", "Other speakers", "The base", "The voice", "You", "Better is", "")
    return details("Every figure, with its floor and its ceiling", table(header, rows))


def missing(part: VoicePart) -> Child:
    """What could not be measured, why, and what to do."""
    if not part.missing:
        return None
    rows = [(what, why, tag("code", hint) if hint else "–") for what, why, hint in part.missing]
    return join(tag("h3", "Not measured"), table(("What", "Why", "What to do"), rows))


def feelings(part: VoicePart) -> Child:
    """Each emotion: how far person and voice move from neutral, and how near they are."""
    if len(part.feelings) < 2:
        return None
    moves = [
        ScaleLine(
            feeling.emotion, feeling.emotion.capitalize(), "", "semitones", "near",
            {series: value for series, value in (("made", feeling.voice_move), ("person", feeling.person_move))
             if value is not None},
        )
        for feeling in part.feelings[1:]
    ]  # fmt: skip
    able = [line for line in moves if len(line.values) == 2]
    return join(
        _moves(able) if able else None,
        table(
            (*_FELT, *(f"Likeness, {name}" for name in _encoders(part.feelings))),
            [_feeling(feeling, _encoders(part.feelings)) for feeling in part.feelings],
        ),
    )


def _moves(lines: Sequence[ScaleLine]) -> Safe:
    """Bars of how far pitch moves from neutral, yours and the voice's, one pair for each feeling."""
    reach = max(1.0, *(abs(value) for line in lines for value in line.values.values()))
    rows = []
    for line in lines:
        marks = []
        for series, y in (("person", 6), ("made", 15)):
            end = 0.5 + 0.48 * line.values[series] / reach
            start, width = min(0.5, end), abs(end - 0.5)
            marks.append(
                tag("rect", x=charts.percent(start), y=y - 3, width=charts.percent(max(width, 0.003)), height=6, rx=1.5,
                    class_=f"bar {series}")
            )  # fmt: skip
        zero = tag("line", x1="50%", x2="50%", y1=0, y2=charts.ROW, class_="rule")
        told = f"{line.values['person']:+.1f} / {line.values['made']:+.1f}"
        rows.append(charts.row(line.label, tag("svg", zero, marks, width="100%", height=charts.ROW), told))
    label = "Pitch against neutral in semitones: " + "; ".join(
        f"{line.label}: you {line.values['person']:+.1f}, the voice {line.values['made']:+.1f}" for line in lines
    )
    return join(
        tag("p", "How far pitch moves from neutral, in semitones: yours, and the voice’s under it."),
        charts.legend({"person": "you", "made": "the voice"}),
        charts.rows_of(label, rows),
    )


def _encoders(lines: Sequence[FeelingLine]) -> list[str]:
    return sorted({name for line in lines for name in line.similarity})


def _feeling(line: FeelingLine, encoders: Sequence[str]) -> tuple[str, ...]:
    def shown(value: float | None, unit: str) -> str:
        return "–" if value is None else number(value, unit)

    pairs = [
        shown(value, unit)
        for mine, its, unit in zip(line.person, line.voice, ("Hz", "semitones", "letters/s"), strict=True)
        for value in (mine, its)
    ]
    likes = []
    for name in encoders:
        value, ceiling = line.similarity.get(name, (None, None))
        likes.append("–" if value is None else f"{value:.2f}" + (f" of {ceiling:.2f}" if ceiling is not None else ""))
    return (line.emotion, f"{line.seconds:.0f} s", *pairs, *likes)


def samples(part: VoicePart, most: int = 100) -> Child:
    """Sentences to hear: the person, the voice and the base beside each other."""
    return join(*(_sample(sample, part.name) for sample in part.samples[:most]))


def _sample(sample: VoiceSample, voice: str) -> Safe:
    told = _KINDS.get(sample.kind, sample.kind)
    label = told if sample.emotion == "neutral" else f"{sample.emotion}; {told}"
    misheard = sample.heard and _plain(sample.heard) != _plain(sample.text)
    return tag(
        "div",
        tag("p", label, class_="label"),
        tag("p", f"“{sample.text}”", class_="said"),
        tag("div", [_player(sound, voice) for sound in sample.sounds], class_="voices"),
        tag("p", f"A recogniser heard the voice say: “{sample.heard}”", class_="note") if misheard else None,
        class_="sound",
    )


def _plain(text: str) -> str:
    return " ".join("".join(char for char in text.casefold() if char.isalnum() or char == " ").split())


def _player(sound: Sound, voice: str) -> Safe:
    data = encode(sound.audio, "mp3", voice=voice if sound.series != "person" else "")
    drawn = "others" if sound.series == "plain" else sound.series
    return tag(
        "div",
        tag("p", sound.title, class_="label"),
        sounds.waveform(sound.audio, drawn, f"Waveform, {sound.audio.seconds:.1f} seconds: {sound.title}", height=44),
        sounds.player(data, "audio/mpeg", f"Play: {sound.title}: {sound.text}"),
    )
