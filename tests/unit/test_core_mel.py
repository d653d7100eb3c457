"""The log-mel spectrogram agrees with librosa's filters and transform, which speaker encoders were trained on.

``fixtures/mel/librosa.npz`` holds librosa 0.11's ``filters.mel(sr=24000, n_fft=1024, n_mels=128)`` and, of the sound
below, ``log(max(filters @ sqrt(|stft(hop_length=256, window="hann", center=False)|² + 1e-9), 1e-5))`` after reflecting
384 samples at both ends.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from likeness.core.mel import FFT, HOP, MELS, RATE, log_mel, mel_filters

REFERENCE = np.load(Path(__file__).parents[1] / "fixtures" / "mel" / "librosa.npz")


def chirp() -> np.ndarray:
    time = np.arange(RATE // 2) / RATE
    rising = 0.3 * np.sin(2 * np.pi * (200 * time + 1500 * time**2))
    return (rising + 0.2 * np.sin(2 * np.pi * 5000 * time) * np.exp(-4 * time)).astype(np.float32)


def test_filters_are_librosas() -> None:
    assert np.abs(mel_filters(RATE, FFT, MELS) - REFERENCE["filters"]).max() < 1e-8


def test_frames_are_librosas() -> None:
    found = log_mel(chirp())
    assert found.dtype == np.float32
    assert found.shape == REFERENCE["frames"].shape == (RATE // 2 // HOP, MELS)
    assert np.abs(found - REFERENCE["frames"]).max() < 2e-3


@pytest.mark.parametrize("length", [1, 100, FFT, 5000])
def test_any_length_gives_finite_frames(length: int) -> None:
    found = log_mel(np.zeros(length, np.float32))
    assert found.shape == (max(length, FFT) // HOP, MELS)
    # 1e-9 under the root keeps silence at the filters' own sums, or at the floor of 1e-5
    assert found.max() < -9.0
    assert np.isfinite(found).all()
