"""One training run: found again by what it is made of, continued, published whole, gone with who was forgotten."""

from __future__ import annotations

import errno
import json
import os
import platform
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from fake_trainer import STEPS, Fake, make_dataset

from likeness.core import artefacts, plugins
from likeness.core.errors import Busy, DoesNotFit, EngineMissing, NotFound, NotReady, TooFewExamples
from likeness.core.events import Event, drain
from likeness.core.home import Home, PersonHome
from likeness.core.settings import settings
from likeness.core.types import Estimate
from likeness.engines.tuning.tiny import make_tiny
from likeness.write import dataset as datasets
from likeness.write import runs, tune
from likeness.write.curve import TRAINING, read_curve
from likeness.write.tune_recipe import tune_recipe

SMOKE = tune_recipe("smoke")


@pytest.fixture(autouse=True)
def fake(monkeypatch: pytest.MonkeyPatch) -> type[Fake]:
    monkeypatch.setattr(plugins, "engine", lambda name: Fake)
    monkeypatch.setattr(Fake, "stop_before", STEPS + 1)
    monkeypatch.setattr(Fake, "begun", [])
    return Fake


@pytest.fixture
def home(tmp_path: Path) -> PersonHome:
    made = Home(tmp_path / "Likeness").create("sam")
    make_dataset(made, "writing-one", 240)
    return made


def train(home: PersonHome, **options: Any) -> list[Event]:
    return drain(tune.tune(home, SMOKE, "fake", **options))


def test_a_run_becomes_an_adapter_that_says_how_it_was_made(home: PersonHome) -> None:
    events = train(home)
    assert [event.stage for event in events][:2] == ["trainer", "reading"]
    assert events[-1].stage == "tuned"
    folder = home.adapters / events[-1].note
    manifest = artefacts.load(folder)
    assert (manifest.form, manifest.engine, manifest.base_model) == ("lora", "fake", "tiny")
    assert manifest.parents == ("writing-one",)
    assert manifest.extra["chosen"] == "step-000006"
    assert manifest.extra["chosen_by"] == "validation loss"
    assert manifest.extra["system_prompt"]
    assert manifest.measures["valid_loss"] == pytest.approx(5 / 6)
    assert manifest.measures["peak_mb"] == 7.0
    assert manifest.measures["useful_tokens_per_second"] == pytest.approx(80.0)
    assert not (folder / "state").exists()
    assert not (folder / runs.RUN).exists()
    assert {path.stat().st_mode & 0o077 for path in folder.rglob("*")} == {0}
    assert list(home.runs.iterdir()) == []


def test_the_same_command_continues_and_then_finds_it_done(home: PersonHome, fake: type[Fake]) -> None:
    fake.stop_before = 4
    with pytest.raises(KeyboardInterrupt):
        train(home)
    (run,) = runs.runs(home)
    assert (run.step, run.note.steps, run.running, run.note.preset) == (3, STEPS, False, "smoke")
    assert artefacts.listed(home.adapters) == []
    fake.stop_before = STEPS + 1
    name = train(home)[-1].note
    assert name == run.name
    assert runs.runs(home) == []
    assert fake.begun == [0, 3]
    made = (home.adapters / name / "adapter_model.safetensors").read_bytes()
    train(home)
    assert fake.begun == [0, 3]
    train(home, again=True)
    assert fake.begun == [0, 3, 0]
    assert (home.adapters / name / "adapter_model.safetensors").read_bytes() == made


def test_a_run_is_another_with_other_data_recipe_trainer_or_base(home: PersonHome, tmp_path: Path) -> None:
    def name(recipe: Any = SMOKE, engine: str = "fake", dataset: Path | None = None) -> str:
        return tune.plan(home, recipe, engine, dataset).name

    other = make_dataset(home, "writing-two", 250)
    first = home.datasets / "writing-one"
    based = [tune_recipe("smoke", base=str(make_tiny(tmp_path / f"b{n}", seed=n))) for n in range(2)]
    names = [
        name(dataset=first),
        name(dataset=other),
        name(tune_recipe("smoke", rank=4), dataset=first),
        name(engine="fake2", dataset=first),
        *(name(recipe, dataset=first) for recipe in based),
    ]
    assert len(set(names)) == len(names)
    with (first / datasets.EXAMPLES).open("a") as lines:
        lines.write("\n")
    assert name(dataset=first) not in names


def test_two_processes_cannot_work_on_one_run(home: PersonHome) -> None:
    first = tune.tune(home, SMOKE, "fake")
    while next(first).stage != "training":
        pass
    assert runs.runs(home)[0].running
    with pytest.raises(Busy, match="another process"):
        train(home)
    with pytest.raises(Busy, match="being trained"):
        runs.remove(home, runs.runs(home)[0].name)
    assert drain(first)[-1].stage == "tuned"


def test_an_unfinished_run_can_be_thrown_away(home: PersonHome, fake: type[Fake]) -> None:
    fake.stop_before = 3
    with pytest.raises(KeyboardInterrupt):
        train(home)
    with pytest.raises(NotFound):
        runs.remove(home, "nothing")
    runs.remove(home, runs.runs(home)[0].name)
    assert list(home.runs.iterdir()) == []


