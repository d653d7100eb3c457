"""Sound that has what the checks look for in speech: syllables of a voiced source through formants, hisses, pauses."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import fftconvolve, lfilter

from likeness.core.types import Audio
from likeness.speak import activity

VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))


def speech(seconds: float = 6.0, rate: int = 24_000, seed: int = 0, level_dbfs: float = -23.0) -> Audio:
    """Syllables of 0.2 s in phrases of 1.6 s with pauses of 0.35 s between, over noise 65 dB below."""
    rng = np.random.default_rng(seed)
    sound = np.zeros(round(seconds * rate))
    at = round(0.2 * rate)
    phrase_end = at + round(1.6 * rate)
    while at + round(0.25 * rate) < len(sound) - round(0.2 * rate):
        piece = _syllable(rng, rate)
        sound[at : at + len(piece)] += piece
        at += round(0.2 * rate)
        if at > phrase_end:
            at += round(0.35 * rate)
            phrase_end = at + round(1.6 * rate)
    sound *= 10 ** (level_dbfs / 20) / np.sqrt(np.mean(sound[sound != 0] ** 2))
    sound += rng.standard_normal(len(sound)) * 10 ** ((level_dbfs - 65) / 20)
    return Audio(np.clip(sound, -1, 1).astype(np.float32), rate)


def _syllable(rng: np.random.Generator, rate: int) -> np.ndarray:
    hiss = np.diff(rng.standard_normal(round(0.06 * rate)), prepend=0.0) * np.hanning(round(0.06 * rate)) * 0.1
    length = round(0.13 * rate)
    pitch = 120 * 2 ** (rng.uniform(-3, 3) / 12)
    phase = np.cumsum(np.full(length, pitch / rate)) % 1.0
    voiced = (np.diff(phase, prepend=0.0) < 0).astype(float)
    for formant in VOWELS[rng.integers(len(VOWELS))]:
        width = np.exp(-np.pi * 90 / rate)
        voiced = lfilter([1 - width], [1, -2 * width * np.cos(2 * np.pi * formant / rate), width**2], voiced)
    voiced = (
        voiced
        / max(np.abs(voiced).max(), 1e-9)
        * np.minimum(1, np.minimum(np.arange(length), np.arange(length)[::-1]) / (0.015 * rate))
    )
    return np.concatenate([hiss, voiced])


def with_noise(audio: Audio, snr_db: float, seed: int = 1) -> Audio:
    """White noise that many dB under the speech."""
    noise = np.random.default_rng(seed).standard_normal(len(audio.samples))
    level = 10 ** ((activity.speech_level(audio) - snr_db) / 20)
    return Audio((audio.samples + level * noise).astype(np.float32), audio.rate)


def with_echo(audio: Audio, seconds: float, seed: int = 2) -> Audio:
    """Convolved with an exponentially decaying noise of that RT60, as loud as the direct sound."""
    length = round(seconds * 1.2 * audio.rate)
    tail = np.random.default_rng(seed).standard_normal(length) * 10 ** (-3 * np.arange(length) / audio.rate / seconds)
    tail /= np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    made = fftconvolve(audio.samples, tail)[: len(audio.samples)]
    return Audio((made * 0.3 / np.abs(made).max()).astype(np.float32), audio.rate)


def with_clipping(audio: Audio, gain: float) -> Audio:
    """Driven ``gain`` times over full scale and turned down afterwards."""
    return Audio(
        np.clip(audio.samples / np.abs(audio.samples).max() * gain, -1, 1).astype(np.float32) * 0.7, audio.rate
    )


def file_bytes(audio: Audio, format: str = "WAV", subtype: str | None = None) -> bytes:
    target = io.BytesIO()
    soundfile.write(target, audio.samples, audio.rate, format=format, subtype=subtype)
    return target.getvalue()


def write(path: Path, audio: Audio, transcript: str = "") -> Path:
    """A sound file named by its suffix, with a sidecar where there is a transcript."""
    path.write_bytes(file_bytes(audio, {".ogg": "OGG", ".wav": "WAV", ".flac": "FLAC", ".mp3": "MP3"}[path.suffix]))
    if transcript:
        path.with_suffix(".txt").write_text(transcript, encoding="utf-8")
    return path


def contained(audio: Audio, container: str, codec: str) -> bytes:
    """A file of FFmpeg's ``container`` with the sound by ``codec``, at its own rate; needs PyAV."""
    import av

    target = io.BytesIO()
    with av.open(target, "w", format=container) as file:
        stream = file.add_stream(codec, rate=audio.rate, layout="mono")
        context = stream.codec_context
        context.format = "s16" if codec.startswith("pcm") else context.codec.audio_formats[0].name
        context.open(strict=False)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(audio.samples[None]), format="flt", layout="mono")
        frame.sample_rate = audio.rate
        resampler = av.AudioResampler(context.format, "mono", audio.rate, context.frame_size or 1024)
        for part in (*resampler.resample(frame), *resampler.resample(None), None):
            for packet in stream.encode(part):
                file.mux(packet)
    return target.getvalue()
