"""Training in MLX: the numbers of PyTorch, exactly continued, with nothing learned from what is not the person's."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from likeness.core import lora
from likeness.core.errors import EngineMissing, InputError
from likeness.core.models import model_config
from likeness.engines.tuning.backend import Backend, Batch
from likeness.engines.tuning.tiny import Architecture, Size, make_tiny
from likeness.write.tune_recipe import tune_recipe

pytest.importorskip("mlx_lm", reason="mlx-lm is not installed (extra `mlx`)")

from likeness.engines.mlx.backend import MlxBackend, shared_length

Weights = Mapping[str, np.ndarray[Any, np.dtype[np.float32]]]
Base = Callable[..., Path]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """Tiny models by architecture and by whether the embedding is the head as well; each is made once."""
    made: dict[tuple[Architecture, bool], Path] = {}

    def find(architecture: Architecture = "qwen2", tied: bool = False) -> Path:
        key = (architecture, tied)
        if key not in made:
            folder = tmp_path_factory.mktemp("models") / f"{architecture}-{tied}"
            made[key] = make_tiny(folder, architecture, size=Size(tied=tied))
        return made[key]

    return find


def recipe(**changes: Any) -> dict[str, Any]:
    """The recipe ``smoke`` with changes."""
    return tune_recipe("smoke", **changes).model_dump()


def fresh(folder: Path, options: Mapping[str, Any], *, moved: bool = False) -> Weights:
    """A new adapter; ``moved`` away from zero, where its influence can be seen."""
    given = {key: options[key] for key in ("modules", "rank", "alpha", "rank_stabilised")}
    weights = lora.fresh(model_config(folder), **given, seed=1).weights
    random = np.random.default_rng(5)
    return {
        name: value + random.normal(0, 0.02, value.shape).astype(np.float32) if moved else value
        for name, value in weights.items()
    }


def opened(folder: Path, *, kind: type[Backend] = MlxBackend, moved: bool = False, **changes: Any) -> Any:
    """A backend on ``folder`` with a new adapter."""
    options = recipe(**changes)
    return kind.open(folder, options, fresh(folder, options, moved=moved))


def batch(seed: int, rows: int = 3, *, shared: int = 12, pad: int = 0, longest: int = 40) -> Batch:
    """Conversations of random tokens: ``shared`` tokens that all begin with, and two learned stretches in each."""
    random = np.random.default_rng(seed)
    lengths = random.integers(longest // 2 + 4, longest, rows).astype(np.int32)
    shape = (rows, int(lengths.max()) + pad)
    tokens, learned = np.zeros(shape, np.int32), np.zeros(shape, np.bool_)
    for row, length in enumerate(lengths):
        tokens[row, :length] = random.integers(5, 300, length)
        tokens[row, :shared] = np.arange(shared) + 7
        learned[row, length - 6 : length - 1] = True
        learned[row, shared + 2 : shared + 4] = row % 2 == 0
    return Batch(tokens, learned, lengths, tuple(f"row-{row}" for row in range(rows)))


def trained(backend: Any, steps: range, **options: Any) -> list[float]:
    """The losses of ``steps`` of two batches each."""
    return [
        backend.step([batch(2 * number, **options), batch(2 * number + 1, 2, **options)], 2e-3, number).loss
        for number in steps
    ]


def apart(one: Weights, other: Weights) -> float:
    """The largest difference between two adapters."""
    assert one.keys() == other.keys()
    return max(float(np.abs(one[name] - other[name]).max()) for name in one)


@pytest.mark.parametrize("architecture", ["qwen2", "llama"])
@pytest.mark.parametrize("tied", [False, True])
def test_ten_steps_are_those_of_pytorch(base: Base, architecture: Architecture, tied: bool) -> None:
    pytest.importorskip("torch", reason="the reference needs PyTorch (dependency group `models`)")
    pytest.importorskip("transformers", reason="the reference needs transformers (group `models`)")
    from likeness.engines.torch.backend import TorchBackend

    folder = base(architecture, tied)
    changes = {"weight_decay": 0.1, "gradient_clip": 0.2, "rank_stabilised": tied}
    ours, reference = (opened(folder, kind=kind, **changes) for kind in (MlxBackend, TorchBackend))
    for number in range(10):
        batches = [batch(number), batch(50 + number, 1)]
        found, expected = ours.step(batches, 1e-3, number), reference.step(batches, 1e-3, number)
        assert found.loss == pytest.approx(expected.loss, abs=1e-4)
        assert found.gradient_norm == pytest.approx(expected.gradient_norm, rel=1e-3)
        assert found.batch_losses == pytest.approx(expected.batch_losses, abs=1e-4)
    assert apart(ours.adapter(), reference.adapter()) < 1e-5
    assert ours.losses(batch(99)) == pytest.approx(reference.losses(batch(99)), abs=1e-3)


def test_peft_and_transformers_find_the_same_gradient(base: Base) -> None:
    torch = pytest.importorskip("torch", reason="the reference needs PyTorch (dependency group `models`)")
    peft = pytest.importorskip("peft", reason="the reference needs peft (group `models`)")
    transformers = pytest.importorskip("transformers", reason="the reference needs transformers (group `models`)")
    folder, options = base(), recipe(gradient_clip=1e6)
    weights = fresh(folder, options, moved=True)
    ours = MlxBackend.open(folder, options, weights)
    model = transformers.AutoModelForCausalLM.from_pretrained(str(folder), local_files_only=True)
    config = peft.LoraConfig(r=options["rank"], lora_alpha=options["alpha"], target_modules=list(options["modules"]))
    model = peft.get_peft_model(model, config)
    peft.set_peft_model_state_dict(model, {name: torch.from_numpy(value.copy()) for name, value in weights.items()})
    given = batch(3)
    tokens = torch.from_numpy(given.tokens.astype(np.int64))
    attention = torch.arange(tokens.shape[1])[None] < torch.from_numpy(given.lengths)[:, None]
    labels = torch.where(torch.from_numpy(given.learned), tokens, -100)
    loss = model(input_ids=tokens, attention_mask=attention.long(), labels=labels).loss
    loss.backward()
    norm = torch.sqrt(sum((p.grad**2).sum() for p in model.parameters() if p.grad is not None))
    found = ours.step([given], 0.0, 0)
    assert found.loss == pytest.approx(loss.item(), abs=1e-5)
    assert found.gradient_norm == pytest.approx(norm.item(), rel=1e-4)


@pytest.mark.parametrize("changes", [{}, {"dropout": 0.2, "gradient_checkpointing": True}])
def test_a_restored_run_goes_on_bit_for_bit(base: Base, changes: dict[str, Any]) -> None:
    undisturbed = opened(base(), **changes)
    trained(undisturbed, range(3))
    adapter, optimizer = undisturbed.adapter(), undisturbed.optimizer()
    losses = trained(undisturbed, range(3, 6))
    continued = opened(base(), **changes)
    trained(continued, range(1))
    # What was kept in a file comes back in another order.
    continued.restore(dict(sorted(adapter.items(), reverse=True)), dict(sorted(optimizer.items(), reverse=True)))
    assert apart(continued.adapter(), adapter) == 0
    assert trained(continued, range(3, 6)) == losses
    assert apart(continued.adapter(), undisturbed.adapter()) == 0
    kept, other = continued.optimizer(), undisturbed.optimizer()
    assert kept.keys() == other.keys()
    assert all(np.array_equal(kept[name], other[name]) for name in kept)


def test_padding_and_company_have_no_influence(base: Base) -> None:
    backend = opened(base(), moved=True)
    plain = backend.losses(batch(4))
    padded = batch(4, pad=9)
    padded.tokens[:, -9:] = 11
    assert backend.losses(padded) == pytest.approx(plain, abs=1e-4)
    whole = batch(4)
    for row, length in enumerate(whole.lengths):
        one = slice(row, row + 1)
        alone = Batch(whole.tokens[one, :length], whole.learned[one, :length], whole.lengths[one], ("one",))
        assert backend.losses(alone) == pytest.approx(plain[row : row + 1], abs=1e-4)


def test_the_shared_beginning_is_what_nothing_learned_needs() -> None:
    assert shared_length(batch(1)) == 11
    assert shared_length(batch(1, shared=4)) == 0
    assert shared_length(batch(1, rows=1)) == 0
    early = batch(1)
    early.learned[1, 9] = True
    assert shared_length(early) == 8


def test_gradients_come_back_through_the_shared_beginning(base: Base) -> None:
    """Two rows together give the gradient of each alone, added."""
    options: dict[str, Any] = {"moved": True, "gradient_clip": 1e6}
    together, alone = opened(base(), **options), opened(base(), **options)
    both = batch(6, 2)
    parts = [
        Batch(both.tokens[row : row + 1], both.learned[row : row + 1], both.lengths[row : row + 1], ("one",))
        for row in range(2)
    ]
    one, two = together.step([both], 1e-3, 0), alone.step(parts, 1e-3, 0)
    assert one.gradient_norm == pytest.approx(two.gradient_norm, rel=1e-4)
    # Adam's first step has the size of the rate wherever a gradient is not nearly zero.
    assert apart(together.adapter(), alone.adapter()) < 2e-5


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_computing_activations_twice_changes_nothing(base: Base, dropout: float) -> None:
    """With dropout as well: the second time the same is dropped."""
    once, twice = (opened(base(), dropout=dropout, gradient_checkpointing=again) for again in (False, True))
    assert trained(once, range(3)) == pytest.approx(trained(twice, range(3)), abs=1e-6)
    assert apart(once.adapter(), twice.adapter()) < 1e-6


def test_dropout_is_a_function_of_the_step(base: Base) -> None:
    first, again, other = (opened(base(), dropout=0.3, moved=True) for _ in range(3))
    given = [batch(1)]
    assert first.step(given, 1e-3, 7) == again.step(given, 1e-3, 7)
    assert other.step(given, 1e-3, 8).loss != first.step(given, 1e-3, 7).loss
    assert first.losses(given[0]) == pytest.approx(first.losses(given[0]), abs=0)


@pytest.mark.parametrize("bits", [4, 8])
def test_a_quantised_base_learns(base: Base, bits: int) -> None:
    backend = opened(base(tied=True), bits=bits)
    losses = [backend.step([batch(1)], 5e-3, number).loss for number in range(12)]
    assert losses[-1] < losses[0] - 0.3
    assert backend.peak_mb() > 0
    backend.close()


def test_a_base_quantised_before_is_the_same_as_one_quantised_on_the_way(base: Base, tmp_path: Path) -> None:
    import mlx.core as mx
    from mlx.utils import tree_flatten

    from likeness.engines.mlx.loading import load_model

    stored = _copied(base(), tmp_path, quantization={"group_size": 64, "bits": 4})
    weights: Any = dict(tree_flatten(load_model(base(), 4).parameters()))
    mx.save_safetensors(str(stored / "model.safetensors"), weights, metadata={"format": "mlx"})
    before, on_the_way = opened(stored, bits=4), opened(base(), bits=4)
    assert trained(before, range(2)) == trained(on_the_way, range(2))


def test_a_base_in_half_precision_keeps_its_adapter_in_float32(base: Base, tmp_path: Path) -> None:
    """Most bases are stored so; a step as small as this one would be lost in bfloat16."""
    import mlx.core as mx

    half = _copied(base(), tmp_path)
    stored: Any = mx.load(str(half / "model.safetensors"))
    rounded = {name: value.astype(mx.bfloat16) for name, value in stored.items()}
    mx.save_safetensors(str(half / "model.safetensors"), rounded, metadata={"format": "pt"})
    ours, exact = (opened(folder, moved=True, gradient_checkpointing=True) for folder in (half, base()))
    before = ours.adapter()
    found, expected = (backend.step([batch(1), batch(2)], 1e-6, 0) for backend in (ours, exact))
    assert found.loss == pytest.approx(expected.loss, rel=0.02)
    assert found.gradient_norm == pytest.approx(expected.gradient_norm, rel=0.1)
    after = ours.adapter()
    assert 5e-7 < apart(before, after) < 2e-6
    assert all(value.dtype == np.float32 for value in (*after.values(), *ours.optimizer().values()) if value.ndim)


def test_where_the_loss_is_not_finite_nothing_changes(base: Base) -> None:
    options = recipe()
    weights = dict(fresh(base(), options, moved=True))
    name = next(iter(weights))
    weights[name] = np.full_like(weights[name], np.nan)
    backend = MlxBackend.open(base(), options, weights)
    before, optimizer = backend.adapter(), backend.optimizer()
    assert not np.isfinite(backend.step([batch(1)], 1e-3, 0).loss)
    after = backend.adapter()
    assert all(np.array_equal(before[key], after[key], equal_nan=True) for key in before)
    assert all(np.array_equal(value, backend.optimizer()[key]) for key, value in optimizer.items())


def test_the_base_frequency_of_newer_files_is_heeded(base: Base, tmp_path: Path) -> None:
    """Files of transformers 5 nest it where mlx-lm does not look for Qwen2."""
    flat = opened(base(), moved=True).losses(batch(2))
    nested = _copied(base(), tmp_path, rope_theta=None, rope_parameters={"rope_type": "default", "rope_theta": 10000.0})
    assert opened(nested, moved=True).losses(batch(2)) == pytest.approx(flat, abs=1e-5)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"model_type": "no_such_model"}, (InputError, EngineMissing)),
        ({"hidden_size": 72}, InputError),
        ({"num_hidden_layers": 3}, InputError),
        ({"num_attention_heads": 0}, InputError),
        ({"num_attention_heads": None}, InputError),
        ({"vocab_size": "many"}, InputError),
        ({"model_file": "own.py"}, InputError),
    ],
)
def test_a_broken_base_is_told_plainly(
    base: Base, tmp_path: Path, changes: dict[str, Any], error: type[Exception]
) -> None:
    options = recipe()
    with pytest.raises(error) as raised:
        MlxBackend.open(_copied(base(), tmp_path, **changes), options, fresh(base(), options))
    assert "broken" in str(raised.value)


def test_an_adapter_of_another_base_is_refused(base: Base) -> None:
    options = recipe()
    weights = dict(fresh(base(), options))
    name = next(iter(weights))
    weights[name] = np.zeros((weights[name].shape[0], 17), np.float32)
    with pytest.raises(InputError):
        MlxBackend.open(base(), options, weights)


def _copied(folder: Path, tmp_path: Path, **changes: Any) -> Path:
    """A copy of a model with changes to its config; None removes a key."""
    made = tmp_path / "broken"
    made.mkdir()
    for path in folder.iterdir():
        (made / path.name).write_bytes(path.read_bytes())
    config = {**model_config(folder), **changes}
    (made / "config.json").write_text(json.dumps({key: value for key, value in config.items() if value is not None}))
    return made
