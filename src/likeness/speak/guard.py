"""Guards what an engine gives for one sentence: sound that is no speech is made again with another seed.

What is found: samples that are no numbers, silence, sound without end, a long silence in the middle, far too little
sound for the words, and an echo of the reference that a cloning engine was shown (its last words said again at the
beginning). After :data:`TRIES` the fault is an error; nothing else is ever spoken instead.

The trade: what was given out cannot be taken back. So a sentence is held back only while nobody misses it: until its
speech has begun (and, where an echo is possible, for its first :data:`ECHO_SECONDS`), and beyond that only as long as
the listener still has earlier sound to hear. A fault after that point is an error at once. With ``whole``, for files,
every sentence is held until it is complete.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from likeness.core.errors import LikenessError
from likeness.core.mel import cepstral_cosines, log_mel
from likeness.core.protocols import Speaker
from likeness.core.resample import resample
from likeness.core.types import Audio, Samples, SpeakRequest
from likeness.speak.preprocess import limited

TRIES = 3
ECHO_SECONDS = 1.2
"""Beginning of a sentence that is compared with the reference."""
_SPARE_SECONDS = 0.75
"""Sound that the listener must still have for a sentence to be held back."""
_SEED_STEP = 7_919
_SILENT = 1e-3
_LONGEST_BASE, _LONGEST_PER_CHARACTER, _LONGEST_PER_IDEOGRAM = 2.0, 0.22, 0.55
"""Seconds that a sentence may take at most; an ideograph or syllable sign is a syllable or more."""
_SHORTEST_PER_WORD, _WORDS_TO_JUDGE = 0.05, 5
_LONGEST_SILENCE = 3.0
_PLAUSIBLE_PER_CHARACTER = 0.045
_AGAIN = "try again; if it stays, enrol the voice again"


class Fault(Exception):
    """What an engine gave for a sentence is no speech of it. Never leaves :func:`guarded`."""


@dataclass(slots=True)
class Clock:
    """How much sound the listener still has. ``whole``: nobody listens yet."""

    whole: bool = False
    given: float = 0.0
    began: float | None = None

    def gave(self, seconds: float) -> None:
        """Note that sound went out."""
        self.began = time.perf_counter() if self.began is None else self.began
        self.given += seconds

    @property
    def can_wait(self) -> bool:
        """Whether a sentence may be held back a little longer."""
        if self.whole:
            return True
        return self.began is not None and self.given - (time.perf_counter() - self.began) > _SPARE_SECONDS


@dataclass(frozen=True, slots=True)
class Reference:
    """What a cloning engine was shown of a person; ``transcript`` is "" where it is not known what is said."""

    audio: Audio
    transcript: str = ""


class Echo:
    """Knows the references that a cloning engine was shown, and their words when said again."""

    def __init__(self, references: Sequence[Reference]) -> None:
        self._ends: list[tuple[Array, str]] = []
        for reference in references:
            rate = reference.audio.rate
            end = _features(Audio(reference.audio.samples[-round(_END_SECONDS * rate) :], rate))
            if len(end) >= _ECHO_FRAMES:
                self._ends.append((end, " ".join(_words(reference.transcript))))

    def __bool__(self) -> bool:
        return bool(self._ends)

    def heard_in(self, beginning: Audio, text: str) -> bool:
        """Whether ``beginning``, the first speech of the sentence ``text``, repeats a stretch from a reference's end.

        Not where the sentence begins with words of the reference: those must be said.
        """
        first = " ".join(_words(text)[:_FIRST_WORDS])
        ends = [end for end, said in self._ends if f" {first} " not in f" {said} "]
        query = _features(beginning)[:_ECHO_FRAMES] if ends else np.zeros((0, _CEPSTRA))
        return len(query) >= _ECHO_FRAMES and any(_distance(query, end) < _ECHO_DISTANCE for end in ends)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold().replace("'", "").replace("’", ""))


_END_SECONDS, _FIRST_WORDS = 2.5, 3


_ECHO_FRAMES = 50
"""Frames of 16 ms that are compared: 0.8 s of speech."""
_ECHO_DISTANCE = 0.25
"""Between words said again by the same speaker (0.09-0.19, 5th to 95th percentile) and other words (from 0.37)."""
_RATE, _FFT, _HOP, _BANDS, _CEPSTRA = 16_000, 512, 256, 26, 12
_RANGE, _SILENCE = 4.6, -7.0
"""Of frames that count, in natural logarithm of magnitude: under the loudest, and that of the loudest at least."""
Array = NDArray[np.float64]


def _features(audio: Audio) -> Array:
    """Mel-frequency cepstra 1-12 of the frames that hold speech, each coefficient with mean 0 and deviation 1."""
    samples = resample(audio, _RATE).samples
    mel = log_mel(samples, rate=_RATE, fft=_FFT, hop=_HOP, mels=_BANDS).astype(np.float64)
    loudness = mel.max(axis=1, initial=-np.inf)
    mel = mel[loudness > loudness.max(initial=-np.inf) - _RANGE]
    if len(mel) < _ECHO_FRAMES or loudness.max() < _SILENCE:
        return np.zeros((0, _CEPSTRA))
    cepstra: Array = mel @ cepstral_cosines(_BANDS, _CEPSTRA)
    levelled: Array = (cepstra - cepstra.mean(axis=0)) / (cepstra.std(axis=0) + 1e-6)
    return levelled


def _distance(query: Array, reference: Array) -> float:
    """Mean cosine distance of ``query`` to the stretch of ``reference`` it fits best (subsequence time warping)."""
    one = query / (np.linalg.norm(query, axis=1, keepdims=True) + 1e-9)
    other = reference / (np.linalg.norm(reference, axis=1, keepdims=True) + 1e-9)
    costs = 1.0 - one @ other.T
    total = costs[0].copy()  # it may begin anywhere
    steps = np.ones(len(total))
    for row in costs[1:]:
        new, count = np.empty_like(total), np.empty_like(steps)
        for at, cost in enumerate(row):
            # One step on in the query, with none, one or two in the reference: tempo between half and double.
            before = [(total[at - back] / steps[at - back], at - back) for back in (0, 1, 2) if at >= back]
            best = min(before)[1]
            new[at], count[at] = total[best] + cost, steps[best] + 1
        total, steps = new, count
    return float((total / steps).min())


@dataclass(slots=True)
class Watch:
    """Watches the sound of one sentence as it comes. ``clear``: its speech has begun and is no echo. ``over``: enough
    was said for its words, and then nothing for seconds: the engine missed the end."""

    request: SpeakRequest
    rate: int
    echo: Echo | None = None
    clear: bool = False
    over: bool = False
    _seconds: float = 0.0
    _power: float = 0.0
    _quiet: float = 0.0
    _spoken: bool = False
    _beginning: list[Samples] = field(default_factory=list)

    def heard(self, piece: Audio) -> Samples:
        """The piece's samples if they are sound; peaks beyond full scale are bent down. Raises :class:`Fault`."""
        samples = piece.samples
        if not np.isfinite(samples).all():
            raise Fault("the engine gave samples that are not numbers")
        self._seconds += piece.seconds
        power = float(np.sum(samples.astype(np.float64) ** 2))
        self._power += power
        letters = len(self.request.text)
        if self._seconds > _longest_seconds(self.request.text) / min(self.request.rate, 1.0):
            raise Fault(f"the engine gave {self._seconds:.0f} s of sound for {letters} characters and was stopped")
        self._silence(samples, piece.rate)
        if not self.clear and self._spoken:
            self._look_for_echo(samples)
        loud = bool(len(samples)) and float(np.abs(samples).max()) > 1.0
        return limited(samples, -0.2) if loud else samples

    def _silence(self, samples: Samples, rate: int) -> None:
        """Count the silence at the end so far. A comma's pause is none; seconds without a sound are a fault."""
        loud = np.flatnonzero(np.abs(samples) > 3 * _SILENT)
        if len(loud):
            self._spoken, self._quiet = True, (len(samples) - int(loud[-1])) / rate
        else:
            self._quiet += len(samples) / rate
        if self._quiet > _LONGEST_SILENCE * max(self.request.pauses, 1.0) / min(self.request.rate, 1.0):
            said = self._seconds - self._quiet
            if not self._spoken or said < _PLAUSIBLE_PER_CHARACTER * len(self.request.text) / self.request.rate:
                raise Fault(f"the engine gave {self._quiet:.0f} s of silence instead of speech")
            self.over = True

    def _look_for_echo(self, samples: Samples) -> None:
        if not self.echo:
            self.clear = True
            return
        self._beginning.append(samples)
        if sum(map(len, self._beginning)) >= ECHO_SECONDS * self.rate:
            self._judge_beginning(self.echo)

    def _judge_beginning(self, echo: Echo) -> None:
        if echo.heard_in(Audio(np.concatenate(self._beginning), self.rate), self.request.text):
            raise Fault("the engine repeated the end of its reference")
        self.clear = True
        self._beginning = []

    def ended(self) -> None:
        """The sentence is whole. Raises :class:`Fault` where it was silence, or far too short for its words."""
        if self._power / max(self._seconds * self.rate, 1.0) < _SILENT**2:
            raise Fault("the engine gave silence instead of speech")
        words = len(self.request.text.split())
        if words >= _WORDS_TO_JUDGE and self._seconds < _SHORTEST_PER_WORD * words / max(self.request.rate, 1.0):
            raise Fault(f"the engine gave {self._seconds:.1f} s of sound for {words} words")
        if self.echo and self._beginning:
            self._judge_beginning(self.echo)