def test_too_few_examples_are_refused_unless_allowed(home: PersonHome) -> None:
    small = make_dataset(home, "writing-small", 100)
    with pytest.raises(TooFewExamples, match="90 examples"):
        train(home, dataset=small)
    assert train(home, dataset=small, allow_small=True)[-1].stage == "tuned"
    with pytest.raises(TooFewExamples, match="0 examples"):
        drain(tune.tune(home, tune_recipe("rewriter", base="tiny"), "fake", small, allow_small=True))


def test_what_is_missing_is_said_with_what_to_do(home: PersonHome, tmp_path: Path) -> None:
    with pytest.raises(EngineMissing, match="not on this machine") as absent:
        drain(tune.tune(home, tune_recipe("style"), "fake"))
    assert "likeness models get Qwen/Qwen2.5-7B-Instruct" in absent.value.hint
    with pytest.raises(NotReady, match="no writing dataset"):
        train(Home(tmp_path / "other").create("kim"))


@pytest.mark.parametrize(
    ("there", "apple", "expected"),
    [({"torch"}, True, "torch"), ({"mlx_lm", "torch"}, True, "mlx"), ({"mlx_lm", "torch"}, False, "torch")],
)
def test_the_trainer_is_the_machine_s_own_where_it_is_installed(
    there: set[str], apple: bool, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tune, "find_spec", lambda name: name if name in there else None)
    monkeypatch.setattr(sys, "platform", "darwin" if apple else "linux")
    monkeypatch.setattr(platform, "machine", lambda: "arm64" if apple else "x86_64")
    assert tune.choose()[0] == expected
    assert tune.choose("mlx") == ("mlx", "mlx: asked for")
    monkeypatch.setenv("LIKENESS_TRAINER", "mlx")
    settings.cache_clear()
    assert tune.choose()[0] == "mlx"


def test_without_a_trainer_the_commands_that_install_one_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tune, "find_spec", lambda name: None)
    with pytest.raises(EngineMissing) as missing:
        tune.choose()
    assert "likeness[mlx]" in missing.value.hint
    assert "likeness[torch]" in missing.value.hint


def test_an_engine_that_does_not_tune_is_refused(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with pytest.raises(EngineMissing, match="does not tune"):
        drain(tune.tune(home, SMOKE, "builtin.recall"))


def test_too_little_room_is_told_in_numbers_before_anything_is_done(
    home: PersonHome, fake: type[Fake], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 10, 1_000_000))  # type: ignore[attr-defined]
    with pytest.raises(DoesNotFit, match=r"12 MB more .* 1 MB are free"):
        train(home)
    assert fake.begun == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EDQUOT])
def test_a_disk_that_fills_up_leaves_the_run_to_be_continued(
    home: PersonHome, fake: type[Fake], number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.stop_before = 5
    monkeypatch.setattr(fake, "stop_with", OSError(number, os.strerror(number)))
    with pytest.raises(DoesNotFit, match="is full") as full:
        train(home)
    assert "continues" in full.value.hint
    assert artefacts.listed(home.adapters) == []
    fake.stop_before = STEPS + 1
    assert train(home)[-1].stage == "tuned"
    assert fake.begun == [0, 4]


def test_a_run_that_learned_from_somebody_forgotten_meanwhile_is_thrown_away(home: PersonHome) -> None:
    running = tune.tune(home, SMOKE, "fake")
    while next(running).stage != "training":
        pass
    shutil.rmtree(home.datasets / "writing-one")
    with pytest.raises(NotReady, match="forgotten"):
        drain(running)
    assert list(home.runs.iterdir()) == []
    assert artefacts.listed(home.adapters) == []


def test_a_finished_run_that_was_not_published_is_published(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(runs, "publish", lambda folder, target: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            train(home)
    events = train(home)
    assert [event.stage for event in events] == ["trainer", "tuned"]
    assert artefacts.load(home.adapters / events[-1].note).form == "lora"


def test_the_estimate_comes_from_the_trainer(home: PersonHome) -> None:
    *events, found = tune.estimate(home, SMOKE, "fake")
    assert [event.stage for event in events if isinstance(event, Event)] == ["trainer", "measuring"]
    assert isinstance(found, Estimate)
    assert tune.fitting(SMOKE, "fake")[0].base == "small"


def test_a_curve_survives_a_line_cut_short_and_steps_done_twice(tmp_path: Path) -> None:
    lines = [{"step": 1, "loss": 3.0}, {"step": 2, "loss": 9.0}, {"step": 2, "loss": 2.0}, {"step": 2, "valid_loss": 4}]
    (tmp_path / TRAINING).write_text("\n".join(map(json.dumps, lines)) + '\n{"step": 3, "lo')
    curve = read_curve(tmp_path)
    assert [(point.step, point.loss) for point in curve.points] == [(1, 3.0), (2, 2.0)]
    assert curve.best == (2, 4.0)
    assert read_curve(tmp_path / "absent").measures() == {}
