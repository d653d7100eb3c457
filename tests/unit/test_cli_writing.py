"""``likeness write`` and ``likeness rewrite``: nothing that a terminal would obey comes out of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import fake_writer
import pytest
from typer.testing import CliRunner

from likeness.cli.main import app
from likeness.core import artefacts
from likeness.core.artefacts import Manifest
from likeness.core.home import Home, PersonHome
from likeness.core.settings import settings
from likeness.core.types import Draft, WriteRequest

SAID = "see\x1b[2J you\u009b,\r\n\tSam\x03"
SHOWN = "see[2J you,\n\tSam"


@pytest.fixture
def home() -> PersonHome:
    made = Home(settings().home).create("sam")
    with artefacts.publish(made.datasets / "writing-1") as folder:
        Manifest("dataset", "writing-1").save(folder)
    fake_writer.adapter(made)
    return made


def run(*words: str) -> Any:
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


@pytest.mark.parametrize("method", ["generated", "composed"])
def test_a_terminal_gets_no_control_characters(
    home: PersonHome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, method: Literal["generated", "composed"]
) -> None:
    kind = fake_writer.install(monkeypatch, lambda adapter, request: SAID)
    write = kind.write

    def written(self: fake_writer.FakeWriter, request: WriteRequest) -> Draft:
        made = write(self, request)
        return replace(made, provenance=replace(made.provenance, method=method, note="Fake\x1b."))

    monkeypatch.setattr(kind, "write", written)
    (tmp_path / "plain.txt").write_text("I will see you.")
    for words in (("write", "say goodbye"), ("rewrite", str(tmp_path / "plain.txt"))):
        done = run(*words, "--engine", fake_writer.NAME)
        assert (done.exit_code, done.stdout) == (0, SHOWN + "\n")
        assert "\x1b" not in done.stderr
        assert ("taken away: control characters" in done.stderr) == (method == "generated")
        assert json.loads(run(*words, "--engine", fake_writer.NAME, "--json").stdout)["text"] == SHOWN
