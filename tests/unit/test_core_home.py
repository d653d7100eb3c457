"""The person's home: names, identities, settings, and a disk that is not there."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from likeness.core.errors import HomeUnavailable, InputError, NotFound, NotReady
from likeness.core.home import Home
from likeness.core.settings import Settings, settings


def test_a_new_person_has_private_folders(tmp_path: Path) -> None:
    created = Home(tmp_path / "Likeness").create("sam", "Sam Rivers")
    for folder in (created.root, created.recordings, created.voices):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((created.root / "person.json").stat().st_mode) == 0o600
    assert created.person().display_name == "Sam Rivers"


@pytest.mark.parametrize("name", ["", "Sam", "../sam", "sam rivers", "-sam", "s" * 41, "sam\n", "sam/..", "."])
def test_bad_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        Home(tmp_path / "Likeness").create(name)
    assert not (tmp_path / "Likeness" / "sam").exists()


def test_a_taken_name_is_refused_and_kept(tmp_path: Path) -> None:
    home = Home(tmp_path / "Likeness")
    home.create("sam", "Sam Rivers")
    with pytest.raises(InputError, match="exists already"):
        home.create("sam", "Somebody Else")
    assert home.open("sam").person().display_name == "Sam Rivers"


def test_identities_are_kept_once_whatever_their_case(tmp_path: Path) -> None:
    home = Home(tmp_path / "Likeness").create("sam")
    home.confirm(["Sam@Example.org", "Sam Rivers"])
    person = home.confirm(["sam@example.org ", "Sam R."])
    assert person.identities == ("Sam@Example.org", "Sam Rivers", "Sam R.")
    assert person.owner.is_me("SAM@example.ORG")
    assert not person.owner.is_me("", "ana@example.org")


def test_an_absent_disk_is_an_error_and_makes_no_folder(tmp_path: Path) -> None:
    home = Home(tmp_path / "unmounted" / "Likeness")
    with pytest.raises(HomeUnavailable, match="is not there"):
        home.create("sam")
    assert not (tmp_path / "unmounted").exists()


def test_which_person_is_meant(tmp_path: Path) -> None:
    home = Home(tmp_path / "Likeness")
    with pytest.raises(NotReady, match="nobody"):
        home.open()
    home.create("sam")
    assert home.open().root.name == "sam"
    home.create("ana")
    with pytest.raises(NotReady, match="several"):
        home.open()
    with pytest.raises(NotFound, match="bob"):
        home.open("bob")
    assert home.open("ana").root.name == "ana"


def test_settings_come_from_the_environment_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIKENESS_HOME", str(tmp_path))
    (tmp_path / "likeness.toml").write_text('port = 9000\nwriter = "builtin.double"\n')
    assert settings().port == 9000
    monkeypatch.setenv("LIKENESS_PORT", "9001")
    assert Settings().port == 9001
    assert Settings().writer == "builtin.double"


def test_a_setting_that_cannot_be_is_told_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LIKENESS_HOME", str(tmp_path))
    for name, value in (("PORT", "many"), ("MEMORY_LIMIT_MB", "abc"), ("ENGINE_HOSTS", "not json")):
        with monkeypatch.context() as patch:
            patch.setenv(f"LIKENESS_{name}", value)
            settings.cache_clear()
            with pytest.raises(InputError, match=rf"(?i){name}"):
                settings()
    for content in ("port = ", "prot = 80"):
        (tmp_path / "likeness.toml").write_text(content)
        settings.cache_clear()
        with pytest.raises(InputError, match="settings") as told:
            settings()
        assert "likeness.toml" in told.value.hint
    settings.cache_clear()
