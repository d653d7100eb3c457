"""Whether every clip is of one person: how each sounds beside the others.

A general speaker encoder knows how people differ; the clips themselves know how much this person, at this microphone,
varies. Both are asked: vectors of the encoders by cosine, and the timbre (means and deviations of mel-frequency
cepstra, and pitch) by its distance from the clips' own middle, measured in their own deviations.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from likeness.core.mel import cepstral_cosines, log_mel
from likeness.core.resample import resample
from likeness.core.types import Audio
from likeness.speak.waveform import pitch_track

RATE = 16_000
_FFT, _HOP, _BANDS, _CEPSTRA = 512, 160, 32, 19
_SPEECH_DB = 25.0
_SHRUNK, _FLOOR = 0.9, 1e-3
_NO_PITCH = 7.1
"""log2 of a pitch between men's and women's, for whispering."""
_LEAST, _ENOUGH = 5, 12
"""So many clips are needed to know anything of what is usual, and to know it well."""


def timbre(audio: Audio) -> tuple[float, ...]:
    """40 numbers of the speech in a clip: mean and deviation of 19 mel-frequency cepstra, and of log2 of the pitch.

    Empty for less than 0.3 s of speech.
    """
    sound = resample(audio, RATE)
    if len(sound.samples) < 2 * _FFT or not np.abs(sound.samples).max():
        return ()
    mel = log_mel(sound.samples, rate=RATE, fft=_FFT, hop=_HOP, mels=_BANDS).astype(np.float64)
    level = 10 * np.log10(np.exp(2 * mel).sum(axis=1))
    speech = level > np.percentile(level, 95) - _SPEECH_DB
    if speech.sum() < 30:
        return ()
    cepstra = mel[speech] @ cepstral_cosines(_BANDS, _CEPSTRA)
    voiced = np.array([hertz for hertz in pitch_track(sound) if hertz > 0])
    pitch = np.log2(voiced) if len(voiced) > 20 else np.array([_NO_PITCH])
    found = np.concatenate([cepstra.mean(0), cepstra.std(0), [np.median(pitch), pitch.std()]])
    return tuple(round(float(value), 4) for value in found)


def strangeness(timbres: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """How much farther than usual each clip lies from the middle of the others: 0 is usual, 1 a median deviation more.

    Mahalanobis distances with the covariance of the others, shrunk towards its diagonal; a clip that counted itself in
    would make room for itself. Fewer than twelve clips know less of what is usual, and their distances count for less;
    zeros where there are fewer than five.
    """
    if len(timbres) < _LEAST:
        return np.zeros(len(timbres))
    rows = np.array(timbres)
    distance = np.array([_distance(np.delete(rows, number, axis=0), row) for number, row in enumerate(rows)])
    middle = float(np.median(distance))
    deviation = 1.4826 * float(np.median(np.abs(distance - middle)))
    found: NDArray[np.float64] = (distance - middle) / max(deviation, 0.1 * middle, 1e-6)
    return found * min(1.0, len(rows) / _ENOUGH)


def _distance(others: NDArray[np.float64], row: NDArray[np.float64]) -> float:
    middle = np.median(others, axis=0)
    apart = others - middle
    covariance = apart.T @ apart / (len(apart) - 1)
    size = len(covariance)
    covariance = (1 - _SHRUNK) * covariance + _SHRUNK * np.diag(np.diag(covariance))
    covariance += max(_FLOOR * float(np.trace(covariance)) / size, 1e-12) * np.eye(size)
    offset = row - middle
    return float(np.sqrt(offset @ np.linalg.solve(covariance, offset) / size))


def likeness(vectors: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """Of each unit vector the median cosine to all others; ones where there is only one."""
    rows = np.array(vectors, dtype=np.float64)
    if len(rows) < 2:
        return np.ones(len(rows))
    cosines = rows @ rows.T
    others = cosines[~np.eye(len(rows), dtype=bool)].reshape(len(rows), -1)
    found: NDArray[np.float64] = np.median(others, axis=1)
    return found
