"""What a run keeps on disk: adapters along the way, the exact state to go on from, and a line for every step.

    checkpoints/step-000100/  adapter_model.safetensors  adapter_config.json  checkpoint.json
    state/step-000137.safetensors      weights and optimizer, while the run is under way
    training.jsonl                     what every step and every validation found

Each is written beside its place and renamed, so that a run killed at any byte has the one before.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likeness.core import files, lora
from likeness.core.errors import InputError
from likeness.core.lora import Lora

CHECKPOINTS, CHECKPOINT, STATE, LINES = "checkpoints", "checkpoint.json", "state", "training.jsonl"
ADAPTER_FILES = ("adapter_model.safetensors", "adapter_config.json")


@dataclass(frozen=True, slots=True)
class State:
    """All that a run needs to go on: ``step`` optimizer steps are done, ``run`` names what is being done (a digest of
    data, recipe and base), ``seconds`` is the time spent."""

    run: str
    step: int
    seconds: float
    adapter: Mapping[str, NDArray[np.float32]]
    optimizer: Mapping[str, NDArray[Any]]


def step_name(step: int) -> str:
    return f"step-{step:06d}"


def save_checkpoint(out: Path, step: int, adapter: Lora, dropout: float, told: Mapping[str, Any]) -> Path:
    """Keep ``adapter`` as the checkpoint of ``step``, with ``told`` (losses) beside it, and return its folder."""
    folder = out / CHECKPOINTS / step_name(step)
    with files.publishing(folder) as temporary:
        lora.write(temporary, adapter, dropout=dropout)
        files.write_json(temporary / CHECKPOINT, {"step": step, **told})
    return folder


def checkpoints(out: Path) -> list[tuple[Path, dict[str, Any]]]:
    """The checkpoints of a run with what is told of each, in the order of their steps."""
    found = sorted((out / CHECKPOINTS).glob("step-*"))
    return [(folder, json.loads((folder / CHECKPOINT).read_text(encoding="utf-8"))) for folder in found]


def choose(out: Path) -> tuple[Path, dict[str, Any]]:
    """The checkpoint with the lowest validation loss, or the last where there was no validation; the earlier of two."""
    found = checkpoints(out)
    judged = [item for item in found if item[1].get("valid_loss") is not None]
    return min(judged, key=lambda item: float(item[1]["valid_loss"])) if judged else found[-1]


def publish_choice(out: Path, checkpoint: Path) -> None:
    """Put the files of ``checkpoint`` at the top of ``out``, where an adapter has them."""
    for name in ADAPTER_FILES:
        files.write_bytes(out / name, (checkpoint / name).read_bytes())


def save_state(out: Path, state: State) -> None:
    """Keep ``state`` instead of the one before, which stays until the new one is whole on disk."""
    from safetensors.numpy import save

    folder = files.private_folder(out / STATE)
    tensors = {f"adapter/{name}": np.ascontiguousarray(value) for name, value in state.adapter.items()}
    # A plain number has no dimension; kept as it is, an optimizer gets back what it gave.
    tensors |= {f"optimizer/{name}": np.array(value, order="C") for name, value in state.optimizer.items()}
    told = {"run": state.run, "step": str(state.step), "seconds": repr(state.seconds)}
    path = folder / f"{step_name(state.step)}.safetensors"
    files.write_bytes(path, save(tensors, metadata=told))
    for other in folder.iterdir():
        if other != path:
            other.unlink(missing_ok=True)


def load_state(out: Path, run: str) -> State | None:
    """The newest whole state in ``out``; ``None`` when there is none.

    Raises :class:`InputError` when it is of another run: other data, another recipe or another base.
    """
    from safetensors import SafetensorError, safe_open

    for path in sorted((out / STATE).glob("step-*.safetensors"), reverse=True):
        try:
            with safe_open(str(path), framework="numpy") as stored:
                told = stored.metadata()
                parts: dict[str, dict[str, NDArray[Any]]] = {"adapter": {}, "optimizer": {}}
                for key in stored.keys():  # noqa: SIM118 (not a mapping)
                    part, _, name = key.partition("/")
                    parts[part][name] = stored.get_tensor(key)
                state = State(told["run"], int(told["step"]), float(told["seconds"]), **parts)
        except (SafetensorError, KeyError, ValueError, TypeError):
            continue  # a disk lost part of it; an older one may be whole
        if state.run != run:
            raise InputError(
                f"{out.name} holds an interrupted run of other data, another recipe or another base",
                hint="begin again in an empty folder",
            )
        return state
    return None


def drop_state(out: Path) -> None:
    """Forget how to go on: the run is done."""
    shutil.rmtree(out / STATE, ignore_errors=True)


def clear(out: Path) -> None:
    """Remove the checkpoints of an earlier run that left no state to go on from."""
    shutil.rmtree(out / CHECKPOINTS, ignore_errors=True)


def lines(out: Path) -> list[dict[str, Any]]:
    """The lines of ``training.jsonl``; a last one that was cut short is not one."""
    path = out / LINES
    if not path.is_file():
        return []
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            break
    return found


def keep_lines(out: Path, kept: Iterable[Mapping[str, Any]]) -> None:
    """Write ``training.jsonl`` anew with ``kept``: what is done again after an interruption is not told twice."""
    files.write_text(out / LINES, "".join(json.dumps(line) + "\n" for line in kept))


def add_line(out: Path, line: Mapping[str, Any]) -> None:
    """Append one line to ``training.jsonl``, which :func:`keep_lines` has made."""
    with (out / LINES).open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(line) + "\n")
