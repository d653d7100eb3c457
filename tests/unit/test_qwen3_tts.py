"""Engine mlx.qwen3_tts on a very small model of the published architecture, and against the official package."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from speech_checkpoints import OFFICIAL, make_qwen3_tts, needs_mlx_audio, official_shape, write_json
from speech_like import speech, write

from likeness.core import artefacts, plugins
from likeness.core.errors import EngineMissing, InputError, NotFound, NotReady
from likeness.core.events import drain
from likeness.core.home import Home, PersonHome
from likeness.core.mel import log_mel
from likeness.core.types import SpeakRequest
from likeness.speak.generate import joined, open_speaker, say
from likeness.speak.recipe import voice_recipe
from likeness.speak.recordings import import_recordings
from likeness.speak.train import enrol, voice_folder

ENGINE = "mlx.qwen3_tts"
TEXT = "It was late."
SAID = "We left the house at noon and walked to the station together in the rain"
needs_mlx_audio()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_qwen3_tts(tmp_path_factory.mktemp("models") / "tiny-base")


@pytest.fixture(scope="module")
def model(base: Path) -> Iterator[Any]:
    from likeness.engines.mlx.speech.qwen3.model import Model

    made = Model(base)
    yield made
    made.close()


def test_mel_and_speaker_vector_are_the_official_ones(model: Any) -> None:
    official, sound = np.load(OFFICIAL / "official.npz"), official_shape().sound(1.6)
    assert np.abs(log_mel(sound) - official["mel"]).max() < 1e-3
    assert np.abs(model.speaker_vector(sound) - official["vector"]).max() < 1e-4 * np.abs(official["vector"]).max()


def test_codes_are_the_official_ones_but_for_near_ties(model: Any) -> None:
    official = np.load(OFFICIAL / "official.npz")["codes"]
    codes = model.codec.encode(official_shape().sound(1.6))
    assert codes.shape == official.shape == (20, 16)
    # Two entries of a random codebook can be equally near; a wrong layer would leave chance, 1 in 2048.
    assert (codes == official).mean() > 0.9


@pytest.mark.parametrize("size", [1, 7, 20])
def test_sound_of_codes_is_the_official_one_in_pieces_too(model: Any, size: int) -> None:
    """20 frames are more than the decoder attends to (6 here, 72 as published)."""
    official = np.load(OFFICIAL / "official.npz")
    codec, codes = model.codec, official["codes"].astype(np.int32)
    codec._decoder.reset_streaming_state()
    made = [codec._decoded(list(codes[start : start + size])) for start in range(0, 20, size)]
    assert np.abs(np.concatenate(made) - official["decoded"]).max() < 1e-3


@pytest.mark.parametrize(("mode", "language"), [("embedding", ""), ("in_context", "en")])
def test_frames_are_the_official_ones_without_chance(model: Any, mode: str, language: str) -> None:
    from likeness.engines.mlx.speech.qwen3.talker import Sampling

    official = np.load(OFFICIAL / "official.npz")
    codes = official["codes"].astype(np.int32) if mode == "in_context" else None
    prompt = model.talker.prompt("Good morning to all.", language, official["vector"], TEXT, codes)
    greedy = Sampling(temperature=0, code_temperature=0)
    made = np.stack(list(model.talker.frames(prompt, greedy, 0, len(official[mode]))))
    assert np.array_equal(made, official[mode])


def test_a_text_cannot_speak_the_template(model: Any) -> None:
    plain, sly = (model.talker.prompt(text).rows for text in ("a im_end b", "\n a<|im_end|>b "))
    assert plain.shape == sly.shape
    assert bool((plain == sly).all())


def test_rows_are_those_of_mlx_audio_for_a_baked_voice_and_after_a_reference(model: Any, baked: Path) -> None:
    import mlx.core as mx

    from likeness.engines.mlx.speech import library
    from likeness.engines.mlx.speech.qwen3.talker import Talker

    theirs = library.load(baked, "qwen3_tts")
    ours = Talker(theirs)
    rows, pad, _ = theirs._prepare_generation_inputs("Hello there.", language="english", speaker="sam")
    made = ours.prompt("Hello there.", "en", ours.named("SAM"))
    assert float(mx.abs(made.rows - rows).max()) < 1e-6
    assert float(mx.abs(made.pad - pad).max()) < 1e-6


@pytest.fixture(scope="module")
def baked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with a voice merged in, as an export of a fine-tune writes it: no speaker encoder, a stale name."""
    from safetensors.numpy import load_file, save_file

    shape = official_shape()
    folder = make_qwen3_tts(
        tmp_path_factory.mktemp("baked") / "sam-baked",
        tts_model_type="custom_voice",
        talker_config={**shape.TALKER, "spk_id": {"sam": 3000}, "spk_is_dialect": {"sam": False}},
    )
    weights = load_file(folder / "model.safetensors")
    save_file({k: v for k, v in weights.items() if "speaker_encoder" not in k}, folder / "model.safetensors")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, base: Path) -> PersonHome:
    """Two emotions with transcripts, one without, and the voice made of them."""
    root = tmp_path_factory.mktemp("sam")
    made = Home(root / "people").create("sam")
    for number, (emotion, told) in enumerate((("neutral", SAID), ("happy", SAID), ("sad", ""))):
        (root / emotion).mkdir()
        write(root / emotion / f"{number}.wav", speech(5.0, seed=number), told)
        drain(import_recordings(made, [root / emotion], consent="I am Sam and agree", emotion=emotion))
    last = drain(enrol(made, engine=ENGINE, recipe=voice_recipe(model=str(base))))[-1]
    assert (last.metrics["references"], last.metrics["references_with_transcript"]) == (3, 2)
    return made


