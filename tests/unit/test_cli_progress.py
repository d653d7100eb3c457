"""Progress on the screen: how far in the unit people count in, and the result of a job that gives one."""

from __future__ import annotations

import functools
import io
from collections.abc import Generator

import pytest
import rich.console
from typer.testing import CliRunner

from likeness.cli import archive
from likeness.cli.main import app
from likeness.cli.progress import amount, follow, result_of
from likeness.core.errors import Interrupted
from likeness.core.events import Event


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (Event("a", 1.25e9, 20.1e9, "bytes"), "1.2 of 20.1 GB"),
        (Event("a", 12_345, 99_000, "messages"), "12,345 of 99,000 messages"),
        (Event("a", 512, None, "bytes"), "512.0 bytes"),
        (Event("a", 1_500_000, None, "bytes"), "1.5 MB"),
        (Event("a", 7, None, "files"), "7 files"),
        (Event("a", 0, 0, "bytes"), "0.0 bytes"),
        (Event("a"), ""),
    ],
)
def test_how_far_is_said_in_the_unit(event: Event, said: str) -> None:
    assert amount(event) == said


def test_the_result_of_a_job_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    def job() -> Generator[Event, None, int]:
        yield Event("one", 1, 2, "[/bold] files", "[red]")
        yield Event("one", 2, 2, "files")
        return 7

    assert result_of(job()) == 7
    assert capsys.readouterr().err == "one\n"
    assert [event.done for event in follow(job(), quiet=True)] == [2]


def test_a_long_note_leaves_room_for_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    terminal = functools.partial(rich.console.Console, file=shown, force_terminal=True, width=80)
    monkeypatch.setattr(rich.console, "Console", lambda stderr: terminal())
    note = "not known, left out: 21 files (" + ", ".join(f"exports/{number}.dat" for number in range(9)) + ")"
    follow([Event("recognised", 47, 47, "archives", note), Event("reading", 2e7, 4.7e7, "bytes", "9 messages")])
    lines = shown.getvalue().splitlines()
    assert any("recognised" in line and "47 of 47 archives" in line for line in lines)
    assert any("reading" in line and "20.0 of 47.0 MB" in line and "9 messages" in line for line in lines)


def test_an_import_that_is_interrupted_says_how_it_goes_on(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    assert CliRunner().invoke(app, ["init", "sam"]).exit_code == 0
    monkeypatch.setattr(archive, "_import", interrupt)
    stopped = CliRunner().invoke(app, ["import", str(tmp_path)])
    assert isinstance(stopped.exception, Interrupted)
    assert stopped.exception.hint == "the same command continues"
