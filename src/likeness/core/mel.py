"""The log-mel spectrogram that speaker encoders are trained on: one definition for every engine.

As Qwen3-TTS and the HiFi-GAN family compute it: 24 kHz, windows of 1024 samples (a periodic Hann window; a symmetric
one is off by 0.01), hop 256, reflected by 384 samples at both ends and not centred, the magnitude spectrum through 128
triangles on Slaney's mel scale with equal area, natural logarithm from 1e-5 up.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from likeness.core.types import Samples

RATE = 24_000
FFT = 1024
HOP = 256
MELS = 128
_FLOOR = 1e-5
_LINEAR_HZ, _LINEAR_STEP = 1000.0, 200.0 / 3
_LOG_STEP = np.log(6.4) / 27.0
_FRAMES_AT_ONCE = 512

LogMel = NDArray[np.float32]


def log_mel(samples: Samples, *, rate: int = RATE, fft: int = FFT, hop: int = HOP, mels: int = MELS) -> LogMel:
    """Natural-log mel magnitudes of mono ``samples`` at ``rate`` Hz, float32 of shape (frames, mels).

    There are ``len(samples) // hop`` frames; a sound under ``fft`` samples is first lengthened with silence to that.
    """
    padding = (fft - hop) // 2
    sound = np.asarray(samples, dtype=np.float32)
    if len(sound) < fft:
        sound = np.pad(sound, (0, fft - len(sound)))
    sound = np.pad(sound, padding, mode="reflect")
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(fft) / fft)).astype(np.float32)
    filters = mel_filters(rate, fft, mels).T
    frames = np.lib.stride_tricks.sliding_window_view(sound, fft)[::hop]
    made = np.empty((len(frames), mels), dtype=np.float32)
    for first in range(0, len(frames), _FRAMES_AT_ONCE):
        spectrum = np.fft.rfft(frames[first : first + _FRAMES_AT_ONCE] * window, axis=1)
        magnitude = np.sqrt(np.abs(spectrum) ** 2 + 1e-9)
        made[first : first + _FRAMES_AT_ONCE] = np.log(np.maximum(magnitude @ filters, _FLOOR))
    return made


@lru_cache(maxsize=8)
def mel_filters(rate: int, fft: int, mels: int, low: float = 0.0, high: float | None = None) -> NDArray[np.float32]:
    """Triangular filters of equal area on Slaney's mel scale, float32 of shape (mels, fft // 2 + 1); read-only.

    The scale is linear to 1 kHz and logarithmic above (Slaney's Auditory Toolbox, 1998), from ``low`` to ``high`` Hz
    (half the rate when left out); each triangle is scaled by 2 over its width in Hz.
    """
    ends = _to_mel(np.array([low, rate / 2 if high is None else high]))
    corners = _to_hertz(np.linspace(ends[0], ends[1], mels + 2))
    bins = np.fft.rfftfreq(fft, 1 / rate)
    rising = (bins - corners[:-2, None]) / np.diff(corners)[:-1, None]
    falling = (corners[2:, None] - bins) / np.diff(corners)[1:, None]
    triangles = np.maximum(0.0, np.minimum(rising, falling)) * (2.0 / (corners[2:] - corners[:-2]))[:, None]
    made: NDArray[np.float32] = triangles.astype(np.float32)
    made.flags.writeable = False
    return made


@lru_cache(maxsize=8)
def cepstral_cosines(mels: int, count: int) -> NDArray[np.float64]:
    """The cosine transform (orthonormal DCT-II) from log-mel bands to cepstra 1 to ``count``, float64 of shape (mels,
    count). The one before them is the level. After Davis and Mermelstein (1980)."""
    band = np.arange(mels)[:, None] + 0.5
    made = np.asarray(np.cos(np.pi / mels * band * np.arange(1, count + 1)) * np.sqrt(2.0 / mels))
    made.flags.writeable = False
    return made


def _to_mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    linear = hertz / _LINEAR_STEP
    curved = _LINEAR_HZ / _LINEAR_STEP + np.log(np.maximum(hertz, _LINEAR_HZ) / _LINEAR_HZ) / _LOG_STEP
    return np.where(hertz < _LINEAR_HZ, linear, curved)


def _to_hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    knee = _LINEAR_HZ / _LINEAR_STEP
    return np.where(mel < knee, mel * _LINEAR_STEP, _LINEAR_HZ * np.exp(_LOG_STEP * np.maximum(mel - knee, 0.0)))
