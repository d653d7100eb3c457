"""Very small speech models of the published architectures, with random weights, as their files lie on a hub."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

OFFICIAL = Path(__file__).parents[1] / "fixtures" / "qwen3_tts"


def needs_mlx_audio(monkeypatch: pytest.MonkeyPatch | None = None) -> None:
    """Skip without the library. Compiling for a processor takes longer than it saves."""
    pytest.importorskip("mlx_audio", reason="needs likeness[speech]")
    import mlx.core as mx

    mx.disable_compile()


def official_shape() -> ModuleType:
    """What the fixture was made of (``fixtures/qwen3_tts/shape.py``)."""
    spec = importlib.util.spec_from_file_location("qwen3_tts_shape", OFFICIAL / "shape.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_qwen3_tts(folder: Path, **changes: Any) -> Path:
    """A Qwen3-TTS in the published layout; ``changes`` are made to its ``config.json``."""
    shape = official_shape()
    names: dict[str, dict[str, list[int]]] = json.loads((OFFICIAL / "names.json").read_text(encoding="utf-8"))
    (folder / "speech_tokenizer").mkdir(parents=True)
    for part, place in (("model", folder), ("speech_tokenizer", folder / "speech_tokenizer")):
        weights = {name: shape.drawn(name, tuple(size)) for name, size in names[part].items()}
        save_file({name: np.ascontiguousarray(each) for name, each in weights.items()}, place / "model.safetensors")
    write_json(folder / "config.json", {**shape.MODEL, "_name_or_path": "somebody/else", **changes})
    write_json(folder / "speech_tokenizer" / "config.json", shape.SPEECH_TOKENIZER)
    byte_tokenizer(folder, shape.SPECIAL)
    return folder


def make_kokoro(folder: Path) -> Path:
    """A Kokoro with one voice; the width of its styles (128 and 128) is fixed in the architecture."""
    from mlx_audio.tts.models.kokoro.kokoro import Model, ModelConfig

    from likeness.engines.mlx.speech import phones

    signs = sorted(set("".join(phones._SIGNS.values())) | set("ə ˈˌ,;.?!"))
    config: dict[str, Any] = {
        "istftnet": {
            "upsample_kernel_sizes": [4, 4],
            "upsample_rates": [2, 2],
            "gen_istft_hop_size": 5,
            "gen_istft_n_fft": 20,
            "resblock_dilation_sizes": [[1, 3, 5]],
            "resblock_kernel_sizes": [3],
            "upsample_initial_channel": 512,
        },
        "dim_in": 512,
        "dropout": 0.0,
        "hidden_dim": 512,
        "max_conv_dim": 32,
        "max_dur": 3,
        "multispeaker": True,
        "n_layer": 1,
        "n_mels": 16,
        "n_token": len(signs) + 1,
        "style_dim": 128,
        "text_encoder_kernel_size": 5,
        "plbert": {
            "hidden_size": 32,
            "num_attention_heads": 2,
            "intermediate_size": 32,
            "max_position_embeddings": 512,
            "num_hidden_layers": 1,
        },
        "vocab": {sign: number for number, sign in enumerate(signs, 1)},
    }
    (folder / "voices").mkdir(parents=True)
    _as_published(folder, Model(ModelConfig.from_dict(config)), config)
    random = np.random.default_rng(1)
    for name in ("af_heart", "am_adam"):
        pack = 0.1 * random.standard_normal((510, 1, 256)).astype(np.float32)
        save_file({"voice": pack}, folder / "voices" / f"{name}.safetensors")
    return folder


def make_pocket_tts(folder: Path) -> Path:
    """A Pocket TTS with one stock voice."""
    from mlx_audio.tts.models.pocket_tts import Model
    from mlx_audio.tts.models.pocket_tts.config import ModelConfig

    folder.mkdir(parents=True)
    byte_tokenizer(folder, ())
    transformer = {"d_model": 16, "num_heads": 2, "num_layers": 1, "layer_scale": 0.01, "context": 250}
    config: dict[str, Any] = {
        "model_type": "pocket_tts",
        "eos_threshold": 1e9,
        "flow_lm": {
            "dtype": "float32",
            "flow": {"dim": 32, "depth": 1},
            "transformer": {"hidden_scale": 2, "max_period": 10000, "d_model": 32, "num_heads": 2, "num_layers": 1},
            "lookup_table": {"dim": 32, "n_bins": 256, "tokenizer": "huggingface", "tokenizer_path": "tokenizer.json"},
            "ldim": 8,
        },
        "mimi": {
            "dtype": "float32",
            "sample_rate": 24000,
            "channels": 1,
            "frame_rate": 12.5,
            "seanet": {
                "dimension": 16,
                "channels": 1,
                "n_filters": 4,
                "n_residual_layers": 1,
                "ratios": [6, 5, 4],
                "kernel_size": 7,
                "residual_kernel_size": 3,
                "last_kernel_size": 3,
                "dilation_base": 2,
                "pad_mode": "constant",
                "compress": 2,
            },
            "transformer": {
                **transformer,
                "input_dimension": 16,
                "output_dimensions": [16],
                "dim_feedforward": 32,
            },
            "quantizer": {"dimension": 8, "output_dimension": 16},
        },
    }
    _as_published(folder, Model(ModelConfig.from_dict({**config, "model_path": str(folder)})), config)
    (folder / "voices").mkdir()
    prompt = np.random.default_rng(2).standard_normal((1, 12, 32)).astype(np.float32)
    save_file({"audio_prompt": prompt}, folder / "voices" / "alba.safetensors")
    return folder


def small_chatterbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chatterbox's sizes stand in the library's code: from here on it builds the same architecture small."""
    from functools import partial

    from mlx_audio.codec.models.s3.model_v2 import ModelConfig, S3TokenizerV2
    from mlx_audio.tts.models.chatterbox import chatterbox, config
    from mlx_audio.tts.models.chatterbox.s3gen import s3gen

    def shrunk(plain: Any, **smaller: Any) -> Any:
        return lambda **given: plain(**{**given, **smaller})

    llama = {"num_hidden_layers": 1, "intermediate_size": 32, "head_dim": 64}
    for key, value in {**llama, "num_attention_heads": 1, "num_key_value_heads": 1}.items():
        monkeypatch.setitem(config.LLAMA_520M_CONFIG, key, value)
    tokenizer = ModelConfig(n_audio_state=64, n_audio_head=1, n_audio_layer=1)
    monkeypatch.setattr(chatterbox, "S3TokenizerV2", partial(S3TokenizerV2, config=tokenizer))
    smaller = {"num_blocks": 1, "linear_units": 32, "attention_heads": 2}
    monkeypatch.setattr(s3gen, "UpsampleConformerEncoder", shrunk(s3gen.UpsampleConformerEncoder, **smaller))
    flow = {"channels": [32], "n_blocks": 1, "num_mid_blocks": 1, "num_heads": 2, "attention_head_dim": 16}
    monkeypatch.setattr(s3gen, "ConditionalDecoder", shrunk(s3gen.ConditionalDecoder, **flow))
    monkeypatch.setattr(s3gen, "HiFTGenerator", shrunk(s3gen.HiFTGenerator, base_channels=16))


