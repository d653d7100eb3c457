"""Archives in archives: unpacked within limits, named by their place, gone afterwards."""

from __future__ import annotations

import gzip
import io
import os
import signal
import stat
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import pytest

from likeness.core.errors import HomeUnavailable, UnknownFormat, UnsafeInput
from likeness.core.events import drain
from likeness.core.protocols import Owner
from likeness.core.store import Store
from likeness.write import unpack
from likeness.write.ingest import ingest, propose_identities
from likeness.write.recognise import Survey, survey
from likeness.write.unpack_folder import UnpackFolder

ME = Owner.of(["sam@example.org", "Sam"])
CHAT = "".join(f"[12/03/20, 15:04:{n:02d}] {'Ana' if n % 2 else 'Sam'}: hello number {n}\n" for n in range(20))


def mbox(numbers: range, name: str = "x") -> str:
    return "".join(
        f"From x Tue Apr  1 09:28:56 1997\nFrom: sam@example.org\nTo: ana@example.net\nX-Gmail-Labels: Sent\n"
        f"Message-ID: <{n}@{name}>\n"
        f"Date: Tue, 1 Apr 1997 09:28:56 +0200\nSubject: s\n\nThis is mail {n}.\n\n"
        for n in numbers
    )


def zipped(path: Path, entries: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def found(survey: Survey) -> list[tuple[str, str]]:
    return [(archive.source, archive.name) for archive in survey.archives]


def looked(tmp_path: Path, *paths: Path) -> Survey:
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    with UnpackFolder(home) as folders:
        seen = survey(paths, folders)
        for archive in seen.archives:
            assert all(file.exists() for file in archive.files)
    assert list(home.iterdir()) == []
    return seen


def test_a_zip_of_a_mailbox_is_imported_and_named(tmp_path: Path) -> None:
    takeout = zipped(tmp_path / "takeout.zip", {"Takeout/Mail/All.mbox": mbox(range(5)), "Takeout/Photos/a.jpg": "x"})
    (tmp_path / "home").mkdir()
    with Store.open(tmp_path / "home" / "s.sqlite") as store:
        events = drain(ingest(store, ME, [takeout]))
        assert [(r.source, r.path, r.kept) for r in store.ledger()] == [
            ("mbox", "takeout.zip/Takeout/Mail/All.mbox", 5)
        ]
        assert any(event.stage == "unpacking" and event.note.startswith("takeout.zip: ") for event in events)
        drain(ingest(store, ME, [takeout]))
        assert [(r.kept, r.duplicates) for r in store.ledger()] == [(5, 0), (0, 5)]
    assert sorted(p.name for p in (tmp_path / "home").iterdir()) == ["s.sqlite"]


def test_who_the_owner_is_can_be_found_in_a_zip(tmp_path: Path) -> None:
    takeout = zipped(tmp_path / "t.zip", {"a.mbox": mbox(range(5))})
    with UnpackFolder(tmp_path) as folders:
        assert propose_identities(survey([takeout], folders))[0].value == "sam@example.org"


def test_a_whole_folder_of_mails_in_a_zip_is_one_archive(tmp_path: Path) -> None:
    mails = {f"Mail/{n}.eml": mbox(range(n, n + 1)).split("\n", 1)[1] for n in range(8)}
    assert found(looked(tmp_path, zipped(tmp_path / "m.zip", mails))) == [("eml", "m.zip")]


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz", "w"])
def test_tar_archives_are_read_packed_in_any_way(tmp_path: Path, mode: str) -> None:
    with tarfile.open(tmp_path / "m.tgz", mode) as archive:  # type: ignore[call-overload]
        data = mbox(range(3)).encode()
        entry = tarfile.TarInfo("Mail/all.mbox")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
        for name, kind in (("link", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE), ("fifo", tarfile.FIFOTYPE)):
            odd = tarfile.TarInfo(name)
            odd.type, odd.linkname = kind, "/etc/passwd"
            archive.addfile(odd)
    seen = looked(tmp_path, tmp_path / "m.tgz")
    assert found(seen) == [("mbox", "m.tgz/Mail/all.mbox")]
    assert "3 links or entries" in seen.left_out[0].why


def test_a_single_packed_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "2003-April.txt.gz").write_bytes(gzip.compress(mbox(range(4)).encode()))
    assert found(looked(tmp_path, tmp_path / "2003-April.txt.gz")) == [("mbox", "2003-April.txt.gz/2003-April.txt")]


