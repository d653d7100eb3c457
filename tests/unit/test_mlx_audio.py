"""Engine mlx.audio: each family of models driven end to end on a very small one of its architecture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from speech_checkpoints import make_csm, make_kokoro, make_mimi, make_pocket_tts, needs_mlx_audio, tiny_mimi, write_json
from speech_like import speech, write

from likeness.core import plugins
from likeness.core.errors import EngineMissing, InputError, NotFound, NotReady
from likeness.core.events import drain
from likeness.core.home import Home, PersonHome
from likeness.core.settings import settings
from likeness.core.types import SpeakRequest
from likeness.speak.generate import joined as one_sound
from likeness.speak.generate import open_speaker, say
from likeness.speak.recipe import voice_recipe
from likeness.speak.recordings import import_recordings
from likeness.speak.train import enrol, voice_folder

ENGINE = "mlx.audio"
SAID = "We left the house at noon and walked to the station together in the rain"
needs_mlx_audio()


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    make_csm(folder / "csm-1b")
    make_mimi(folder / "mimi-24khz")
    make_pocket_tts(folder / "pocket-tts")
    make_kokoro(folder / "Kokoro-82M")
    return folder


@pytest.fixture
def _here(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The models lie where they are looked for; the codec of CSM has its size in the library's code."""
    monkeypatch.setenv("LIKENESS_MODELS", str(models))
    settings.cache_clear()
    small = tiny_mimi(4)
    monkeypatch.setattr("mlx_audio.codec.models.mimi.mimi.mimi_202407", lambda codebooks: small)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> PersonHome:
    """One emotion with a transcript, one without."""
    root = tmp_path_factory.mktemp("sam")
    made = Home(root / "people").create("sam")
    for number, (emotion, told) in enumerate((("neutral", SAID), ("sad", ""))):
        (root / emotion).mkdir()
        write(root / emotion / f"{number}.wav", speech(5.0, seed=number), told)
        drain(import_recordings(made, [root / emotion], consent="I am Sam and agree", emotion=emotion))
    return made


def opened(folder: Path | None, **options: Any) -> Any:
    return plugins.engine(ENGINE).open(folder, options)


def spoken(engine: Any, seed: int = 1, emotion: str = "neutral", text: str = "Hi.") -> list[Any]:
    pieces = list(engine.speak(SpeakRequest(text, seed=seed, blend=((emotion, 1.0),))))
    assert all(piece.rate == engine.rate == 24_000 for piece in pieces)
    assert all(np.isfinite(piece.samples).all() for piece in pieces)
    return pieces


def joined(pieces: list[Any]) -> Any:
    return np.concatenate([piece.samples for piece in pieces])


@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize("model", ["csm-1b", "pocket-tts"])
def test_a_model_that_clones_is_enrolled_and_streams(home: PersonHome, model: str) -> None:
    name = model.replace("-", "_")
    drain(enrol(home, voice=name, engine=ENGINE, recipe=voice_recipe(model=model)))
    with opened(voice_folder(home, name)) as engine:
        pieces = spoken(engine)
        assert len(pieces) > 2
        assert pieces[0].seconds <= 0.5 < sum(piece.seconds for piece in pieces) <= 3.3  # capped by the text
        assert np.array_equal(joined(pieces), joined(spoken(engine)))
        assert not np.array_equal(joined(pieces), joined(spoken(engine, seed=2)))
        # CSM was told nothing of what the sad recordings say, so that it has the neutral ones only.
        same = np.array_equal(joined(pieces), joined(spoken(engine, emotion="sad")))
        assert same == (model == "csm-1b")


