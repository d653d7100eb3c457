"""The ledger on the screen: every file while there are few, one line per source when there are many."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from likeness.cli.main import app


@pytest.mark.parametrize(("files", "lines"), [(3, 3), (20, 1)])
def test_many_files_are_told_as_one(tmp_path: Path, files: int, lines: int) -> None:
    for number in range(files):
        separator = "From sam@x.org Mon Jan  1 00:00:00 2024\n"
        header = f"{separator}From: Sam <sam@x.org>\nTo: a@x.org\nMessage-ID: <{number}@x.org>\n"
        (tmp_path / f"{number:02}.mbox").write_text(
            f"{header}Date: Mon, 01 Jan 2024 00:00:0{number % 10} +0000\n\nhello {number}\n"
        )
    runner = CliRunner()
    assert runner.invoke(app, ["init", "sam", "--me", "sam@x.org"]).exit_code == 0
    done = runner.invoke(app, ["import", str(tmp_path)])
    assert done.exit_code == 0
    told = [line for line in done.stdout.splitlines() if "(mbox)" in line]
    assert len(told) == lines
    assert f"{files} messages, {files} of them yours" in done.stdout
    if lines == 1:
        assert "20 archives" in told[0]
        assert "read 20, kept 20" in done.stdout
