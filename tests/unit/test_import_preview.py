"""A dry run counts what an import then does, and writes nothing."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from likeness.cli.main import app
from likeness.core.settings import settings

CHAT = "".join(f"[12/03/20, 15:04:{n:02d}] {'Ana' if n % 2 else 'Sam'}: hello number {n}\n" for n in range(20))


def mbox(first: int, last: int) -> str:
    return "".join(
        f"From x Tue Apr  1 09:28:56 1997\nFrom: {'sam@example.org' if n % 2 else 'ana@example.net'}\n"
        f"To: ana@example.net\nMessage-ID: <{n}@x>\nX-Gmail-Labels: {'Sent' if n % 2 else 'Inbox'}\n"
        f"Date: Tue, {1 + n} Apr 1997 09:28:56 +0200\nSubject: s\n\nThis is mail {n}.\n\n"
        for n in range(first, last)
    )


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "all.mbox").write_text(mbox(0, 12))
    (folder / "photo.jpg").write_bytes(b"x")
    (folder / "notes.json").write_text("{}")
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 not the whole")
    with zipfile.ZipFile(folder / "takeout.zip", "w") as archive:
        archive.writestr("Mail/old.mbox", mbox(6, 20))
    with zipfile.ZipFile(folder / "WhatsApp Chat - Ana.zip", "w") as archive:
        archive.writestr("_chat.txt", CHAT + "[31/02/20, 15:04:05] Ana: when?\n")
    return folder


def run(*words: str) -> Result:
    done = CliRunner().invoke(app, ["import", *words])
    assert done.exit_code == 0, done.output
    return done


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def start(*me: str) -> Path:
    assert CliRunner().invoke(app, ["init", "sam", *[word for one in me for word in ("--me", one)]]).exit_code == 0
    return settings().home / "sam"


def test_it_counts_what_the_import_then_does_and_writes_nothing(exports: Path) -> None:
    home = start("sam@example.org", "Sam")
    before = contents(home)
    told = json.loads(run(str(exports), "--dry-run", "--json").stdout)
    assert contents(home) == before
    assert told["dry_run"]
    assert told["media"] == 1
    assert {left["name"].rpartition("/")[2]: left["diagnosed"] for left in told["left_out"]} == {
        "broken.zip": True,
        "notes.json": False,
    }
    by_name = {one["name"]: one for one in told["archives"]}
    chat = by_name["WhatsApp Chat - Ana.zip"]
    assert (chat["files"], chat["messages"], chat["yours"], chat["new"]) == (1, 20, 10, 20)
    assert chat["dropped"] == {"bad date": 1}
    assert (chat["first"][:16], chat["last"][:10]) == ("2020-03-12 15:04", "2020-03-12")
    assert by_name["all.mbox"]["yours"] == 6
    assert by_name["exports/takeout.zip/Mail/old.mbox"]["new"] == 4  # three of its seven are in all.mbox too
    done = json.loads(run(str(exports), "--json").stdout)
    assert done["messages"] == sum(one["new"] for one in told["archives"])
    for record in done["imports"]:
        same = by_name[record["path"]]
        assert (record["kept"], record["kept"] + record["duplicates"]) == (same["new"], same["messages"])
        assert record["dropped"] == same["dropped"]
    again = json.loads(run(str(exports), "--dry-run", "--json").stdout)
    assert sum(one["new"] for one in again["archives"]) == 0


def test_without_an_owner_it_proposes_one_and_confirms_none(exports: Path) -> None:
    home = start()
    shown = run(str(exports), "--dry-run").stdout
    assert "Counted as if you were sam@example.org" in shown
    assert "6 yours" in shown
    assert "Nothing was written." in shown
    assert json.loads((home / "person.json").read_text())["identities"] == []
    given = run(str(exports), "--dry-run", "--me", "Sam").stdout
    assert "20 messages, 10 yours, 20 new, 2020-03-12 to 2020-03-12" in given
    assert json.loads((home / "person.json").read_text())["identities"] == []


def test_what_was_left_out_is_told_after_an_import(exports: Path) -> None:
    start("sam@example.org", "Sam")
    shown = run(str(exports)).stdout
    assert "Could not be read: 1\n  exports/broken.zip is a truncated zip" in shown
    assert "nothing known in them: 1 file (exports/notes.json)" in shown
    assert "Left out: 1 pictures, sounds, films and documents" in shown


def test_many_archives_are_told_as_one(exports: Path) -> None:
    start("sam@example.org", "Sam")
    for number in range(15):
        (exports / f"{number}.mbox").write_text(mbox(number, number + 1))
    assert "17 archives (mbox): 17 files" in run(str(exports), "--dry-run").stdout


def test_the_formats_are_listed(tmp_path: Path) -> None:
    shown = run("--formats").stdout
    assert "mbox" in shown
    assert "takeout.google.com" in shown
    names = [row["name"] for row in json.loads(run("--formats", "--json").stdout)["formats"]]
    assert {"mbox", "eml", "whatsapp"} <= set(names)
    refused = CliRunner().invoke(app, ["import"])
    assert refused.exit_code != 0


def test_inbox_read_before_sent_is_asked_for_again(tmp_path: Path) -> None:
    start("sam@example.org")
    line = "From x Tue Apr  1 09:28:56 1997\n"
    mail = line + "From: {0}\nMessage-ID: <{1}@x>\n{2}Date: Tue, 1 Apr 1997 09:28:56 +0200\n\n{1}\n\n"
    (tmp_path / "Inbox.mbox").write_text("".join(mail.format("ana@x.net", n, "") for n in range(9)))
    (tmp_path / "Sent.mbox").write_text(
        "".join(mail.format("sam@example.org", 100 + n, f"In-Reply-To: <{n}@x>\n") for n in range(4))
    )
    assert "import again" not in run(str(tmp_path / "Inbox.mbox")).stdout
    assert "4 messages you answered are not in the store; to look for them, import again: Inbox.mbox" in (
        run(str(tmp_path / "Sent.mbox")).stdout
    )
    shown = run(str(tmp_path / "Inbox.mbox")).stdout
    assert "kept 4" in shown
    assert "import again" not in shown


def test_an_answer_in_a_chat_to_what_is_gone_asks_for_no_mail(tmp_path: Path) -> None:
    start("sam@example.org")
    line = "From x Tue Apr  1 09:28:56 1997\n"
    (tmp_path / "Inbox.mbox").write_text(f"{line}From: ana@x.net\nMessage-ID: <1@x>\n\nhello\n\n")
    row = {"id": 2, "direction": "out", "contact": "ana", "text": "Yes", "reply_to": 1, "timestamp": 1680333301000}
    (tmp_path / "chat.jsonl").write_text(json.dumps(row) + "\n")
    run(str(tmp_path / "Inbox.mbox"))
    shown = run(str(tmp_path / "chat.jsonl")).stdout
    assert "kept 1" in shown
    assert "import again" not in shown
