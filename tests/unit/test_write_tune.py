"""One training run: found again by what it is made of, continued, published whole, gone with who was forgotten."""

from __future__ import annotations

import errno
import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from likeness.core import artefacts, files, plugins
from likeness.core.artefacts import Manifest
from likeness.core.errors import Busy, DoesNotFit, EngineMissing, NotFound, NotReady, TooFewExamples
from likeness.core.events import Event, drain
from likeness.core.home import Home, PersonHome
from likeness.core.protocols import EngineInfo
from likeness.core.settings import settings
from likeness.core.types import BaseFit, Estimate, Example
from likeness.engines.tuning.tiny import make_tiny
from likeness.write import dataset as datasets
from likeness.write import runs, tune
from likeness.write.curve import TRAINING, read_curve
from likeness.write.tune_recipe import tune_recipe

STEPS = 6
SMOKE = tune_recipe("smoke")


class Fake:
    """A trainer whose adapter is a file that says which steps made it; it can stop in the middle, and goes on there."""

    info: ClassVar = EngineInfo("fake", "Fake", frozenset({"writer", "trainer"}), opens=frozenset({"lora"}))
    stop_before: ClassVar[int] = STEPS + 1
    stop_with: ClassVar[BaseException] = KeyboardInterrupt()
    begun: ClassVar[list[int]] = []

    @classmethod
    def train(cls, data: Path, recipe: Mapping[str, Any], out: Path) -> Iterator[Event]:
        rows = len(list(datasets.examples(data, "train")))
        yield Event("reading", rows, rows, "conversations", metrics={"rows": float(rows), "rows_left_out": 0.0})
        state = files.private_folder(out / "state") / "done.json"
        done: list[int] = json.loads(state.read_text()) if state.exists() else []
        cls.begun.append(len(done))
        for step in range(len(done) + 1, STEPS + 1):
            if step == cls.stop_before:
                raise cls.stop_with
            files.write_json(state, [*range(1, step + 1)])
            with (out / TRAINING).open("a") as lines:
                told = {"step": step, "epoch": 0.1, "loss": 4.0 / step, "learning_rate": 1e-4, "gradient_norm": 1.0}
                lines.write(json.dumps({**told, "tokens": 100, "useful_tokens": 40, "seconds": 0.5}) + "\n")
                if step % 3 == 0:
                    lines.write(json.dumps({"step": step, "valid_loss": 5.0 / step, "valid_tokens": 50}) + "\n")
            yield Event("training", step, STEPS, "steps", metrics={"loss": 4.0 / step, "peak_mb": 7.0})
        files.write_bytes(out / "adapter_model.safetensors", state.read_bytes())
        extra = {"chosen": "step-000006", "chosen_by": "validation loss", "system_prompt": "You write."}
        made = Manifest("adapter", out.name, form="lora", base_model=recipe["base"], parents=(data.name,), extra=extra)
        made.save(out)
        shutil.rmtree(out / "state")
        yield Event("tuned", 1, 1, "adapters", "step-000006")

    @classmethod
    def estimate(cls, data: Path, recipe: Mapping[str, Any]) -> Iterator[Event | Estimate]:
        yield Event("measuring", 1, 1, "steps")
        yield Estimate("tiny", 1000, 10, 300, 0, STEPS, 100.0, 4000, 50.0, 12.0, 100.0, 1000.0, True)

    @classmethod
    def bases(cls, recipe: Mapping[str, Any]) -> tuple[BaseFit, ...]:
        return (BaseFit("small", 10, 5.0, True),)


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


def make_dataset(home: PersonHome, name: str, count: int) -> Path:
    rows = [
        Example(
            f"e{n}", "draft", "train" if n % 10 else "valid", f"say {n}", f"hiya {n}!", f"x{n}", "mail", "ana@x.org"
        )
        for n in range(count)
    ]
    with artefacts.publish(home.datasets / name) as folder:
        datasets.save_examples(folder, rows)
        datasets.save_exchanges(folder, [])
        Manifest(kind="dataset", name=name, data_hash=f"hash of {name}").save(folder)
    return home.datasets / name


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
    assert "hf download Qwen/Qwen2.5-7B-Instruct" in absent.value.hint
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
