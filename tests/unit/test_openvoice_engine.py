"""The engine over a base voice, from a download to speech, through the program's own doors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from openvoice_models import prepared, published
from speech_like import speech, write

from likeness.core import artefacts, plugins
from likeness.core.errors import EngineMissing, InputError, NotFound, NotReady
from likeness.core.events import drain
from likeness.core.home import Home, PersonHome
from likeness.core.protocols import Based, PreparesModel, Sized
from likeness.core.settings import settings
from likeness.core.types import Audio, SpeakRequest
from likeness.speak.generate import open_speaker, say
from likeness.speak.recipe import voice_recipe
from likeness.speak.recordings import import_recordings
from likeness.speak.train import enrol, voice_folder

pytest.importorskip("torch", reason="PyTorch is not installed")

TEXT = "We left the house at noon and walked to the station together in the rain"
ENGINE = "openvoice"


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    monkeypatch.setenv("LIKENESS_MODELS", str(folder))
    settings.cache_clear()
    return folder


@pytest.fixture
def home(tmp_path: Path) -> PersonHome:
    made = Home(tmp_path / "people").create("sam")
    for number, emotion in enumerate(("neutral", "happy")):
        folder = tmp_path / f"takes-{emotion}"
        folder.mkdir()
        write(folder / f"{number}.wav", speech(seed=number), TEXT)
        drain(import_recordings(made, [folder], consent="I am Sam and agree", emotion=emotion))
    return made


def _joined(pieces: list[Audio]) -> np.ndarray:
    return np.concatenate([piece.samples for piece in pieces])


def test_from_a_download_to_speech(models: Path, home: PersonHome) -> None:
    """Get, prepare, enrol over the built-in base voice, speak; the base voice alone sounds different."""
    folder = published(models / "OpenVoiceV2")
    kind = plugins.engine(ENGINE)
    assert isinstance(kind, PreparesModel)
    drain(kind.prepare_model(folder))
    last = drain(enrol(home, engine=ENGINE))[-1]
    assert last.metrics["emotions"] == 2
    voice = voice_folder(home, "me")
    assert not [path for path in voice.rglob("*") if path.suffix in (".pt", ".pth", ".pkl", ".bin")]
    with open_speaker(home, "me") as speaker:
        heard = list(say(speaker, TEXT, seed=1))
        again = list(say(speaker, TEXT, seed=1))
    assert len(heard) > 1
    assert np.array_equal(_joined(heard), _joined(again))
    assert any("builtin.voice/" in note for note in artefacts.load(voice).notes)
    assert isinstance(kind, Based)
    with kind.open_base(voice) as base:
        plain = list(base.speak(SpeakRequest(TEXT)))  # type: ignore[attr-defined]
    assert base.rate == 22_050  # type: ignore[attr-defined]
    said, converted = _joined(plain), _joined(heard)
    assert abs(len(said) - len(converted)) < 0.1 * len(said)
    shorter = min(len(said), len(converted))
    assert np.corrcoef(said[:shorter], converted[:shorter])[0, 1] < 0.9


def test_emotions_are_mixed_by_weight(models: Path, home: PersonHome) -> None:
    prepared(models / "OpenVoiceV2")
    drain(enrol(home, engine=ENGINE, recipe=voice_recipe(base_voice="builtin.double")))
    with plugins.engine(ENGINE).open(voice_folder(home, "me")) as speaker:

        def said(*blend: tuple[str, float]) -> np.ndarray:
            return _joined(list(speaker.speak(SpeakRequest("one two three", blend=blend))))  # type: ignore[attr-defined]

        neutral, happy = said(("neutral", 1.0)), said(("happy", 1.0))
        mixed, all_of_them = said(("neutral", 0.5), ("happy", 0.5)), said()
        with pytest.raises(InputError, match="'angry'"):
            said(("angry", 1.0))
    assert np.abs(neutral - happy).max() > 1e-5
    assert 0 < np.abs(mixed - neutral).max() < np.abs(happy - neutral).max() * 2
    assert np.abs(mixed - all_of_them).max() < np.abs(happy - neutral).max()


def test_style_reaches_the_base_voice(models: Path, home: PersonHome) -> None:
    prepared(models / "OpenVoiceV2")
    drain(enrol(home, engine=ENGINE, recipe=voice_recipe(base_voice="builtin.double")))
    with plugins.engine(ENGINE).open(voice_folder(home, "me")) as speaker:
        plain = _joined(list(speaker.speak(SpeakRequest("one two three"))))  # type: ignore[attr-defined]
        fast = _joined(list(speaker.speak(SpeakRequest("one two three", rate=2.0))))  # type: ignore[attr-defined]
    assert len(fast) == pytest.approx(len(plain) / 2, rel=0.1)


def test_another_base_voice_may_be_taken_when_it_is_opened(models: Path, home: PersonHome) -> None:
    prepared(models / "OpenVoiceV2")
    drain(enrol(home, engine=ENGINE, recipe=voice_recipe(base_voice="builtin.voice")))
    kind, voice = plugins.engine(ENGINE), voice_folder(home, "me")
    with kind.open(voice, {"base_voice": "builtin.double"}) as speaker:
        other = _joined(list(speaker.speak(SpeakRequest("one two three"))))  # type: ignore[attr-defined]
    assert len(other) == pytest.approx(3 * 0.16 * 22_050, rel=0.1)
    assert isinstance(kind, Sized)
    both = kind.memory_needed(voice, None), kind.memory_needed(voice, {"base_voice": "builtin.double"})
    assert both[0] > both[1] > kind.info.memory_mb


def test_what_is_missing_is_said_before_anything_is_made(models: Path, home: PersonHome) -> None:
    with pytest.raises(EngineMissing, match="OpenVoiceV2") as caught:
        drain(enrol(home, engine=ENGINE))
    assert caught.value.hint == "get it once: likeness models get OpenVoiceV2"
    prepared(models / "OpenVoiceV2")
    with pytest.raises(EngineMissing, match="nowhere"):
        drain(enrol(home, engine=ENGINE, recipe=voice_recipe(base_voice="nowhere")))
    with pytest.raises(InputError, match="cannot be the base"):
        drain(enrol(home, engine=ENGINE, recipe=voice_recipe(base_voice=ENGINE)))
    assert not (home.voices / "me").exists()


def test_a_download_that_was_not_prepared_says_what_to_do(models: Path, home: PersonHome) -> None:
    published(models / "OpenVoiceV2")
    with pytest.raises(InputError) as caught:
        drain(enrol(home, engine=ENGINE))
    assert "models get OpenVoiceV2" in caught.value.hint


@pytest.mark.parametrize("file", ["voice.json", "colours.safetensors"])
def test_a_damaged_voice_is_an_error(models: Path, home: PersonHome, file: str) -> None:
    prepared(models / "OpenVoiceV2")
    drain(enrol(home, engine=ENGINE, recipe=voice_recipe(base_voice="builtin.double")))
    path = voice_folder(home, "me") / file
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(InputError, match="damaged"):
        plugins.engine(ENGINE).open(voice_folder(home, "me"))


def test_without_a_voice_there_is_nothing_to_speak_with(tmp_path: Path) -> None:
    kind = plugins.engine(ENGINE)
    with kind.open() as speaker, pytest.raises(NotReady):
        speaker.speak(SpeakRequest("one"))  # type: ignore[attr-defined]
    with pytest.raises(NotFound):
        kind.open(tmp_path)
