"""Change the sample rate of whole sounds and of sounds that arrive in pieces."""

from __future__ import annotations

from math import gcd

import numpy as np

from likeness.core.types import Audio, Samples

SPEECH_RATE = 22_050
"""Rate of corpora, voices and sound files, in Hz."""
PCM_RATE = 24_000
"""Rate of raw ``pcm``: clients of the OpenAI convention take it for granted."""


def resample(audio: Audio, rate: int) -> Audio:
    """``audio`` at ``rate`` Hz by polyphase filtering (Kaiser window, as ``scipy.signal.resample_poly`` designs it)."""
    if audio.rate == rate or len(audio.samples) == 0:
        return audio if audio.rate == rate else Audio(audio.samples, rate)
    from scipy.signal import resample_poly

    common = gcd(rate, audio.rate)
    made = resample_poly(audio.samples, rate // common, audio.rate // common)
    return Audio(np.ascontiguousarray(made, dtype=np.float32), rate)


class StreamResampler:
    """Resamples a sound that comes in pieces, with no seam between them.

    Each piece is filtered together with the stretch before it and after it, and only the part whose neighbourhood is
    known is given out; :meth:`finish` gives the rest. The result equals :func:`resample` of the whole.
    """

    def __init__(self, source_rate: int, rate: int) -> None:
        common = gcd(rate, source_rate)
        self._up, self._down = rate // common, source_rate // common
        self._source_rate, self.rate = source_rate, rate
        # resample_poly's filter reaches 10 × max(up, down) / up source samples to each side
        reach = 10 * max(self._up, self._down) // self._up + 1
        self._margin = -(-reach // self._down) * self._down
        self._held = np.zeros(0, dtype=np.float32)
        self._first = True

    def feed(self, samples: Samples) -> Samples:
        """Take the next samples at the source rate and give out what is certain by now, at the new rate."""
        if self._up == self._down:
            return samples
        self._held = np.concatenate([self._held, samples])
        lead = 0 if self._first else self._margin
        usable = (len(self._held) - lead - self._margin) // self._down * self._down
        if usable <= 0 or lead + usable < self._margin:
            return np.zeros(0, dtype=np.float32)
        made = self._convert(self._held)[self._scaled(lead) : self._scaled(lead + usable)]
        self._held, self._first = self._held[lead + usable - self._margin :], False
        return made

    def finish(self) -> Samples:
        """What is left once the sound has ended."""
        if self._up == self._down:
            return np.zeros(0, dtype=np.float32)
        lead = 0 if self._first else self._margin
        made = self._convert(self._held)[self._scaled(lead) :]
        self._held = np.zeros(0, dtype=np.float32)
        return made

    def _scaled(self, samples: int) -> int:
        return samples * self._up // self._down

    def _convert(self, samples: Samples) -> Samples:
        return resample(Audio(samples, self._source_rate), self.rate).samples
