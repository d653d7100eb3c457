"""One adapter in PEFT's files: what is written is read again, what others wrote is read, what cannot be is refused."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from likeness.core import lora
from likeness.core.errors import InputError, NotFound
from likeness.core.lora_config import LAYERS, shapes

QWEN: dict[str, Any] = {
    "model_type": "qwen2",
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 40,
    "tie_word_embeddings": True,
}
ALL = tuple(LAYERS)


def filled(made: lora.Lora, seed: int = 3) -> lora.Lora:
    """``made`` with random numbers in B as well, so that it changes what the model says."""
    random = np.random.default_rng(seed)
    weights = {
        name: random.standard_normal(value.shape, np.float32) * np.float32(0.1) for name, value in made.weights.items()
    }
    return replace(made, weights=weights)


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    folder = tmp_path / "adapter"
    lora.write(folder, filled(lora.fresh(QWEN, ALL, 4, 8, base_model="tiny")))
    return folder


def changed(folder: Path, **options: Any) -> Path:
    path = folder / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | options))
    return folder


@settings(deadline=None, max_examples=40)
@given(
    modules=st.sets(st.sampled_from(ALL), min_size=1),
    rank=st.integers(1, 9),
    alpha=st.floats(0.01, 256, allow_nan=False),
    rank_stabilised=st.booleans(),
    seed=st.integers(0, 2**31),
    layers=st.integers(1, 3),
    base=st.text(max_size=20),
)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory,
    modules: set[str],
    rank: int,
    alpha: float,
    rank_stabilised: bool,
    seed: int,
    layers: int,
    base: str,
) -> None:
    folder = tmp_path_factory.mktemp("adapter")
    config = QWEN | {"num_hidden_layers": layers}
    made = filled(
        lora.fresh(config, modules, rank, alpha, rank_stabilised=rank_stabilised, seed=seed, base_model=base), seed
    )
    lora.write(folder, made)
    found = lora.read(folder)
    assert found == made
    assert found.scale == made.scale
    assert lora.from_mlx(lora.mlx_weights(found), found) == made
    lora.check_base(found, config)


def test_a_fresh_adapter_has_the_shapes_of_the_model_and_changes_nothing() -> None:
    made = lora.fresh(QWEN, ["v_proj", "q_proj", "down_proj"], 4, 8, seed=1)
    assert made.modules == ("q_proj", "v_proj", "down_proj")
    assert made.weights["base_model.model.model.layers.1.self_attn.v_proj.lora_A.weight"].shape == (4, 24)
    assert made.weights["base_model.model.model.layers.1.self_attn.v_proj.lora_B.weight"].shape == (12, 4)
    assert made.weights["base_model.model.model.layers.0.mlp.down_proj.lora_A.weight"].shape == (4, 40)
    for name, value in made.weights.items():
        assert value.dtype == np.float32
        assert not value.any() if "lora_B" in name else 0.5 < np.abs(value).max() * math.sqrt(value.shape[1]) <= 1
    assert made == lora.fresh(QWEN, ["q_proj", "v_proj", "down_proj"], 4, 8, seed=1)
    assert made != lora.fresh(QWEN, ["q_proj", "v_proj", "down_proj"], 4, 8, seed=2)


def test_a_head_size_of_its_own_is_reckoned_with() -> None:
    found = shapes(QWEN | {"model_type": "qwen3", "head_dim": 16})
    assert (found["q_proj"], found["k_proj"], found["o_proj"]) == ((64, 24), (32, 24), (24, 64))


def test_the_scale_of_rank_stabilised_adapters_goes_by_the_root() -> None:
    plain = lora.fresh(QWEN, ["q_proj"], 16, 32)
    assert plain.scale == 2
    assert replace(plain, rank_stabilised=True).scale == 8
    assert lora.mlx_config(replace(plain, rank_stabilised=True), 2)["lora_parameters"]["scale"] == 8


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"use_dora": True}, "DoRA"),
        ({"modules_to_save": ["lm_head"]}, "modules_to_save"),
        ({"alpha_pattern": {"q_proj": 4}}, "alpha_pattern"),
        ({"rank_pattern": {"q_proj": 4}}, "rank_pattern"),
        ({"bias": "lora_only"}, "biases"),
        ({"layers_to_transform": [1]}, "layers_to_transform"),
        ({"use_qalora": True}, "quantised"),
        ({"init_lora_weights": "pissa_niter_4"}, "changes the base"),
        ({"target_modules": ["q_proj", "embed_tokens"]}, "embeddings"),
        ({"target_modules": ["q_proj"]}, "weights are of"),
        ({"use_something_new": True}, "use_something_new"),
        ({"r": 5}, "rank 5"),
        ({"r": True}, "rank True"),
        ({"lora_alpha": None}, "alpha None"),
        ({"lora_alpha": float("nan")}, "alpha nan"),
        ({"lora_alpha": 10**400}, "alpha 1000"),
        ({"peft_type": "IA3"}, "not that of a PEFT LoRA"),
        ({"target_modules": 7}, "target_modules"),
        ({"layers_to_transform": ["a"]}, "layers_to_transform"),
    ],
)
def test_what_the_other_runtimes_would_leave_out_is_refused(
    adapter: Path, options: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InputError, match=reason):
        lora.read(changed(adapter, **options))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("base_model.model.model.embed_tokens.lora_embedding_A", "embeddings"),
        ("base_model.model.lm_head.lora_A.weight", "output layer"),
        ("base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector", "DoRA"),
        ("base_model.model.model.layers.0.self_attn.qkv_proj.lora_A.weight", "not a linear layer"),
        ("base_model.model.model.layers.0.mlp.q_proj.lora_A.weight", "not a linear layer"),
        ("base_model.model.model.layers.0.self_attn.q_proj.lora_A.default.weight", "twice"),
    ],
)
def test_weights_of_other_layers_are_refused(adapter: Path, name: str, reason: str) -> None:
    path = adapter / "adapter_model.safetensors"
    save_file(load_file(path) | {name: np.zeros((4, 24), np.float32)}, path)
    with pytest.raises(InputError, match=reason):
        lora.read(adapter)


@pytest.mark.parametrize("half", ["A", "B"])
def test_a_missing_half_a_wrong_shape_and_no_number_are_refused(adapter: Path, half: str) -> None:
    path = adapter / "adapter_model.safetensors"
    whole = load_file(path)
    name = lora.weight_name(1, "k_proj", half)
    save_file({key: value for key, value in whole.items() if key != name}, path)
    with pytest.raises(InputError, match="lacks"):
        lora.read(adapter)
    save_file(whole | {name: whole[name][:, :, None]}, path)
    with pytest.raises(InputError, match="shape"):
        lora.read(adapter)
    save_file(whole | {name: np.full_like(whole[name], np.nan)}, path)
    with pytest.raises(InputError, match="not finite"):
        lora.read(adapter)
    save_file(whole | {name: whole[name].astype(np.int8)}, path)
    with pytest.raises(InputError, match="quantised"):
        lora.read(adapter)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_damaged_files_give_a_sentence(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("adapter")
    lora.write(folder, lora.fresh(QWEN, ["q_proj", "v_proj"], 2, 4))
    path = folder / data.draw(st.sampled_from(["adapter_model.safetensors", "adapter_config.json"]))
    whole = path.read_bytes()
    at = data.draw(st.integers(0, min(len(whole), 900) - 1))
    damage = data.draw(st.sampled_from(["cut", "flip"]))
    path.write_bytes(whole[:at] if damage == "cut" else whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
    try:
        lora.read(folder)  # a changed number or a changed name of the base is no damage that can be seen
    except InputError:
        pass


def test_an_absent_adapter_and_pickled_weights_are_told(adapter: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"adapter_config\.json"):
        lora.read(tmp_path)
    weights = adapter / "adapter_model.safetensors"
    weights.rename(adapter / "adapter_model.bin")
    with pytest.raises(NotFound) as told:
        lora.read(adapter)
    assert "pickled" in told.value.hint


def test_an_adapter_of_another_model_is_told(adapter: Path) -> None:
    found = lora.read(adapter)
    with pytest.raises(InputError, match="not learned on this model"):
        lora.check_base(found, QWEN | {"hidden_size": 32})
    with pytest.raises(InputError, match="1 layers"):
        lora.check_base(found, QWEN | {"num_hidden_layers": 1})
    with pytest.raises(InputError, match="gpt2"):
        lora.check_base(found, {"model_type": "gpt2"})
    with pytest.raises(InputError, match="lacks a size"):
        lora.check_base(found, {"model_type": "llama"})
    with pytest.raises(InputError, match="wqkv"):
        lora.fresh(QWEN, ["wqkv"], 4, 8)


@pytest.mark.parametrize("kind", ["BF16", "F16"])
def test_half_precision_is_read(adapter: Path, kind: str) -> None:
    path = adapter / "adapter_model.safetensors"
    whole = lora.read(adapter)
    header, body = {}, b""
    for name, value in whole.weights.items():
        half = value.astype("<f2") if kind == "F16" else (value.view("<u4") >> 16).astype("<u2")
        header[name] = {"dtype": kind, "shape": value.shape, "data_offsets": [len(body), len(body) + half.nbytes]}
        body += half.tobytes()
    told = json.dumps(header).encode()
    path.write_bytes(len(told).to_bytes(8, "little") + told + body)
    found = lora.read(adapter)
    for name, value in found.weights.items():
        np.testing.assert_allclose(value, whole.weights[name], rtol=2**-7 if kind == "BF16" else 2**-10, atol=1e-6)


@pytest.mark.parametrize("rank_stabilised", [False, True])
def test_peft_and_we_read_each_other(tmp_path: Path, rank_stabilised: bool) -> None:
    torch = pytest.importorskip("torch")
    peft = pytest.importorskip("peft")
    transformers = pytest.importorskip("transformers")
    from likeness.engines.tuning.tiny import make_tiny

    base = make_tiny(tmp_path / "base", "qwen2")
    config = json.loads((base / "config.json").read_text())
    made = filled(lora.fresh(config, ALL, 4, 6, rank_stabilised=rank_stabilised, base_model=str(base)))
    lora.write(tmp_path / "ours", made, dropout=0.05)
    model = transformers.AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    loaded = peft.PeftModel.from_pretrained(model, tmp_path / "ours")
    inside = dict(loaded.named_parameters())
    for name, value in made.weights.items():
        np.testing.assert_array_equal(inside[name.replace(".weight", ".default.weight")].detach().numpy(), value)
    scales = {module.scaling["default"] for module in loaded.modules() if hasattr(module, "lora_A")}
    assert list(scales) == pytest.approx([made.scale])
    loaded.save_pretrained(tmp_path / "theirs")
    assert lora.read(tmp_path / "theirs") == made
    loaded.to(torch.bfloat16).save_pretrained(tmp_path / "half")
    half = lora.read(tmp_path / "half")
    assert half.scale == made.scale
    assert all(np.abs(half.weights[name] - value).max() < 2e-3 for name, value in made.weights.items())
