"""Speaker encoders: the built-in one tells speakers apart, the others are opened where they are installed."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
from speech_like import speech

from likeness.core.errors import EngineMissing, InputError
from likeness.core.protocols import SpeakerEncoder
from likeness.core.types import Audio
from likeness.speak.encoders import mean_vector, open_encoder, ready_encoders


def faster(audio: Audio, factor: float) -> Audio:
    """Played faster: pitch and formants move together, as with a smaller speaker."""
    places = np.arange(0, len(audio.samples) - 1, factor)
    return Audio(np.interp(places, np.arange(len(audio.samples)), audio.samples).astype(np.float32), audio.rate)


def test_a_speaker_is_nearer_to_themself_than_to_another() -> None:
    with open_encoder("builtin.speaker") as encoder:
        assert isinstance(encoder, SpeakerEncoder)
        one = [encoder.speaker_vector(speech(6, seed=seed)) for seed in range(3)]
        other = [encoder.speaker_vector(faster(speech(6, seed=seed), 1.35)) for seed in range(3, 6)]
        same = min(float(a @ b) for group in (one, other) for a in group for b in group)
        different = max(float(a @ b) for a in one for b in other)
        assert same > different


def test_vectors_are_unit_and_do_not_depend_on_level_or_much_on_rate() -> None:
    with open_encoder("builtin.speaker") as encoder:
        sound = speech(6, rate=24_000)
        vector = encoder.speaker_vector(sound)
        assert vector.dtype == np.float32
        assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)
        quieter = encoder.speaker_vector(Audio(sound.samples * np.float32(0.25), sound.rate))
        assert float(vector @ quieter) > 0.99
        at_cd_rate = encoder.speaker_vector(speech(6, rate=44_100))
        assert float(vector @ at_cd_rate) > encoder.same_speaker
        assert float(mean_vector(encoder, [sound, sound]) @ vector) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("samples", [np.zeros(0, np.float32), np.zeros(48_000, np.float32)])
def test_silence_says_nothing_of_a_speaker(samples: np.ndarray) -> None:
    with open_encoder("builtin.speaker") as encoder, pytest.raises(InputError, match="too little speech"):
        encoder.speaker_vector(Audio(samples, 24_000))


def test_the_best_ready_encoder_comes_first_and_the_built_in_one_is_always_ready() -> None:
    ready = ready_encoders()
    assert "builtin.speaker" in ready
    assert list(ready) == sorted(ready, key=["mlx.ecapa", "resemblyzer", "builtin.speaker"].index)


def test_an_engine_that_is_no_encoder_is_refused() -> None:
    with pytest.raises(EngineMissing, match="tells no speakers apart"), open_encoder("builtin.voice"):
        pass


@pytest.mark.skipif(find_spec("resemblyzer") is None, reason="resemblyzer is not installed")
def test_resemblyzer_gives_unit_vectors() -> None:
    with open_encoder("resemblyzer") as encoder:
        vector = encoder.speaker_vector(speech(4))
        assert vector.shape == (256,)
        assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-4)
        with pytest.raises(InputError, match="too little speech"):
            encoder.speaker_vector(Audio(np.zeros(1600, np.float32), 16_000))
