"""A trainer that learns nothing, and a dataset for it: for tests of what is around a training."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from likeness.core import artefacts, files
from likeness.core.artefacts import Manifest
from likeness.core.events import Event
from likeness.core.home import PersonHome
from likeness.core.protocols import EngineInfo
from likeness.core.types import BaseFit, Estimate, Example
from likeness.write import dataset as datasets
from likeness.write.curve import TRAINING

STEPS = 6


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
        made = Manifest(
            "adapter",
            out.name,
            form="lora",
            base_model=recipe["base"],
            recipe=dict(recipe),
            parents=(data.name,),
            extra=extra,
        )
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
