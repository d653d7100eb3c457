"""Files and folders appear whole or not at all, and nobody else can read them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from likeness.core import artefacts, files
from likeness.core.artefacts import Manifest
from likeness.core.errors import InputError, NotFound


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_written_file_is_private(tmp_path: Path) -> None:
    files.write_text(tmp_path / "note.txt", "schön")
    assert (tmp_path / "note.txt").read_bytes() == "schön".encode()
    assert _mode(tmp_path / "note.txt") == 0o600


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    files.write_text(path, "old")

    def fail_half_way() -> None:
        with files.replacing(path) as handle:
            handle.write(b"half of the n")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["note.txt"]


def test_newlines_are_kept_as_given(tmp_path: Path) -> None:
    with files.replacing(tmp_path / "a", "w") as handle:
        handle.write("one\r\ntwo\n")
    assert (tmp_path / "a").read_bytes() == b"one\r\ntwo\n"


def test_private_folder_makes_parents_private(tmp_path: Path) -> None:
    made = files.private_folder(tmp_path / "a" / "b")
    assert _mode(made) == 0o700
    assert _mode(tmp_path / "a") == 0o700


def test_publishing_replaces_whole_folders(tmp_path: Path) -> None:
    target = tmp_path / "set"
    for text in ("one", "two"):
        with files.publishing(target) as folder:
            (folder / "sub").mkdir()
            (folder / "sub" / "file").write_text(text)
    assert (target / "sub" / "file").read_text() == "two"
    assert _mode(target / "sub" / "file") == 0o600
    assert _mode(target / "sub") == 0o700
    assert [p.name for p in tmp_path.iterdir()] == ["set"]


def test_failed_publishing_keeps_the_old_folder(tmp_path: Path) -> None:
    target = tmp_path / "set"
    with files.publishing(target) as folder:
        (folder / "file").write_text("old")

    def fail_half_way() -> None:
        with files.publishing(target) as folder:
            (folder / "file").write_text("new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert (target / "file").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["set"]


def test_sweep_restores_a_folder_caught_between_two_renames(tmp_path: Path) -> None:
    (tmp_path / ".set.aaaa.old").mkdir()
    (tmp_path / ".set.aaaa.old" / "file").write_text("kept")
    (tmp_path / ".set.bbbb.part").mkdir()
    (tmp_path / ".note.txt.cccc.part").write_text("half")
    files.sweep(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["set"]
    assert (tmp_path / "set" / "file").read_text() == "kept"


def test_an_artefact_needs_a_manifest_to_be_published(tmp_path: Path) -> None:
    with pytest.raises(NotFound), artefacts.publish(tmp_path / "set"):
        pass
    assert not (tmp_path / "set").exists()


def test_a_manifest_reads_back_as_written(tmp_path: Path) -> None:
    manifest = Manifest(kind="voice", name="me", engine="builtin.voice", notes=("rough",), measures={"seconds": 12.5})
    with artefacts.publish(tmp_path / "me") as folder:
        manifest.save(folder)
    assert artefacts.load(tmp_path / "me") == manifest
    assert artefacts.listed(tmp_path) == [(tmp_path / "me", manifest)]


def test_a_damaged_manifest_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(InputError, match=r"manifest\.json is damaged"):
        artefacts.load(tmp_path)


def test_digest_tells_apart_what_joining_would_not() -> None:
    assert artefacts.digest(["ab", "c"]) != artefacts.digest(["a", "bc"])
    assert artefacts.digest(["a", b"b"]) == artefacts.digest(["a", "b"])
