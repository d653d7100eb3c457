"""Kills trainings at random moments (``kill -9``) and lets them go on: part of ``bench.kills``.

A run is continued until it is done, killed again and again on the way. What it publishes must be, byte for byte, what
an undisturbed run published: the adapter, every checkpoint, and the losses of every step and validation. While it is
not done no adapter may be seen, and a checkpoint that was acknowledged must be there after the kill.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from likeness.core import artefacts
from likeness.core.artefacts import Manifest
from likeness.core.home import Home, PersonHome
from likeness.core.types import Example
from likeness.write import dataset as datasets
from likeness.write import tune
from likeness.write.curve import TRAINING
from likeness.write.tune_recipe import TuneRecipe, tune_recipe

LIBRARIES = {"torch": "torch", "mlx": "mlx_lm"}
_VOCABULARY = "the meeting slides train budget garden tomorrow thanks lovely could please really perhaps answer"
Run = Callable[[str, Path, Path, float | None], tuple[list[str], bool, float]]


class Outcome(Protocol):
    """What is counted (``bench.kills.Outcome``)."""

    kills: int
    completed: int
    lost: int
    unequal: int
    unsound: int


def recipe() -> TuneRecipe:
    """A few seconds of steps with all that has a state: dropout, accumulation, a schedule, validations."""
    return tune_recipe(
        "smoke", dropout=0.1, accumulation=2, maximum_steps=120, epochs=4, checkpoints=6, learning_rate=2e-3
    )


def work(home: PersonHome, engine: str) -> None:
    """What the process that is killed does, from "ready" on: train, and say after each event how far it is."""
    __import__(LIBRARIES[engine])
    __import__("transformers")
    print("ready", flush=True)
    for event in tune.tune(home, recipe(), engine):
        print(f"{event.stage}:{event.done:g}", flush=True)


def kill_trainings(outcome: Outcome, run: Run, engine: str, kills: int, seed: int) -> float:
    """Train until ``kills`` kills are done, and the last run to its end; steps done twice for each kill, on average."""
    rng = random.Random(seed)
    again: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        home = _home(Path(folder) / "home", rng)
        what, nothing = f"train.{engine}", Path(folder)
        _, _, duration = run(what, home.root.parent, nothing, None)
        expected = _made(home)
        assert expected, "the undisturbed run made nothing"
        _clear(home)
        reached = 0
        while True:
            moment = rng.uniform(0, duration) if outcome.kills < kills else None
            lines, ended, _ = run(what, home.root.parent, nothing, moment)
            steps = [int(line.partition(":")[2]) for line in lines if line.startswith("training:")]
            if steps and reached:
                again.append(max(0, reached - steps[0]))
            if not ended:
                outcome.kills += 1
                reached = max(steps, default=reached)
                outcome.unsound += _made(home) not in ([], expected)
                outcome.lost += _checkpoints(home) < _acknowledged(lines)
                continue
            outcome.completed += 1
            outcome.unequal += _made(home) != expected
            outcome.unsound += any(home.runs.iterdir()) or any(home.adapters.glob(".*"))
            _clear(home)
            reached = 0
            if outcome.kills >= kills:
                return sum(again) / max(1, len(again))


def installed() -> list[str]:
    """The trainers whose library is here."""
    return [engine for engine, library in LIBRARIES.items() if find_spec(library)]


def _home(root: Path, rng: random.Random) -> PersonHome:
    """A person with a dataset of 240 examples."""
    home = Home(root).create("robin")

    def text(least: int) -> str:
        return " ".join(rng.choices(_VOCABULARY.split(), k=rng.randrange(least, least + 12)))

    with artefacts.publish(home.datasets / "writing-kills") as folder:
        rows = [
            Example(f"e{n}", "draft", "valid" if n % 12 == 0 else "train", text(3), text(5), f"x{n}", "mail", "Ana")
            for n in range(240)
        ]
        datasets.save_examples(folder, rows)
        datasets.save_exchanges(folder, [])
        Manifest(kind="dataset", name="writing-kills", data_hash="kills").save(folder)
    return home


def _acknowledged(lines: list[str]) -> int:
    """Validations after which another event came: their checkpoint was kept."""
    places = [place for place, line in enumerate(lines) if line.startswith("validation:") and line != "validation:0"]
    return sum(1 for place in places if place + 1 < len(lines))


def _checkpoints(home: PersonHome) -> int:
    found = [*home.runs.glob("*/checkpoints/step-*"), *home.adapters.glob("*/checkpoints/step-*")]
    return len(found)


def _made(home: PersonHome) -> list[tuple[tuple[str, str], ...]]:
    """Of each adapter that can be seen: its weights, configurations and losses."""
    found = []
    for folder, _ in artefacts.listed(home.adapters):
        files = [path for path in sorted(folder.rglob("*")) if path.suffix == ".safetensors" or _small(path)]
        digests = [(str(path.relative_to(folder)), hashlib.sha256(path.read_bytes()).hexdigest()) for path in files]
        found.append((*digests, (TRAINING, _losses(folder / TRAINING))))
    return found


def _small(path: Path) -> bool:
    return path.name in ("adapter_config.json", "checkpoint.json")


def _losses(path: Path) -> str:
    """A digest of the lines of a training but for their times."""
    lines: list[dict[str, Any]] = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    kept = [{key: value for key, value in line.items() if key != "seconds"} for line in lines]
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def _clear(home: PersonHome) -> None:
    for folder in (home.runs, home.adapters):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
