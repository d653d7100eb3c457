"""The check on import finds each way in which a recording is bad, by about as much as it is bad."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from speech_like import speech, with_clipping, with_echo, with_noise

from likeness.core.resample import resample
from likeness.core.types import Audio, Verdict
from likeness.speak.check import check


def test_a_clean_recording_is_good() -> None:
    found = check(speech())
    assert found.verdict is Verdict.GOOD
    assert found.reasons == ()
    assert found.seconds == 6.0
    assert 4.0 < found.speech_seconds < 5.5
    assert found.level_dbfs == pytest.approx(-23, abs=1.5)


@pytest.mark.parametrize("rate", [16_000, 24_000])
@pytest.mark.parametrize("snr", [10, 20, 30, 40])
def test_noise_is_measured_within_2_db(rate: int, snr: int) -> None:
    assert check(with_noise(speech(rate=rate), snr)).snr_db == pytest.approx(snr, abs=2.0)


@pytest.mark.parametrize(("snr", "verdict"), [(12, Verdict.REFUSED), (27, Verdict.USABLE), (40, Verdict.GOOD)])
def test_noise_is_judged(snr: int, verdict: Verdict) -> None:
    found = check(with_noise(speech(), snr))
    assert found.verdict is verdict
    assert any("noise" in reason for reason in found.reasons) == (verdict is not Verdict.GOOD)


@pytest.mark.parametrize("seconds", [0.2, 0.4, 0.6])
def test_reverberation_is_measured_within_a_third(seconds: float) -> None:
    found = [check(with_echo(speech(8.0, seed=seed), seconds)).reverberation_seconds for seed in range(3)]
    assert np.median(found) == pytest.approx(seconds, rel=0.34)


def test_reverberation_is_judged_and_ruins_sooner_with_noise() -> None:
    assert check(speech(8.0)).reverberation_seconds < 0.15
    echo = check(with_echo(speech(8.0), 0.4))
    assert echo.verdict is Verdict.USABLE
    assert "echoes" in echo.reasons[0]
    assert check(with_noise(with_echo(speech(8.0), 0.6), 24)).verdict is Verdict.REFUSED


@pytest.mark.parametrize("gain", [2.0, 4.0])
def test_clipping_is_found_also_after_the_level_was_lowered(gain: float) -> None:
    clean, clipped = with_clipping(speech(), 0.99), with_clipping(speech(), gain)
    assert check(clean).clipped_share == 0.0
    truth = float(np.mean(np.abs(clipped.samples) >= 0.7 * 0.9999))
    found = check(clipped)
    assert found.clipped_share == pytest.approx(truth, rel=0.2)
    assert found.verdict is Verdict.REFUSED
    assert any("clipped" in reason for reason in found.reasons)


@pytest.mark.parametrize(("origin", "verdict"), [(8_000, Verdict.REFUSED), (12_000, Verdict.USABLE)])
def test_an_upsampled_recording_is_found_out(origin: int, verdict: Verdict) -> None:
    original = speech(rate=48_000)
    found = check(resample(resample(original, origin), 48_000))
    assert found.bandwidth_hz == pytest.approx(origin / 2, abs=500)
    assert found.verdict is verdict
    assert any("kHz" in reason for reason in found.reasons)


@pytest.mark.parametrize(
    ("rate", "verdict"), [(8_000, Verdict.REFUSED), (16_000, Verdict.USABLE), (22_050, Verdict.GOOD)]
)
def test_the_sampling_rate_is_judged(rate: int, verdict: Verdict) -> None:
    assert check(resample(speech(), rate)).verdict is verdict


def test_silence_noise_alone_and_too_little_are_refused() -> None:
    assert check(Audio(np.zeros(48_000, np.float32), 24_000)).verdict is Verdict.REFUSED
    hiss = Audio((0.05 * np.random.default_rng(0).standard_normal(48_000)).astype(np.float32), 24_000)
    assert check(hiss).verdict is Verdict.REFUSED
    assert check(Audio(speech().samples[:12_000], 24_000)).verdict is Verdict.REFUSED
    assert check(Audio(np.zeros(0, np.float32), 24_000)).verdict is Verdict.REFUSED


def test_an_offset_and_rumble_do_not_pass_for_noise_or_speech() -> None:
    clean = speech()
    time = np.arange(len(clean.samples)) / clean.rate
    shifted = Audio((clean.samples + 0.2 + 0.05 * np.sin(2 * np.pi * 8 * time)).astype(np.float32), clean.rate)
    found = check(shifted)
    assert found.verdict is Verdict.GOOD
    assert found.snr_db > 33
    assert found.speech_seconds == pytest.approx(check(clean).speech_seconds, abs=0.3)


def test_a_long_recording_is_judged_like_a_short_one() -> None:
    echo = with_echo(speech(60.0), 0.5)
    found = check(echo)
    assert found.reverberation_seconds == pytest.approx(0.5, rel=0.34)
    assert check(speech(60.0)).verdict is Verdict.GOOD


def test_mostly_silence_and_a_low_level_are_said() -> None:
    padded = np.concatenate([np.zeros(240_000, np.float32), speech().samples])
    assert any("silence" in reason for reason in check(Audio(padded, 24_000)).reasons)
    quiet = Audio((speech().samples * 0.08).astype(np.float32), 24_000)
    assert any("quiet" in reason for reason in check(quiet).reasons)


@pytest.mark.parametrize(
    ("letters", "verdict"), [(75, Verdict.GOOD), (19, Verdict.USABLE), (5, Verdict.REFUSED), (400, Verdict.REFUSED)]
)
def test_a_transcript_that_cannot_be_what_was_said_is_found(letters: int, verdict: Verdict) -> None:
    assert check(speech(), "a" * letters).verdict is verdict


@settings(max_examples=60, deadline=None)
@given(
    rate=st.sampled_from([4000, 8000, 11_025, 22_050, 96_000, 384_000]),
    length=st.integers(0, 3000),
    kind=st.sampled_from(["zeros", "noise", "constant", "click", "square"]),
    scale=st.sampled_from([1e-6, 0.01, 1.0, 8.0]),
)
def test_any_sound_gets_a_verdict(rate: int, length: int, kind: str, scale: float) -> None:
    rng = np.random.default_rng(length)
    shapes = {
        "zeros": np.zeros(length),
        "noise": rng.standard_normal(length),
        "constant": np.ones(length),
        "click": np.eye(1, length, length // 2)[0] if length else np.zeros(0),
        "square": np.sign(np.sin(np.arange(length) * 0.3)),
    }
    found = check(Audio((shapes[kind] * scale).astype(np.float32), rate), "some words")
    assert found.verdict is Verdict.REFUSED
    assert found.reasons
    assert all(np.isfinite(getattr(found, name)) for name in ("snr_db", "level_dbfs", "peak_dbfs", "bandwidth_hz"))
