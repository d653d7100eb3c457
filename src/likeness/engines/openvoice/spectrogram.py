"""The linear spectrogram that the converter is trained on, of sound that comes in pieces.

As VITS computes it: a periodic Hann window, not centred, the sound reflected by (window - hop) / 2 samples at both
ends, the magnitude with 1e-6 added to its square.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from likeness.core.types import Samples
from likeness.engines.openvoice.config import Data

Frames = NDArray[np.float32]
"""Shape (frames, bins)."""
_FLOOR = 1e-6
_AT_ONCE = 1024


class SpectrogramStream:
    """Takes samples and gives the frames that are certain by now; all of them together are those of the whole sound."""

    def __init__(self, data: Data) -> None:
        self._size, self._hop = data.filter_length, data.hop_length
        self._window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(self._size) / self._size)).astype(np.float32)
        self._margin = (self._size - self._hop) // 2
        self._held: Samples = np.zeros(0, dtype=np.float32)
        self._begun = False

    def feed(self, samples: Samples) -> Frames:
        """The frames whose samples are all known."""
        self._held = np.concatenate([self._held, samples.astype(np.float32, copy=False)])
        if not self._begun:
            # the end must still find what it reflects, however short the sound turns out to be
            if len(self._held) < self._size:
                return self._none()
            self._begin()
        count = max(0, (len(self._held) - self._size) // self._hop + 1)
        made = self._frames(self._held, count)
        self._held = self._held[count * self._hop :]
        return made

    def finish(self) -> Frames:
        """The frames at the end. A sound shorter than one window is lengthened with silence to that."""
        if not self._begun:
            if not len(self._held):
                return self._none()
            self._held = np.pad(self._held, (0, self._size - len(self._held)))
            self._begin()
        ended = np.pad(self._held, (0, self._margin), mode="reflect")
        self._held, self._begun = np.zeros(0, dtype=np.float32), False
        return self._frames(ended, max(0, (len(ended) - self._size) // self._hop + 1))

    def _begin(self) -> None:
        self._held, self._begun = np.pad(self._held, (self._margin, 0), mode="reflect"), True

    def _none(self) -> Frames:
        return np.zeros((0, self._size // 2 + 1), dtype=np.float32)

    def _frames(self, sound: Samples, count: int) -> Frames:
        if not count:
            return self._none()
        windows = np.lib.stride_tricks.sliding_window_view(sound, self._size)[:: self._hop][:count]
        made = np.empty((count, self._size // 2 + 1), dtype=np.float32)
        for start in range(0, count, _AT_ONCE):
            spectrum = np.fft.rfft(windows[start : start + _AT_ONCE] * self._window, axis=1)
            made[start : start + _AT_ONCE] = np.sqrt(spectrum.real**2 + spectrum.imag**2 + _FLOOR)
        return made


def spectrogram(samples: Samples, data: Data) -> Frames:
    """The spectrogram of a whole mono sound at ``data.sampling_rate``: len // hop frames, float32 (frames, bins)."""
    stream = SpectrogramStream(data)
    return np.concatenate([stream.feed(samples), stream.finish()])
