"""Tuning in PyTorch gives what transformers and PEFT give on every logit, and learns to stop."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tuning_data import dataset, example, ordinary, recipe

pytest.importorskip("torch")
pytest.importorskip("peft")

import peft
import torch
import transformers

from likeness.core import lora
from likeness.core.errors import EngineMissing, InputError
from likeness.core.events import drain
from likeness.core.prompts import REPLY_PROMPT, SYSTEM_PROMPT
from likeness.core.types import Turn
from likeness.engines.torch.backend import TorchBackend
from likeness.engines.torch.beginning import common
from likeness.engines.tuning import material, run
from likeness.engines.tuning.backend import Batch
from likeness.engines.tuning.batches import make
from likeness.engines.tuning.setup import fresh
from likeness.engines.tuning.tiny import Architecture, make_tiny
from likeness.engines.tuning.tokens import Row, load_tokenizer, prompt_ids

ALL = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return make_tiny(tmp_path / "base")


def rows(data: Path, base: Path, **changes: Any) -> Sequence[Row]:
    return material.read(data, recipe(**changes), base).train


def started(base: Path, chosen: Mapping[str, Any], seed: int = 0) -> dict[str, Any]:
    """A fresh adapter whose B is not zero, so that every gradient is something."""
    random = np.random.default_rng(seed)
    weights = fresh(base, chosen).weights
    return {name: value + 0.05 * random.standard_normal(value.shape, np.float32) for name, value in weights.items()}


class Reference:
    """The same steps with PEFT and the loss of transformers over every logit, one row at a time, without padding."""

    def __init__(self, base: Path, chosen: Mapping[str, Any], weights: Mapping[str, Any], folder: Path) -> None:
        from dataclasses import replace

        lora.write(folder, replace(fresh(base, chosen), weights=weights))
        plain = transformers.AutoModelForCausalLM.from_pretrained(str(base), local_files_only=True)
        self.model = peft.PeftModel.from_pretrained(plain, str(folder), is_trainable=True)
        self.trained = {name: p for name, p in self.model.named_parameters() if p.requires_grad}
        self.optimizer = torch.optim.AdamW(self.trained.values(), lr=1e-3, weight_decay=chosen["weight_decay"])
        self.clip = chosen["gradient_clip"]

    def losses(self, some: Sequence[Row]) -> list[Any]:
        found = []
        for row in some:
            tokens = torch.from_numpy(row.tokens.astype(np.int64))[None]
            labels = torch.where(torch.from_numpy(row.learned)[None], tokens, -100)
            found.append(self.model(input_ids=tokens, labels=labels).loss * int(row.learned.sum()))
        return found

    def step(self, some: Sequence[Row]) -> tuple[float, float]:
        loss: Any = sum(self.losses(some)) / sum(int(row.learned.sum()) for row in some)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.trained.values(), self.clip)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return float(loss.detach()), float(norm)

    def adapter(self) -> dict[str, Any]:
        return {name.replace(".default", ""): p.detach().numpy() for name, p in self.trained.items()}


@pytest.mark.parametrize(
    ("architecture", "changes"),
    [
        ("qwen2", {}),
        ("llama", {"modules": ALL, "rank_stabilised": True, "weight_decay": 0.1}),
        ("qwen2", {"modules": ALL, "gradient_checkpointing": True, "gradient_clip": 0.05}),
    ],
)
def test_steps_are_those_of_peft_on_every_logit(
    tmp_path: Path, architecture: Architecture, changes: dict[str, Any]
) -> None:
    base = make_tiny(tmp_path / "base", architecture)
    chosen = recipe(**changes)
    some = rows(ordinary(tmp_path / "data", train=9), base)
    weights = started(base, chosen)
    ours = TorchBackend.open(base, chosen, weights)
    reference = Reference(base, chosen, weights, tmp_path / "adapter")
    cuts: tuple[tuple[tuple[int, ...], ...], ...] = (((0, 1), (2, 3, 4)), ((5, 6, 7, 8),), ((8, 0), (3,)))
    for number, step in enumerate(cuts):
        done = ours.step([make(some, cut) for cut in step], 1e-3, number)
        loss, norm = reference.step([some[index] for cut in step for index in cut])
        assert done.loss == pytest.approx(loss, abs=2e-6)
        assert done.gradient_norm == pytest.approx(norm, rel=2e-5)
    expected = reference.adapter()
    for name, value in ours.adapter().items():
        assert np.abs(value - expected[name]).max() < 5e-6, name
    found = ours.losses(make(some, range(9)))  # type: ignore[arg-type]
    with torch.no_grad():
        assert found == pytest.approx([float(loss) for loss in reference.losses(some)], abs=2e-4)


def test_accumulation_is_one_large_batch(tmp_path: Path, base: Path) -> None:
    chosen = recipe()
    some, weights = rows(ordinary(tmp_path / "data", train=6), base), started(base, chosen)
    found = []
    for cuts in (((0, 1, 2, 3, 4, 5),), ((4,), (1, 0, 5), (2, 3))):
        backend = TorchBackend.open(base, chosen, weights)
        found.append((backend.step([make(some, cut) for cut in cuts], 1e-2, 0), backend.adapter()))
    (whole, expected), (parts, given) = found
    assert parts.loss == pytest.approx(whole.loss, abs=1e-6)
    assert parts.gradient_norm == pytest.approx(whole.gradient_norm, rel=1e-5)
    assert len(parts.batch_losses) == 3
    assert all(np.allclose(given[name], expected[name], atol=1e-4) for name in expected)


def test_dropout_is_the_steps_number(tmp_path: Path, base: Path) -> None:
    config = json.loads((base / "config.json").read_text()) | {"attention_dropout": 0.5}
    (base / "config.json").write_text(json.dumps(config))
    chosen = recipe(dropout=0.3)
    some, weights = rows(ordinary(tmp_path / "data", train=4), base), started(base, chosen)
    batch = make(some, (0, 1, 2, 3))

    def losses(*numbers: int) -> list[float]:
        backend = TorchBackend.open(base, chosen, weights)
        return [backend.step([batch], 0.0, number).loss for number in numbers]

    first, second, again = losses(4, 5, 4)
    assert first == again != second
    assert losses(5) == [second]
    backend = TorchBackend.open(base, chosen, weights)
    assert backend.losses(batch).tolist() == backend.losses(batch).tolist()
    plain = TorchBackend.open(base, {**chosen, "dropout": 0.0}, weights)
    assert backend.losses(batch).tolist() == plain.losses(batch).tolist()
    assert plain.step([batch], 0.0, 4).loss == plain.step([batch], 0.0, 5).loss != first


def test_what_rows_begin_with_alike_is_read_once(tmp_path: Path, base: Path) -> None:
    """The same numbers when every row is a batch of its own and nothing is shared between them."""
    some, weights = rows(ordinary(tmp_path / "data", train=5), base), started(base, recipe())
    together = TorchBackend.open(base, recipe(), weights)
    found = together.losses(make(some, range(5)))  # type: ignore[arg-type]
    alone = [float(together.losses(make(some, (place,)))[0]) for place in range(5)]
    assert found == pytest.approx(alone, abs=1e-4)
    length = common([make(some, (0, 1)), make(some, (2, 3, 4))], "cpu")
    begun = prompt_ids(load_tokenizer(base), next(_asked([{"prompt": REPLY_PROMPT.format(context="")}])))
    assert some[0].tokens[:length].tolist() == some[4].tokens[:length].tolist()
    assert 40 < length <= len(begun)
    assert common([make(some, (0,))], "cpu") == 0
    same = make([some[0], some[0]], (0, 1))
    assert common([same], "cpu") == int(same.learned[0].argmax()) - 1


def test_a_stopped_run_gives_the_same_bits(tmp_path: Path, base: Path) -> None:
    data = ordinary(tmp_path / "data", train=8, valid=2)
    chosen = recipe(base=str(base), epochs=2, dropout=0.1, accumulation=2, checkpoints=2, gradient_checkpointing=True)
    drain(run.train(TorchBackend, data, chosen, tmp_path / "whole"))
    for after in (1, 3):
        events = run.train(TorchBackend, data, chosen, tmp_path / "broken")
        list(islice((event for event in events if event.stage == "training"), after))
        events.close()  # type: ignore[attr-defined]
    drain(run.train(TorchBackend, data, chosen, tmp_path / "broken"))
    for path in (tmp_path / "whole").rglob("adapter_model.safetensors"):
        other = tmp_path / "broken" / path.relative_to(tmp_path / "whole")
        assert other.read_bytes() == path.read_bytes()


def test_four_rows_are_learned_by_heart_with_their_end(tmp_path: Path, base: Path) -> None:
    answers = ("see you", "at the harbour!", "never", "okay then")
    records = [example(number, completion=answer) for number, answer in enumerate(answers)]
    # The head of a model of random weights is so small that it can be sure of nothing.
    _change(base, "lm_head.weight", lambda value: value * 3)
    chosen = recipe(base=str(base), batch=4, modules=ALL, rank=16, alpha=32, learning_rate=1e-2) | {"epochs": 60}
    out = tmp_path / "out"
    events = drain(run.train(TorchBackend, dataset(tmp_path / "data", records), chosen, out))
    losses = [event.metrics["loss"] for event in events if event.stage == "training"]
    assert losses[-1] < 0.05 < 4 < losses[0]
    tokenizer: Any = load_tokenizer(base)
    model = peft.PeftModel.from_pretrained(
        transformers.AutoModelForCausalLM.from_pretrained(str(base), local_files_only=True), str(out)
    )
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    for record, turns in zip(records, _asked(records), strict=True):
        asked = torch.tensor([prompt_ids(tokenizer, turns)])
        given = model.generate(input_ids=asked, max_new_tokens=80, do_sample=False, eos_token_id=end, pad_token_id=end)
        answer = given[0, asked.shape[1] :].tolist()
        assert answer[-1] == end
        assert tokenizer.decode(answer[:-1]) == record["completion"]


def test_a_row_without_a_number_for_a_loss_is_named(tmp_path: Path, base: Path) -> None:
    records = [example(number) for number in range(8)]
    records[3]["completion"] += " §"
    token = load_tokenizer(base).encode("§")[-1]
    spoiled = np.arange(512) == token
    _change(base, "model.embed_tokens.weight", lambda value: np.where(spoiled[: len(value), None], np.inf, value))
    chosen, data = recipe(base=str(base), batch=4, epochs=3), dataset(tmp_path / "data", records)
    with pytest.raises(InputError, match=r"example at fault: e3$"):
        drain(run.train(TorchBackend, data, chosen, tmp_path / "out"))
    backend = TorchBackend.open(base, chosen, fresh(base, chosen).weights)
    before = backend.adapter()
    poisoned = make(rows(data, base), (3, 0))
    assert not np.isfinite(backend.step([poisoned], 1e-2, 0).loss)
    after = backend.adapter()
    assert all(np.array_equal(after[name], before[name]) for name in before)


def test_only_the_bases_own_layers_get_an_adapter(tmp_path: Path, base: Path) -> None:
    chosen = recipe()
    weights = dict(fresh(base, chosen).weights)
    name = next(iter(weights))
    for part in ("A", "B"):
        weights[name.replace("layers.0", "layers.7").replace("lora_A", f"lora_{part}")] = weights[name]
    with pytest.raises(InputError, match=r"the model has no layer model\.layers\.7"):
        TorchBackend.open(base, chosen, weights)


def test_bits_without_their_library(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for bits in (4, 8):
        with pytest.raises(EngineMissing, match="needs bitsandbytes") as told:
            TorchBackend.open(base, recipe(bits=bits), {})
        assert "likeness[cuda]" in told.value.hint


def test_a_model_quantised_for_mlx_is_told(base: Path) -> None:
    config = json.loads((base / "config.json").read_text()) | {"quantization": {"bits": 4, "group_size": 64}}
    (base / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match="quantised for MLX"):
        TorchBackend.open(base, recipe(), {})


def test_a_damaged_model_is_told(base: Path) -> None:
    (base / "model.safetensors").write_bytes(b"nothing of the kind")
    with pytest.raises(InputError, match="cannot be loaded"):
        TorchBackend.open(base, recipe(), {})


def test_memory_is_told_and_given_back(tmp_path: Path, base: Path) -> None:
    chosen = recipe()
    backend = TorchBackend.open(base, chosen, fresh(base, chosen).weights)
    batch: Batch = make(rows(ordinary(tmp_path / "data", train=2), base), (0, 1))
    backend.step([batch], 1e-3, 0)
    assert backend.peak_mb() > 1
    backend.close()


def _change(base: Path, name: str, change: Callable[[Any], Any]) -> None:
    """Change one weight of a model on disk."""
    from safetensors.numpy import load_file, save_file

    weights = load_file(str(base / "model.safetensors"))
    weights[name] = change(weights[name]).astype(np.float32)
    save_file(weights, str(base / "model.safetensors"), metadata={"format": "pt"})


def _asked(records: Sequence[Mapping[str, Any]]) -> Iterator[Any]:
    for record in records:
        yield (Turn("system", SYSTEM_PROMPT), Turn("user", record["prompt"]))
