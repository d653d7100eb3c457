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
