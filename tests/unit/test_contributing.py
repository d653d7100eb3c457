"""The worked example in CONTRIBUTING.md: an engine is one file and one line. Installed here, it learns and speaks."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import soundfile
from speech_like import speech, write
from typer.testing import CliRunner

from likeness.cli.main import app
from likeness.core import plugins
from likeness.core.events import drain
from likeness.core.home import Home
from likeness.core.protocols import Speaker, Trainer
from likeness.core.settings import settings
from likeness.core.types import Audio
from likeness.speak.recordings import import_recordings
from likeness.speak.train import enrol
from likeness.speak.waveform import pitch_track

PAGE = Path(__file__).parents[2] / "CONTRIBUTING.md"


def example(name: str) -> str:
    """The block of code that stands under ``<!-- example: NAME -->``."""
    found = re.search(rf"<!-- example: {re.escape(name)} -->\n```\w+\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found, f"CONTRIBUTING.md has no example {name}"
    return found[1]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example as `pip install` would leave it: a module, and metadata with its entry point."""
    site = tmp_path / "site"
    metadata = site / "kazoo-1.0.dist-info"
    metadata.mkdir(parents=True)
    (site / "kazoo.py").write_text(example("kazoo.py"), encoding="utf-8")
    points = tomllib.loads(example("pyproject.toml"))["project"]["entry-points"]
    lines = [
        f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in named.items())
        for group, named in points.items()
    ]
    (metadata / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: kazoo\nVersion: 1.0\n", encoding="utf-8")
    monkeypatch.syspath_prepend(site)
    monkeypatch.delitem(sys.modules, "kazoo", raising=False)


def test_an_engine_is_one_file_and_one_line(installed: None, tmp_path: Path) -> None:
    engine = plugins.engine("kazoo")
    assert engine.info.name == "kazoo"
    assert issubclass(engine, Trainer)
    home = Home(settings().home).create("sam")
    takes = tmp_path / "takes"
    takes.mkdir()
    write(takes / "one.wav", speech(8.0, seed=3))
    drain(import_recordings(home, [takes], consent="I am Sam and agree"))
    measures = drain(enrol(home, engine="kazoo"))[-1].metrics
    assert measures["pitch_hz"] == pytest.approx(120, rel=0.15)
    with engine.open(home.voices / "me") as opened:
        assert isinstance(opened, Speaker)
    said = tmp_path / "said.wav"
    arguments = ["say", "one two three. [laughs] Four [pause 1] five.", "--pitch", "5", "-o", str(said), "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    assert "[laughs]" in json.loads(result.stdout)["notes"][0]
    samples, rate = soundfile.read(said, dtype="float32")
    voiced = [hertz for hertz in pitch_track(Audio(samples, rate)) if hertz > 0]
    assert np.median(voiced) == pytest.approx(measures["pitch_hz"] * 2 ** (5 / 12), rel=0.06)


def test_it_is_listed_with_what_it_needs(installed: None) -> None:
    result = CliRunner().invoke(app, ["voices", "engines", "--json"])
    found = {engine["name"]: engine for engine in json.loads(result.stdout)}["kazoo"]
    assert (found["ready"], found["learns"], found["stock"]) == (True, True, False)
    assert found["licence"] == "Apache-2.0"
