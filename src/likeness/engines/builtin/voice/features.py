"""What is measured of speech: the WORLD vocoder's parameters (Morise et al. 2016), coded for learning.

Everything inside the engine is 16 kHz mono with a 5 ms hop. A frame has 42 numbers: 40 mel-coded coefficients of the
log spectral envelope (the first is mean log power), the coded band aperiodicity in dB, and log F0 carried through
unvoiced stretches by interpolation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyworld
from numpy.typing import NDArray

Array = NDArray[np.float64]

RATE = 16_000
HOP_MS = 5.0
HOP = 80
FFT_SIZE = 1024
COEFFICIENTS = 40
APERIODICITY = COEFFICIENTS
LOG_F0 = COEFFICIENTS + 1
STATIC = COEFFICIENTS + 2
FRAMES_PER_SECOND = 200

VOICING_GATE_DB = -0.1
"""Frames whose lowest band is noisier than this are unvoiced, whatever the pitch tracker says (it over-voices)."""


@dataclass(frozen=True, slots=True)
class Acoustics:
    """``static`` is float32 (frames, 42), ``voiced`` bool (frames,), at 200 frames per second."""

    static: NDArray[np.float32]
    voiced: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.static)

    @property
    def power(self) -> NDArray[np.float32]:
        """Mean log power of each frame (natural logarithm), shape (frames,)."""
        return np.asarray(self.static[:, 0])


def f0_range(recordings: Sequence[Array]) -> tuple[float, float]:
    """The pitch range to search for one speaker, in Hz, from a wide and cheap first look (DIO) at 16 kHz recordings."""
    voiced = [pitch[pitch > 0] for pitch in (_dio(samples, 55.0, 600.0) for samples in recordings)]
    values = np.concatenate(voiced) if voiced else np.zeros(0)
    if len(values) < FRAMES_PER_SECOND // 2:
        return 60.0, 450.0
    median = float(np.median(values))
    return max(50.0, 0.5 * median), min(600.0, 2.1 * median)


def analyse(samples: Array, pitch_range: tuple[float, float], *, quick: bool = False) -> Acoustics:
    """Measure 16 kHz ``samples`` with pitch searched in ``pitch_range`` Hz; ``quick`` trades Harvest for DIO."""
    # Digital silence has no logarithm; the noise is the same on every run.
    dithered = samples + 1e-5 * np.random.default_rng(0).standard_normal(len(samples))
    if quick:
        pitch = _dio(dithered, *pitch_range)
    else:
        pitch, _ = pyworld.harvest(dithered, RATE, f0_floor=pitch_range[0], f0_ceil=pitch_range[1], frame_period=HOP_MS)
    times = np.arange(len(pitch)) * (HOP_MS / 1000)
    spectrum = pyworld.cheaptrick(dithered, pitch, times, RATE, fft_size=FFT_SIZE)
    envelope = pyworld.code_spectral_envelope(spectrum, RATE, COEFFICIENTS)
    noise = pyworld.d4c(dithered, pitch, times, RATE, fft_size=FFT_SIZE)
    aperiodicity = pyworld.code_aperiodicity(noise, RATE)[:, 0]
    static = np.column_stack([envelope, aperiodicity, interpolated_log_f0(pitch)]).astype(np.float32)
    return Acoustics(static, (pitch > 0) & (aperiodicity < VOICING_GATE_DB))


def interpolated_log_f0(pitch: Array) -> Array:
    """Natural logarithm of ``pitch`` (Hz, 0 where unvoiced), carried linearly across unvoiced frames."""
    voiced = np.flatnonzero(pitch > 0)
    if len(voiced) < 2:
        return np.full(len(pitch), np.log(120.0))
    return np.interp(np.arange(len(pitch)), voiced, np.log(pitch[voiced]))


def with_deltas(static: NDArray[np.float32]) -> NDArray[np.float32]:
    """Append first and second differences: (frames, n) to (frames, 3 n)."""
    padded = np.pad(static, ((1, 1), (0, 0)), "edge")
    velocity = (padded[2:] - padded[:-2]) / 2
    acceleration = padded[2:] - 2 * padded[1:-1] + padded[:-2]
    return np.concatenate([static, velocity, acceleration], axis=1)


def speech_frames(power: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Which frames are louder than 40 dB below the loud ones; ``power`` is mean log power, shape (frames,)."""
    return np.asarray(power > np.percentile(power, 95) - 9.2)


def _dio(samples: Array, floor: float, ceiling: float) -> Array:
    pitch, times = pyworld.dio(samples, RATE, f0_floor=floor, f0_ceil=ceiling, frame_period=HOP_MS)
    return np.asarray(pyworld.stonemask(samples, pitch, times, RATE))