def test_parts_given_together_are_one_tree_and_a_missing_one_is_said(tmp_path: Path) -> None:
    for part, numbers in ((1, range(3)), (3, range(3, 6))):
        mails = {f"Takeout/Mail/{n}.eml": mbox(range(n, n + 1)).split("\n", 1)[1] for n in numbers}
        zipped(tmp_path / f"takeout-20240115T093012Z-00{part}.zip", mails)
    seen = looked(tmp_path, tmp_path)
    assert found(seen) == [("eml", f"{tmp_path.name}/takeout-20240115T093012Z.zip")]
    assert len(seen.archives[0].files) == 6
    assert "part 2 is not here" in seen.left_out[0].why


def test_a_zip_in_a_zip_is_read_and_no_deeper(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "i.zip", {"a.mbox": mbox(range(2))}).read_bytes()
    middle = zipped(tmp_path / "m.zip", {"i.zip": inner}).read_bytes()
    assert found(looked(tmp_path, zipped(tmp_path / "one.zip", {"b/i.zip": inner}))) == [
        ("mbox", "one.zip/b/i.zip/a.mbox")
    ]
    with pytest.raises(UnknownFormat, match="archive in an archive in an archive"):
        looked(tmp_path, zipped(tmp_path / "two.zip", {"m.zip": middle}))


def test_a_chat_in_its_own_zip_is_left_to_its_source(tmp_path: Path) -> None:
    outer = {"WhatsApp Chat - Ana.zip": zipped(tmp_path / "c.zip", {"_chat.txt": CHAT}).read_bytes()}
    assert found(looked(tmp_path, zipped(tmp_path / "all.zip", outer))) == [
        ("whatsapp", "all.zip/WhatsApp Chat - Ana.zip")
    ]


@pytest.mark.parametrize("name", ["../out.mbox", "/out.mbox", "a/../../out.mbox", "..\\out.mbox", "C:\\out.mbox"])
def test_nothing_is_written_outside(tmp_path: Path, name: str) -> None:
    bad = zipped(tmp_path / "bad.zip", {name: mbox(range(2)), "good.mbox": mbox(range(2))})
    seen = looked(tmp_path, bad)
    assert found(seen) == [("mbox", "bad.zip/good.mbox")]
    assert "1 links or entries that point outside" in seen.left_out[0].why
    assert not list(tmp_path.rglob("out.mbox"))


def test_links_in_a_zip_are_not_made(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "l.zip", "w") as archive:
        link = zipfile.ZipInfo("link.mbox")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("a.mbox", mbox(range(2)))
    assert found(looked(tmp_path, tmp_path / "l.zip")) == [("mbox", "l.zip/a.mbox")]


def test_what_is_unpacked_is_private(tmp_path: Path) -> None:
    with UnpackFolder(tmp_path) as folders:
        seen = survey([zipped(tmp_path / "t.zip", {"deep/er/a.mbox": mbox(range(2))})], folders)
        path = seen.archives[0].path
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        for folder in path.relative_to(tmp_path).parents[:-1]:
            assert stat.S_IMODE((tmp_path / folder).stat().st_mode) == 0o700


def test_a_bomb_is_refused_alone_and_left_out_among_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "RATIO_COUNTS_FROM", 1 << 20)
    bomb = zipped(tmp_path / "bomb.zip", {"a.mbox": b"\n" * (8 << 20)})
    with pytest.raises(UnsafeInput, match="200 times"):
        looked(tmp_path, bomb)
    good = zipped(tmp_path / "good.zip", {"a.mbox": mbox(range(2))})
    seen = looked(tmp_path, bomb, good)
    assert found(seen) == [("mbox", "good.zip/a.mbox")]
    assert (seen.left_out[0].unsafe, seen.left_out[0].diagnosed) == (True, True)


def test_a_disk_too_small_is_said_with_what_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    big = zipped(tmp_path / "big.zip", {"a.mbox": mbox(range(2)) + "word " * 600_000})
    monkeypatch.setattr(UnpackFolder, "room", lambda self: 1_000_000)
    with pytest.raises(HomeUnavailable, match=r"needs 0\.0 GB|needs 3\.\d MB|room for"):
        looked(tmp_path, big)
    with tarfile.open(tmp_path / "big.tgz", "w:gz") as archive:
        archive.add(big.with_name("big.zip"), "a.mbox")
        data = bytes(5_000_000)
        entry = tarfile.TarInfo("b.mbox")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    with pytest.raises(HomeUnavailable, match="room for"):
        looked(tmp_path, tmp_path / "big.tgz")


