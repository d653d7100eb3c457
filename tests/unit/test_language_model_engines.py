"""The engines mlx and torch on very small models: they write, score and fuse alike, with adapters in turn."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from likeness.core import lora, plugins
from likeness.core.models import model_config
from likeness.core.types import WriteRequest
from likeness.engines.tuning.tiny import make_tiny

ENGINES = ("mlx", "torch")
BASES = ("qwen2", "llama")
TEXTS = (
    "Rewrite this text in my own words. Keep every fact: thanks for the slides, see you on Friday at the harbour?",
    "Schöne Grüße aus Köln! Wir sehen uns am Freitag – ça va, à bientôt 🙂 привет, как дела? お元気ですか",
)


def needs(engine: str) -> None:
    for library in {"mlx": ("mlx", "mlx_lm"), "torch": ("torch",)}[engine]:
        pytest.importorskip(library)
    pytest.importorskip("transformers")


@pytest.fixture(scope="module", params=BASES)
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("tokenizers")
    return make_tiny(tmp_path_factory.mktemp(request.param), request.param, texts=TEXTS, seed=3)


@pytest.fixture(scope="module")
def adapters(base: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Folders of adapters of different rank, modules and scale; "" is the base as it is."""
    folder = tmp_path_factory.mktemp("adapters")
    kinds: dict[str, tuple[list[str], int, float, bool]] = {
        "narrow": (["q_proj", "v_proj"], 4, 8.0, False),
        "wide": (["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"], 16, 32.0, True),
    }
    made = {"": ""}
    for seed, (name, (modules, rank, alpha, stabilised)) in enumerate(kinds.items()):
        made[name] = str(write_adapter(folder / name, base, modules, rank, alpha, stabilised, seed))
    return made


def write_adapter(
    folder: Path, base: Path, modules: list[str], rank: int, alpha: float, stabilised: bool = False, seed: int = 0
) -> Path:
    fresh = lora.fresh(model_config(base), modules, rank, alpha, rank_stabilised=stabilised, seed=seed)
    drawn = np.random.default_rng(seed)
    weights = {
        name: value if ".lora_A." in name else drawn.standard_normal(value.shape, np.float32) * np.float32(0.1)
        for name, value in fresh.weights.items()
    }
    folder.mkdir(parents=True)
    lora.write(folder, replace(fresh, weights=weights))
    return folder


@pytest.fixture(scope="module", params=ENGINES)
def opened(request: pytest.FixtureRequest, base: Path) -> Iterator[Any]:
    needs(request.param)
    with plugins.engine(request.param).open(None, {"model": str(base)}) as engine:
        yield engine


def ask(text: str = "thank Ana for the slides", **changes: Any) -> WriteRequest:
    return WriteRequest(**{"task": "draft", "text": text, "max_tokens": 24, **changes})


def written(engine: Any, request: WriteRequest) -> str:
    return "".join(engine.write(request).pieces)


def test_both_engines_and_transformers_write_the_same(base: Path, adapters: dict[str, str]) -> None:
    for engine in ENGINES:
        needs(engine)
    import torch
    from transformers import AutoModelForCausalLM

    from likeness.core.prompts import PLAIN_SYSTEM_PROMPT, chat
    from likeness.engines.tuning.tokens import load_tokenizer, prompt_ids

    tokenizer = load_tokenizer(base)
    model = AutoModelForCausalLM.from_pretrained(str(base), local_files_only=True)
    found = {}
    for engine in ENGINES:
        with plugins.engine(engine).open(None, {"model": str(base)}) as writer:
            for number in range(4):
                for adapter in adapters.values():
                    found[engine, number, adapter] = written(writer, ask(f"{number} slides", adapter=adapter))
    for number in range(4):
        for adapter in adapters.values():
            assert found["mlx", number, adapter] == found["torch", number, adapter]
        ids = prompt_ids(tokenizer, chat(ask(f"{number} slides"), PLAIN_SYSTEM_PROMPT))
        with torch.no_grad():
            told = model.generate(torch.tensor([ids]), max_new_tokens=24, do_sample=False)[0, len(ids) :].tolist()
        text = tokenizer.decode(told, skip_special_tokens=True)
        assert text.rstrip("\ufffd") == found["torch", number, ""].rstrip("\ufffd")
    assert len(set(found.values())) > 8


def test_adapters_in_any_order_write_what_a_fresh_engine_writes(opened: Any, adapters: dict[str, str]) -> None:
    requests = [ask(f"{number} slides", adapter=folder) for number in range(2) for folder in adapters.values()]
    kind = type(opened)
    fresh = {}
    for request in requests:
        with kind.open(None, {"model": str(opened._base), "prompt_cache": False}) as engine:
            fresh[request] = written(engine, request)
    order = requests * 4
    random.Random(7).shuffle(order)
    for request in order:
        assert written(opened, request) == fresh[request]