def make_chatterbox(folder: Path) -> Path:
    """A Chatterbox, while :func:`small_chatterbox` holds; its speech tokenizer goes into a folder beside it."""
    import mlx.core as mx
    from mlx.utils import tree_flatten
    from mlx_audio.tts.models.chatterbox import chatterbox

    model = chatterbox.Model(chatterbox.ModelConfig())
    for part, place in ((model, folder), (model._s3_tokenizer, folder.parent / "S3TokenizerV2")):
        place.mkdir(parents=True)
        weights = {name: value for name, value in tree_flatten(part.parameters()) if isinstance(value, mx.array)}
        mx.save_safetensors(str(place / "model.safetensors"), weights)
    write_json(folder / "config.json", {"model_type": "chatterbox"})
    byte_tokenizer(folder, ("[START]", "[STOP]", "[SPACE]"))
    return folder


def make_csm(folder: Path) -> Path:
    """A CSM with its tokenizer."""
    from mlx_audio.tts.models.sesame.sesame import SesameModel

    common = {
        "attention_bias": False,
        "attention_dropout": 0.0,
        "head_dim": 8,
        "hidden_act": "silu",
        "hidden_size": 16,
        "initializer_range": 0.02,
        "intermediate_size": 24,
        "max_position_embeddings": 2048,
        "mlp_bias": False,
        "num_attention_heads": 2,
        "num_codebooks": 4,
        "num_hidden_layers": 1,
        "num_key_value_heads": 1,
        "rms_norm_eps": 1e-5,
        "rope_theta": 500000,
        "rope_scaling": {
            "factor": 32.0,
            "high_freq_factor": 0.5,
            "low_freq_factor": 0.125,
            "original_max_position_embeddings": 1024,
            "rope_type": "llama3",
        },
        "use_cache": True,
        "vocab_size": 64,
    }
    config = {
        **common,
        "model_type": "csm",
        "text_vocab_size": 258,
        "audio_vocab_size": 64,
        "audio_num_codebooks": 4,
        "depth_decoder_config": {**common, "backbone_hidden_size": 16, "model_type": "csm_depth_decoder_model"},
    }
    folder.mkdir(parents=True)
    byte_tokenizer(folder, ("<|begin_of_text|>", "<|end_of_text|>"))
    tokens = {"bos_token": "<|begin_of_text|>", "eos_token": "<|end_of_text|>"}
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", **tokens})
    _as_published(folder, SesameModel(dict(config)), config)
    return folder


