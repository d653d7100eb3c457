"""Sentences joined to one sound without a seam: edges trimmed, levels matched, pauses between, short crossfades.

What comes in pieces goes out in pieces. The first sentence goes straight through; of every later one the first second
is held, since the level of its speech must be known before it is heard. Edges fade over 5 ms, and where a sentence goes
on in another manner the two overlap by 15 ms.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from likeness.core.types import Audio, Samples
from likeness.speak import activity

_FRAME_SECONDS = 0.01
_LEAD_SECONDS, _TAIL_SECONDS = 0.03, 0.06
"""Silence that stays before and after a sentence's speech."""
_QUIET, _QUIETEST, _UNDER_LOUDEST = 7e-4, 2e-4, 0.01
"""RMS of a frame of silence: before the speech, at least, and as a share of the loudest frame so far (whispers are
soft, and so are the ends of sentences)."""
_FADE_SECONDS, _CROSSFADE_SECONDS = 0.005, 0.015
_LEVEL_SECONDS = 1.0
_FREE_DB, _MOST_DB = 2.0, 8.0
_NONE = np.zeros(0, dtype=np.float32)


class Trimmer:
    """Takes the silence before and after one sentence's speech away, but for a breath's edge."""

    def __init__(self, rate: int, factor: float = 1.0) -> None:
        self._frame = round(_FRAME_SECONDS * rate)
        self._lead, self._tail = round(_LEAD_SECONDS * rate), round(_TAIL_SECONDS * rate)
        self._factor = factor
        self._loudest = 0.0
        self._held = _NONE
        self._begun = False

    def feed(self, samples: Samples) -> Samples:
        """Take the next piece; gives what is certainly followed by more speech."""
        held = np.concatenate([self._held, samples])
        whole = len(held) // self._frame * self._frame
        level = np.sqrt(np.mean(held[:whole].reshape(-1, self._frame).astype(np.float64) ** 2, axis=1))
        self._loudest = max(self._loudest, float(level.max(initial=0.0)))
        quiet = max(_QUIETEST, _UNDER_LOUDEST * self._loudest) if self._begun else _QUIET
        loud = np.flatnonzero(level > quiet * self._factor)
        if not len(loud):
            self._held = held if self._begun else held[-(self._lead + self._frame) :]
            return _NONE
        start = 0 if self._begun else max(0, int(loud[0]) * self._frame - self._lead)
        end = (int(loud[-1]) + 1) * self._frame
        self._begun, self._held = True, held[end:]
        return held[start:end]

    def finish(self) -> Samples:
        """The edge after the last speech."""
        tail, self._held = self._held[: self._tail] if self._begun else _NONE, _NONE
        return tail


class Joiner:
    """Joins sentences. For each: :meth:`begin`, :meth:`feed` its pieces, :meth:`end`; at last :meth:`finish`.

    ``key`` of a sentence says which others it should be as loud as: the same emotion and level asked for.
    """

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._fade = round(_FADE_SECONDS * rate)
        self._cross = round(_CROSSFADE_SECONDS * rate)
        self._tail = _NONE
        self._levels: dict[object, list[float]] = {}
        self._key: object = None
        self._trimmer = Trimmer(rate)
        self._overlap = False
        self._fresh = True
        self._gain: float | None = 1.0
        self._waiting: list[Samples] = []
        self._measured: list[Samples] = []

    def begin(self, pause: float, key: object, quiet_db: float = 0.0) -> Samples:
        """Start the next sentence after ``pause`` seconds of silence (0: the last one goes on). ``quiet_db`` is how
        much its level was changed on purpose. Gives what is due before it."""
        self._trimmer = Trimmer(self.rate, 10 ** (min(quiet_db, 0.0) / 20))
        self._overlap = pause <= 0 and len(self._tail) > 0
        due = _NONE if self._overlap else self._ended()
        self._key, self._fresh = key, True
        self._gain = None if key in self._levels else 1.0
        self._waiting, self._measured = [], []
        return np.concatenate([due, np.zeros(round(max(pause, 0.0) * self.rate), dtype=np.float32)])

    def feed(self, samples: Samples) -> Iterator[Samples]:
        """Take the next piece of the sentence; gives what can go out."""
        yield from self._levelled(self._trimmer.feed(samples), last=False)

    def end(self) -> Iterator[Samples]:
        """The sentence is whole."""
        yield from self._levelled(self._trimmer.finish(), last=True)
        if self._measured:
            heard = Audio(np.concatenate(self._measured), self.rate)
            self._levels.setdefault(self._key, []).append(activity.speech_level(heard))

    def finish(self, ending: float = 0.0) -> Samples:
        """The end of the last sentence, and ``ending`` seconds of silence."""
        return np.concatenate([self._ended(), np.zeros(round(ending * self.rate), dtype=np.float32)])

    def _levelled(self, samples: Samples, *, last: bool) -> Iterator[Samples]:
        if self._gain is None:
            self._waiting.append(samples)
            held = np.concatenate(self._waiting)
            if len(held) < _LEVEL_SECONDS * self.rate and not last:
                return
            self._gain, samples, self._waiting = self._matching(held), held, []
        if len(samples):
            made = samples if self._gain == 1.0 else samples * np.float32(self._gain)
            self._measured.append(made)
            yield from self._out(made)

    def _matching(self, beginning: Samples) -> float:
        """Factor that brings a sentence that is louder or softer than its like by more than 2 dB to within 2 dB."""
        if not len(beginning):
            return 1.0
        seconds = round(_LEVEL_SECONDS * self.rate)
        wanted = float(np.mean(self._levels[self._key]))
        over = activity.speech_level(Audio(beginning[:seconds], self.rate)) - wanted
        excess = np.sign(over) * max(0.0, abs(over) - _FREE_DB)
        factor = float(10 ** (-np.clip(excess, -_MOST_DB, _MOST_DB) / 20))
        peak = float(np.abs(beginning).max())
        return min(factor, max(1.0, 0.95 / peak)) if peak else 1.0

    def _out(self, samples: Samples) -> Iterator[Samples]:
        """Fade in or cross over from the last sentence, and hold the end back for the next joint."""
        if self._fresh:
            samples, self._fresh = self._begun(samples), False
        joined = np.concatenate([self._tail, samples])
        keep = min(self._cross, len(joined))
        self._tail = joined[len(joined) - keep :]
        if len(joined) > keep:
            yield joined[: len(joined) - keep]

    def _begun(self, samples: Samples) -> Samples:
        length = min(self._cross if self._overlap else self._fade, len(samples), len(self._tail) or len(samples))
        samples = samples.copy()
        ramp = np.linspace(0.0, 1.0, length + 2, dtype=np.float32)[1:-1]
        samples[:length] *= ramp
        if self._overlap and length:
            samples[:length] += self._tail[-length:] * (1 - ramp)
            self._tail = self._tail[:-length]
        return samples

    def _ended(self) -> Samples:
        """What was held back, faded out."""
        tail, self._tail = self._tail.copy(), _NONE
        length = min(self._fade, len(tail))
        if length:
            tail[-length:] *= np.linspace(1.0, 0.0, length + 2, dtype=np.float32)[1:-1]
        return tail
