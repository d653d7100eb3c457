"""Outlook's archives through a stand-in for libpff and a stand-in for readpst; through the real ones where they are.

``PST_FILE`` in the environment names a real archive to read with whatever is installed.
"""

from __future__ import annotations

import os
import struct
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest
from outlook_files import compressed

from likeness.core.errors import EngineMissing
from likeness.core.events import drain
from likeness.core.protocols import Diagnosing, Owner, Threaded
from likeness.core.store import Store
from likeness.core.types import Message, Progress, Skipped
from likeness.sources import pst
from likeness.sources.pst import PstSource
from likeness.write.ingest import ingest

ME = Owner.of(["sam@example.org"])
HEAD = b"!BDN" + bytes(4) + b"SM" + bytes(600)


def text(value: str) -> tuple[int, bytes]:
    return 0x1F, value.encode("utf-16-le")


@dataclass
class Entry:
    entry_type: int
    value_type: int
    data: bytes | None


@dataclass
class Records:
    values: dict[int, tuple[int, bytes]]

    @property
    def number_of_entries(self) -> int:
        return len(self.values)

    def get_entry(self, number: int) -> Entry:
        id, (kind, data) = list(self.values.items())[number]
        return Entry(id, kind, data)


@dataclass
class Item:
    sets: list[Records]
    people: list[Records] = field(default_factory=list)

    @property
    def number_of_record_sets(self) -> int:
        return len(self.sets)

    def get_record_set(self, number: int) -> Records:
        return self.sets[number]

    @property
    def recipients(self) -> Item:
        return Item(self.people)


@dataclass
class Folder:
    name: str | None
    items: list[Item | None] = field(default_factory=list)
    folders: list[Folder] = field(default_factory=list)

    @property
    def number_of_sub_messages(self) -> int:
        return len(self.items)

    @property
    def number_of_sub_folders(self) -> int:
        return len(self.folders)

    def get_sub_folder(self, number: int) -> Folder:
        return self.folders[number]

    def get_sub_message(self, number: int) -> Item:
        found = self.items[number]
        if found is None:
            raise OSError("libpff_folder_get_sub_message: unable to read descriptor")
        return found


def item(number: int, sender: str, body: str | bytes, answers: int | None = None, **more: tuple[int, bytes]) -> Item:
    own = {
        0x1A: text("IPM.Note"),
        0x37: text(f"Slides {number}"),
        0x39: (0x40, struct.pack("<Q", 132224330450000000)),
        0x1000: text(body) if isinstance(body, str) else (0x1F, b""),
        0x1009: (0x102, compressed(body) if isinstance(body, bytes) else b""),
        0x1035: text(f"<{number}@mail.example.org>"),
        0x1042: text(f"<{answers}@mail.example.org>" if answers is not None else ""),
    }
    if "sam" in sender:  # as Outlook keeps what was sent: no headers, the address of Exchange and the other one
        own |= {0x42: text("Sam Rivers"), 0x64: text("EX"), 0x65: text("/O=FIRM/CN=SAM"), 0x5D02: text(sender)}
    else:
        own[0x7D] = text(f"From: Ana Lima <{sender}>\r\nTo: sam@example.org\r\nX-Mailer: y\r\n\r\n")
    own |= {int(id[1:], 16): value for id, value in more.items()}
    to = Records({0x0C15: (3, b"\1\0\0\0"), 0x3001: text("Ana Lima"), 0x39FE: text("ana@example.net")})
    return Item([Records({k: v for k, v in own.items() if v[1]})], [to])


ROOT = Folder(
    None,
    folders=[
        Folder(
            "Top of Outlook data file",
            folders=[
                Folder("Inbox", [item(0, "ana@example.net", "When?"), item(1, "ana@example.net", "News"), None]),
                Folder(
                    "Sent Items",
                    [
                        item(2, "sam@example.org", "Soon.", 0),
                        item(3, "sam@example.org", rb"{\rtf1\ansi Only RTF.}"),
                        item(4, "sam@example.org", "Accepted.", x1A=text("IPM.Schedule.Meeting.Resp.Pos")),
                    ],
                ),
                Folder("Drafts", [item(5, "sam@example.org", "I")]),
                Folder("Deleted Items", folders=[Folder("Project", [item(6, "sam@example.org", "No.")])]),
                Folder("Contacts", [item(7, "sam@example.org", "x", x1A=text("IPM.Contact"))]),
            ],
        )
    ],
)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "archive.pst"
    path.write_bytes(HEAD)
    return path


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A stand-in for libpff's module, as much of it as is used."""

    class File:
        def open(self, path: str) -> None:
            if Path(path).stat().st_size < 500:
                raise OSError("libpff_file_open: unable to read file header")

        def get_root_folder(self) -> Folder:
            return ROOT

        def close(self) -> None: ...

    module = ModuleType("pypff")
    module.file = File  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pypff", module)
    monkeypatch.setattr(pst, "_reader", lambda: "pypff")
    return module


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A stand-in for readpst that unpacks two folders, one of them inside the deleted ones."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "readpst"
    script.write_text(
        "#!/bin/sh\n"
        'while [ "$1" != -o ]; do shift; done; out=$2; in=$3\n'
        'mkdir -p "$out/Top/Sent Items" "$out/Top/Inbox" "$out/Top/Deleted Items/Project"\n'
        'mail() { printf "From x Tue Apr  1 09:28:56 1997\\nFrom: %s\\nMessage-ID: <%s@x>\\n" "$1" "$2"; '
        'printf "%s\\n\\n%s\\n\\n" "$3" "$4"; }\n'
        'mail ana@example.net 0 "To: sam@example.org" When? > "$out/Top/Inbox/mbox"\n'
        'mail ana@example.net 1 "A: b" News >> "$out/Top/Inbox/mbox"\n'
        'mail sam@example.org 2 "In-Reply-To: <0@x>" Soon. > "$out/Top/Sent Items/mbox"\n'
        'mail sam@example.org 3 "A: b" No. > "$out/Top/Deleted Items/Project/mbox"\n'
        'if [ "$(wc -c < "$in")" -lt 500 ]; then rm -r "$out/Top"; exit 1; fi\n'
    )
    script.chmod(0o700)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setattr(pst, "find_spec", lambda name: None)
    return script


