"""``likeness train writing`` on the example person, with the real trainers: an adapter that loads and writes, exact
going on after kills and full disks, and errors that say what to do."""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from typer.testing import CliRunner

from likeness.cli.main import app
from likeness.core import artefacts, lora
from likeness.core.errors import DoesNotFit, EngineMissing, InputError
from likeness.core.home import Home, PersonHome
from likeness.core.settings import settings
from likeness.engines.tuning.tiny import Size, make_tiny
from likeness.write import dataset, runs

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "ellis"
LIBRARIES = {"torch": "torch", "mlx": "mlx_lm"}
SMOKE = ("train", "writing", "--preset", "smoke")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the example person's dataset and nothing learned from it."""
    root = tmp_path_factory.mktemp("prepared") / "Likeness"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("LIKENESS_HOME", str(root))
        settings.cache_clear()
        about = json.loads((EXAMPLE / "person.json").read_text(encoding="utf-8"))
        names = [f"--me={name}" for name in about["identities"]]
        for words in (
            ["init", "ellis", *names],
            ["import", str(EXAMPLE / "mail.mbox"), "--json"],
            ["prepare", "writing", "--json"],
        ):
            done = CliRunner().invoke(app, words)
            assert done.exit_code == 0, done.output
    settings.cache_clear()
    return root


@pytest.fixture
def home(prepared: Path, monkeypatch: pytest.MonkeyPatch) -> PersonHome:
    root = settings().home
    shutil.copytree(prepared, root)
    monkeypatch.setenv("MLX_DISABLE_COMPILE", "1")  # compiling takes longer than these few steps
    return Home(root).open("ellis")


def run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


def answer(*words: str) -> dict[str, Any]:
    done = run(*words, "--json")
    assert done.exit_code == 0, (done.output, done.exception)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_an_adapter_is_made_that_loads_and_writes_and_is_the_same_with_both_trainers(home: PersonHome) -> None:
    installed = [engine for engine, library in LIBRARIES.items() if importlib.util.find_spec(library)]
    if not installed:
        pytest.skip("no trainer is installed")
    learned = [_checked(home, engine) for engine in installed]
    for name, weights in learned[0].weights.items():
        np.testing.assert_allclose(learned[-1].weights[name], weights, atol=2e-3)


def _checked(home: PersonHome, engine: str) -> lora.Lora:
    """The adapter that ``engine`` makes, after a look at everything that belongs to it."""
    told = answer(*SMOKE, "--engine", engine)
    folder = Path(told["adapter"])
    manifest = artefacts.load(folder)
    assert (manifest.engine, manifest.form, manifest.base_model) == (engine, "lora", "tiny")
    assert manifest.measures["steps"] == 5
    assert manifest.measures["valid_loss"] > 0
    assert manifest.extra["chosen"] == "step-000005"
    assert told["estimate"]["fits"]
    assert told["estimate"]["steps"] == 5
    assert {"Qwen/Qwen2.5-0.5B-Instruct"} < {base["base"] for base in told["estimate"]["bases"]}
    assert "What is learned" in (folder / "training.html").read_text(encoding="utf-8")
    assert list(home.runs.iterdir()) == []
    # A base of random weights can say nothing at all, which is an error of its own.
    wrote = run("write", "thank Ana for the slides", "--engine", engine)
    assert wrote.exit_code == 0 or isinstance(wrote.exception, InputError), wrote.output
    assert answer("status")["people"][0]["adapters"][0]["name"] == folder.name
    found = lora.read(folder)
    assert any(weights.any() for name, weights in found.weights.items() if "lora_B" in name)
    return found


def test_a_full_disk_is_told_and_the_run_goes_on_when_there_is_room(home: PersonHome) -> None:
    pytest.importorskip("torch")
    base = make_tiny(home.root / "base")
    words = [*SMOKE, "--engine", "torch", "--base", str(base), "--maximum-steps", "12", "--checkpoints", "4"]
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # The adapter (about 40 kB) can be written, the state with its optimizer (three times that) cannot.
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))
    try:
        full = run(*words).exception
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert isinstance(full, DoesNotFit)
    assert "is full" in str(full)
    assert "continues where the run stood" in full.hint
    assert [found for _, found in artefacts.listed(home.adapters) if found.form == "lora"] == []
    assert list(home.root.rglob(".*.part")) == []
    assert [path.stat().st_size for path in home.runs.glob("*/state/*")] == []
    assert len(runs.runs(home)) == 1
    assert (Path(answer(*words)["adapter"]) / lora.WEIGHTS).is_file()


def test_a_base_that_is_not_here_or_has_another_tokenizer_is_told(home: PersonHome, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    absent = run("train", "writing", "--engine", "torch")
    assert isinstance(absent.exception, EngineMissing)
    assert "likeness models get" in absent.exception.hint
    texts = [example.completion for example in dataset.examples(Path(dataset.latest(home.datasets) or ""))]
    foreign = make_tiny(tmp_path / "foreign", texts=texts, size=Size(vocabulary=1500))
    base = make_tiny(tmp_path / "base", size=Size(vocabulary=300))
    shutil.copy(foreign / "tokenizer.json", base / "tokenizer.json")
    wrong = run(*SMOKE, "--engine", "torch", "--base", str(base))
    assert isinstance(wrong.exception, InputError)
    assert "belongs to another model" in str(wrong.exception)
    assert [found for _, found in artefacts.listed(home.adapters) if found.form == "lora"] == []


def test_a_row_that_breaks_the_run_is_named(home: PersonHome, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    folder = dataset.latest(home.datasets)
    assert folder is not None
    rows = list(dataset.examples(folder))
    poisoned = next(row for row in rows if row.split == "train" and row.kind == "draft")
    texts = [text for row in rows for text in (row.prompt, row.completion)]
    base = make_tiny(tmp_path / "base", texts=[*texts, "ꙮ ꙮ ꙮ ꙮ"])
    _poison(base, "ꙮ")
    changed = [replace(row, completion="ꙮ") if row is poisoned else row for row in rows]
    dataset.save_examples(folder, changed)
    broken = run(*SMOKE, "--engine", "torch", "--base", str(base), "--maximum-steps", "0")
    assert isinstance(broken.exception, InputError), broken.output
    assert poisoned.id in str(broken.exception)
    assert "take it out" in broken.exception.hint
    assert [found for _, found in artefacts.listed(home.adapters) if found.form == "lora"] == []


def _poison(base: Path, text: str) -> None:
    """Make the weights of the last token of ``text`` no numbers."""
    from tokenizers import Tokenizer

    token = Tokenizer.from_file(str(base / "tokenizer.json")).encode(text).ids[-1]
    weights = {name: array.copy() for name, array in load_file(base / "model.safetensors").items()}
    weights["model.embed_tokens.weight"][token] = np.nan
    save_file(weights, str(base / "model.safetensors"), metadata={"format": "pt"})


@pytest.mark.slow
@pytest.mark.parametrize("engine", list(LIBRARIES))
def test_a_training_survives_being_killed(engine: str) -> None:
    pytest.importorskip(LIBRARIES[engine], reason=f"the trainer {engine} is not installed")
    command = [sys.executable, "-m", "bench.kills", "--what", "train", "--engine", engine, "--kills", "3"]
    environment = {**os.environ, "MLX_DISABLE_COMPILE": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout.splitlines()[-1])["figures"]
    assert figures[f"train_{engine}_kills"] == 3
    assert [figures[f"train_{engine}_{name}"] for name in ("lost", "unequal", "unsound")] == [0, 0, 0]
