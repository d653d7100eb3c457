"""What can go wrong with a recording, done to a clean one: noise, clipping, compression, hum, a room."""

from __future__ import annotations

import io

import numpy as np
import soundfile
from scipy.signal import fftconvolve

from likeness.core.resample import resample
from likeness.core.types import Audio, Samples
from likeness.speak import activity


def noise(audio: Audio, snr_db: float, kind: str, seed: int) -> Audio:
    """White, pink (1/f) or babble-like noise that many dB under the speech. Babble: pink, its level and colour waving
    about as four talkers' syllables do."""
    rng = np.random.default_rng(seed)
    count = len(audio.samples)
    spectrum = np.fft.rfft(rng.standard_normal(count))
    if kind != "white":
        hertz = np.fft.rfftfreq(count, 1 / audio.rate)
        spectrum /= np.sqrt(np.maximum(hertz, 50.0))
    made = np.fft.irfft(spectrum, count)
    if kind == "babble":
        made = sum(np.roll(made, int(rng.integers(count))) * _waving(rng, count, audio.rate) for _ in range(4))
    return _added(audio, np.asarray(made), snr_db)


def _waving(rng: np.random.Generator, count: int, rate: int) -> np.ndarray:
    """A gain that rises and falls about four times a second."""
    knots = rng.uniform(0.2, 1.0, max(4, round(8 * count / rate)))
    return np.interp(np.linspace(0, len(knots) - 1, count), np.arange(len(knots)), knots)


def hum(audio: Audio, mains_hz: float, snr_db: float, seed: int) -> Audio:
    """Mains hum with harmonics that fall by 6 dB an octave, the odd ones stronger, as a ground loop makes them."""
    rng = np.random.default_rng(seed)
    time = np.arange(len(audio.samples)) / audio.rate
    made = np.zeros(len(time))
    for harmonic in range(1, 9):
        strength = (1.0 if harmonic % 2 else 0.5) / harmonic
        made += strength * np.sin(2 * np.pi * mains_hz * harmonic * time + rng.uniform(0, 2 * np.pi))
    return _added(audio, made, snr_db)


def clipped(audio: Audio, over_db: float) -> Audio:
    """Driven so that the loudest sample would stand that far over full scale, clipped, and turned down a little."""
    driven = audio.samples / np.abs(audio.samples).max() * 10 ** (over_db / 20)
    return Audio((0.8 * np.clip(driven, -1, 1)).astype(np.float32), audio.rate)


def room(audio: Audio, seconds: float, seed: int) -> Audio:
    """In a room of that RT60, direct and reverberant sound equally loud; the tail is kept."""
    length = round(1.2 * seconds * audio.rate)
    decay = 10 ** (-3 * np.arange(length) / audio.rate / seconds)
    tail = np.random.default_rng(seed).standard_normal(length) * decay
    tail /= np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    made = fftconvolve(audio.samples, tail)
    return Audio((made * (np.abs(audio.samples).max() / np.abs(made).max())).astype(np.float32), audio.rate)


def mp3(audio: Audio, kilobits: int, rate: int = 44_100, channels: int = 1) -> Audio:
    """Through LAME and back, at ``rate`` Hz as recorders and messengers send it."""
    import lameenc

    sound = resample(audio, rate)
    pcm = (np.clip(sound.samples, -1, 1) * 32767).astype("<i2")
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(kilobits)
    encoder.set_in_sample_rate(rate)
    encoder.set_channels(channels)
    encoder.set_quality(5)
    encoder.silence()
    data = bytes(encoder.encode(np.repeat(pcm, channels).tobytes())) + bytes(encoder.flush())
    samples, out_rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    return Audio(_sixteen_bits(samples.mean(axis=1)), out_rate)


def _sixteen_bits(samples: Samples) -> Samples:
    """Rounded as a WAV or FLAC file keeps it."""
    return (np.round(np.clip(samples, -1, 1) * 32767) / 32767).astype(np.float32)


def _added(audio: Audio, made: np.ndarray, snr_db: float) -> Audio:
    gain = 10 ** ((activity.speech_level(audio) - snr_db) / 20) / np.sqrt(np.mean(made**2))
    return Audio(np.clip(audio.samples + gain * made, -1, 1).astype(np.float32), audio.rate)
