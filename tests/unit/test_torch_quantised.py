"""Tuning on a base that bitsandbytes has quantised, with the 8-bit AdamW that comes with it; on the processor."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tuning_data import ordinary, recipe

pytest.importorskip("torch")
pytest.importorskip("bitsandbytes")

import torch
import transformers

from likeness.core import lora
from likeness.core.events import drain
from likeness.engines.torch.backend import TorchBackend
from likeness.engines.tuning import material, run
from likeness.engines.tuning.batches import make
from likeness.engines.tuning.setup import fresh
from likeness.engines.tuning.tiny import Size, make_tiny

LAYERS = {4: "Linear4bit", 8: "Linear8bitLt"}
LARGE, SMALL = "q_proj.lora_A.weight", "k_proj.lora_B.weight"
"""Of 4,096 and of 2,048 numbers."""


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return make_tiny(tmp_path / "base", size=Size(hidden=256, intermediate=512, layers=1))


def chosen(base: Path, bits: int, **changes: Any) -> dict[str, Any]:
    values = {"base": str(base), "bits": bits, "rank": 16, "alpha": 32, "batch": 4, "learning_rate": 1e-2, **changes}
    return recipe(**values)


@pytest.mark.parametrize("bits", [4, 8])
def test_a_quantised_base_learns_and_leaves_an_ordinary_adapter(tmp_path: Path, base: Path, bits: int) -> None:
    data, out = ordinary(tmp_path / "data", train=8, valid=2), tmp_path / "out"
    values = chosen(base, bits, epochs=6, gradient_checkpointing=True)
    events = drain(run.train(TorchBackend, data, values, out))
    losses = [event.metrics["loss"] for event in events if event.stage == "training"]
    valid = [event.metrics["valid_loss"] for event in events if event.stage == "validation"]
    assert losses[-1] < losses[0] / 2
    assert valid[-1] < valid[0]
    weights = lora.read(out).weights
    assert {value.dtype for value in weights.values()} == {np.dtype(np.float32)}
    peft = pytest.importorskip("peft")
    plain = transformers.AutoModelForCausalLM.from_pretrained(str(base), local_files_only=True)
    opened = peft.PeftModel.from_pretrained(plain, str(out)).state_dict()
    for name, value in weights.items():
        found = opened[name.replace(".weight", ".default.weight")].numpy()
        assert np.array_equal(found, value)


@pytest.mark.parametrize("bits", [4, 8])
def test_layers_and_moments_are_small_and_come_back_as_they_were(tmp_path: Path, base: Path, bits: int) -> None:
    values = chosen(base, bits, dropout=0.1)
    rows = material.read(ordinary(tmp_path / "data", train=4), values, base).train
    batch = make(rows, (0, 1, 2, 3))

    def opened() -> TorchBackend:
        return TorchBackend.open(base, values, fresh(base, values).weights)

    first = opened()
    layers = [type(module).__name__ for module in first._model.modules()]
    assert layers.count(LAYERS[bits]) == 7
    for number in range(3):
        first.step([batch], 1e-2, number)
    adapter, moments = first.adapter(), first.optimizer()
    kinds = {name.partition("self_attn.")[2]: value.dtype for name, value in moments.items()}
    assert kinds[f"{LARGE}:state1"] == kinds[f"{LARGE}:state2"] == np.uint8
    assert kinds[f"{SMALL}:state1"] == kinds[f"{SMALL}:state2"] == np.float32
    expected = [first.step([batch], 1e-2, number) for number in (3, 4, 5)]
    second = opened()
    second.restore(adapter, moments)
    again = second.optimizer()
    assert again.keys() == moments.keys()
    assert all(np.array_equal(again[name], value) for name, value in moments.items())
    assert {name: value.dtype for name, value in again.items()} == {k: v.dtype for k, v in moments.items()}
    assert [second.step([batch], 1e-2, number) for number in (3, 4, 5)] == expected
    for given, wanted in ((second.adapter(), first.adapter()), (second.optimizer(), first.optimizer())):
        assert all(np.array_equal(given[name], value) for name, value in wanted.items())


def test_a_stopped_run_gives_the_same_bits(tmp_path: Path, base: Path) -> None:
    data = ordinary(tmp_path / "data", train=8, valid=2)
    values = chosen(base, 4, epochs=2, dropout=0.1, checkpoints=2, batch=2)
    drain(run.train(TorchBackend, data, values, tmp_path / "whole"))
    events = run.train(TorchBackend, data, values, tmp_path / "broken")
    list(islice((event for event in events if event.stage == "training"), 3))
    events.close()  # type: ignore[attr-defined]
    drain(run.train(TorchBackend, data, values, tmp_path / "broken"))
    for path in (tmp_path / "whole").rglob("adapter_model.safetensors"):
        other = tmp_path / "broken" / path.relative_to(tmp_path / "whole")
        assert other.read_bytes() == path.read_bytes()


def test_no_code_is_fetched_for_it(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    values = chosen(base, 4)
    TorchBackend.open(base, values, fresh(base, values).weights).close()
    assert constants.HF_HUB_OFFLINE
