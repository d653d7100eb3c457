"""What the gateway opens a language model with: one lane for a base, held as the adapter learned it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import fake_writer
import pytest

from likeness.core import artefacts
from likeness.core.artefacts import Manifest
from likeness.core.errors import InputError, NotFound
from likeness.core.home import Home, PersonHome
from likeness.core.lanes import Lanes, LaneWriter
from likeness.core.models import model_config
from likeness.core.settings import Settings
from likeness.server.writers import Writers


class Asked:
    """In place of the lanes: notes with what a writer is asked for."""

    def __init__(self) -> None:
        self.options: list[tuple[Path | None, dict[str, Any]]] = []

    def writer(
        self, engine: str, artefact: Path | None = None, options: Mapping[str, Any] | None = None, **more: Any
    ) -> LaneWriter:
        self.options.append((artefact, dict(options or {})))
        return cast("LaneWriter", None)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PersonHome:
    fake_writer.install(monkeypatch, lambda adapter, request: adapter)
    made = Home(tmp_path / "Likeness").create("sam")
    with artefacts.publish(made.datasets / "writing-1") as folder:
        Manifest("dataset", "writing-1", measures={"histograms": {"channel": {"signal": {"corpus": 3}}}}).save(folder)
    return made


def adapter(home: PersonHome, name: str = "fake-1", engine: str = fake_writer.NAME, **recipe: Any) -> Path:
    folder = fake_writer.adapter(home, name)
    replace(artefacts.load(folder), engine=engine, recipe=recipe).save(folder)
    return folder


def opened(home: PersonHome, **settings: Any) -> list[dict[str, Any]]:
    """With what the personal and the plain model are opened."""
    asked = Asked()
    writers = Writers(home, Settings(home=home.root.parent, writer="fake", **settings), cast("Lanes", asked))
    writers.personal()
    writers.plain()
    assert [artefact for artefact, _ in asked.options] == [None, None]
    return [options for _, options in asked.options]


def test_with_and_without_the_adapter_a_base_is_held_in_the_bits_it_was_learned_in(home: PersonHome) -> None:
    base = adapter(home, bits=4) / "base"
    assert opened(home) == [{"model": str(base), "bits": 4}] * 2
    assert opened(home, substance="fake") == [{"model": str(base), "bits": 4}] * 2
    assert opened(home, writer_model="/elsewhere") == [{"model": "/elsewhere"}] * 2


@pytest.mark.parametrize("recipe", [{}, {"bits": 0}, {"engine": "another", "bits": 4}])
def test_else_as_its_files_have_it(home: PersonHome, recipe: dict[str, Any]) -> None:
    base = adapter(home, **recipe) / "base"
    assert opened(home) == [{"model": str(base)}] * 2


def test_a_quantised_base_is_left_as_it_is(home: PersonHome) -> None:
    base = adapter(home, bits=4) / "base"
    (base / "config.json").write_text(json.dumps({**model_config(base), "quantization": {"bits": 8}}))
    assert opened(home) == [{"model": str(base)}] * 2


def test_a_channel_that_there_is_not_is_refused(home: PersonHome) -> None:
    adapter(home)
    writers = Writers(home, Settings(home=home.root.parent, writer="fake"), cast("Lanes", Asked()))
    for channel in ("", "mail", "signal", "whatsapp"):
        writers.personal(channel=channel)
    with pytest.raises(InputError, match="pigeon") as error:
        writers.personal(channel="pigeon")
    assert error.value.param == "channel"


def test_a_checkpoint_is_named_as_for_the_command(home: PersonHome) -> None:
    folder = adapter(home, bits=4)
    asked = Asked()
    writers = Writers(home, Settings(home=home.root.parent, writer="fake"), cast("Lanes", asked))
    pen = writers.personal("fake-1/step-000100")
    assert pen.adapter == str(folder / "checkpoints" / "step-000100")
    assert asked.options == [(None, {"model": str(folder / "base"), "bits": 4})]
    (home.root / "checkpoints" / "step-000100").mkdir(parents=True)
    for name in ("..", ".", "../adapters/fake-1", str(folder), "fake-1/step-000300", "fake-1/..", "/step-000100"):
        with pytest.raises(NotFound):
            writers.personal(name)
    with pytest.raises(NotFound):
        writers.personal("fake-1/../../../../checkpoints/step-000100")
