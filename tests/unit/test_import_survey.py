"""Looking through a folder of exports: everything is looked at, nothing hangs, what is left out is said with why."""

from __future__ import annotations

import os
import socket
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import ClassVar

import pytest

from likeness.core import plugins
from likeness.core.errors import InputError, UnknownFormat
from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.write import walk
from likeness.write.describe import described
from likeness.write.recognise import Survey, survey

MAIL = (
    "From: sam@example.org\nTo: ana@example.net\nMessage-ID: <{0}@x>\nDate: Tue, 1 Apr 1997 09:28:56 +0200\n\nhi {0}\n"
)


class Box:
    """A made-up source: files that begin with BOX, folders with a ``box.txt``; knows a sealed box when it sees one."""

    name: ClassVar[str] = "box"
    title: ClassVar[str] = "A box"
    last_resort: ClassVar[bool] = False
    begins: ClassVar[str] = "BOX"

    def recognises(self, path: Path) -> bool:
        if path.is_dir():
            return (path / "box.txt").is_file()
        return path.read_text(errors="replace").startswith(self.begins)

    def files(self, path: Path) -> Sequence[Path]:
        return sorted(path.glob("*.txt")) if path.is_dir() else [path]

    def identities(self, path: Path) -> Iterator[Identity]:
        yield from ()

    def read(self, path: Path, owner: Owner, *, start: int = 0) -> Iterator[Message | Skipped | Progress]:
        yield Skipped("nothing in it", path.name)

    def diagnose(self, path: Path) -> str | None:
        if path.is_file() and path.read_text(errors="replace").startswith("SEALED"):
            return f"{path.name} is sealed: open it first"
        return None


class Anything(Box):
    """Reads what Box reads, and more, but only when nobody else does."""

    name = "anything"
    last_resort = True
    begins = ""

    def recognises(self, path: Path) -> bool:
        return path.suffix == ".any" or super().recognises(path)

    def diagnose(self, path: Path) -> str | None:
        return None


@pytest.fixture
def boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "sources", lambda: [Box()])
    monkeypatch.setattr(plugins, "source", lambda name: Box())


def found(survey: Survey) -> list[tuple[str, str]]:
    return [(archive.source, archive.name) for archive in survey.archives]


def test_what_is_wrong_with_a_file_is_said_by_the_source_it_was_meant_for(tmp_path: Path, boxes: None) -> None:
    (tmp_path / "good.txt").write_text("BOX")
    (tmp_path / "bad.txt").write_text("SEALED")
    (tmp_path / "other.json").write_text("{}")
    (tmp_path / "none.txt").write_bytes(b"")
    left = {one.name.rpartition("/")[2]: one for one in survey([tmp_path]).left_out}
    assert (left["bad.txt"].why, left["bad.txt"].diagnosed) == ("is sealed: open it first", True)
    assert left["none.txt"].diagnosed
    assert not left["other.json"].diagnosed
    with pytest.raises(UnknownFormat, match=r"bad\.txt is sealed: open it first"):
        survey([tmp_path / "bad.txt"])


def test_several_paths_are_refused_only_when_nothing_is_known_in_any(tmp_path: Path, boxes: None) -> None:
    (tmp_path / "good.txt").write_text("BOX")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    seen = survey([tmp_path / "photo.jpg", tmp_path / "good.txt"])
    assert found(seen) == [("box", "good.txt")]
    assert "holds no messages" in seen.left_out[0].why
    with pytest.raises(UnknownFormat, match="picture"):
        survey([tmp_path / "photo.jpg"])
    with pytest.raises(InputError, match="not there"):
        survey([tmp_path / "good.txt", tmp_path / "nope"])


def test_a_folder_a_source_knows_is_one_archive_and_the_rest_of_it_is_looked_at(tmp_path: Path, boxes: None) -> None:
    inner = tmp_path / "a" / "deeper"
    inner.mkdir(parents=True)
    (tmp_path / "a" / "box.txt").write_text("BOX")
    (tmp_path / "a" / "one.txt").write_text("SEALED")
    (tmp_path / "a" / "odd.dat").write_text("SEALED")
    (inner / "box.txt").write_text("BOX")
    seen = survey([tmp_path])
    assert found(seen) == [("box", "a"), ("box", "deeper")]
    assert [len(archive.files) for archive in seen.archives] == [2, 1]
    assert [left.name.rpartition("/")[2] for left in seen.left_out] == ["odd.dat"]


def test_sources_for_everything_else_come_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    points = {"anything": Anything, "box": Box}
    monkeypatch.setattr(plugins, "_sources", lambda: points)
    monkeypatch.setattr(plugins, "source", lambda name: points[name]())
    (tmp_path / "a.txt").write_text("BOX")
    (tmp_path / "b.any").write_text("-")
    assert found(survey([tmp_path])) == [("box", "a.txt"), ("anything", "b.any")]


def test_pictures_are_counted_and_hidden_things_passed_over(tmp_path: Path, boxes: None) -> None:
    (tmp_path / "a.txt").write_text("BOX")
    for name in ("a.jpg", "b.MP4", "c.opus", "d.pdf"):
        (tmp_path / name).write_text("BOX")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.txt").write_text("BOX")
    seen = survey([tmp_path])
    assert (found(seen), seen.media, seen.hidden, seen.left_out) == ([("box", "a.txt")], 4, 1, ())


