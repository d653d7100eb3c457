"""An environment of its own for libraries that would not bear the versions that the others need.

It lies in the model's folder (``environment/``), is made by ``likeness models get`` alone, and goes with the model.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from likeness.core.errors import EngineMissing, LikenessError
from likeness.core.events import Event

FOLDER = "environment"
_TOLD_LINES = 4


def python_of(model: Path) -> Path:
    """The interpreter of the environment in a model's folder. Raises :class:`EngineMissing` when there is none."""
    found = model / FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not found.exists():
        raise EngineMissing(
            f"{model.name} has no environment to run in", hint=f"make it: likeness models get {model.name}"
        )
    return found


def make(model: Path, packages: Sequence[str]) -> Iterator[Event]:
    """Make the environment in the folder ``model`` and install ``packages``; what is there already is completed.

    Raises :class:`LikenessError`, with the installer's last words, when it fails.
    """
    at = model / FOLDER
    yield Event("make environment", 0, 2, "steps", "an empty environment")
    _run([sys.executable, "-m", "venv", str(at)])
    yield Event("make environment", 1, 2, "steps", f"installing {', '.join(packages)}")
    # Of what is downloaded nothing is kept twice: the environment is large enough without the installer's cache.
    _run(
        [
            str(python_of(model)),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-cache-dir",
            "--disable-pip-version-check",
            *packages,
        ]
    )
    yield Event("make environment", 2, 2, "steps", "installed")


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        told = "; ".join(line for line in done.stderr.strip().splitlines()[-_TOLD_LINES:] if line.strip())
        raise LikenessError(
            f"the environment could not be made: {told or done.returncode}",
            hint="see to what it says, then give the same command again",
        )