def test_it_is_a_source_of_mail_that_explains_itself() -> None:
    assert isinstance(PstSource(), Threaded)
    assert isinstance(PstSource(), Diagnosing)


@pytest.mark.usefixtures("library")
def test_an_archive_is_read_through_libpff(archive: Path, tmp_path: Path) -> None:
    assert PstSource().recognises(archive)
    with Store.open(tmp_path / "s.sqlite") as store:
        for again in (False, True):
            last = drain(ingest(store, ME, [archive]))[-1]
            assert (last.metrics["kept"], last.metrics["yours"]) == (0 if again else 4, 3)
        (record, _) = store.ledger()
        assert (record.read, dict(record.dropped)) == (
            9,
            {
                "not yours, nor answered by you": 1,
                "damaged": 1,
                "draft": 1,
                "in the bin": 1,
                "no mail (contact, appointment, task …)": 1,
            },
        )
        found = {m.native_id: m for m in store.messages()}
    question, reply = found["0@mail.example.org"], found["2@mail.example.org"]
    assert reply.reply_to == question.native_id
    assert (question.sender, question.recipients) == ("ana@example.net", ("sam@example.org",))
    assert (reply.sender, reply.sender_name, reply.recipients) == (
        "sam@example.org",
        "Sam Rivers",
        ("ana@example.net",),
    )
    assert reply.where == "archive.pst/Top of Outlook data file/Sent Items:item 0"
    assert found["3@mail.example.org"].body == "Only RTF."
    assert found["4@mail.example.org"].automated


@pytest.mark.usefixtures("library")
def test_who_sent_it_is_the_owner_and_reading_can_be_taken_up(archive: Path) -> None:
    assert next(PstSource().identities(archive)).value == "sam@example.org"
    assert PstSource().answered(archive, ME) == {"0@mail.example.org"}
    items = [i for i in PstSource().read(archive, ME) if not isinstance(i, Progress)]
    for start in range(len(items) + 1):
        rest = [i for i in PstSource().read(archive, ME, start=start) if not isinstance(i, Progress)]
        assert rest == items[start:]


@pytest.mark.usefixtures("program")
def test_an_archive_is_read_through_readpst(archive: Path, tmp_path: Path) -> None:
    assert PstSource().recognises(archive)
    assert next(PstSource().identities(archive)).value == "sam@example.org"
    before = set(Path(tempfile.gettempdir()).glob("likeness-*"))
    with Store.open(tmp_path / "s.sqlite") as store:
        for again in (False, True):
            last = drain(ingest(store, ME, [archive]))[-1]
            assert last.metrics["kept"] == (0 if again else 2)
        assert dict(store.ledger()[0].dropped) == {"not yours, nor answered by you": 1, "in the bin": 1}
        assert {(m.source, m.where.split(":")[0]) for m in store.messages()} == {
            ("pst", "archive.pst/Inbox"),
            ("pst", "archive.pst/Sent Items"),
        }
    assert set(Path(tempfile.gettempdir()).glob("likeness-*")) == before
    items = [i for i in PstSource().read(archive, ME) if not isinstance(i, Progress)]
    assert [i for i in PstSource().read(archive, ME, start=2) if not isinstance(i, Progress)] == items[2:]


@pytest.mark.usefixtures("program")
def test_what_readpst_cannot_read_is_counted(archive: Path) -> None:
    archive.write_bytes(HEAD[:100])
    (item, _) = PstSource().read(archive, ME)
    assert isinstance(item, Skipped)
    assert (item.reason, item.bad, item.detail) == ("damaged archive", True, "readpst ended with code 1")


@pytest.mark.usefixtures("library")
def test_damaged_archives_are_explained(archive: Path, tmp_path: Path) -> None:
    source = PstSource()
    archive.write_bytes(HEAD[:100])
    assert not source.recognises(archive)
    assert "damaged or encrypted" in (source.diagnose(archive) or "")
    assert [i.reason for i in source.read(archive, ME) if isinstance(i, Skipped)] == ["damaged archive"]
    (tmp_path / "a.pst").write_bytes(b"PK\3\4")
    assert "does not begin with" in (source.diagnose(tmp_path / "a.pst") or "")
    (tmp_path / "address.pab").write_bytes(b"!BDN0000AB" + bytes(600))
    assert not source.recognises(tmp_path / "address.pab")
    assert source.diagnose(tmp_path / "address.pab") is None


def test_without_library_and_program_it_says_what_to_install(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pst, "_reader", lambda: "")
    source = PstSource()
    assert not source.recognises(archive)
    assert "pip install 'likeness[pst]'" in (source.diagnose(archive) or "")
    with pytest.raises(EngineMissing):
        list(source.read(archive, ME))


@pytest.mark.skipif(not os.environ.get("PST_FILE"), reason="PST_FILE names no archive")
def test_a_real_archive() -> None:
    path = Path(os.environ["PST_FILE"])
    source = PstSource()
    assert source.recognises(path)
    me = Owner.of([next(source.identities(path)).value])
    items = list(source.read(path, me))
    assert any(isinstance(item, Message) for item in items)
    assert not [item for item in items if isinstance(item, Skipped) and item.bad]
