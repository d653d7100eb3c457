"""One adapter says the same in MLX, PEFT and llama.cpp, to the fifth decimal, and so do the tokens that follow."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from test_lora_formats import ALL, filled

import llama_runtime
from likeness.core import lora
from likeness.core.lora import Lora
from likeness.engines.tuning.tiny import Size, make_tiny
from likeness.write.deploy.gguf import write_gguf
from likeness.write.deploy.mlx import write_mlx
from likeness.write.deploy.peft import write_peft
from likeness.write.deploy.whole import write_whole

TOKENS = [int(number) for number in np.random.default_rng(5).integers(0, 250, 24)]
CLOSE = 1e-4
GREEDY = 12
Logits = NDArray[np.float32]
Cases = [("qwen2", False, False), ("qwen2", True, True), ("llama", False, False), ("llama", True, True)]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a CPU, MLX takes longer to compile a tiny model than to run it."""
    monkeypatch.setenv("MLX_DISABLE_COMPILE", "1")


@pytest.fixture(params=Cases, ids=lambda case: f"{case[0]}{'-tied' * case[1]}{'-rslora' * case[2]}")
def case(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Lora, Path]:
    """A tiny base, an adapter on all its layers that changes it much, and the folder for what is made of them."""
    architecture, tied, rank_stabilised = request.param
    base = make_tiny(tmp_path / "base", architecture, size=Size(tied=tied))
    config = json.loads((base / "config.json").read_text())
    made = filled(lora.fresh(config, ALL, 6, 12, rank_stabilised=rank_stabilised, base_model="tiny"))
    return base, made, tmp_path


def with_peft(base: Path, folder: Path | None) -> tuple[Logits, list[int]]:
    torch = pytest.importorskip("torch")
    peft = pytest.importorskip("peft")
    transformers = pytest.importorskip("transformers")
    model = transformers.AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, attn_implementation="eager")
    model = peft.PeftModel.from_pretrained(model, folder) if folder else model
    tokens = list(TOKENS)
    with torch.no_grad():
        logits = model(torch.tensor([tokens])).logits[0].numpy()
        for _ in range(GREEDY):
            tokens.append(int(model(torch.tensor([tokens])).logits[0, -1].argmax()))
    return logits, tokens[len(TOKENS) :]


def with_mlx(base: Path, folder: Path) -> tuple[Logits, list[int]]:
    mx = pytest.importorskip("mlx.core")
    utils = pytest.importorskip("mlx_lm.utils")
    from mlx_lm.tuner.utils import load_adapters

    model, _ = utils.load_model(base)
    model = load_adapters(model, str(folder))
    model.eval()
    tokens = list(TOKENS)
    logits = np.array(model(mx.array([tokens]))[0])
    for _ in range(GREEDY):
        tokens.append(int(mx.argmax(model(mx.array([tokens]))[0, -1]).item()))
    return logits, tokens[len(TOKENS) :]


def with_llama_cpp(base: Path, adapter: Path | None) -> tuple[Logits, list[int]]:
    llama_cpp = llama_runtime.library()
    model = llama_cpp.Llama(
        str(base),
        lora_path=str(adapter) if adapter else None,
        n_ctx=256,
        n_threads=1,
        n_threads_batch=1,
        logits_all=True,
        type_k=llama_cpp.GGML_TYPE_F32,
        type_v=llama_cpp.GGML_TYPE_F32,
        verbose=False,
    )
    model.eval(TOKENS)
    logits = np.array(model.scores[: len(TOKENS)], np.float32)
    tokens = []
    for _ in range(GREEDY):
        tokens.append(int(np.argmax(model.scores[model.n_tokens - 1])))
        model.eval(tokens[-1:])
    model.close()
    return logits, tokens


def difference(one: Logits, other: Logits) -> float:
    return float(np.abs(one - other).max())


def test_mlx_and_peft_compute_the_same(case: tuple[Path, Lora, Path]) -> None:
    base, made, folder = case
    write_peft(folder / "peft", made)
    write_mlx(folder / "mlx", made, 2)
    expected, tokens = with_peft(base, folder / "peft")
    found, same = with_mlx(base, folder / "mlx")
    assert difference(found, expected) < CLOSE
    assert same == tokens
    assert difference(with_peft(base, None)[0], expected) > 0.5


def test_llama_cpp_and_peft_compute_the_same(case: tuple[Path, Lora, Path]) -> None:
    base, made, folder = case
    llama_runtime.library()
    write_peft(folder / "peft", made)
    write_gguf(folder / "adapter.gguf", made, json.loads((base / "config.json").read_text()))
    llama_runtime.write_base(base, folder / "base.gguf")
    expected, tokens = with_peft(base, folder / "peft")
    found, same = with_llama_cpp(folder / "base.gguf", folder / "adapter.gguf")
    assert difference(found, expected) < CLOSE
    assert same == tokens
    assert difference(with_llama_cpp(folder / "base.gguf", None)[0], expected) > 0.5


def test_a_whole_model_computes_what_base_and_adapter_do(case: tuple[Path, Lora, Path]) -> None:
    base, made, folder = case
    llama_runtime.library()
    write_peft(folder / "peft", made)
    config = json.loads((base / "config.json").read_text())
    list(write_whole(folder / "whole.gguf", base, config, made, kind="f32"))
    expected, tokens = with_peft(base, folder / "peft")
    found, same = with_llama_cpp(folder / "whole.gguf", None)
    assert difference(found, expected) < CLOSE
    assert same == tokens
    list(write_whole(folder / "small.gguf", base, config, made))
    rounded, _ = with_llama_cpp(folder / "small.gguf", None)
    assert 1e-4 < difference(rounded, expected) < 0.5


@pytest.mark.parametrize("architecture", ["qwen3", "mistral"])
def test_other_architectures_agree_too(tmp_path: Path, architecture: str) -> None:
    """Qwen3 has norms within the head and heads wider than its width says; Mistral is a Llama to llama.cpp."""
    llama_runtime.library()
    transformers = pytest.importorskip("transformers")
    torch = pytest.importorskip("torch")
    base = make_tiny(tmp_path / "base", "qwen2")
    told = json.loads((base / "config.json").read_text())
    for name in ("model_type", "architectures", "torch_dtype"):
        del told[name]
    config = transformers.AutoConfig.for_model(architecture, **told, head_dim=24, sliding_window=None)
    torch.manual_seed(1)
    model = transformers.AutoModelForCausalLM.from_config(config)
    for parameter in model.parameters():  # as they start, a model says the same whatever it is asked
        torch.nn.init.normal_(parameter, std=0.2)
    model.save_pretrained(base)
    told = json.loads((base / "config.json").read_text())
    made = filled(lora.fresh(told, ALL, 4, 8))
    lora.check_base(made, told)
    write_peft(tmp_path / "peft", made)
    write_gguf(tmp_path / "adapter.gguf", made, told)
    llama_runtime.write_base(base, tmp_path / "base.gguf")
    write_mlx(tmp_path / "mlx", made, 2)
    expected, tokens = with_peft(base, tmp_path / "peft")
    found, same = with_llama_cpp(tmp_path / "base.gguf", tmp_path / "adapter.gguf")
    assert difference(found, expected) < CLOSE
    assert same == tokens
    assert difference(with_mlx(base, tmp_path / "mlx")[0], expected) < CLOSE