def test_links_pipes_and_sockets_neither_hang_nor_go_in_circles(tmp_path: Path, boxes: None) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("BOX")
    (folder / "round").symlink_to(tmp_path, target_is_directory=True)
    (folder / "self").symlink_to("self")
    (folder / "gone").symlink_to(tmp_path / "nowhere")
    (folder / "linked.txt").symlink_to(folder / "a.txt")
    os.mkfifo(folder / "pipe")
    server = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(folder)
    server.bind("s")
    os.chdir(here)
    try:
        seen = survey([folder, folder / "pipe"])
    finally:
        server.close()
    assert found(seen) == [("box", "a.txt"), ("box", "linked.txt")]
    why = {left.name.rpartition("/")[2]: left.why for left in seen.left_out}
    assert "not followed" in why["round"]
    assert "cannot be read" in why["self"] or "nothing" in why["self"]
    assert "nothing" in why["gone"]
    assert "pipe" in why["pipe"]
    assert "socket" in why["s"]
    with pytest.raises(UnknownFormat, match="pipe"):
        survey([folder / "pipe"])
    with pytest.raises(UnknownFormat, match="device"):
        survey([Path("/dev/null")])


def test_a_source_that_looks_through_a_link_reads_no_file_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Deep(Box):
        def files(self, path: Path) -> Sequence[Path]:
            return [path / "box.txt", *sorted(path.glob("*/box.txt"))] if path.is_dir() else [path]

    monkeypatch.setattr(plugins, "sources", lambda: [Deep()])
    (tmp_path / "below").mkdir()
    (tmp_path / "box.txt").write_text("BOX")
    (tmp_path / "below" / "box.txt").write_text("BOX")
    (tmp_path / "round").symlink_to(tmp_path, target_is_directory=True)
    (archive,) = survey([tmp_path]).archives
    assert archive.files == (tmp_path / "box.txt", tmp_path / "below" / "box.txt")
    assert survey([tmp_path / "round"]).archives[0].files[0] == tmp_path / "round" / "box.txt"


def test_what_is_read_with_another_file_is_not_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Described(Box):
        def companions(self, path: Path) -> Sequence[Path]:
            return [path.parent / "box.secret"]

    monkeypatch.setattr(plugins, "sources", lambda: [Described()])
    (tmp_path / "a.txt").write_text("BOX")
    (tmp_path / "box.secret").write_text("SEALED")
    (tmp_path / "other.secret").write_text("SEALED")
    assert [left.name.rpartition("/")[2] for left in survey([tmp_path]).left_out] == ["other.secret"]


def test_a_folder_that_cannot_be_opened_is_said(tmp_path: Path, boxes: None, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("BOX")
    (tmp_path / "locked").mkdir()
    real = os.scandir

    def scandir(path: Path) -> object:
        if path.name == "locked":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(walk.os, "scandir", scandir)
    (left,) = survey([tmp_path]).left_out
    assert (left.name.rpartition("/")[2], left.why) == ("locked", "cannot be read: Permission denied")


def test_a_source_that_cannot_open_a_file_or_refuses_it_stops_nothing(
    tmp_path: Path, boxes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def recognises(self: Box, path: Path) -> bool:
        if path.name == "bad.txt":
            raise PermissionError(13, "Permission denied")
        if path.name == "huge.txt":
            raise InputError("too much")
        return path.name == "good.txt"

    monkeypatch.setattr(Box, "recognises", recognises)
    for name in ("bad.txt", "good.txt", "huge.txt"):
        (tmp_path / name).write_text("words")
    seen = survey([tmp_path])
    assert (found(seen), len(seen.left_out)) == ([("box", "good.txt")], 2)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.rar", b"Rar!\x1a\x07", "unpack it"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c", "unpack it"),
        ("a.zip", b"PK\x03\x04" + b"x" * 100, "truncated zip"),
        ("a.zip", b"PK\x05\x06" + bytes(18), "empty zip"),
        ("a.z01", b"data", "join them"),
        ("a.zip.crdownload", b"data", "unfinished download"),
        ("a.mbox", bytes(5000), "zero bytes"),
        ("a.json.gpg", b"-----BEGIN PGP MESSAGE-----", "encrypted"),
        ("a.html", b"<!DOCTYPE html><p>hi", "web page"),
        ("a.xml", b"<?xml version='1.0'?>", "XML"),
        ("a.txt", "\ufeffdear".encode("utf-16-le"), "UTF-16"),
        ("a.bin", b"\1\0\2", "binary"),
    ],
)
def test_what_a_file_is_and_what_to_do(tmp_path: Path, boxes: None, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnknownFormat, match=said):
        survey([tmp_path / name])


def test_names_that_are_no_text_can_be_shown_and_stored(tmp_path: Path, boxes: None) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9\x1b[2J.txt")).write_text("BOX")
    (tmp_path / os.fsdecode(b"\xff.json")).write_text("{}")
    seen = survey([tmp_path])
    for name in [seen.archives[0].name, seen.left_out[0].name]:
        assert name.isprintable()
        assert name.encode("utf-8")


def test_ten_thousand_mails_in_folders_are_one_archive(tmp_path: Path) -> None:
    for number in range(1000):  # a tenth of it here; the whole is measured by bench.ingest
        folder = tmp_path / "V10" / f"{number % 20}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.eml").write_text(MAIL.format(number))
    with zipfile.ZipFile(tmp_path / "chat.docx", "w") as office:
        office.writestr("word/document.xml", "<x/>")
    seen = survey([tmp_path])
    assert [archive.source for archive in seen.archives] == ["eml"]
    assert len(seen.archives[0].files) == 1000
    assert (seen.left_out, seen.media) == ((), 1)


def test_a_database_that_was_cut_short_says_so(tmp_path: Path) -> None:
    path = tmp_path / "backup.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (v TEXT)")
        connection.executemany("INSERT INTO t VALUES (?)", [("x" * 500,)] * 200)
        connection.commit()
    whole = path.stat().st_size
    path.write_bytes(path.read_bytes()[: whole // 2])
    assert f"truncated SQLite database, it says it has {whole:,} bytes" in described(path).text
