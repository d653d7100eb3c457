"""``likeness train writing`` and ``likeness runs``: options from the recipe, cost first, its course, what is next."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from fake_trainer import STEPS, Fake, make_dataset
from rich.console import Console
from typer.testing import CliRunner

from likeness.cli import live_curve
from likeness.cli.live_curve import Course, curve, watch
from likeness.cli.main import app
from likeness.core import artefacts, plugins
from likeness.core.errors import DoesNotFit, EngineMissing, InputError, Interrupted, TooFewExamples
from likeness.core.events import Event
from likeness.core.home import Home, PersonHome
from likeness.core.models import models_folder
from likeness.core.settings import settings
from likeness.engines.tuning.tiny import make_tiny
from likeness.report.training import page
from likeness.write import runs, shown
from likeness.write.tune_recipe import TuneRecipe

RUN = ["train", "writing", "--preset", "smoke", "--engine", "fake"]


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> PersonHome:
    monkeypatch.setattr(plugins, "engine", lambda name: Fake)
    monkeypatch.setattr(Fake, "stop_before", STEPS + 1)
    monkeypatch.setattr(Fake, "begun", [])
    made = Home(settings().home).create("sam")
    make_dataset(made, "writing-one", 240)
    return made


def run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words), catch_exceptions=True)


def test_every_field_of_the_recipe_is_an_option_with_its_description() -> None:
    told = " ".join(run("train", "writing", "--help").output.split())
    for name, field in TuneRecipe.model_fields.items():
        assert f"--{name.replace('_', '-')}" in told
        if name != "preset":
            assert (field.description or "").split(";")[0] in told


def test_options_reach_the_recipe_and_wrong_ones_are_told(home: PersonHome) -> None:
    changed = ["--rank", "4", "--modules", "q_proj,v_proj", "--kinds", "draft", "--bits", "0", "--rank-stabilised"]
    done = run(*RUN, *changed, "--learning-rate", "1e-3", "--json")
    assert done.exit_code == 0, done.output
    recipe = artefacts.load(Path(json.loads(done.stdout)["adapter"])).recipe
    assert (recipe["rank"], recipe["modules"], recipe["kinds"]) == (4, ["q_proj", "v_proj"], ["draft"])
    assert (recipe["learning_rate"], recipe["rank_stabilised"], recipe["epochs"]) == (1e-3, True, 1.0)
    for wrong in (["--rank", "99"], ["--bits", "3"], ["--modules", "k_proj,v_proj"], ["--schedule", "steep"]):
        assert isinstance(run(*RUN, *wrong).exception, InputError)
    assert isinstance(run("train", "writing", "--preset", "none").exception, InputError)


def test_what_it_costs_is_said_first_and_what_to_do_next_last(home: PersonHome) -> None:
    done = run(*RUN)
    assert done.exit_code == 0, done.output
    assert done.stderr.index("memory") < done.stderr.index(f"step {STEPS}")
    assert "about 12 s: 6 steps" in done.stderr
    assert "validation loss" in done.stdout
    assert "likeness evaluate writing --engine fake" in done.stdout
    again = run(*RUN)
    assert "about" not in again.stderr
    assert Fake.begun == [0]


def test_an_estimate_does_no_more_and_says_which_bases_fit(home: PersonHome) -> None:
    told = run(*RUN, "--estimate").stdout
    assert "small" in told
    assert "fits" in told
    found = json.loads(run(*RUN, "--estimate", "--json").stdout)
    assert (found["steps"], found["bases"][0]["base"]) == (STEPS, "small")
    assert Fake.begun == []
    absent = run("train", "writing", "--engine", "fake", "--estimate")
    assert isinstance(absent.exception, EngineMissing) or absent.exit_code == 0


def test_an_estimate_marks_the_bases_whose_files_are_here(home: PersonHome) -> None:
    told = run(*RUN, "--estimate").stdout
    assert "What this machine could tune" in told
    assert "and is here" not in told
    assert json.loads(run(*RUN, "--estimate", "--json").stdout)["bases"][0]["here"] is False
    make_tiny(models_folder() / "small", "qwen2")
    (line,) = [line for line in run(*RUN, "--estimate").stdout.splitlines() if line.strip().startswith("small")]
    assert line.endswith("fits, and is here")
    assert json.loads(run(*RUN, "--estimate", "--json").stdout)["bases"][0]["here"] is True


def test_a_run_that_does_not_fit_is_refused(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    large = next(item for item in Fake.estimate(Path(), {}) if not isinstance(item, Event))
    from dataclasses import replace

    told = replace(large, peak_mb=90_000.0, fits=False, advice=("the nearest that fits is small",))
    monkeypatch.setattr(Fake, "estimate", lambda data, recipe: iter([told]))
    refused = run(*RUN).exception
    assert isinstance(refused, DoesNotFit)
    assert "87.9 GB" in str(refused)
    assert "nearest that fits is small" in refused.hint
    assert Fake.begun == []


def test_too_few_examples_are_refused_before_anything_is_measured(
    home: PersonHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_dataset(home, "writing-two", 20)
    monkeypatch.setattr(Fake, "estimate", lambda data, recipe: pytest.fail("it was estimated"))
    assert isinstance(run(*RUN).exception, TooFewExamples)


def test_ctrl_c_says_that_it_can_be_continued(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Fake, "stop_before", 4)
    stopped = run(*RUN).exception
    assert isinstance(stopped, Interrupted)
    assert str(stopped) == "stopped after step 3"
    assert "continues" in stopped.hint
    listed = run("runs").output
    assert f"interrupted after step 3 of {STEPS}" in listed
    assert "interrupted after step 3" in run("status").output
    monkeypatch.setattr(Fake, "stop_before", STEPS + 1)
    assert "stopped after step 3" in run(*RUN).stderr
    assert Fake.begun == [0, 3]


def test_runs_are_listed_and_thrown_away(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No training is unfinished" in run("runs").output
    monkeypatch.setattr(Fake, "stop_before", 2)
    run(*RUN)
    (found,) = json.loads(run("runs", "--json").stdout)["runs"]
    assert (found["step"], found["running"], found["note"]["preset"]) == (1, False, "smoke")
    assert "Removed" in run("runs", "--remove", found["name"]).output
    assert runs.runs(home) == []


def course() -> list[Event]:
    """A training whose loss falls from 4 to 2."""
    steps = [
        Event("training", n, 90, "steps", metrics={"loss": 4 - n / 45, "tokens_per_second": 800.0})
        for n in range(1, 91)
    ]
    steps.insert(45, Event("validation", 45, 90, "steps", metrics={"valid_loss": 3.0}))
    return [Event("trainer", 1, 1, "trainers", "torch: [b]asked for"), *steps, Event("tuned", 1, 1, "adapters", "made")]


def test_the_curve_falls_from_the_upper_left_to_the_lower_right() -> None:
    told = Course()
    for event in course():
        told.note(event)
    drawn = curve(told, 40, 6)
    assert drawn[0].split()[0] == "3.978"
    assert drawn[5].split()[0] == "2.000"
    assert "◆" in "".join(drawn[1:5])
    dots = [line[10:].ljust(40) for line in drawn[:6]]
    assert dots[0][0].strip("⠀ ")
    assert dots[5][39].strip("⠀ ")
    assert not dots[0][39].strip("⠀ ")
    assert "loss 2.000" in told.line()
    assert "800 tokens/s" in told.line()


@pytest.mark.parametrize("terminal", [True, False])
def test_the_course_is_shown_in_a_terminal_and_without(terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    shown_on = io.StringIO()
    console = Console(file=shown_on, force_terminal=terminal, width=100, highlight=False)
    monkeypatch.setattr("rich.console.Console", lambda **_: console)
    last = watch(iter(course()))
    assert last[-1].note == "made"
    told = shown_on.getvalue()
    assert "torch: [b]asked for" in told
    assert "step 90 of 90" in told
    assert ("◆ validation" in told) == terminal
    if not terminal:
        assert "validation loss 3.0000 after step 45" in told


def test_spans_of_time_are_said_as_people_do() -> None:
    assert [live_curve.duration(s) for s in (5, 600, 6_700)] == ["5 s", "10 min", "1 h 52 min"]


def test_the_page_shows_the_course_and_the_words_that_are_learned(home: PersonHome) -> None:
    assert run(*RUN).exit_code == 0
    folder = next(folder for folder, _ in artefacts.listed(home.adapters))
    drawn = (folder / shown.PAGE).read_text()
    assert "Best validation loss" in drawn
    assert "<script" not in drawn
    (folder / shown.SHOWN).write_text(
        '{"row": [["asked <b>", false], ["hiya & bye", true]], "left_out": {"too odd": 3}}'
    )
    drawn = page(folder)
    assert "asked &lt;b&gt;<ins>hiya &amp; bye</ins>" in drawn
    assert "too odd" in drawn
    (folder / shown.SHOWN).write_text("{")
    assert "left no example" in page(folder)
