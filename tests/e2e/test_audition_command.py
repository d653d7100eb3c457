"""A blind audition as a person holds it: in the terminal, on a page, killed in between; and the options of writing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from likeness.core import artefacts
from likeness.core.artefacts import Manifest
from likeness.core.blind import coded
from likeness.core.events import drain
from likeness.core.home import Home
from likeness.core.types import Example
from likeness.write import dataset
from likeness.write.train import train

COMMAND = [sys.executable, "-m", "likeness"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A person whose adapter is the test double's, which repeats what it is asked."""
    root = tmp_path / "Likeness"
    made = Home(root).create("sam")
    rows = [Example(f"e{n}", "draft", "test", f"Write message {n}", f"my words {n}", f"x{n}") for n in range(6)]
    with artefacts.publish(made.datasets / "writing-1") as folder:
        dataset.save_examples(folder, rows)
        dataset.save_exchanges(folder, [])
        counted = {"histograms": {"channel": {"signal": {"corpus": 6}}}}
        Manifest("dataset", "writing-1", data_hash="d", measures=counted).save(folder)
    drain(train(made, {}, "builtin.double"))
    return root


def run(home: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LIKENESS_HOME": str(home), "LIKENESS_WRITER": "builtin.double"}
    return subprocess.run(
        [*COMMAND, *arguments], env=environment, input=stdin, capture_output=True, text=True, timeout=120
    )


def hold(home: Path, *options: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return run(home, "audition", "writing", "--against", "person", "--pairs", "6", *options, stdin=stdin)


def test_it_stops_and_goes_on_and_tells_the_share(home: Path) -> None:
    first = hold(home, stdin="1\nx\n2\ns\nq\n")
    assert first.returncode == 0, first.stderr
    assert "Which one did you write?" in first.stdout
    assert "4 of 6" in first.stdout
    assert "of 2 pairs" in first.stdout
    told = json.loads(hold(home, "--json").stdout)
    assert (told["judged"], told["skipped"], told["pairs"]) == (2, 1, 6)
    rest = hold(home, stdin="1\n1\n1\n")
    assert "4 of 6" in rest.stdout
    assert "── 3 of 6" not in rest.stdout
    assert "of 5 pairs" in rest.stdout
    assert "At least 30" in rest.stdout


def test_no_choice_is_lost_when_it_is_killed(home: Path) -> None:
    hold(home, stdin="q\n")
    arguments = [*COMMAND, "audition", "writing", "--against", "person", "--pairs", "6"]
    environment = {**os.environ, "LIKENESS_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    for number in (1, 2):
        with subprocess.Popen(
            arguments,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("1\n")
            process.stdin.flush()
            next(line for line in lines(process) if f"── {number + 1} of 6" in line)
            process.kill()
        told = json.loads(hold(home, "--json").stdout)
        assert told["judged"] == number


def lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    yield from iter(process.stdout.readline, "")


def test_a_page_is_written_and_its_choices_are_read(home: Path, tmp_path: Path) -> None:
    page = tmp_path / "audition.html"
    assert json.loads(hold(home, "--page", str(page), "--json").stdout) == {"page": str(page)}
    assert page.stat().st_mode & 0o777 == 0o600
    name = re.search(r'"id": "(\w+)"', page.read_text())[1]  # type: ignore[index]
    saved = tmp_path / "choices.json"
    saved.write_text(json.dumps({"code": coded(name, "1212s-")}))
    told = json.loads(run(home, "audition", "writing", "--read", str(saved), "--json").stdout)
    assert (told["judged"], told["skipped"]) == (4, 1)
    typed = run(home, "audition", "writing", "--read", "-", stdin=coded(name, "12121-")[:-1] + "x")
    assert typed.returncode == 2
    assert "copy it again" in typed.stderr
    nowhere = hold(home, "--page", "/nowhere/at/all/x.html", "--seed", "1")
    assert "does not exist" in nowhere.stderr
    assert "answers" not in nowhere.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("write", "hello", "--channel", "pigeon"), 2, "signal"),
        (("write", "hello", "--adapter", "nothing"), 3, "builtin-double"),
        (("write", "hello", "--adapter", "nothing/step-000100"), 3, "nothing"),
        (("write", "hello", "--plain"), 2, "no language model"),
        (("write", "hello", "--plain", "--substance", "ollama"), 2, "--plain"),
        (("write", "hello", "--substance", "builtin.recall"), 2, "no language model"),
        (("write", "hello", "--engine", "builtin.recall"), 4, "likeness prepare writing"),
        (("write", "hello", "--model", "x"), 2, "no language model"),
        (("rewrite", "-", "--channel", "pigeon"), 2, "signal"),
        (("audition", "writing"), 2, "--against person"),
        (("audition", "writing", "--read", "no-such-file"), 2, "no-such-file"),
        (("audition", "writing", "--adapter", "nothing"), 3, "builtin-double"),
    ],
)
def test_bad_options_say_what_and_what_to_do(home: Path, arguments: tuple[str, ...], code: int, says: str) -> None:
    done = run(home, *arguments, stdin="some text")
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_channels_of_the_dataset_are_taken(home: Path) -> None:
    done = run(home, "write", "hello", "--channel", "signal")
    assert done.returncode == 0, done.stderr
    assert "hello" in done.stdout
