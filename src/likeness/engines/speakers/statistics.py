"""What is measured of speech to tell its speaker: cepstral statistics and pitch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from likeness.core.mel import cepstral_cosines, log_mel
from likeness.core.types import Audio, Samples
from likeness.engines import sound

Array = NDArray[np.float64]

HOP, FFT = 160, 512
BANDS, CEPSTRA = 32, 19
_LEAST_FRAMES = 30
_PITCH_HZ = (60.0, 400.0)
_PITCH_WINDOW, _PITCH_FFT = 800, 2048
_VOICED = 0.5
_LEAST_VOICED = 5
_NO_PITCH = 7.1
"""log2 of a pitch between men's and women's, for whispering."""
_SILENT, _LEVEL = 1e-4, 0.25
"""Amplitudes: under the one nothing is heard, to the other everything is brought."""
_AT_ONCE = 2000


def statistics(audio: Audio) -> Array | None:
    """Means of 19 cepstra and deviations of their slopes over the speech frames, then median and spread of log2 of the
    pitch and the share of voiced frames: 41 numbers. ``None`` for less than 0.3 s of speech."""
    samples = sound.at_rate(audio)
    if len(samples) < FFT:
        return None
    loudest = float(np.percentile(np.abs(samples), 99))
    if loudest < _SILENT:
        return None
    samples = samples * np.float32(_LEVEL / loudest)
    mel = log_mel(samples, rate=sound.RATE, fft=FFT, hop=HOP, mels=BANDS).astype(np.float64)
    loud = np.log((np.exp(2 * mel)).sum(axis=1)) * (10 / np.log(10))
    speech = loud > float(np.percentile(loud, 95)) - 25.0
    if speech.sum() < _LEAST_FRAMES:
        return None
    cepstra = mel @ cepstral_cosines(BANDS, CEPSTRA)
    slopes = np.gradient(cepstra, axis=0)[speech]
    return np.concatenate([cepstra[speech].mean(0), slopes.std(0), _pitch(samples, np.flatnonzero(speech))])


def _pitch(samples: Samples, frames: NDArray[np.intp]) -> Array:
    """(median, spread) of log2 of the pitch over the voiced ones of ``frames``, by normalised autocorrelation
    (Boersma, 1993), and the share of voiced ones."""
    places = frames[::2] * HOP
    around = np.pad(samples, (_PITCH_WINDOW // 2, _PITCH_WINDOW))
    window = np.hanning(_PITCH_WINDOW)
    shape = np.fft.irfft(np.abs(np.fft.rfft(window, _PITCH_FFT)) ** 2)
    lags = np.arange(round(sound.RATE / _PITCH_HZ[1]), round(sound.RATE / _PITCH_HZ[0]))
    every = np.lib.stride_tricks.sliding_window_view(around, _PITCH_WINDOW)
    found: list[Array] = []
    for at in range(0, len(places), _AT_ONCE):
        part = every[places[at : at + _AT_ONCE]].astype(np.float64)
        part = (part - part.mean(axis=1, keepdims=True)) * window
        correlation = np.fft.irfft(np.abs(np.fft.rfft(part, _PITCH_FFT, axis=1)) ** 2)
        likeness = correlation[:, lags] / np.maximum(correlation[:, :1], 1e-9) * (shape[0] / shape[lags])
        best = likeness.max(axis=1)
        # a multiple of the period correlates as well as the period: the shortest of the good ones is meant
        shortest = lags[np.argmax(likeness >= 0.9 * best[:, None], axis=1)]
        found.append(np.log2(sound.RATE / shortest[best > _VOICED]))
    pitch = np.concatenate(found)
    share = len(pitch) / len(places)
    if len(pitch) < _LEAST_VOICED:
        return np.array([_NO_PITCH, 0.0, share])
    return np.array([np.median(pitch), np.subtract(*np.percentile(pitch, [80, 20])), share])
