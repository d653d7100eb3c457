"""What can be measured of a recording with nothing to compare it with: bandwidth, noise, clipping, hum and echo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from likeness.core.types import Audio, Samples

_FFT_SECONDS = 0.032
_BAND_HZ = 250.0
_HIGHEST_HZ = 24_000.0
_QUIET_PERCENTILE = 10.0
_NOISE_PERCENTILE = 3.0
_LOUD_PERCENTILE = 95.0
Power = NDArray[np.float64]


def spectrogram(audio: Audio, *, window_seconds: float = _FFT_SECONDS, hop_seconds: float = 0.016) -> Power:
    """Power spectra of Hann windows, shape (frames, bins), bin k at k / ``window_seconds`` Hz, up to 24 kHz.

    A full-scale sine sums to about 0.5 over its bins. Of a long sound at most 4,000 windows are taken.
    """
    size, hop = round(window_seconds * audio.rate), round(hop_seconds * audio.rate)
    samples = audio.samples
    if len(samples) < size:
        samples = np.pad(samples, (0, size - len(samples)))
    starts = np.arange(0, len(samples) - size + 1, hop)
    starts = starts[:: -(-len(starts) // 4000)]
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    bins = min(size // 2, round(_HIGHEST_HZ * window_seconds)) + 1
    made = np.empty((len(starts), bins))
    for first in range(0, len(starts), 256):
        part = starts[first : first + 256]
        frames = samples[part[:, None] + np.arange(size)] * window
        made[first : first + len(part)] = np.abs(np.fft.rfft(frames, axis=1)[:, :bins]) ** 2
    made *= 2.0 / (size * float(np.sum(window**2)))
    return made


def bands(power: Power, window_seconds: float = _FFT_SECONDS, width_hz: float = _BAND_HZ) -> Power:
    """``power`` (frames, bins) summed into bands of ``width_hz``, shape (frames, bands), a last partial one dropped."""
    per_band = max(1, round(width_hz * window_seconds))
    count = power.shape[1] // per_band
    summed: Power = power[:, : count * per_band].reshape(power.shape[0], count, per_band).sum(axis=2)
    return summed


def bandwidth_hz(audio: Audio) -> float:
    """Highest frequency at which speech rises above the noise of its band, in Hz.

    A file upsampled from a lower rate, or limited by its codec, is found out: above its old limit nothing moves, or its
    spectrum falls by more than 30 dB at a cliff and never comes back, which speech itself does not do.
    """
    banded = bands(spectrogram(audio))
    loud = 10 * np.log10(np.percentile(banded, _LOUD_PERCENTILE, axis=0) + 1e-14)
    quiet = 10 * np.log10(np.percentile(banded, _QUIET_PERCENTILE, axis=0) + 1e-14)
    active = (loud > loud.max() - 75.0) & (loud > quiet + 6.0) & (loud > -105.0)
    if not active.any():
        return 0.0
    highest = int(np.flatnonzero(active)[-1]) + 1
    for band in range(8, min(highest, len(loud) - 3)):
        if np.median(loud[band - 4 : band]) - loud[band + 3 :].max() > 30.0:
            highest = band + 1
            break
    return float(min(highest * _BAND_HZ, audio.rate / 2))


def snr_db(audio: Audio) -> float:
    """Level of the speech over the noise beneath it, in dB, capped to 0-80.

    Per 250 Hz band up to 8 kHz the noise is the 3rd percentile over time (corrected for the percentile's bias on
    Gaussian noise), so that a clip without a pause is judged by the moments when a band is empty; a higher percentile
    takes soft speech for noise. Where the few quietest moments of all are far quieter still, the clip has no pause that
    long and they are taken. Frames of digital silence, which an editor or a noise gate leaves, do not count.
    """
    power = spectrogram(audio, hop_seconds=0.01)
    total = power.sum(axis=1)
    banded = bands(power)[total > 1e-9]
    if len(banded) < 10:
        return 0.0
    banded = banded[:, : round(8000 / _BAND_HZ)]
    noise = np.percentile(banded, _NOISE_PERCENTILE, axis=0) / _PERCENTILE_BIAS
    loud = banded.sum(axis=1)
    gaps = banded[np.argsort(loud)[: max(4, len(banded) // 100)]].mean(axis=0)
    if noise.sum() > _BETWEEN_WORDS * gaps.sum():
        noise = gaps
    threshold = np.percentile(loud, _LOUD_PERCENTILE) * 10 ** (-35 / 10)
    speech = banded[loud > threshold].mean(axis=0)
    ratio = max(float((speech - noise).sum()), 0.0) / max(float(noise.sum()), 1e-12)
    return float(np.clip(10 * np.log10(max(ratio, 1e-8)), 0.0, 80.0))


_BETWEEN_WORDS = 10**0.5
_PERCENTILE_BIAS = 0.42
"""3rd percentile over mean of a 250 Hz band of white noise under this window (8 correlated bins)."""


def clipped_share(samples: Samples) -> float:
    """Share of samples at the sound's own extremes, where three in a row stand flat there: the mark of clipping.

    Found also when the level was lowered after clipping.
    """
    peak = max(float(samples.max(initial=0.0)), -float(samples.min(initial=0.0)))
    if peak < 0.02 or len(samples) < 3:
        return 0.0
    clipped = 0
    highest, lowest = float(samples.max()), float(samples.min())
    for size, at_extreme in ((highest, samples >= 0.999 * highest), (-lowest, samples <= 0.999 * lowest)):
        if size < 0.5 * peak:
            continue
        first = np.flatnonzero(at_extreme[:-2] & at_extreme[1:-1] & at_extreme[2:])
        three = np.stack([samples[first], samples[first + 1], samples[first + 2]])
        if len(first) and (np.ptp(three, axis=0) < 2e-4 * peak).any():
            clipped += int(at_extreme.sum())
    return clipped / len(samples)


@dataclass(frozen=True, slots=True)
class Hum:
    """Mains hum: ``mains_hz`` is 50 or 60, ``excess_db`` how far its odd harmonics rise above what is beside them,
    ``level_dbfs`` all its harmonics together."""

    mains_hz: int
    excess_db: float
    level_dbfs: float


_HUM_WINDOW, _HUM_HOP, _HUM_PERCENTILE = 0.4, 0.1, 15.0
_HARMONICS, _ONE_LINE_DB = 8, 12.0
HUM_FROM_DB = 5.2
"""Excess from which it is hum: clean speech of ten voices stays under 5."""


def hum(audio: Audio) -> Hum:
    """The likelier of 50 and 60 Hz mains hum in a sound of half a second or more, heard or not.

    Lines are looked for in the quiet moments (15th percentile of 0.4 s windows) and judged by the three strongest of
    the odd harmonics up to the seventh, none counting for more than 12 dB: a monotonous voice at 100 Hz has one of 60.
    """
    power = spectrogram(audio, window_seconds=_HUM_WINDOW, hop_seconds=_HUM_HOP)
    quiet = np.percentile(power, _HUM_PERCENTILE, axis=0) + 1e-13
    return max((_hum_at(quiet, mains) for mains in (50, 60)), key=lambda found: found.excess_db)


def _hum_at(quiet: NDArray[np.float64], mains: int) -> Hum:
    excess, total = [], 1e-14
    for harmonic in range(1, _HARMONICS + 1):
        place = round(mains * harmonic * _HUM_WINDOW)
        line = float(quiet[place - 1 : place + 2].sum())
        around = 3 * float(np.median(np.r_[quiet[place - 7 : place - 3], quiet[place + 4 : place + 8]]))
        total += max(line - around, 0.0)
        if harmonic % 2:
            excess.append(min(10 * np.log10(line / around), _ONE_LINE_DB))
    return Hum(mains, round(float(np.mean(sorted(excess)[-3:])), 1), round(float(10 * np.log10(total)), 1))


_DECAY_WINDOW, _DECAY_HOP = 0.064, 0.008
_FASTEST_DECAY = (0.10, 0.185, 0.245, 0.277, 0.342, 0.375, 0.45)
_REVERBERATION = (0.05, 0.2, 0.3, 0.4, 0.6, 0.8, 1.2)


def reverberation_seconds(audio: Audio) -> float:
    """Reverberation time (RT60, in seconds) judged blindly from how fast the sound is seen to die away.

    In octaves from 250 Hz to 4 kHz the level's slope is fitted over 64 ms windows; a room lets nothing fall faster than
    its own decay, so the fastest slopes (5th percentile) stand for it, mapped to seconds by speech convolved with
    exponential decays of known length at equal direct and reverberant level (after Wen, Habets and Naylor, 2008). A
    microphone close to the mouth lowers it, as it lowers what is heard; noise under 30 dB SNR raises it by about 0.1.
    Of a long sound the middle 30 s are judged. 0.0 where there is too little to judge.
    """
    middle, half = len(audio.samples) // 2, round(15 * audio.rate)
    excerpt = Audio(audio.samples[max(0, middle - half) : middle + half], audio.rate)
    power = spectrogram(excerpt, window_seconds=0.032, hop_seconds=_DECAY_HOP)
    slopes = [_slopes(power[:, round(low * 0.032) : round(2 * low * 0.032)]) for low in (250, 500, 1000, 2000)]
    found = np.concatenate(slopes)
    if len(found) < 100:
        return 0.0
    fastest = float(np.percentile(found, 5))
    return float(np.interp(-60.0 / fastest, _FASTEST_DECAY, _REVERBERATION)) if fastest < 0 else 0.0


def _slopes(power: Power) -> NDArray[np.float64]:
    """Slopes in dB/s of a band's level over windows that begin in speech and end above the noise."""
    level = 10 * np.log10(power.sum(axis=1) + 1e-12)
    count = round(_DECAY_WINDOW / _DECAY_HOP)
    if len(level) < 2 * count:
        return np.zeros(0)
    time = (np.arange(count) - (count - 1) / 2) * _DECAY_HOP
    slope = np.convolve(level, (time / (time**2).sum())[::-1], mode="valid")
    begins, ends = level[: len(slope)], level[count - 1 :]
    floor, loud = np.percentile(level, [5, 95])
    kept: NDArray[np.float64] = slope[(ends > floor + 8.0) & (begins > loud - 30.0)]
    return kept
