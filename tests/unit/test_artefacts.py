"""Artefacts on disk: a damaged one is named with its folder, and ``likeness status`` tells of it and of the rest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from likeness.cli.main import app
from likeness.core import artefacts
from likeness.core.artefacts import MANIFEST, Manifest
from likeness.core.errors import InputError
from likeness.core.home import Home, PersonHome
from likeness.core.settings import settings
from likeness.write.generate import adapter_folder

FOLDERS = ("datasets", "adapters", "voices")


def made(folder: Path, created_at: str = "2026-01-01T00:00:00+00:00") -> Path:
    with artefacts.publish(folder) as inside:
        Manifest("adapter", folder.name, engine="fake", created_at=created_at).save(inside)
    return folder


@pytest.fixture
def home() -> PersonHome:
    person = Home(settings().home).create("sam")
    for kind in FOLDERS:
        made(getattr(person, kind) / "good")
    return person


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", "\x00", '{"kind": "adapter"}'),
        *(f'{{"kind": "adapter", "name": "x", {more}}}' for more in ('"created_at": 5', '"extra": []', '"notes": 1')),
    ],
)
def test_a_damaged_manifest_names_its_folder_and_what_to_do(home: PersonHome, text: str) -> None:
    bad = made(home.adapters / "bad")
    (bad / MANIFEST).write_text(text)
    with pytest.raises(InputError, match="is damaged") as error:
        artefacts.listed(home.adapters)
    assert str(bad) in str(error.value)
    assert "remove that folder" in error.value.hint
    with pytest.raises(InputError, match="is damaged"):
        adapter_folder(home, "fake", "good")
    found, damaged = artefacts.surveyed(home.adapters)
    assert ([path.name for path, _ in found], list(damaged)) == (["good"], [bad])


def test_status_tells_of_what_is_damaged_and_of_the_rest(home: PersonHome) -> None:
    bad = [made(getattr(home, kind) / "bad") for kind in FOLDERS]
    for folder in bad:
        (folder / MANIFEST).write_text("{")
    told = CliRunner().invoke(app, ["status"], catch_exceptions=False)
    assert told.exit_code == 0
    assert all(f"{folder / MANIFEST} is damaged" in told.stdout for folder in bad)
    assert f"remove {bad[0]}" in told.stdout
    (person,) = json.loads(CliRunner().invoke(app, ["status", "--json"], catch_exceptions=False).stdout)["people"]
    assert [(item["kind"], item["folder"]) for item in person["damaged"]] == list(
        zip(FOLDERS, map(str, bad), strict=True)
    )
    assert [[item["name"] for item in person[kind]] for kind in FOLDERS] == [["good"]] * 3


def test_the_newest_comes_first_and_half_written_ones_are_not_seen(home: PersonHome) -> None:
    made(home.adapters / "newer", "2026-02-01T00:00:00+00:00")
    (home.adapters / ".half").mkdir()
    (home.adapters / ".half" / MANIFEST).write_text("{")
    (home.adapters / "other").mkdir()
    made(home.adapters / "a-last", "2026-02-01T00:00:00+00:00")
    assert [path.name for path, _ in artefacts.listed(home.adapters)] == ["a-last", "newer", "good"]
