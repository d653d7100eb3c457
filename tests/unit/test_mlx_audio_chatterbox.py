"""Chatterbox by engine mlx.audio, end to end on the same architecture made small."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from speech_checkpoints import make_chatterbox, needs_mlx_audio, small_chatterbox
from speech_like import speech, write

from likeness.core import plugins
from likeness.core.errors import EngineMissing
from likeness.core.events import drain
from likeness.core.home import Home
from likeness.core.settings import settings
from likeness.core.types import SpeakRequest
from likeness.speak.recipe import voice_recipe
from likeness.speak.recordings import import_recordings
from likeness.speak.train import enrol, voice_folder

needs_mlx_audio()


def test_a_voice_is_enrolled_without_transcripts_and_speaks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_chatterbox(monkeypatch)
    make_chatterbox(tmp_path / "models" / "chatterbox")
    monkeypatch.setenv("LIKENESS_MODELS", str(tmp_path / "models"))
    settings.cache_clear()
    home = Home(tmp_path / "people").create("sam")
    (tmp_path / "takes").mkdir()
    write(tmp_path / "takes" / "1.wav", speech(4.5))
    drain(import_recordings(home, [tmp_path / "takes"], consent="I am Sam and agree"))
    drain(enrol(home, engine="mlx.audio", recipe=voice_recipe(model="chatterbox")))
    opened: Any = plugins.engine("mlx.audio").open
    with opened(voice_folder(home, "me")) as engine:
        pieces = list(engine.speak(SpeakRequest("Hi.", seed=1)))
        sound = np.concatenate([piece.samples for piece in pieces])
        assert engine.rate == pieces[0].rate == 24_000
        assert np.isfinite(sound).all()
        assert 0 < len(sound) <= 3.3 * 24_000
        assert np.abs(sound).max() > 0
        assert list(engine._memory) == ["neutral"]  # the reference was listened to once, for all texts to come
    (tmp_path / "models" / "S3TokenizerV2").rename(tmp_path / "gone")
    with pytest.raises(EngineMissing, match="S3TokenizerV2 is not on this machine"):
        opened(voice_folder(home, "me"))
