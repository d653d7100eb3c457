"""The engines mlx and torch say how likely an answer is, hold a base in fewer bits, and fuse it with an adapter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from language_models import (
    BASES,
    ENGINES,
    ITEMS,
    SPOKEN,
    TEXTS,
    copied,
    made,
    make_adapters,
    make_base,
    needs,
    opening,
    write_adapter,
)

from likeness.core import lora, models, plugins
from likeness.core.artefacts import Manifest
from likeness.core.errors import InputError
from likeness.core.models import model_config
from likeness.core.types import ScoreRequest, Turn
from likeness.engines.tuning.tiny import Size, make_tiny


@pytest.fixture(scope="module", params=BASES)
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_base(tmp_path_factory.mktemp(request.param), request.param)


@pytest.fixture(scope="module")
def adapters(base: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return make_adapters(tmp_path_factory.mktemp("adapters"), base)


@pytest.fixture(scope="module", params=ENGINES)
def opened(request: pytest.FixtureRequest, base: Path) -> Iterator[Any]:
    with opening(request.param, base) as engine:
        yield engine


def test_scores_are_those_of_transformers_and_peft(opened: Any, base: Path, adapters: dict[str, str]) -> None:
    torch, peft = pytest.importorskip("torch"), pytest.importorskip("peft")
    from transformers import AutoModelForCausalLM

    from likeness.core.prompts import PLAIN_SYSTEM_PROMPT, SYSTEM_PROMPT
    from likeness.engines.language.vocabulary import Vocabulary

    vocabulary = Vocabulary(base)
    for adapter in adapters.values():
        model = AutoModelForCausalLM.from_pretrained(str(base), local_files_only=True)
        model = peft.PeftModel.from_pretrained(model, adapter) if adapter else model
        system = Turn("system", SYSTEM_PROMPT if adapter else PLAIN_SYSTEM_PROMPT)
        for (turns, answer), (total, count) in zip(ITEMS, opened.score(ScoreRequest(ITEMS, adapter)), strict=True):
            row = vocabulary.answered(turns if turns[0].role == "system" else (system, *turns), answer)
            tokens = torch.tensor([row.tokens])
            with torch.no_grad():
                likely = model(tokens).logits[0].log_softmax(-1)
            found = likely[torch.arange(len(row.tokens) - 1), tokens[0, 1:]][row.start - 1 :]
            assert count == len(found)
            assert total == pytest.approx(float(found.sum()), abs=1e-4 * len(found))
    alone = [opened.score(ScoreRequest((item,)))[0] for item in ITEMS]
    assert np.allclose(opened.score(ScoreRequest(ITEMS)), alone, atol=1e-3)
    assert opened.score(ScoreRequest(())).shape == (0, 2)


def test_a_fused_model_is_base_and_adapter_in_every_runtime(
    opened: Any, base: Path, adapters: dict[str, str], tmp_path: Path
) -> None:
    expected = opened.score(ScoreRequest(SPOKEN, adapters["wide"]))
    events = list(type(opened).fuse(Path(adapters["wide"]), base, made(tmp_path / "fused")))
    assert events[-1].stage == "fused"
    for engine in ENGINES:
        needs(engine)
        with plugins.engine(engine).open(None, {"model": str(tmp_path / "fused")}) as fused:
            found = fused.score(ScoreRequest(SPOKEN))
        assert np.allclose(found[:, 0] / found[:, 1], expected[:, 0] / expected[:, 1], atol=1e-4)
    assert sorted(path.name for path in (tmp_path / "fused").iterdir()) == sorted(path.name for path in base.iterdir())


def test_fusing_rounds_once_to_the_precision_of_the_file(base: Path, adapters: dict[str, str], tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from safetensors.torch import load_file, save_file

    half = copied(base, tmp_path / "half")
    tensors = {name: tensor.bfloat16() for name, tensor in load_file(base / "model.safetensors").items()}
    names = sorted(tensors)
    (half / "model.safetensors").unlink()
    for part, chosen in (("1", names[::2]), ("2", names[1::2])):
        parted = {name: tensors[name] for name in chosen}
        save_file(parted, half / f"model-0000{part}-of-00002.safetensors", metadata={"format": "pt"})
    list(plugins.engine("torch").fuse(Path(adapters["wide"]), half, made(tmp_path / "fused")))  # type: ignore[attr-defined]
    found: dict[str, Any] = {}
    for path in sorted((tmp_path / "fused").glob("*.safetensors")):
        found |= load_file(path)
    adapter = lora.read(Path(adapters["wide"]))
    for name, tensor in tensors.items():
        key = f"base_model.model.{name.removesuffix('.weight')}.lora_A.weight"
        expected = tensor
        if key in adapter.weights:
            delta = adapter.weights[key.replace("lora_A", "lora_B")] @ adapter.weights[key]
            expected = (tensor.float() + torch.from_numpy(np.float32(adapter.scale) * delta)).bfloat16()
        assert torch.equal(found[name], expected), name


def test_fewer_bits_are_those_of_a_converted_model(base: Path, adapters: dict[str, str], tmp_path: Path) -> None:
    needs("mlx")
    from mlx_lm.convert import convert

    mlx = plugins.engine("mlx")
    convert(str(base), str(tmp_path / "four"), quantize=True, q_bits=4, q_group_size=64)
    with mlx.open(None, {"model": str(base), "bits": 4}) as loaded:
        expected = [loaded.score(ScoreRequest(SPOKEN, adapters[name])) for name in ("", "wide")]  # type: ignore[attr-defined]
    with mlx.open(None, {"model": str(tmp_path / "four")}) as converted:
        for name, wanted in zip(("", "wide"), expected, strict=True):
            assert np.array_equal(converted.score(ScoreRequest(SPOKEN, adapters[name])), wanted)  # type: ignore[attr-defined]
    with mlx.open(None, {"model": str(base)}) as whole:
        assert not np.allclose(whole.score(ScoreRequest(SPOKEN)), expected[0], atol=1e-2)  # type: ignore[attr-defined]
    learned = write_adapter(tmp_path / "learned", base, ["q_proj", "v_proj"], 4, 8.0)
    told = Manifest("adapter", "learned", "mlx", str(base), "lora", recipe={"bits": 8})
    replace(told, extra={"base_digest": models.digest(base)}).save(learned)
    with mlx.open(learned, {"model": str(tmp_path / "four")}) as held, opening("mlx", base, bits=4) as chosen:
        wanted = chosen.score(ScoreRequest(SPOKEN, str(learned)))
        assert np.array_equal(held.score(ScoreRequest(SPOKEN)), wanted)  # type: ignore[attr-defined]
    for options, bits in (({}, 8), ({"bits": 0}, 0), ({"bits": 4}, 4)):
        with mlx.open(learned, options) as held, opening("mlx", base, bits=bits) as chosen:
            wanted = chosen.score(ScoreRequest(SPOKEN, str(learned)))
            assert np.array_equal(held.score(ScoreRequest(SPOKEN)), wanted)  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="4 bits already"):
        mlx.open(None, {"model": str(tmp_path / "four"), "bits": 8})

    events = list(mlx.fuse(Path(adapters["wide"]), tmp_path / "four", made(tmp_path / "fused")))  # type: ignore[attr-defined]
    assert "full precision" in events[-1].note
    with mlx.open(None, {"model": str(tmp_path / "fused")}) as fused:
        found = fused.score(ScoreRequest(SPOKEN))  # type: ignore[attr-defined]
    assert np.allclose(found[:, 0] / found[:, 1], expected[1][:, 0] / expected[1][:, 1], atol=1e-3)


def test_memory_is_told_from_the_files(tmp_path: Path) -> None:
    small = make_tiny(tmp_path / "small", "qwen2", texts=TEXTS)
    large = make_tiny(tmp_path / "large", "qwen2", texts=TEXTS, size=Size(hidden=512, layers=12, intermediate=2048))
    for engine in ENGINES:
        needs(engine)
        kind: Any = plugins.engine(engine)
        told = [kind.memory_needed(None, {"model": str(folder)}) for folder in (small, large)]
        weights = (large / "model.safetensors").stat().st_size / 2**20
        assert told[1] - told[0] > weights
        assert kind.memory_needed(None, {"model": str(large), "bits": 4}) < told[1] - weights / 2


def test_the_rotary_embedding_is_read_where_newer_files_say_it(base: Path, tmp_path: Path) -> None:
    newer = copied(base, tmp_path / "newer")
    config = {key: value for key, value in model_config(base).items() if key != "rope_theta"}
    told = {**config, "rope_parameters": {"rope_type": "default", "rope_theta": 40.0}}
    (newer / "config.json").write_text(json.dumps(told))
    scores = []
    for engine, folder in (("mlx", newer), ("torch", newer), ("torch", base)):
        with opening(engine, folder) as opened:
            scores.append(opened.score(ScoreRequest(SPOKEN)))
    assert np.allclose(scores[0], scores[1], atol=1e-3)
    assert not np.allclose(scores[1], scores[2], atol=0.1)
