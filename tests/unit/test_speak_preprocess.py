"""What is done to a clip on its way into a corpus: repeatable, the original untouched."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import butter, sosfilt
from speech_like import speech

from likeness.core.types import Audio
from likeness.speak import activity
from likeness.speak.breaths import breaths
from likeness.speak.preprocess import preprocess, with_short_pauses, with_soft_breaths
from likeness.speak.recipe import voice_recipe

RATE = 22_050


def breath(seconds: float = 0.35, dbfs: float = -45.0) -> np.ndarray:
    count = round(seconds * RATE)
    band = butter(2, [500, 5000], "bandpass", fs=RATE, output="sos")
    made = sosfilt(band, np.random.default_rng(3).standard_normal(count)) * np.hanning(count)
    return made * 10 ** (dbfs / 20) / np.sqrt(np.mean(made**2))


def with_breath_between(audio: Audio) -> Audio:
    gap = np.random.default_rng(4).standard_normal(round(0.2 * RATE)) * 1e-5
    parts = [audio.samples, gap, breath(), gap, audio.samples]
    return Audio(np.concatenate(parts).astype(np.float32), RATE)


def test_a_breath_is_found_with_its_place_and_level_and_speech_is_none() -> None:
    audio = speech(4.0, rate=RATE)
    assert breaths(audio) == ()
    (found,) = breaths(with_breath_between(audio))
    assert found.start == pytest.approx(audio.seconds + 0.25, abs=0.12)
    assert 0.15 < found.end - found.start < 0.45
    assert found.dbfs == pytest.approx(-43, abs=3)


def test_a_breath_is_softened_and_nothing_else() -> None:
    audio = with_breath_between(speech(4.0, rate=RATE))
    (found,) = breaths(audio)
    soft = with_soft_breaths(audio, -12.0)
    inside = slice(round((found.start + 0.03) * RATE), round((found.end - 0.03) * RATE))
    ratio = np.std(soft.samples[inside]) / np.std(audio.samples[inside])
    assert 20 * np.log10(ratio) == pytest.approx(-12, abs=0.5)
    before = slice(0, round((found.start - 0.05) * RATE))
    assert np.abs(soft.samples[before] - audio.samples[before]).max() < 1e-6


def test_long_pauses_are_shortened_without_a_click() -> None:
    audio = speech(3.0, rate=RATE)
    quiet = np.random.default_rng(5).standard_normal(round(3.0 * RATE)) * 1e-4
    whole = Audio(np.concatenate([audio.samples, quiet, audio.samples]).astype(np.float32), RATE)
    short = with_short_pauses(whole, 0.7)
    mask = activity.speech_mask(activity.levels(short))
    longest = max((b - a) * activity.HOP_SECONDS for a, b in activity.runs(~mask) if a and b < len(mask))
    assert longest == pytest.approx(0.7, abs=0.06)
    assert mask.sum() == pytest.approx(activity.speech_mask(activity.levels(whole)).sum(), abs=6)
    silent = np.abs(short.samples[round(audio.seconds * RATE) + 200 : round((audio.seconds + 0.3) * RATE)])
    assert silent.max() < 1e-3


def test_the_same_input_gives_the_same_samples_and_stays_as_it_was() -> None:
    audio = with_breath_between(speech(3.0, rate=RATE))
    kept = audio.samples.copy()
    once, again = preprocess(audio, voice_recipe()), preprocess(audio, voice_recipe())
    assert once.samples.tobytes() == again.samples.tobytes()
    assert (audio.samples == kept).all()
    assert once.rate == 22_050
    assert activity.speech_level(once) == pytest.approx(-23, abs=0.5)
    assert np.abs(once.samples).max() <= 10 ** (-1 / 20)