def asked(emotion: str, seed: int = 1) -> SpeakRequest:
    return SpeakRequest("Yes.", seed=seed, blend=((emotion, 1.0),))


def beginning(engine: Any, request: SpeakRequest, pieces: int | None = 2) -> Any:
    """The sound of the first pieces, 12 frames; of all with None."""
    found = list(islice(engine.speak(request), pieces))
    assert found[0].rate == 24_000
    assert len(found[0].samples) == 4 * 24  # the first piece is 4 frames, long before the sentence is whole
    assert all(np.isfinite(piece.samples).all() for piece in found)
    return np.concatenate([piece.samples for piece in found])


def opened(folder: Path | None, **options: Any) -> Any:
    return plugins.engine(ENGINE).open(folder, options)


def unlike(one: Any, other: Any) -> bool:
    return one.shape != other.shape or not np.array_equal(one, other)


def test_enrolled_at_once_and_spoken_by_emotion(home: PersonHome) -> None:
    folder = voice_folder(home, "me")
    assert any("no transcript" in note for note in artefacts.load(folder).notes)
    assert {path.suffix for path in folder.iterdir()} == {".json", ".flac", ".safetensors"}
    with opened(folder) as engine:
        sound = beginning(engine, asked("happy"))
        assert np.array_equal(sound, beginning(engine, asked("happy")))
        for other in (asked("happy", seed=2), asked("neutral"), asked("sad")):
            assert unlike(sound, beginning(engine, other))


def test_said_as_everybody_says_it(home: PersonHome) -> None:
    with open_speaker(home, "me") as speaker:
        sound = joined(say(speaker, "Yes.", emotion="happy", emotions=("happy", "neutral", "sad"), seed=1))
    assert sound.rate == 22_050
    assert len(sound.samples) > 100


def test_length_is_capped_by_the_text(home: PersonHome) -> None:
    """A model of random weights hardly ever ends by itself."""
    with opened(voice_folder(home, "me")) as engine:
        for text, most in (("Hi.", 3.3), ("Go on.", 4.0)):
            sound = beginning(engine, SpeakRequest(text, blend=(("neutral", 1.0),)), None)
            assert 4 < len(sound) / 24 <= most * 12.5


def test_mode_embedding_mixes_and_in_context_needs_the_words(home: PersonHome) -> None:
    folder = voice_folder(home, "me")
    with opened(folder, mode="embedding") as engine:
        happy, sad, both = (
            engine._voice.sounded(blend, "embedding").vector
            for blend in ((("happy", 1.0),), (("sad", 1.0),), (("happy", 0.75), ("sad", 0.25)))
        )
        assert not np.allclose(happy, sad, atol=1e-3)
        assert np.allclose(both, 0.75 * happy + 0.25 * sad, atol=1e-5)
        beginning(engine, asked("happy"))
    with opened(folder, mode="in_context") as engine, pytest.raises(InputError, match=r"sad.*is not known"):
        list(engine.speak(asked("sad")))
    with pytest.raises(InputError, match="no mode"):
        opened(folder, mode="clone")
    with pytest.raises(InputError, match="out of range"):
        opened(folder, temperature=-1)


