"""Text into speech with a voice: planned sentence by sentence, guarded, and joined to one sound.

    plan     what is said, in which manner (``speak.plan``); its notes are for the listener
    perform  the plan's sound, in pieces as soon as the engine gives them

``say`` does both. A consumer that takes the pieces as they come lets the engine make the next sentence while the last
one is still heard; engines are never called from a second thread, since some (MLX) work in one alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from likeness.core.errors import InputError
from likeness.core.home import PersonHome
from likeness.core.protocols import EngineInfo, Speaker
from likeness.core.resample import SPEECH_RATE, StreamResampler
from likeness.core.types import Audio, Samples
from likeness.speak.guard import Clock, Echo, Reference, guarded
from likeness.speak.joining import Joiner
from likeness.speak.plan import LONGEST_TEXT, Plan, Segment, plan
from likeness.speak.script import Manner
from likeness.speak.voices import OpenVoice, open_voice

__all__ = [
    "LONGEST_TEXT",
    "Manner",
    "OpenVoice",
    "Plan",
    "joined",
    "open_speaker",
    "open_voice",
    "perform",
    "plan",
    "say",
]


@contextmanager
def open_speaker(home: PersonHome, voice: str, engine: str | None = None) -> Iterator[Speaker]:
    """The speaker alone of :func:`open_voice`, for callers that need nothing else of it."""
    with open_voice(home, voice, engine) as opened:
        yield opened.speaker


def say(
    speaker: Speaker,
    text: str,
    *,
    rate: float = 1.0,
    pitch: float = 0.0,
    pitch_range: float = 1.0,
    energy: float = 0.0,
    emotion: str = "neutral",
    seed: int = 0,
    pauses: float = 1.0,
    emotions: Collection[str] = (),
    language: str = "en",
    is_ssml: bool | None = None,
    info: EngineInfo | None = None,
    references: Sequence[Reference] = (),
    whole: bool = False,
) -> Iterator[Audio]:
    """Speak ``text``; yields mono sound at 22,050 Hz, in order, as soon as the engine gives it.

    ``rate`` multiplies tempo (0.5-2), ``pitch`` shifts in semitones (±12), ``pitch_range`` scales the melody (0-2),
    ``energy`` changes level in dB (±20), ``pauses`` multiplies the pauses (0.25-4). ``emotion`` is one of ``emotions``,
    those the voice was recorded in, or "auto". ``text`` may carry marks or be SSML (see :func:`speak.plan.plan`).
    ``speaker`` may be an engine or its stand-in for a lane; ``info`` is looked up at it when left out. ``whole``: the
    caller waits for all of it, so that every sentence can be judged before it is given out.

    Raises, before the first sound, what :func:`plan` raises; later what :func:`perform` raises.
    """
    manner = Manner(rate, pitch, pitch_range, energy, pauses, emotion)
    info = info or getattr(speaker, "info", None)
    made = plan(text, manner, emotions=emotions, info=info, seed=seed, language=language, is_ssml=is_ssml)
    return perform(speaker, made, references=references, whole=whole)


def perform(
    speaker: Speaker,
    made: Plan,
    *,
    references: Sequence[Reference] = (),
    whole: bool = False,
    done: Callable[[int], None] = lambda sentences: None,
) -> Iterator[Audio]:
    """The sound of a plan: mono at 22,050 Hz, in pieces; silence between sentences is part of it.

    ``references`` are what a cloning engine was shown of the person, to find their echo; ``done`` is told how many
    sentences were made. Raises :class:`LikenessError` when the engine gives silence, invalid samples, sound without end
    or an echo, three times (see ``speak.guard``).
    """
    return _performed(speaker, made, Echo(references) if references else None, Clock(whole=whole), done)


def joined(pieces: Iterator[Audio]) -> Audio:
    """All pieces as one sound. Raises :class:`InputError` when there are none."""
    found = list(pieces)
    if not found:
        raise InputError("there is nothing in the text that can be said", hint="give it some words", param="text")
    return Audio(np.concatenate([piece.samples for piece in found]), found[0].rate)


def _performed(
    speaker: Speaker, made: Plan, echo: Echo | None, clock: Clock, done: Callable[[int], None]
) -> Iterator[Audio]:
    joiner = Joiner(speaker.rate)
    resampler = StreamResampler(speaker.rate, SPEECH_RATE)

    def given(samples: Samples) -> Iterator[Audio]:
        sound = resampler.feed(samples)
        if len(sound):
            clock.gave(len(sound) / SPEECH_RATE)
            yield Audio(sound, SPEECH_RATE)

    for number, segment in enumerate(made.segments, 1):
        asked = segment.request
        changed = segment.after.energy if segment.after else asked.energy
        yield from given(joiner.begin(segment.pause, (asked.blend, asked.emotion, changed), changed))
        for samples in _sentence(speaker, segment, clock, echo):
            for part in joiner.feed(samples):
                yield from given(part)
        for part in joiner.end():
            yield from given(part)
        done(number)
    yield from given(joiner.finish(made.ending))
    rest = resampler.finish()
    if len(rest):
        yield Audio(rest, SPEECH_RATE)


def _sentence(speaker: Speaker, segment: Segment, clock: Clock, echo: Echo | None) -> Iterator[Samples]:
    """One sentence's sound at the speaker's rate; whole where its style is applied to the sound itself."""
    whole = segment.whole or segment.after is not None
    pieces = guarded(speaker, segment.request, Clock(whole=True) if whole else clock, echo)
    if segment.after is None:
        yield from pieces
        return
    from likeness.speak.style import styled

    yield styled(Audio(np.concatenate(list(pieces)), speaker.rate), segment.after).samples
