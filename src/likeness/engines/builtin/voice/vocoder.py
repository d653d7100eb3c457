"""From parameters back to sound: WORLD synthesis at 16 kHz."""

from __future__ import annotations

import numpy as np
import pyworld
from numpy.typing import NDArray

from likeness.engines.builtin.voice.features import (
    APERIODICITY,
    COEFFICIENTS,
    FFT_SIZE,
    HOP_MS,
    LOG_F0,
    RATE,
    Array,
)

PITCH_LIMITS_HZ = (30.0, 1500.0)


def envelope(coefficients: NDArray[np.floating]) -> Array:
    """Decode mel-coded coefficients (frames, 40) to power spectra (frames, 513)."""
    coded = np.ascontiguousarray(coefficients, dtype=np.float64)
    return np.asarray(pyworld.decode_spectral_envelope(coded, RATE, FFT_SIZE))


def render(static: NDArray[np.floating], voiced: NDArray[np.bool_]) -> Array:
    """Sound at 16 kHz from frames (frames, 42) and voicing (frames,)."""
    log_pitch = np.clip(static[:, LOG_F0].astype(np.float64), *np.log(PITCH_LIMITS_HZ))
    pitch = np.where(voiced, np.exp(log_pitch), 0.0)
    noise = np.ascontiguousarray(np.minimum(static[:, APERIODICITY : APERIODICITY + 1], 0.0), dtype=np.float64)
    aperiodicity = pyworld.decode_aperiodicity(noise, RATE, FFT_SIZE)
    return np.asarray(
        pyworld.synthesize(pitch, envelope(static[:, :COEFFICIENTS]), aperiodicity, RATE, HOP_MS), dtype=np.float64
    )
