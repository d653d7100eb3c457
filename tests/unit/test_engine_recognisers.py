"""Recognisers on very small checkpoints: loaded from a folder, words within the sound, languages, damaged models."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from speech_like import speech
from whisper_checkpoints import convert_for_ctranslate2, make_whisper

from likeness.core import plugins
from likeness.core.catalogue import known
from likeness.core.errors import EngineMissing, InputError
from likeness.core.protocols import Engine, Recogniser, SpeakerEncoder
from likeness.core.types import Audio

NEEDED = {
    "faster_whisper": ("faster_whisper", "transformers", "torch"),
    "mlx.whisper": ("mlx_audio", "transformers", "torch"),
}


def engine(name: str) -> type[Engine]:
    for library in NEEDED.get(name, ()):
        pytest.importorskip(library, reason=f"{name} needs it")
    return plugins.engine(name)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if find_spec("transformers") is None or find_spec("torch") is None:
        pytest.skip("making a checkpoint needs torch and transformers")
    return make_whisper(tmp_path_factory.mktemp("whisper") / "tiny")


def folder_for(name: str, published: Path, tmp_path: Path) -> Path:
    return convert_for_ctranslate2(published, tmp_path / "ct2") if name == "faster_whisper" else published


@pytest.mark.parametrize("name", NEEDED)
def test_whisper_hears_words_with_times_in_a_language(name: str, published: Path, tmp_path: Path) -> None:
    loaded = engine(name)
    with loaded.open(None, {"model": str(folder_for(name, published, tmp_path))}) as opened:
        assert isinstance(opened, Recogniser)
        sound = speech(2.0)
        # CTranslate2 takes so small a checkpoint for one of English alone
        language = "en" if name == "faster_whisper" else "de"
        heard = opened.recognise(sound, language=language)
        assert heard.language == language
        assert heard.text
        assert heard.words
        assert all(0.0 <= word.start <= word.end <= sound.seconds for word in heard.words)
        assert all(0.0 <= word.probability <= 1.0 and word.text.strip() == word.text for word in heard.words)
        silent = opened.recognise(Audio(np.zeros(32_000, np.float32), 16_000))
        assert (silent.text, silent.words) == ("", ())
        with pytest.raises(InputError):
            opened.recognise(sound, language="xx")


@pytest.mark.parametrize("name", NEEDED)
def test_a_model_that_is_absent_or_damaged_is_an_error_with_what_to_do(name: str, tmp_path: Path) -> None:
    loaded = engine(name)
    with pytest.raises(EngineMissing) as raised:
        loaded.open(None, {})
    assert f"likeness models get {loaded.info.models[0]}" in raised.value.hint
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match="has no"):
        loaded.open(None, {"model": str(tmp_path)})
    for file in ("model.bin", "tokenizer.json", "preprocessor_config.json", "model.safetensors"):
        (tmp_path / file).write_bytes(b"{}")
    with pytest.raises(InputError, match="cannot be loaded"):
        loaded.open(None, {"model": str(tmp_path)})


@pytest.mark.parametrize("name", ["faster_whisper", "mlx.whisper", "mlx.ecapa"])
def test_the_catalogue_knows_the_models(name: str) -> None:
    for model in engine(name).info.models:
        assert known(model).repository


@pytest.mark.skipif(find_spec("pocketsphinx") is None, reason="pocketsphinx is not installed")
def test_pocketsphinx_hears_english_only_and_nothing_in_silence() -> None:
    with plugins.engine("pocketsphinx").open() as opened:
        assert isinstance(opened, Recogniser)
        assert opened.recognise(Audio(np.zeros(48_000, np.float32), 24_000)).text == ""
        heard = opened.recognise(speech(3.0), expected="this was never said")
        assert "never said" not in heard.text
        assert all(0.0 <= word.start < word.end <= 3.1 for word in heard.words)
        assert " ".join(word.text for word in heard.words) == heard.text
        with pytest.raises(InputError, match="English only"):
            opened.recognise(speech(3.0), language="de")


def test_ecapa_gives_unit_vectors_that_depend_on_the_sound_alone(tmp_path: Path) -> None:
    pytest.importorskip("mlx_audio", reason="mlx.ecapa needs it")
    import mlx.core as mx
    from mlx.utils import tree_flatten
    from mlx_audio.codec.models.ecapa_tdnn import EcapaSpeakerEmbeddingExtractor

    mx.disable_compile()
    mx.random.seed(0)
    weights = dict(tree_flatten(EcapaSpeakerEmbeddingExtractor().model.parameters()))
    mx.save_safetensors(str(tmp_path / "model.safetensors"), weights)
    with engine("mlx.ecapa").open(None, {"model": str(tmp_path)}) as opened:
        assert isinstance(opened, SpeakerEncoder)
        one = opened.speaker_vector(speech(2.0, seed=1))
        assert one.shape == (192,)
        assert np.linalg.norm(one) == pytest.approx(1.0, abs=1e-4)
        assert np.allclose(one, opened.speaker_vector(speech(2.0, seed=1)), atol=1e-5)
        assert not np.allclose(one, opened.speaker_vector(speech(2.0, seed=2)), atol=1e-3)
        with pytest.raises(InputError, match="too little speech"):
            opened.speaker_vector(Audio(np.zeros(16_000, np.float32), 16_000))
    (tmp_path / "model.safetensors").write_bytes(b"damaged")
    with pytest.raises(InputError, match="cannot be loaded"):
        engine("mlx.ecapa").open(None, {"model": str(tmp_path)})
