"""Getting models: sizes first, hashes always, interruptions continued. Against a hub on loopback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from model_hub import Hub, serving
from typer.testing import CliRunner

from likeness.cli.main import app
from likeness.core import catalogue, downloads, plugins
from likeness.core.catalogue import Model
from likeness.core.errors import (
    DoesNotFit,
    EngineMissing,
    InputError,
    LikenessError,
    NotFound,
    Refused,
    UnsafeInput,
)
from likeness.core.events import drain
from likeness.core.settings import settings

WEIGHTS = bytes(range(256)) * 12_000
FILES = {
    "config.json": b'{"model_type": "tiny"}',
    "model.safetensors": WEIGHTS,
    "sub/vocab.json": b"{}",
    "README.md": b"x",
}
MODEL = Model(name="Speech", title="Speech", repository="somebody/Speech", about_mb=3, licence="MIT",
              files=("*.json", "*.safetensors"))  # fmt: skip


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):  # type: ignore[no-untyped-def]
    with serving(Hub(dict(FILES))) as served:
        monkeypatch.setenv("LIKENESS_HUB_URL", served.url)
        monkeypatch.setenv("LIKENESS_MODELS", str(tmp_path / "models"))
        monkeypatch.setattr(downloads, "_BLOCK", 1 << 16)
        settings.cache_clear()
        yield served
    settings.cache_clear()


def _names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_model_comes_whole_and_only_what_is_needed(hub: Hub) -> None:
    asked = downloads.cost(MODEL)
    assert asked.total == sum(len(FILES[name]) for name in ("config.json", "model.safetensors", "sub/vocab.json"))
    assert not MODEL.is_here
    events = drain(downloads.get(asked))
    assert MODEL.is_here
    assert _names(MODEL.folder) == {"config.json", "model.safetensors", "sub/vocab.json", downloads.RECORD}
    assert (MODEL.folder / "model.safetensors").read_bytes() == WEIGHTS
    counted = [event.done for event in events if event.unit == "bytes"]
    assert counted == sorted(counted)
    assert counted[-1] == asked.total
    assert {path.stat().st_mode & 0o077 for path in MODEL.folder.rglob("*")} == {0}


@pytest.mark.parametrize("ignores_ranges", [False, True])
def test_an_interrupted_download_goes_on(hub: Hub, ignores_ranges: bool) -> None:
    hub.breaks_after["model.safetensors"] = 1_000_000
    hub.ignores_ranges = ignores_ranges
    with pytest.raises(EngineMissing):
        drain(downloads.get(downloads.cost(MODEL)))
    assert not MODEL.is_here
    again = downloads.cost(MODEL)
    assert again.here >= 900_000
    drain(downloads.get(again))
    assert (MODEL.folder / "model.safetensors").read_bytes() == WEIGHTS
    ranges = [wanted for path, wanted in hub.asked if path.startswith("/store/model")]
    assert ranges[0] == ""
    assert ranges[-1].startswith("bytes=")


def test_a_stopped_download_goes_on(hub: Hub) -> None:
    job = downloads.get(downloads.cost(MODEL))
    while next(job).done < 500_000:
        pass
    job.close()
    drain(downloads.get(downloads.cost(MODEL)))
    assert (MODEL.folder / "model.safetensors").read_bytes() == WEIGHTS


@pytest.mark.parametrize("wrong", [WEIGHTS[:-1] + b"!", WEIGHTS + b"more", WEIGHTS[:-7]])
def test_other_bytes_than_published_are_never_used(hub: Hub, wrong: bytes) -> None:
    hub.wrong["model.safetensors"] = wrong
    with pytest.raises(LikenessError, match="another hash"):
        drain(downloads.get(downloads.cost(MODEL)))
    assert not MODEL.is_here
    hub.wrong.clear()
    drain(downloads.get(downloads.cost(MODEL)))
    assert (MODEL.folder / "model.safetensors").read_bytes() == WEIGHTS


def test_verify_finds_a_damaged_file_and_remove_frees_it(hub: Hub) -> None:
    drain(downloads.get(downloads.cost(MODEL)))
    assert drain(downloads.verify(MODEL))[-1].metrics["damaged"] == 0
    damaged = bytearray(WEIGHTS)
    damaged[5000] ^= 1
    (MODEL.folder / "model.safetensors").write_bytes(damaged)
    assert drain(downloads.verify(MODEL))[-1].metrics["damaged"] == 1
    assert downloads.remove(MODEL) > len(WEIGHTS)
    assert not MODEL.is_here


def test_what_the_hub_refuses_is_said(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFound):
        downloads.cost(MODEL.model_copy(update={"repository": "somebody/Else"}))
    hub.key = "secret"
    with pytest.raises(Refused) as told:
        downloads.cost(MODEL)
    assert "LIKENESS_HUB_KEY" in told.value.hint
    monkeypatch.setenv("LIKENESS_HUB_KEY", "secret")
    settings.cache_clear()
    assert downloads.cost(MODEL).total


def test_a_path_that_leads_out_is_refused(hub: Hub) -> None:
    hub.files["../../evil.json"] = b"{}"
    with pytest.raises(UnsafeInput):
        downloads.cost(MODEL)


def test_pickled_weights_come_only_when_asked_for_by_name(hub: Hub) -> None:
    hub.files |= {"converter/checkpoint.pth": b"pickle", "pytorch_model.bin": b"pickle"}

    def taken(*patterns: str) -> set[str]:
        listing = downloads.cost(MODEL.model_copy(update={"files": patterns})).listing
        assert listing is not None
        return {file.path for file in listing.files}

    assert taken("*") == {"config.json", "model.safetensors", "sub/vocab.json", "README.md"}
    assert taken("converter/*") == {"converter/checkpoint.pth"}
    with pytest.raises(InputError, match="none of the files"):
        taken("*.onnx")


def test_no_room_is_told_before_anything_comes(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = downloads.cost(MODEL)
    before = len(hub.asked)
    with pytest.raises(DoesNotFit):
        drain(downloads.get(downloads.Cost(MODEL, asked.listing, asked.total, 0, 1000)))
    assert len(hub.asked) == before


def test_a_hub_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LIKENESS_HUB_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("LIKENESS_MODELS", str(tmp_path))
    settings.cache_clear()
    with pytest.raises(EngineMissing, match="cannot be reached"):
        downloads.cost(MODEL)
    settings.cache_clear()


def test_every_entry_of_the_catalogue_can_be_read() -> None:
    names = [model.name for model in catalogue.catalogue()]
    assert len(names) == len(set(names))
    assert all(model.licence and (model.repository or model.packages) for model in catalogue.catalogue())
    with pytest.raises(NotFound):
        catalogue.known("no such model")


def test_every_model_that_an_engine_names_can_be_got() -> None:
    known = {model.name for model in catalogue.catalogue()}
    for name in plugins.names(plugins.ENGINES):
        engine = plugins.engine_class(name)
        assert engine is not None, name
        assert set(engine.info.models) <= known, name


def test_the_command_says_the_cost_and_asks(hub: Hub) -> None:
    runner = CliRunner()
    refused = runner.invoke(app, ["models", "get", "somebody/Speech"])
    assert isinstance(refused.exception, InputError)
    assert "3 MB" in refused.stderr
    assert not any(path.startswith("/store") for path, _ in hub.asked)
    done = runner.invoke(app, ["models", "get", "somebody/Speech", "--yes", "--json"])
    assert done.exit_code == 0, done.output
    assert Path(json.loads(done.stdout)["folder"], "model.safetensors").read_bytes() == WEIGHTS
    assert runner.invoke(app, ["models", "verify", "somebody/Speech"]).exit_code == 0
    assert runner.invoke(app, ["models", "remove", "somebody/Speech", "--yes"]).exit_code == 0
    assert runner.invoke(app, ["models", "list"]).exit_code == 0
