"""Importing: the format is recognised, the ledger is complete, again adds nothing, killed it goes on."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from likeness.core import plugins
from likeness.core.errors import InputError, LikenessError, NotFound, OwnerUnknown, UnknownFormat
from likeness.core.events import drain
from likeness.core.protocols import Owner
from likeness.core.store import Store
from likeness.core.types import Message
from likeness.write import reading as module
from likeness.write.ingest import ingest, propose_identities
from likeness.write.reader_process import read_ahead
from likeness.write.recognise import recognise, survey

ME = Owner.of(["sam@example.org", "Sam Rivers"])


def mail(number: int, from_: str, answers: int | None = None) -> str:
    reply = f"In-Reply-To: <{answers}@example.org>\n" if answers is not None else ""
    to = "ana@example.net" if "sam" in from_ else "sam@example.org"
    return (
        f"From x Tue Apr  1 09:28:56 1997\nFrom: {from_}\nTo: {to}\n"
        f"Date: Tue, 1 Apr 1997 09:28:56 +0200\nSubject: s{number}\n"
        f"Message-ID: <{number}@example.org>\n{reply}\nThis is mail {number}.\n\n"
    )


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    (folder / "mail").mkdir(parents=True)
    (folder / "mail" / "Inbox.mbox").write_text("junk\n" + "".join(mail(n, "ana@example.net") for n in range(1, 40)))
    (folder / "mail" / "Sent.mbox").write_text("".join(mail(100 + n, "sam@example.org", n) for n in range(1, 20)))
    (folder / "single.eml").write_text(mail(500, "sam@example.org").split("\n", 1)[1])
    with zipfile.ZipFile(folder / "WhatsApp Chat - Ana.zip", "w") as archive:
        lines = "".join(f"[12/03/20, 15:04:{n:02d}] {'Ana' if n % 2 else 'Sam Rivers'}: hi {n}\n" for n in range(30))
        archive.writestr("_chat.txt", lines + "[31/02/20, 15:04:05] Ana: when?\n")
    (folder / "notes.md").write_text("nothing to see")
    return folder


def contents(path: Path) -> tuple[list[Message], list[object]]:
    with Store.open(path) as store:
        ledger = [
            (r.source, r.path, r.read, r.kept, r.duplicates, dict(r.dropped), r.bad, r.bytes, r.finished_at is None)
            for r in store.ledger()
        ]
        return sorted(store.messages(), key=lambda m: m.id), sorted(ledger, key=str)


def test_formats_are_recognised_by_content(archives: Path) -> None:
    found = [(name, path.name) for name, path in recognise([archives])]
    assert found == [
        ("eml", "exports"),
        ("whatsapp", "WhatsApp Chat - Ana.zip"),
        ("mbox", "Inbox.mbox"),
        ("mbox", "Sent.mbox"),
    ]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.zip", b"", "empty"),
        ("a.pst", b"!BDN\x00\x00", "Outlook archive"),
        ("a.db", b"SQLite format 3\x00", "SQLite"),
        ("a.json", b'{"a": 1}', "JSON"),
        ("a.txt", b"dear diary", "text without"),
    ],
)
def test_what_is_not_known_is_named(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnknownFormat, match=said) as caught:
        recognise([tmp_path / name])
    assert "--formats" in caught.value.hint


def test_a_path_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not there"):
        recognise([tmp_path / "nope"])


def test_the_owner_leads_the_proposals(archives: Path) -> None:
    assert {i.value for i in propose_identities([archives])[:2]} == {"sam@example.org", "Sam Rivers"}


def test_without_an_owner_nothing_is_read(archives: Path, tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store, pytest.raises(OwnerUnknown):
        drain(ingest(store, Owner.of([]), [archives]))


def test_the_ledger_accounts_for_everything(archives: Path, tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        events = drain(ingest(store, ME, [archives]))
        assert events[-1].metrics["yours"] == store.count(owner_only=True) == 19 + 1 + 15
        for record in store.ledger():
            assert record.read == record.kept + record.duplicates + sum(record.dropped.values())
            assert record.finished_at is not None
        by_path = {record.path: record for record in store.ledger()}
        assert by_path["Inbox.mbox"].kept == 19  # what Sent answers, though it lies in another file
        assert by_path["Inbox.mbox"].dropped == {"not yours, nor answered by you": 20, "not a mail": 1}
        (bad,) = by_path["WhatsApp Chat - Ana.zip"].bad
        assert (bad.where, bad.reason) == ("WhatsApp Chat - Ana.zip/_chat.txt:line 31", "bad date")
        answers = [m for m in store.messages(owner_only=True) if m.reply_to]
        assert all(store.message_by_native(m.reply_to) for m in answers)
        assert len(answers) == 19


def test_files_that_are_no_archive_are_named(archives: Path, tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        events = drain(ingest(store, ME, [archives]))
    assert "notes.md" in next(e.note for e in events if e.stage == "recognised")
    assert events[-1].metrics["files_left_out"] == 1


def test_progress_never_runs_back_and_ends_full(archives: Path, tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        events = [e for e in ingest(store, ME, [archives]) if e.stage == "reading"]
    assert [e.done for e in events] == sorted(e.done for e in events)
    assert events[-1].done == events[-1].total


def test_importing_again_adds_nothing(archives: Path, tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        drain(ingest(store, ME, [archives]))
        before = list(store.messages())
        last = drain(ingest(store, ME, [archives]))[-1]
        assert list(store.messages()) == before
        assert last.metrics["kept"] == 0
        assert last.metrics["duplicates"] == len(before)


def test_stopped_anywhere_it_continues_to_the_same_store(
    archives: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH_MESSAGES", 1)
    monkeypatch.setattr(module, "BATCH_SKIPPED", 1)
    monkeypatch.setattr("likeness.sources.mbox._PROGRESS_EVERY", 3)
    monkeypatch.setattr("likeness.sources.whatsapp._PROGRESS_EVERY", 4)
    with Store.open(tmp_path / "whole.sqlite") as store:
        total = len(drain(ingest(store, ME, [archives])))
    whole = contents(tmp_path / "whole.sqlite")
    for stop in (1, *range(4, total, 9)):
        path = tmp_path / f"stopped{stop}.sqlite"
        for limit in (stop, stop // 2 + 1, 10_000):
            with Store.open(path) as store:
                for number, _ in enumerate(ingest(store, ME, [archives])):
                    if number == limit:
                        break
        messages, ledger = contents(path)
        assert messages == whole[0]
        if stop == 1:
            assert ledger == whole[1]


def test_a_file_that_cannot_be_opened_is_in_the_ledger(
    archives: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = type(plugins.source("eml"))

    def refuse(self: object, path: Path, owner: Owner, **_: object) -> Iterator[Message]:
        raise PermissionError(13, "Permission denied")
        yield

    monkeypatch.setattr(source, "read", refuse)
    with Store.open(tmp_path / "s.sqlite") as store:
        drain(ingest(store, ME, [archives / "single.eml"]))
        (record,) = store.ledger()
        assert [(b.where, b.reason) for b in record.bad] == [("single.eml", "cannot be opened")]


def test_more_identities_find_more_of_the_same_archive(archives: Path, tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        drain(ingest(store, Owner.of(["Sam Rivers"]), [archives]))
        first = store.count(owner_only=True)
        drain(ingest(store, ME, [archives]))
        assert (first, store.count(owner_only=True)) == (15, 35)


def test_a_message_of_an_identity_confirmed_later_becomes_the_owners(archives: Path, tmp_path: Path) -> None:
    chat: Sequence[Path] = [archives / "WhatsApp Chat - Ana.zip"]
    with Store.open(tmp_path / "s.sqlite") as store:
        drain(ingest(store, Owner.of(["somebody"]), chat))
        assert (store.count(), store.count(owner_only=True)) == (30, 0)
        drain(ingest(store, ME, chat))
        assert (store.count(), store.count(owner_only=True)) == (30, 15)


def test_reading_in_a_process_of_its_own_gives_the_same(
    archives: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(tmp_path / "one.sqlite") as store:
        drain(ingest(store, ME, [archives]))
    monkeypatch.setattr("likeness.write.ingest._AHEAD_BYTES", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    with Store.open(tmp_path / "two.sqlite") as store:
        drain(ingest(store, ME, [archives]))
    assert contents(tmp_path / "two.sqlite") == contents(tmp_path / "one.sqlite")


def _reading(archives: Path, monkeypatch: pytest.MonkeyPatch) -> module.Reading:
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    (archive,) = survey([archives / "WhatsApp Chat - Ana.zip"]).archives
    return module.Reading(archive, (1,), ME)


def test_the_reading_process_ends_with_its_reader(archives: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    me = psutil.Process()
    steps = read_ahead(_reading(archives, monkeypatch))
    next(steps)
    (child,) = me.children()
    steps.close()  # type: ignore[attr-defined]
    assert not child.is_running()


def test_the_reading_process_does_not_outlive_a_killed_import(archives: Path, tmp_path: Path) -> None:
    chat = tmp_path / "WhatsApp Chat with Ana.txt"
    line = "13/03/20, 15:04 - Ana: hello number {}\n"
    chat.write_text("".join(line.format(n) for n in range(200_000)))
    code = (
        "import sys, psutil; from pathlib import Path; from likeness.core.protocols import Owner\n"
        "from likeness.write import reading; from likeness.write.reader_process import read_ahead\n"
        "from likeness.write.recognise import survey\n"
        "(archive,) = survey([Path(sys.argv[1])]).archives\n"
        "steps = read_ahead(reading.Reading(archive, (1,), Owner.of(['Sam'])))\n"
        "next(steps); print(psutil.Process().children()[0].pid, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code, str(chat)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    _, alive = psutil.wait_procs([child], timeout=20)
    assert not alive


def test_a_reading_process_that_dies_is_said(archives: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/true")
    with pytest.raises(LikenessError, match="ended before its work was done"):
        list(read_ahead(_reading(archives, monkeypatch)))


def test_an_error_of_the_source_comes_through_whole(archives: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = replace(
        _reading(archives, monkeypatch), archive=replace(_reading(archives, monkeypatch).archive, source="x")
    )
    with pytest.raises(NotFound) as caught:
        list(read_ahead(reading))
    assert "whatsapp" in caught.value.hint