def tiny_mimi(codebooks: int) -> Any:
    """The configuration of Mimi, small; in place of ``mimi_202407``."""
    from dataclasses import replace

    from mlx_audio.codec.models.mimi.mimi import mimi_202407

    whole = mimi_202407(codebooks)
    seanet = replace(whole.seanet, dimension=16, nfilters=4)
    transformer = replace(whole.transformer, d_model=16, num_heads=2, num_layers=1, dim_feedforward=32)
    return replace(whole, seanet=seanet, transformer=transformer, quantizer_nq=4, quantizer_bins=64, quantizer_dim=8)


def make_mimi(folder: Path) -> Path:
    """The codec of CSM by its published names."""
    import mlx.core as mx
    from mlx.utils import tree_flatten
    from mlx_audio.codec.models.mimi.mimi import Mimi

    random, stored = np.random.default_rng(3), {}
    for name, value in tree_flatten(Mimi(tiny_mimi(4)).parameters()):
        if not isinstance(value, mx.array):
            continue
        drawn = (0.3 * random.standard_normal(value.shape) + ("usage" in name or "norm" in name)).astype(np.float32)
        if name.endswith((".conv.weight", "put_proj.weight")):
            drawn = drawn.swapaxes(-1, -2)
        elif name.endswith(".convtr.weight"):
            drawn = drawn.transpose(0, 2, 1) if drawn.shape[2] == 1 else drawn.transpose(2, 0, 1)
        published = name.replace(".gating.", ".").replace(".block.1.", ".block.3.").replace(".block.0.", ".block.1.")
        stored[published] = np.ascontiguousarray(drawn)
    folder.mkdir(parents=True)
    save_file(stored, folder / "tokenizer-e351c8d8-checkpoint125.safetensors")
    return folder


def _as_published(folder: Path, model: Any, config: dict[str, Any]) -> None:
    """``model`` with random weights, in the layout that its own ``sanitize`` turns into MLX's."""
    import mlx.core as mx
    from mlx.utils import tree_flatten

    random = np.random.default_rng(0)
    stored: dict[str, np.ndarray] = {}
    for name, value in tree_flatten(model.parameters()):
        if not isinstance(value, mx.array):
            continue
        scale = max(1.0, np.sqrt(np.prod(value.shape[1:])))
        gain = (value.ndim == 1 and "norm" in name and name.endswith("weight")) or "alpha" in name
        drawn = (0.5 * random.standard_normal(value.shape) / scale * (not gain) + gain).astype(np.float32)
        orders = [(0, 1, 2), (0, 2, 1), (1, 2, 0), (2, 0, 1)] if value.ndim == 3 else [tuple(range(value.ndim))]
        fitting = (
            each
            for order in orders
            if tuple(_sanitised(model, name, each := np.ascontiguousarray(drawn.transpose(order)))) == value.shape
        )
        stored[name] = next(fitting)
    save_file(stored, folder / "model.safetensors")
    write_json(folder / "config.json", config)


def _sanitised(model: Any, name: str, value: np.ndarray) -> tuple[int, ...]:
    """The shape that ``model`` makes of a stored weight."""
    import mlx.core as mx

    if not hasattr(model, "sanitize"):
        return value.shape
    found = model.sanitize({name: mx.array(value)})
    return tuple(found[name].shape) if name in found else ()


def byte_tokenizer(folder: Path, special: tuple[str, ...]) -> None:
    """``tokenizer.json`` whose tokens are the 256 bytes, and after them ``special``."""
    pytest.importorskip("tokenizers")
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from tokenizers.pre_tokenizers import ByteLevel

    bytes_in_order = _byte_characters()
    assert sorted(bytes_in_order) == sorted(ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={each: number for number, each in enumerate(bytes_in_order)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(each, special=True, normalized=False) for each in special])
    tokenizer.save(str(folder / "tokenizer.json"))
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast"})


def write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")


def _byte_characters() -> list[str]:
    """The character that stands for each byte in byte-level BPE (GPT-2's table)."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    found, spare = [], 256
    for value in range(256):
        if value in plain:
            found.append(chr(value))
        else:
            found.append(chr(spare))
            spare += 1
    return found