def _longest_seconds(text: str) -> float:
    wide = sum(unicodedata.east_asian_width(mark) in "WF" for mark in text)
    return _LONGEST_BASE + _LONGEST_PER_CHARACTER * (len(text) - wide) + _LONGEST_PER_IDEOGRAM * wide


def guarded(speaker: Speaker, request: SpeakRequest, clock: Clock, echo: Echo | None = None) -> Iterator[Samples]:
    """The sound of one sentence at the speaker's rate, made up to :data:`TRIES` times, held back as the module says.

    Raises :class:`LikenessError` for a fault that stays, or that comes after sound was given out.
    """
    for attempt in range(TRIES):
        held: list[Samples] = []
        gave = False
        watch = Watch(request, speaker.rate, echo)
        pieces = speaker.speak(replace(request, seed=request.seed + attempt * _SEED_STEP))
        try:
            for piece in pieces:
                held.append(watch.heard(piece))
                if watch.clear and (gave or not clock.can_wait):
                    gave = True
                    yield from held
                    held.clear()
                if watch.over:
                    break
            watch.ended()
        except Fault as fault:
            if gave or attempt == TRIES - 1:
                tried = f" ({attempt + 1} tries)" if attempt else ""
                raise LikenessError(f"{fault}{tried}", hint=_AGAIN) from None
            continue
        finally:
            if hasattr(pieces, "close"):
                cast("Generator[Audio, None, None]", pieces).close()
        yield from held
        return