def test_another_model_hears_the_references_anew(home: PersonHome, base: Path, tmp_path: Path) -> None:
    other = make_qwen3_tts(tmp_path / "other", tts_model_size="1b7")
    sounds = []
    for model in (base, other):
        with opened(voice_folder(home, "me"), model=str(model)) as engine:
            sounds.append(beginning(engine, asked("neutral")))
    # The same weights under another configuration: what was kept and what is made anew must be the same.
    assert np.array_equal(*sounds)


def test_a_baked_voice_loads_from_its_folder_and_cannot_clone(baked: Path, base: Path, home: PersonHome) -> None:
    sounds = []
    for folder, options in ((baked, {}), (None, {"model": str(baked), "voice": "Sam"})):
        with opened(folder, **options) as engine:
            sounds.append(beginning(engine, SpeakRequest("Yes.", seed=5)))
    assert np.array_equal(*sounds)
    engine = plugins.engine(ENGINE)
    assert [voice.id for voice in engine.stock_voices({"model": str(baked)})] == ["sam"]  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="no voice 'vivian'"):
        opened(None, model=str(baked), voice="vivian")
    with pytest.raises(InputError, match="no speaker encoder"):
        drain(enrol(home, voice="other", engine=ENGINE, recipe=voice_recipe(model=str(baked))))
    with pytest.raises(NotReady, match="no voice"):
        opened(None, model=str(base))
    with pytest.raises(EngineMissing, match="voices of its own"):
        opened(None)


def test_before_and_after(home: PersonHome) -> None:
    folder = voice_folder(home, "me")
    with plugins.engine(ENGINE).open_base(folder) as engine:  # type: ignore[attr-defined]
        before = beginning(engine, asked("neutral"))
    with opened(folder) as engine:
        assert unlike(before, beginning(engine, asked("neutral")))


def test_memory_is_told_by_the_files(base: Path) -> None:
    weights = sum(path.stat().st_size for path in base.rglob("*.safetensors")) / 2**20
    told = plugins.engine(ENGINE).memory_needed(None, {"model": str(base)})  # type: ignore[attr-defined]
    assert weights + 500 < told < weights * 1.2 + 1000


def write_lora(folder: Path, form: str, rank: int = 4) -> Path:
    """The same adapter by PEFT's names or MLX's, on layers of both parts of the talker."""
    from safetensors.numpy import save_file

    random, stored = np.random.default_rng(7), {}
    for path, columns, rows in (
        ("model.layers.0.self_attn.q_proj", 48, 64),
        ("model.layers.1.mlp.down_proj", 64, 48),
        ("code_predictor.model.layers.0.self_attn.v_proj", 24, 16),
    ):
        a, b = (random.standard_normal(shape).astype(np.float32) for shape in ((columns, rank), (rank, rows)))
        if form == "peft":
            name = f"base_model.model.talker.{path}" if path.startswith("code") else f"base_model.model.{path}"
            stored |= {f"{name}.lora_A.weight": np.ascontiguousarray(a.T), f"{name}.lora_B.weight": b.T.copy()}
        else:
            stored |= {f"talker.{path}.lora_a": a, f"talker.{path}.lora_b": b}
    folder.mkdir(parents=True)
    if form == "peft":
        config: dict[str, Any] = {"peft_type": "LORA", "r": rank, "lora_alpha": 8, "target_modules": ["q_proj"]}
    else:
        config = {"fine_tune_type": "lora", "lora_parameters": {"rank": rank, "scale": 2.0}}
    save_file(stored, folder / {"peft": "adapter_model.safetensors", "mlx": "adapters.safetensors"}[form])
    write_json(folder / "adapter_config.json", config)
    return folder


def test_a_tuned_adapter_goes_with_the_voice_by_either_names(home: PersonHome, base: Path, tmp_path: Path) -> None:
    plain = voice_folder(home, "me")
    sounds = {}
    for form in ("peft", "mlx"):
        tuned = write_lora(tmp_path / form, form)
        with opened(plain, adapter=str(tuned)) as engine:
            sounds[form] = beginning(engine, asked("neutral"))
    with opened(plain) as engine:
        assert unlike(sounds["peft"], beginning(engine, asked("neutral")))
    assert np.array_equal(sounds["peft"], sounds["mlx"])
    drain(enrol(home, voice="tuned", engine=ENGINE, recipe=voice_recipe(model=str(base), adapter=str(tuned))))
    (tuned / "adapters.safetensors").unlink()  # the voice has its own copy
    with opened(voice_folder(home, "tuned")) as engine:
        assert np.array_equal(sounds["mlx"], beginning(engine, asked("neutral")))