def test_an_encrypted_zip_says_so(tmp_path: Path) -> None:
    path = zipped(tmp_path / "secret.zip", {"a.mbox": mbox(range(2))})
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(UnknownFormat, match=r"secret\.zip is encrypted .* unpack it with its password"):
        looked(tmp_path, path)


def test_what_can_be_read_of_a_damaged_archive_is_read(tmp_path: Path) -> None:
    text = mbox(range(4000))
    path = zipped(tmp_path / "torn.zip", {"a.mbox": text})
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    seen = looked(tmp_path, path)
    assert found(seen) == [("mbox", "torn.zip/a.mbox")]
    assert "damaged" in seen.left_out[0].why
    packed = gzip.compress(text.encode())
    (tmp_path / "torn.mbox.gz").write_bytes(packed[: len(packed) // 2])
    assert found(looked(tmp_path, tmp_path / "torn.mbox.gz")) == [("mbox", "torn.mbox.gz/torn.mbox")]


def test_an_archive_with_nothing_known_is_said_once(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match="zip archive in which nothing is a known export"):
        looked(tmp_path, zipped(tmp_path / "n.zip", {"a.json": "{}", "b.json": "{}", "c.jpg": "x"}))
    good = zipped(tmp_path / "g.zip", {"a.mbox": mbox(range(2))})
    seen = looked(tmp_path, tmp_path / "n.zip", good)
    assert [(left.name, left.diagnosed) for left in seen.left_out] == [("n.zip", False)]
    assert seen.media == 1


def test_names_that_clash_are_all_kept(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("a.mbox", mbox(range(2), "one"))
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.mbox", mbox(range(2), "two"))
        archive.writestr("a.mbox/deeper.mbox", mbox(range(2), "three"))
        archive.writestr(f"{'n' * 300}.mbox", mbox(range(2), "four"))
    seen = looked(tmp_path, tmp_path / "c.zip")
    names = [archive.name for archive in seen.archives]
    assert names[:2] == ["c.zip/a (2).mbox", "c.zip/a.mbox"]
    assert len(names) == 3
    assert "cannot be unpacked" in seen.left_out[0].why


def test_header_bombs_in_a_tar_are_refused(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "h.tgz", "wb") as out:
        entry = tarfile.TarInfo("././@LongLink")
        entry.type, entry.size = b"L", 1 << 33
        out.write(entry.tobuf(tarfile.GNU_FORMAT))
        out.write(b"A" * (4 << 20))
    with pytest.raises(UnknownFormat):
        looked(tmp_path, tmp_path / "h.tgz")


def test_what_a_killed_import_left_is_removed_and_what_a_living_one_holds_is_not(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from likeness.write.unpack_folder import UnpackFolder\n"
        "folders = UnpackFolder(Path(sys.argv[1])).__enter__(); (folders.new() / 'a.mbox').write_text('private')\n"
        "print('ready', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    with UnpackFolder(tmp_path):
        assert len(list(tmp_path.iterdir())) == 1
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with UnpackFolder(tmp_path):
        assert list(tmp_path.iterdir()) == []
    early = tmp_path / ".unpacked-0"
    early.mkdir()
    with UnpackFolder(tmp_path):
        assert early.exists()
    os.utime(early, (time.time() - 999,) * 2)
    with UnpackFolder(tmp_path):
        assert not early.exists()


def test_killed_and_started_again_it_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("likeness.write.reading.BATCH_MESSAGES", 100)
    takeout = zipped(tmp_path / "takeout.zip", {"a.mbox": mbox(range(2000)), "b.mbox": mbox(range(2000, 2500))})
    with Store.open(tmp_path / "s.sqlite") as store:
        for event in ingest(store, ME, [takeout]):
            if event.stage == "reading" and store.count() > 300:
                break
        begun = store.count()
        drain(ingest(store, ME, [takeout]))
        assert 300 < begun < 2500
        assert [(r.path, r.kept) for r in store.ledger()] == [("takeout.zip/a.mbox", 2000), ("takeout.zip/b.mbox", 500)]
