"""Measures that no verdict on import uses, on sounds with known faults."""

from __future__ import annotations

import numpy as np
import pytest
from speech_like import speech

from likeness.core.types import Audio
from likeness.speak import activity, measures


def with_hum(audio: Audio, mains: float, snr_db: float) -> Audio:
    time = np.arange(len(audio.samples)) / audio.rate
    made = sum(np.sin(2 * np.pi * mains * h * time + h) / h for h in range(1, 8))
    gain = 10 ** ((activity.speech_level(audio) - snr_db) / 20) / np.sqrt(np.mean(made**2))
    return Audio((audio.samples + gain * made).astype(np.float32), audio.rate)


@pytest.mark.parametrize("mains", [50, 60])
@pytest.mark.parametrize("snr", [20, 30])
@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_hum_is_told_with_its_mains_and_level(mains: int, snr: int, rate: int) -> None:
    audio = speech(rate=rate)
    clean, found = measures.hum(audio), measures.hum(with_hum(audio, mains, snr))
    assert clean.excess_db < measures.HUM_FROM_DB < found.excess_db
    assert found.mains_hz == mains
    assert found.level_dbfs == pytest.approx(activity.speech_level(audio) - snr, abs=2.5)


def test_a_monotonous_voice_at_a_multiple_of_the_mains_is_no_hum() -> None:
    time = np.arange(48_000) / 16_000
    for pitch in (100.0, 120.0):
        buzz = sum(np.sin(2 * np.pi * pitch * h * time) / h for h in range(1, 20))
        gate = np.sin(2 * np.pi * 1.5 * time) > -0.3
        hiss = np.random.default_rng(0).standard_normal(len(time)) * 1e-4
        assert (
            measures.hum(Audio((0.1 * buzz * gate + hiss).astype(np.float32), 16_000)).excess_db < measures.HUM_FROM_DB
        )
