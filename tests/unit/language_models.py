"""Very small language models and adapters of them, and what is asked of engines that hold one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from likeness.core import lora, plugins
from likeness.core.models import model_config
from likeness.core.types import Turn, WriteRequest
from likeness.engines.tuning.tiny import make_tiny

ENGINES = ("mlx", "torch")
BASES = ("qwen2", "llama")
TEXTS = (
    "Rewrite this text in my own words. Keep every fact: thanks for the slides, see you on Friday at the harbour?",
    "Schöne Grüße aus Köln! Wir sehen uns am Freitag – ça va, à bientôt 🙂 привет, как дела? お元気ですか",
)
ITEMS: tuple[tuple[tuple[Turn, ...], str], ...] = (
    ((Turn("user", "how are you?"),), "fine, thanks"),
    ((Turn("user", TEXTS[1]), Turn("assistant", "ça va"), Turn("user", "and then?")), "Grüße 🙂 " * 9),
    ((Turn("system", "Be brief."), Turn("user", "slides?")), "no"),
)
SPOKEN = tuple(((Turn("system", "Be brief."), *turns), answer) for turns, answer in ITEMS[:2])


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def copied(base: Path, folder: Path) -> Path:
    return Path(shutil.copytree(base, folder))


def needs(engine: str) -> None:
    for library in {"mlx": ("mlx", "mlx_lm"), "torch": ("torch",)}[engine]:
        pytest.importorskip(library)
    pytest.importorskip("transformers")


def make_base(folder: Path, architecture: Any) -> Path:
    """A model of random weights whose tokenizer knows several scripts."""
    pytest.importorskip("tokenizers")
    return make_tiny(folder, architecture, texts=TEXTS, seed=3)


def make_adapters(folder: Path, base: Path) -> dict[str, str]:
    """Folders of adapters of different rank, modules and scale; "" is the base as it is."""
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


@contextmanager
def opening(engine: str, base: Path, **options: Any) -> Iterator[Any]:
    """The engine on a base; the test is skipped where its library is not installed."""
    needs(engine)
    with plugins.engine(engine).open(None, {"model": str(base), **options}) as opened:
        yield opened


def ask(text: str = "thank Ana for the slides", **changes: Any) -> WriteRequest:
    return WriteRequest(**{"task": "draft", "text": text, "max_tokens": 24, **changes})


def written(engine: Any, request: WriteRequest) -> str:
    return "".join(engine.write(request).pieces)
