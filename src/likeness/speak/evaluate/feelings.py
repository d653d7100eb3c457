"""Each emotion of a voice beside the person's own recordings of it: does it move as they do?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from likeness.core.types import Clip
from likeness.speak.evaluate import judges as judging
from likeness.speak.evaluate.judges import Panel, Sound
from likeness.speak.evaluate.manner import manner, ratio, semitones
from likeness.speak.evaluate.material import MOST_CLIPS, read
from likeness.speak.evaluate.result import Feeling, Manner
from likeness.speak.evaluate.scales import Heard, sound_of
from likeness.speak.evaluate.takes import Take


def feelings(heard: Heard, panel: Panel) -> Iterator[Feeling]:
    """One for each emotion that was recorded, the plain one first; none where there is only that."""
    recorded = heard.material.emotions
    if len(recorded) < 2:
        return
    neutral = heard.material.neutral
    felt = {take.text for take in heard.voice if take.emotion != neutral}
    plain: tuple[Manner, Manner] | None = None
    for name in sorted(recorded, key=lambda emotion: (emotion != neutral, emotion)):
        clips = recorded[name][:: max(1, len(recorded[name]) // MOST_CLIPS)][:MOST_CLIPS]
        takes = [take for take in heard.voice if take.emotion == name and take.text in felt and take.original is None]
        if not takes:
            continue
        person, voice = _of_clips(clips), manner([t.audio for t in takes], [t.text for t in takes])
        plain = plain or (person, voice)
        yield Feeling(
            emotion=name,
            seconds=round(sum(clip.seconds for clip in recorded[name]), 1),
            person=person,
            voice=voice,
            person_move=semitones(person.pitch_hz, plain[0].pitch_hz),
            voice_move=semitones(voice.pitch_hz, plain[1].pitch_hz),
            person_pace=ratio(person.letters_per_second, plain[0].letters_per_second),
            voice_pace=ratio(voice.letters_per_second, plain[1].letters_per_second),
            similarity=_similarities(heard, panel, clips, takes),
        )


def _of_clips(clips: Sequence[Clip]) -> Manner:
    known = [clip for clip in clips if clip.transcript]
    chosen = known or clips
    return manner([read(clip.path) for clip in chosen], [clip.transcript for clip in known])


def _similarities(
    heard: Heard, panel: Panel, clips: Sequence[Clip], takes: Sequence[Take]
) -> dict[str, tuple[float, float | None]]:
    found: dict[str, tuple[float, float | None]] = {}
    for encoder in panel.judges.encoders:

        def rows(sounds: Sequence[Sound], encoder: str = encoder) -> NDArray[np.float32]:
            return judging.stacked(panel.vector(encoder, piece) for piece in judging.pieces(sounds))

        person = rows([heard.sound(clip) for clip in clips])
        voice = judging.against(rows([sound_of(take) for take in takes]), person)
        rest = judging.against_the_rest(person)
        if voice:
            found[encoder] = (
                round(float(np.mean(voice)), 4),
                round(float(np.mean(rest)), 4) if rest else None,
            )
    return found
