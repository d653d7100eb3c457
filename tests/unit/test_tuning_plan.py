"""What a run takes, by arithmetic: parameters of known models, and memory that grows with what should make it grow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from likeness.core import models
from likeness.core.errors import InputError
from likeness.engines.tuning import memory, plan
from likeness.engines.tuning.shapes import KNOWN, shape_of
from likeness.engines.tuning.tiny import Size, make_tiny
from likeness.write.tune_recipe import tune_recipe


@pytest.mark.parametrize(
    ("name", "parameters"),
    [  # as their pages say
        ("Qwen/Qwen2.5-0.5B-Instruct", 494_032_768),
        ("Qwen/Qwen2.5-3B-Instruct", 3_085_938_688),
        ("Qwen/Qwen2.5-7B-Instruct", 7_615_616_512),
        ("meta-llama/Llama-3.2-1B-Instruct", 1_235_814_400),
        ("meta-llama/Llama-3.1-8B-Instruct", 8_030_261_248),
        ("Qwen/Qwen3-0.6B", 596_049_920),
    ],
)
def test_known_models_have_the_parameters_their_pages_say(name: str, parameters: int) -> None:
    assert KNOWN[name].parameters == parameters


@pytest.mark.parametrize("architecture", ["qwen2", "llama"])
@pytest.mark.parametrize("tied", [False, True])
def test_parameters_are_those_in_the_file(tmp_path: Path, architecture: Any, tied: bool) -> None:
    from safetensors.numpy import load_file

    folder = make_tiny(tmp_path / "m", architecture, size=Size(tied=tied))
    counted = sum(array.size for array in load_file(folder / "model.safetensors").values())
    assert shape_of(models.model_config(folder)).parameters == counted


def test_a_configuration_that_lacks_a_size_is_told() -> None:
    with pytest.raises(InputError, match="lacks a size"):
        shape_of({"hidden_size": 64})


@pytest.mark.parametrize("runtime", ["mlx", "torch"])
def test_memory_grows_with_what_makes_it_grow(runtime: str) -> None:
    shape, recipe = KNOWN["Qwen/Qwen2.5-3B-Instruct"], tune_recipe("rewriter").model_dump()
    plain = plan.predicted_mb(shape, recipe, runtime)
    for more in ({"rank": 32}, {"window": 2048}, {"batch": 8}, {"bits": 8}, {"gradient_checkpointing": False}):
        assert plan.predicted_mb(shape, {**recipe, **more}, runtime) > plain
    assert plan.predicted_mb(KNOWN["Qwen/Qwen2.5-7B-Instruct"], recipe, runtime) > plain
    assert plan.predicted_mb(shape, recipe, runtime, tokens=512, learned=64, longest=256) < plain


@pytest.mark.parametrize(("size", "gigabytes"), [("0.5B", 0.5), ("3B", 2.2), ("7B", 4.9)])
def test_published_figures_of_a_small_mac_are_met(size: str, gigabytes: float) -> None:
    """QLoRA of 4 bits with single conversations on a Mac of 8 GB."""
    recipe = tune_recipe("style", batch=1, accumulation=16, window=512, dropout=0.0).model_dump()
    predicted = plan.predicted_mb(KNOWN[f"Qwen/Qwen2.5-{size}-Instruct"], recipe, "mlx", tokens=256)
    assert predicted / 1024 == pytest.approx(gigabytes, rel=0.25)


def test_the_nearest_that_fits_is_the_largest_that_does() -> None:
    recipe = tune_recipe("style").model_dump()
    fits = plan.bases(recipe, "mlx", 6_500.0)
    assert [fit.base for fit in fits if fit.fits]
    largest = [fit for fit in fits if fit.fits][-1]
    assert largest.base in plan.nearest(recipe, "mlx", 6_500.0)
    assert largest.base not in plan.nearest(recipe, "mlx", 6_500.0, below=largest.parameters)
    assert "no known model fits" in plan.nearest(recipe, "mlx", 100.0)


def test_a_control_group_limits_what_is_available(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    free = memory.available_mb("torch")
    (tmp_path / "memory.max").write_text(str(300 * 2**20))
    (tmp_path / "memory.current").write_text(str(100 * 2**20))
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    assert memory.available_mb("torch") == pytest.approx(200.0)
    assert free > 200.0