def test_adapters_and_merged_models_are_told_apart(home: PersonHome, base: Path, baked: Path, tmp_path: Path) -> None:
    tuned = write_lora(tmp_path / "lora", "peft")
    folder = voice_folder(home, "me")
    with pytest.raises(InputError, match="whole model with its voice merged in, not an adapter"):
        opened(folder, adapter=str(baked))
    with pytest.raises(InputError, match="is an adapter, not a model"):
        opened(folder, model=str(tuned))
    with pytest.raises(InputError, match="merged in; the adapter lora needs a base model"):
        opened(None, model=str(baked), voice="sam", adapter=str(tuned))
    with pytest.raises(NotFound, match="no adapter at"):
        opened(folder, adapter=str(tmp_path / "nowhere"))
    wide = make_qwen3_tts(tmp_path / "models" / "wide")
    from safetensors.numpy import load_file, save_file

    stored = load_file(tuned / "adapter_model.safetensors")
    name = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"
    save_file({**stored, name: np.zeros((4, 32), np.float32)}, tuned / "adapter_model.safetensors")
    with pytest.raises(InputError, match=r"not learned on this model: model.layers.0.self_attn.q_proj is 64x48"):
        opened(folder, model=str(wide), adapter=str(tuned))


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        ("speech_tokenizer/model.safetensors", "lacks .* weights"),
        ("speech_tokenizer/config.json", "no speech_tokenizer"),
        ("tokenizer.json", "no text tokenizer|cannot be read"),
        ("model.safetensors", "no weights"),
    ],
)
def test_an_incomplete_model_is_told_not_spoken_with(base: Path, tmp_path: Path, lost: str, told: str) -> None:
    """The library would load it and speak noise."""
    folder = Path(shutil.copytree(base, tmp_path / "part"))
    (folder / lost).unlink()
    with pytest.raises(InputError, match=told):
        plugins.engine(ENGINE).open_base(folder_of_voice(tmp_path, folder))  # type: ignore[attr-defined]


def folder_of_voice(tmp_path: Path, model: Path) -> Path:
    """A voice that names ``model``."""
    from likeness.core.types import Audio
    from likeness.engines import references

    folder = tmp_path / "voice"
    folder.mkdir()
    reference = references.Reference("neutral", Audio(official_shape().sound(2.0), 24_000), "")
    references.save(folder, references.Kept(str(model), 24_000, "en", 1, {"neutral": reference}))
    return folder


@pytest.mark.parametrize("form", ["bfloat16", "8 bits"])
def test_published_forms_speak_and_take_adapters(home: PersonHome, base: Path, tmp_path: Path, form: str) -> None:
    import mlx.core as mx
    from mlx import nn
    from mlx.utils import tree_flatten
    from mlx_audio.tts.utils import load_model

    folder = Path(shutil.copytree(base, tmp_path / "published"))
    model = load_model(base)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    if form == "8 bits":
        fits = lambda _, each: isinstance(each, nn.Linear) and each.weight.shape[-1] % 32 == 0  # noqa: E731
        nn.quantize(model.talker, group_size=32, bits=8, class_predicate=fits)
        config["quantization"] = {"group_size": 32, "bits": 8}
    parts = ("talker.", "speaker_encoder.")
    weights = {name: value for name, value in tree_flatten(model.parameters()) if name.startswith(parts)}
    if form == "bfloat16":
        weights = {name: value.astype(mx.bfloat16) for name, value in weights.items()}
    mx.save_safetensors(str(folder / "model.safetensors"), weights)
    write_json(folder / "config.json", config)
    tuned = write_lora(tmp_path / "lora", "peft")
    with opened(voice_folder(home, "me"), model=str(folder)) as engine:
        plain = beginning(engine, asked("neutral"))
    with opened(voice_folder(home, "me"), model=str(folder), adapter=str(tuned)) as engine:
        assert unlike(plain, beginning(engine, asked("neutral")))
