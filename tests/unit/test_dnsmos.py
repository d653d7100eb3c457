"""The predictor of listeners' scores: the published figures come out, and noise lowers them."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
from speech_like import speech, with_noise

from likeness.core import plugins
from likeness.core.errors import EngineMissing, InputError
from likeness.core.types import Audio
from likeness.engines.onnx import dnsmos

needs_judge = pytest.mark.skipif(
    find_spec("onnxruntime") is None or find_spec("speechmos") is None, reason="needs the extra 'judge'"
)


def test_features_are_those_of_the_published_code() -> None:
    """Values of librosa 0.11 (melspectrogram, power_to_db) for the same sine, as the published code calls them."""
    tone = (0.5 * np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000)).astype(np.float32)
    found = dnsmos.mel_features(tone)
    assert found.shape == (100, 120)
    assert found.max() == pytest.approx(1.0)
    assert found.min() == pytest.approx(-1.0)
    assert found[50, [0, 5, 10, 15, 20, 60]] == pytest.approx(LIBROSA, abs=1e-4)


LIBROSA = [-1.0, -0.55607, -0.66139, 0.90369, -0.3997, -1.0]


@needs_judge
def test_noise_lowers_every_score_and_rate_does_not_matter() -> None:
    sound = speech(10.0, rate=16_000)
    with plugins.engine("dnsmos").open() as judge:
        clean = judge.naturalness(sound)  # type: ignore[attr-defined]
        noisy = judge.naturalness(with_noise(sound, 5.0))  # type: ignore[attr-defined]
    assert set(clean) == {"overall", "speech", "background", "p808"}
    assert all(0.5 < value < 5.0 for value in (*clean.values(), *noisy.values()))
    assert clean["background"] > noisy["background"] + 0.3
    assert clean["overall"] > noisy["overall"]


@needs_judge
def test_what_is_no_sound_is_refused() -> None:
    with plugins.engine("dnsmos").open() as judge:
        for samples in (np.zeros(0, np.float32), np.full(16_000, np.nan, np.float32)):
            with pytest.raises(InputError):
                judge.naturalness(Audio(samples, 16_000))  # type: ignore[attr-defined]


def test_a_package_without_networks_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dnsmos, "find_spec", lambda name: None)
    with pytest.raises(EngineMissing) as caught:
        dnsmos._networks()
    assert "judge" in caught.value.hint
