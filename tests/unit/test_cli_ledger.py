"""The ledger on the screen: every file while there are few, one line per source when there are many."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from likeness.cli import archive, prepare
from likeness.cli.main import app
from likeness.core.errors import InputError
from likeness.core.types import Identity


@pytest.mark.parametrize(("files", "lines"), [(3, 3), (20, 1)])
def test_many_files_are_told_as_one(tmp_path: Path, files: int, lines: int) -> None:
    for number in range(files):
        separator = "From sam@x.org Mon Jan  1 00:00:00 2024\n"
        header = f"{separator}From: Sam <sam@x.org>\nTo: a@x.org\nMessage-ID: <{number}@x.org>\n"
        (tmp_path / f"{number:02}.mbox").write_text(
            f"{header}Date: Mon, 01 Jan 2024 00:00:0{number % 10} +0000\n\nhello {number}\n"
        )
    (tmp_path / "WhatsApp Chat with Ana.txt").write_text(
        "01/01/2024, 10:00 - Ana: hello\n02/01/2024, 10:00 - Sam: hi\n"
    )
    runner = CliRunner()
    assert runner.invoke(app, ["init", "sam", "--me", "sam@x.org"]).exit_code == 0
    done = runner.invoke(app, ["import", str(tmp_path)])
    assert done.exit_code == 0
    told = [line for line in done.stdout.splitlines() if "(mbox)" in line]
    assert len(told) == lines
    assert "WhatsApp Chat with Ana.txt (whatsapp)" in done.stdout
    assert f"{files + 2} messages, {files} of them yours" in done.stdout
    if lines == 1:
        assert "20 archives" in told[0]
        assert "read 20, kept 20" in done.stdout


def test_numbers_that_are_not_in_the_list_are_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    proposed = [Identity(name, 1, "seen") for name in ("sam@x.org", "ana@x.org", "ben@x.org")]
    answers = iter(["1, 4", "", "sam", "1,3"])
    monkeypatch.setattr(archive.typer, "prompt", lambda _: next(answers))
    assert archive._chosen(proposed) == ["sam@x.org", "ben@x.org"]
    assert capsys.readouterr().out.count("Please give numbers from 1 to 3.") == 3
    monkeypatch.setattr(archive.typer, "prompt", lambda _: "0")
    assert archive._chosen(proposed) == []


def test_preparing_says_what_was_made_of_how_much(capsys: pytest.CaptureFixture[str]) -> None:
    prepare._show(
        {
            "messages": {"kept": 1_317, "owner": 1_328},
            "languages": {"en": 1_317},
            "dropped": {"automatic mail": 1, "near-duplicate": 3},
            "examples": {"total": 850, "split": {"train": 670, "valid": 90, "test": 90}},
        }
    )
    assert capsys.readouterr().out.splitlines() == [
        "1,317 texts of yours in 1,328 messages (those sent in one go are one text)",
        "  dropped 3: near-duplicate",
        "  dropped 1: automatic mail",
        "850 examples made of them, 180 held back to test with",
    ]


@pytest.mark.parametrize("command", [["say", "hello"], ["report"]])
def test_a_folder_is_not_written_over(tmp_path: Path, command: list[str]) -> None:
    runner = CliRunner()
    assert runner.invoke(app, ["init", "sam"]).exit_code == 0
    done = runner.invoke(app, [*command, "-o", str(tmp_path)])
    assert isinstance(done.exception, InputError)
    assert "is a folder" in str(done.exception)
