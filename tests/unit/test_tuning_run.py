"""The loop every trainer shares, with a runtime that is arithmetic: exact going on, validation, guard, choice."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tuning_data import Arithmetic, dataset, example, ordinary, recipe

pytest.importorskip("transformers")

from likeness.core import artefacts, canaries, lora
from likeness.core.errors import DoesNotFit, InputError
from likeness.core.events import Event, drain
from likeness.core.prompts import SYSTEM_PROMPT
from likeness.core.types import Estimate
from likeness.engines.tuning import checkpoints, fit, run
from likeness.engines.tuning.tiny import make_tiny
from likeness.engines.tuning.tokens import load_tokenizer

FILES = ("adapter_model.safetensors", "adapter_config.json")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return make_tiny(tmp_path / "base")


def trained(data: Path, chosen: Mapping[str, Any], out: Path, backend: type[Arithmetic] = Arithmetic) -> list[Event]:
    return drain(run.train(backend, data, chosen, out))


def contents(out: Path) -> dict[str, bytes]:
    """Every file of a finished run, times aside."""
    found = {}
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        text = path.read_bytes()
        if path.name == "training.jsonl":
            lines = [json.loads(line) for line in text.splitlines()]
            text = repr([{k: v for k, v in line.items() if k != "seconds"} for line in lines]).encode()
        if path.name == "manifest.json":
            record = json.loads(text)
            text = repr({k: v for k, v in record.items() if k not in ("created_at", "name")}).encode()
        found[path.relative_to(out).as_posix()] = text
    return found


def test_a_run_leaves_a_complete_adapter(tmp_path: Path, base: Path) -> None:
    data, out = ordinary(tmp_path / "data"), tmp_path / "out"
    chosen = recipe(base=str(base), epochs=2, checkpoints=4, canaries=False)
    events = trained(data, chosen, out)
    stages = [event.stage for event in events]
    assert stages[:3] == ["reading", "loading", "loading"]
    assert stages[-1] == "tuned"
    assert stages.count("training") == 20
    assert stages.count("validation") == 5
    assert {
        "loss",
        "learning_rate",
        "gradient_norm",
        "tokens_per_second",
        "useful_tokens_per_second",
        "peak_mb",
    } == set(next(event for event in events if event.stage == "training").metrics)
    assert sorted(path.name for path in out.iterdir()) == [
        *sorted(FILES), "checkpoints", "manifest.json", "shown.json", "training.jsonl",
    ]  # fmt: skip
    assert [folder.name for folder, _ in checkpoints.checkpoints(out)] == [
        f"step-{step:06d}" for step in (5, 10, 15, 20)
    ]
    assert lora.read(out).modules == ("q_proj", "k_proj", "v_proj", "o_proj")
    manifest = artefacts.load(out)
    assert (manifest.kind, manifest.form, manifest.parents) == ("adapter", "lora", ("data",))
    assert manifest.extra["system_prompt"] == SYSTEM_PROMPT
    assert manifest.extra["chosen"] == events[-1].note
    assert not (out / "canaries.json").exists()


def test_the_checkpoint_with_the_lowest_validation_loss_is_chosen(tmp_path: Path, base: Path) -> None:
    out = tmp_path / "out"
    trained(ordinary(tmp_path / "data"), recipe(base=str(base), epochs=3, checkpoints=6, learning_rate=1e-2), out)
    told = {folder.name: told["valid_loss"] for folder, told in checkpoints.checkpoints(out)}
    best = min(told, key=lambda name: told[name])
    assert len(set(told.values())) == 6
    assert artefacts.load(out).extra["chosen"] == best != "step-000030"
    assert artefacts.load(out).extra["chosen_by"] == "validation loss"
    for name in FILES:
        assert (out / name).read_bytes() == (out / "checkpoints" / best / name).read_bytes()


def test_without_a_validation_split_the_last_is_chosen(tmp_path: Path, base: Path) -> None:
    out = tmp_path / "out"
    events = trained(ordinary(tmp_path / "data", valid=0), recipe(base=str(base), checkpoints=2), out)
    assert "validation" not in [event.stage for event in events]
    assert artefacts.load(out).extra["chosen"] == "step-000010"
    assert artefacts.load(out).extra["chosen_by"] == "last step"


def test_validation_is_the_whole_split_by_token(tmp_path: Path, base: Path) -> None:
    """Against a computation by hand, for rows of very different lengths, whatever the batches are."""
    records = [example(n) for n in range(6)]
    records += [example(n, split="valid", completion="boat " * (1 + n * n % 40)) for n in range(6, 17)]
    data, tokenizer = dataset(tmp_path / "data", records), load_tokenizer(base)
    found = []
    for batch in (1, 3):
        chosen = recipe(base=str(base), batch=batch, learning_rate=1e-9, window=2048)
        events = trained(data, chosen, tmp_path / f"out{batch}")
        found.append(next(event.metrics for event in events if event.stage == "validation"))
    total = count = 0.0
    for record in records[6:]:
        tokens = tokenizer.encode(record["completion"]) + tokenizer.encode("<|im_end|>")
        total += sum(1 + token % 7 for token in tokens)
        count += len(tokens)
    assert found[0]["valid_tokens"] == found[1]["valid_tokens"] == count
    level = found[0]["valid_loss"] - total / count
    assert 0 <= level < 1
    assert found[0]["valid_loss"] == pytest.approx(found[1]["valid_loss"], abs=1e-12)


@pytest.mark.parametrize("after", [1, 4, 7, 11, 19])
def test_a_run_that_was_stopped_goes_on_to_the_same_end(tmp_path: Path, base: Path, after: int) -> None:
    data, chosen = ordinary(tmp_path / "data"), recipe(base=str(base), epochs=2, checkpoints=3)
    trained(data, chosen, tmp_path / "whole")
    events = run.train(Arithmetic, data, chosen, tmp_path / "broken")
    steps = (event for event in events if event.stage == "training")
    list(islice(steps, after))
    events.close()  # type: ignore[attr-defined]
    rest = trained(data, chosen, tmp_path / "broken")
    # Stopped before the first checkpoint was made, there is nothing to go on from.
    assert sum(event.stage == "training" for event in rest) == (20 if after == 7 else 21 - after)
    assert contents(tmp_path / "broken") == contents(tmp_path / "whole")


def test_a_full_disk_at_any_write_leaves_a_run_that_goes_on(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every write to disk fails once, in the middle of the file; each time the same command continues."""
    data, chosen = ordinary(tmp_path / "data", train=8), recipe(base=str(base), epochs=2, checkpoints=2)
    trained(data, chosen, tmp_path / "whole")
    failures = 0
    while True:
        left = failures

        def failing(descriptor: int, real: Callable[[int], None] = os.fsync) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os.ftruncate(descriptor, os.fstat(descriptor).st_size // 2)
                raise OSError(28, "No space left on device")
            real(descriptor)

        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", failing)
            try:
                trained(data, chosen, tmp_path / "broken")
                break
            except OSError:
                failures += 1
    assert failures > 5
    assert contents(tmp_path / "broken") == contents(tmp_path / "whole")


def test_what_was_interrupted_is_only_continued_as_itself(tmp_path: Path, base: Path) -> None:
    data, chosen = ordinary(tmp_path / "data"), recipe(base=str(base), checkpoints=1)
    events = run.train(Arithmetic, data, chosen, tmp_path / "out")
    list(islice((event for event in events if event.stage == "training"), 5))
    with pytest.raises(InputError, match="interrupted run of other data"):
        trained(data, {**chosen, "learning_rate": 1e-3}, tmp_path / "out")
    with pytest.raises(InputError, match="interrupted run of other data"):
        trained(ordinary(tmp_path / "data", train=21), chosen, tmp_path / "out")


def test_a_state_the_disk_lost_part_of_is_not_used(tmp_path: Path, base: Path) -> None:
    data, chosen, out = ordinary(tmp_path / "data"), recipe(base=str(base), epochs=2), tmp_path / "out"
    trained(data, chosen, tmp_path / "whole")
    events = run.train(Arithmetic, data, chosen, out)
    list(islice((event for event in events if event.stage == "training"), 12))
    [state] = (out / "state").iterdir()
    state.write_bytes(state.read_bytes()[:-9])
    trained(data, chosen, out)
    assert contents(out) == contents(tmp_path / "whole")


def test_a_poisoned_row_is_named(tmp_path: Path, base: Path) -> None:
    records = [example(n) for n in range(12)]
    records[7]["completion"] += " §"
    token = load_tokenizer(base).encode("§")[-1]

    class Poisoned(Arithmetic):
        poison = token

    chosen = recipe(base=str(base), batch=4, epochs=4)
    with pytest.raises(InputError, match=r"step [1-3]: the loss is not a number .* example at fault: e7$"):
        trained(dataset(tmp_path / "data", records), chosen, tmp_path / "out", Poisoned)
    assert not (tmp_path / "out" / "adapter_model.safetensors").exists()


def test_a_collapse_stops_the_run(tmp_path: Path, base: Path) -> None:
    class Rising(Arithmetic):
        rising_after = 30

    with pytest.raises(InputError, match=r"collapsed: for 20 steps before step 50 .* worst batch then: e\d+") as told:
        trained(ordinary(tmp_path / "data"), recipe(base=str(base), epochs=20), tmp_path / "out", Rising)
    assert "learning rate" in told.value.hint


def test_canaries_are_recorded(tmp_path: Path, base: Path) -> None:
    out = tmp_path / "out"
    trained(ordinary(tmp_path / "data"), recipe(base=str(base), canaries=True, seed=5), out)
    assert canaries.load(out) == canaries.made(5)


def test_the_smoke_preset_makes_its_base(tmp_path: Path) -> None:
    out = tmp_path / "out"
    events = trained(ordinary(tmp_path / "data"), recipe(maximum_steps=5), out)
    assert (out / "base" / "model.safetensors").is_file()
    assert sum(event.stage == "training" for event in events) == 5


def test_an_estimate_leaves_nothing(tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, rubbish = ordinary(tmp_path / "data"), tmp_path / "rubbish"
    rubbish.mkdir()
    monkeypatch.setenv("TMPDIR", str(rubbish))
    monkeypatch.setattr("tempfile.tempdir", None)
    before = sorted(tmp_path.rglob("*"))
    records = [example(n) for n in range(20)] + [example(30, completion="word " * 400)]
    dataset(data, records)
    *events, last = run.estimate(Arithmetic, data, recipe(epochs=3))
    assert isinstance(last, Estimate)
    assert (last.rows, last.rows_left_out, last.steps) == (20, 1, 30)
    assert last.seconds > 0
    assert last.tokens_per_second > 0
    assert last.fits
    assert any("longer than the window" in sentence for sentence in last.advice)
    assert sorted(tmp_path.rglob("*")) == before
    assert {event.stage for event in events if isinstance(event, Event)} == {"reading", "loading", "training"}


@pytest.mark.parametrize("start", [run.train, run.estimate])
def test_a_run_that_does_not_fit_is_refused_before_loading(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch, start: Callable[..., Iterator[Any]]
) -> None:
    monkeypatch.setattr(fit, "available_mb", lambda runtime: 100.0)
    monkeypatch.setattr("likeness.engines.tuning.estimate.available_mb", lambda runtime: 100.0)
    monkeypatch.setattr(Arithmetic, "open", None)
    places = (tmp_path / "out",) if start is run.train else ()
    with pytest.raises(DoesNotFit, match=r"takes about 0\.\d GB, and 0\.1 GB are free") as told:
        list(start(Arithmetic, ordinary(tmp_path / "data"), recipe(base=str(base)), *places))
    assert told.value.hint


def test_weights_begin_alike_in_every_runtime(tmp_path: Path, base: Path) -> None:
    seen: list[dict[str, Any]] = []

    class Watching(Arithmetic):
        @classmethod
        def open(cls, base: Path, recipe: Mapping[str, Any], weights: Mapping[str, Any]) -> Watching:
            seen.append({name: value.copy() for name, value in weights.items()})
            return cls(weights)

    for name in ("one", "two"):
        trained(ordinary(tmp_path / "data"), recipe(base=str(base), maximum_steps=1), tmp_path / name, Watching)
    assert all(np.array_equal(seen[0][name], seen[1][name]) for name in seen[0])
    assert all(value.any() == ("lora_A" in name) for name, value in seen[0].items())
