"""What the figures say, in sentences: how near, how clear, and by name what went wrong (collapse, no movement …)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from likeness.speak.evaluate.result import Feeling, Scale
from likeness.speak.evaluate.takes import Failure

_NOBODY = 0.15
"""Under this share of the way from floor to ceiling a voice is no more like the person than anybody is."""
_MOVED = 0.1
"""So much of the way must lie between a voice and its base for it to have learned something that can be heard."""
_DISAGREE = 0.35
_WORD_RATIO = 1.3
_GARBLED = 0.6
_TEMPO = (0.8, 1.25)
_OFF_SEMITONES = 2.0
_FLAT = 0.5
_CLIPPED = 0.005
_MOVE_SEMITONES, _MOVE_PACE = 1.0, 0.08
_MOVES_ENOUGH = 0.3


def verdicts(
    scales: Sequence[Scale], feelings: Sequence[Feeling], failures: Sequence[Failure], spoken: int
) -> tuple[str, ...]:
    """Plain sentences, what matters most first."""
    by_name: dict[str, list[Scale]] = {}
    for scale in scales:
        by_name.setdefault(scale.name, []).append(scale)
    return (
        *_failed([failure for failure in failures if failure.series == "voice"], spoken),
        *_likeness(by_name.get("similarity", [])),
        *_moved(by_name.get("similarity", [])),
        *_words(by_name.get("word_error", [])),
        *_melody(by_name),
        *_signal(by_name),
        *_feelings(feelings),
    )


def _failed(failures: Sequence[Failure], spoken: int) -> Iterator[str]:
    if failures:
        total = spoken + len(failures)
        word = "Collapsed" if len(failures) * 2 >= total else "Unreliable"
        yield f"{word}: {len(failures)} of {total} sentences gave no usable speech ({failures[0].why})."


def _likeness(scales: Sequence[Scale]) -> Iterator[str]:
    known = [scale for scale in scales if scale.share is not None]
    shares = [scale.share for scale in known if scale.share is not None]
    if not shares:
        return
    told = " and ".join(f"{share:.0%} by {scale.judge}" for share, scale in zip(shares, known, strict=True))
    mean = sum(shares) / len(shares)
    if mean < _NOBODY:
        yield f"Nobody in particular: it is hardly more like you than other speakers are ({told} of the way to you)."
    else:
        yield f"From other speakers (0 %) to you yourself (100 %) it has come {told}."
    if max(shares) - min(shares) > _DISAGREE:
        yield "The encoders disagree, so trust neither alone: listen."


def _moved(scales: Sequence[Scale]) -> Iterator[str]:
    gains = [
        (scale.voice - scale.base) / (scale.person - scale.others)
        for scale in scales
        if scale.base is not None and scale.person is not None and scale.others is not None
        if scale.person > scale.others
    ]
    if gains and max(gains) < _MOVED:
        yield "No movement: it is no more like you than the base voice was before it learned from you."


def _words(scales: Sequence[Scale]) -> Iterator[str]:
    for scale in scales:
        if scale.person is None:
            continue
        own = f"{scale.voice:.0%} of the words are heard wrongly; of your own recordings {scale.person:.0%}"
        if scale.voice >= _GARBLED and scale.person < _GARBLED / 2:
            yield f"Collapsed: it can hardly be understood ({own}, by {scale.judge})."
        elif scale.voice <= max(_WORD_RATIO * scale.person, 0.03):
            yield f"It is as clear as you are: {own} ({scale.judge})."
        else:
            yield f"It is less clear than you are: {own} ({scale.judge})."


def _melody(by_name: dict[str, list[Scale]]) -> Iterator[str]:
    for scale in by_name.get("pitch_hz", []):
        from likeness.speak.evaluate.manner import semitones

        off = semitones(scale.voice, scale.person)
        if off is not None and abs(off) >= _OFF_SEMITONES:
            where = "higher" if off > 0 else "lower"
            hertz = f"{scale.voice:.0f} against {scale.person:.0f} Hz"
            yield f"It speaks {abs(off):.1f} semitones {where} than you: {hertz}."
    for scale in by_name.get("pitch_spread_semitones", []):
        if scale.person and scale.voice < _FLAT * scale.person:
            yield f"It is flat: its melody swings ± {scale.voice:.1f} semitones, yours ± {scale.person:.1f}."
    for scale in by_name.get("duration_ratio", []):
        if not _TEMPO[0] <= scale.voice <= _TEMPO[1]:
            how = "slower" if scale.voice > 1 else "faster"
            yield f"It speaks {how} than you: the same sentences take {scale.voice:.2f} times as long."


def _signal(by_name: dict[str, list[Scale]]) -> Iterator[str]:
    for scale in by_name.get("clipped_share", []):
        if scale.voice > _CLIPPED:
            yield f"{scale.voice:.1%} of its samples are clipped."
    for scale in by_name.get("silence_share", []):
        if scale.person is not None and scale.voice > scale.person + 0.25:
            yield f"Much of it is silence ({scale.voice:.0%}; of your recordings {scale.person:.0%})."
    for scale in by_name.get("naturalness", []):
        if scale.person is not None and scale.voice < scale.person - 0.5:
            yield f"Listeners would call it less natural than you: {scale.voice:.1f} against {scale.person:.1f} of 5."
    for scale in by_name.get("rtf", []):
        if scale.voice > 1:
            yield f"It cannot keep up here: a second of speech takes {scale.voice:.1f} s to make."


def _feelings(feelings: Sequence[Feeling]) -> Iterator[str]:
    still: list[str] = []
    moving: list[str] = []
    for feeling in feelings[1:]:
        theirs, its = feeling.person_move or 0.0, feeling.voice_move or 0.0
        pace, its_pace = (feeling.person_pace or 1.0) - 1, (feeling.voice_pace or 1.0) - 1
        pitch_moves = abs(theirs) >= _MOVE_SEMITONES
        pace_moves = abs(pace) >= _MOVE_PACE
        if not pitch_moves and not pace_moves:
            continue
        followed = (pitch_moves and its / theirs >= _MOVES_ENOUGH) or (pace_moves and its_pace / pace >= _MOVES_ENOUGH)
        (moving if followed else still).append(feeling.emotion)
    if moving:
        yield f"It moves as you do when {', '.join(moving)}."
    if still:
        yield f"No movement with feeling: asked to sound {', '.join(still)}, it speaks much as it does without."