@pytest.mark.usefixtures("_here")
def test_what_a_model_needs_and_cannot_is_said(home: PersonHome, tmp_path: Path) -> None:
    last = drain(enrol(home, voice="told", engine=ENGINE, recipe=voice_recipe(model="csm-1b")))[-1]
    assert last.metrics["references"] == 1
    with pytest.raises(InputError, match="none of the 1 recordings of 'sad' has a transcript"):
        drain(enrol(home, voice="other", engine=ENGINE, emotion="sad", recipe=voice_recipe(model="csm-1b")))
    with pytest.raises(InputError, match="voices of its own only"):
        drain(enrol(home, voice="other", engine=ENGINE, recipe=voice_recipe(model="Kokoro-82M")))
    with pytest.raises(EngineMissing, match="not on this machine"):
        drain(enrol(home, voice="other", engine=ENGINE, recipe=voice_recipe(model="chatter")))
    write_json(tmp_path / "config.json", {"model_type": "bark"})
    with pytest.raises(InputError, match="'bark', which is not spoken with"):
        drain(enrol(home, voice="other", engine=ENGINE, recipe=voice_recipe(model=str(tmp_path))))


@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize("voice", ["kokoro:af_heart", "pocket_tts:alba"])
def test_stock_voices_by_name_alone(voice: str) -> None:
    model = {"kokoro": "Kokoro-82M", "pocket_tts": "pocket-tts"}[voice.partition(":")[0]]
    listed = plugins.engine(ENGINE).stock_voices({"model": model})  # type: ignore[attr-defined]
    assert voice in [each.id for each in listed]
    with opened(None, voice=voice) as engine:
        pieces = spoken(engine)
        assert np.abs(joined(pieces)).max() > 0
        assert np.array_equal(joined(pieces), joined(spoken(engine)))
        with pytest.raises(InputError, match="no word"):
            engine.speak(SpeakRequest("…"))
    # mlx-audio takes another voice for one it does not know.
    with pytest.raises(NotFound, match="no voice 'nobody'"):
        opened(None, voice=voice.partition(":")[0] + ":nobody")
    with pytest.raises(NotFound, match="no model family"):
        opened(None, voice="bark:somebody")
    with pytest.raises(NotReady, match="no voice"):
        opened(None)


@pytest.mark.usefixtures("_here")
def test_a_stock_voice_said_as_everybody_says_it(home: PersonHome) -> None:
    with open_speaker(home, "mlx.audio/kokoro:am_adam") as speaker:
        sound = one_sound(say(speaker, "Hi."))
    assert sound.rate == 22_050
    assert len(sound.samples) > 100


@pytest.mark.usefixtures("_here")
def test_the_voices_of_kokoro_differ() -> None:
    sounds = []
    for name in ("af_heart", "am_adam"):
        with opened(None, voice=f"kokoro:{name}") as engine:
            sounds.append(joined(spoken(engine)))
    assert sounds[0].shape != sounds[1].shape or not np.array_equal(*sounds)


def test_phonemes_for_kokoro() -> None:
    """Signs as its model knows them (misaki's for American English), stress before the vowel."""
    from likeness.engines.mlx.speech.phones import kokoro_phones

    assert list(kokoro_phones("Hello, the boy measured a judge's choice.", 500)) == [
        "həlˈO, ðə bˈY mˈɛʒəɹd ə ʤˈʌʤɪz ʧˈYs."
    ]
    assert list(kokoro_phones("Out there?", 500)) == ["ˈWt ðˈɛɹ?"]
    long = list(kokoro_phones("The house by the station. " * 40, 100))
    assert len(long) > 5
    assert all(0 < len(each) <= 100 for each in long)


@pytest.mark.usefixtures("_here")
def test_nothing_is_fetched_and_damage_is_told(models: Path, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "Kokoro-82M"
    shutil.copytree(models / "Kokoro-82M", folder)
    (folder / "model.safetensors").write_bytes(b"\x08" * 40)
    with pytest.raises(InputError, match="cannot be loaded"):
        opened(None, model=str(folder), voice="kokoro:af_heart")
    (folder / "model.safetensors").rename(folder / "kokoro.pth")
    with pytest.raises(InputError, match="pickled"):
        opened(None, model=str(folder), voice="kokoro:af_heart")
