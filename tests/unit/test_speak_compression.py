"""What a lossy encoder leaves in a sound is found, also after trimming and levelling; clean sounds have none of it."""

from __future__ import annotations

import io

import lameenc
import numpy as np
import pytest
import soundfile
from scipy.signal import butter, ellip, sosfilt
from speech_like import speech

from likeness.core.types import Audio
from likeness.speak.compression import GRID_FROM, compression, likely
from likeness.speak.mp3_grid import mp3_evidence


def through_mp3(audio: Audio, kilobits: int, channels: int = 1) -> Audio:
    pcm = (np.clip(audio.samples, -1, 1) * 32767).astype("<i2")
    encoder = lameenc.Encoder()
    encoder.set_bit_rate(kilobits)
    encoder.set_in_sample_rate(audio.rate)
    encoder.set_channels(channels)
    encoder.silence()
    data = bytes(encoder.encode(np.repeat(pcm, channels).tobytes())) + bytes(encoder.flush())
    samples, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    return sixteen_bits(Audio(samples.mean(axis=1), rate))


def sixteen_bits(audio: Audio) -> Audio:
    return Audio((np.round(np.clip(audio.samples, -1, 1) * 32767) / 32767).astype(np.float32), audio.rate)


@pytest.mark.parametrize("seed", range(4))
def test_clean_speech_has_no_grid_and_no_ceiling(seed: int) -> None:
    found = compression(sixteen_bits(speech(4.0, rate=44_100, seed=seed)))
    assert found.kind == ""


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [22_050, 44_100])
def test_an_mp3_is_found(rate: int, channels: int) -> None:
    found = compression(through_mp3(speech(4.0, rate=rate), 64, channels))
    assert found.kind == "mp3"
    assert found.evidence > 2 * GRID_FROM


def test_it_is_found_after_trimming_and_another_level() -> None:
    packed = through_mp3(speech(4.0, rate=44_100), 64)
    changed = sixteen_bits(Audio(packed.samples[1234:] * np.float32(0.61), packed.rate))
    assert compression(changed).kind == "mp3"


def test_the_ceiling_of_64_kbit_s_is_told() -> None:
    # noise to the top, so that the low-pass of the encoder shows
    audio = speech(4.0, rate=44_100)
    hiss = np.random.default_rng(0).standard_normal(len(audio.samples)) * np.abs(audio.samples) * 0.3
    packed = through_mp3(Audio((audio.samples + hiss).astype(np.float32), audio.rate), 64, channels=2)
    found = compression(packed)
    assert found.ceiling_hz == pytest.approx(11_000, abs=800)
    assert "64 kbit/s" in found.likely


def test_a_low_pass_shows_without_a_grid_and_a_telephone_by_its_band() -> None:
    audio = speech(4.0, rate=44_100)
    hiss = np.random.default_rng(0).standard_normal(len(audio.samples)) * np.abs(audio.samples) * 0.3
    loud = audio.samples + hiss
    cut = sosfilt(ellip(12, 0.1, 80, 11_000, "lowpass", fs=44_100, output="sos"), loud)
    found = compression(sixteen_bits(Audio(cut.astype(np.float32), 44_100)))
    assert found.kind == "ceiling"
    assert "64 kbit/s" in found.likely
    line = sosfilt(butter(12, [300, 3400], "bandpass", fs=44_100, output="sos"), loud)
    assert compression(sixteen_bits(Audio(line.astype(np.float32), 44_100))).kind == "telephone"


def test_too_little_sound_says_nothing() -> None:
    assert mp3_evidence(Audio(np.zeros(0, np.float32), 44_100)) == 0.0
    assert mp3_evidence(Audio(np.zeros(60_000, np.float32), 44_100)) == 0.0
    assert likely(3_400) == "a telephone"
