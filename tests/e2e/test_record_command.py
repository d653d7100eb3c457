"""``likeness record`` as a person runs it: through a pipe, and in a terminal; files stand in for the microphone."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from likeness.cli.main import main
from likeness.core.home import Home, PersonHome
from likeness.core.settings import settings
from likeness.core.types import Verdict
from likeness.speak.recordings import recordings

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from speech_like import speech, with_noise, write

ROOT = Path(__file__).parents[2]
TEXTS = [
    "The harbour was quiet on that particular morning, apart from one very determined gull.",
    "Please bring the long ladder up to the northern gallery at some time after lunch.",
    "Nobody has ever opened the lowest drawer since the war, as far as I can tell.",
]


@pytest.fixture
def home(tmp_path: Path) -> PersonHome:
    return Home(tmp_path / "home").create("sam", "Sam Rivers")


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "mine.txt"
    path.write_text("\n".join(TEXTS), encoding="utf-8")
    return path


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    folder = tmp_path / "sounds"
    folder.mkdir()
    for number in range(3):
        write(folder / f"{number}.wav", speech(7.5, seed=number))
    return folder


def command(home: PersonHome, *options: str) -> list[str]:
    return [sys.executable, "-m", "likeness", "record", "--no-check-words", *options]


def run(home: PersonHome, keys: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(home, *options),
        input=keys,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "LIKENESS_HOME": str(home.root.parent)},
        timeout=120,
    )


def status(home: PersonHome, script: Path) -> dict[str, object]:
    told: dict[str, object] = json.loads(run(home, "", "--script", str(script), "--status", "--json").stdout)
    return told


def test_a_session_through_a_pipe_keeps_what_was_read_and_goes_on_later(
    home: PersonHome, script: Path, sounds: Path
) -> None:
    options = ["--script", str(script), "--device", f"file:{sounds}"]
    first = run(home, "\n\nr\n\nq\n", *options)  # the consent, a line, that line again, then away
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("0 of 4 lines are recorded; 4 are left.\n")
    assert "My name is Sam Rivers" in first.stdout
    kept = re.findall(r"^Kept: (neutral-[0-9a-f]{10}) take (\d) ([0-9a-f]{16}), ", first.stdout, re.MULTILINE)
    assert [number for _, number, _ in kept] == ["1", "1", "2"]
    assert {each.id for each in recordings(home)} == {kept[0][2], kept[2][2]}
    assert {each.transcript for each in recordings(home)} >= {TEXTS[0]}
    second = run(home, "s\n\n", *options)  # one line is left for later; then nothing is left, and the session ends
    assert second.returncode == 0, second.stderr
    assert "2 of 4 lines are recorded; 2 are left." in second.stdout
    assert "Room: -75 dBFS, good" in second.stdout
    assert "2 of   3 lines" in second.stdout
    assert "1 skipped" in second.stdout
    assert "likeness enrol voice" in second.stdout
    context = status(home, script)["contexts"][0]  # type: ignore[index]
    assert (context["done"], context["total"]) == (2, 3)


def test_what_was_recorded_becomes_a_voice_with_the_consent_that_was_read(
    home: PersonHome, script: Path, sounds: Path
) -> None:
    run(home, "\n\n\nq\n", "--script", str(script), "--device", f"file:{sounds}")
    enrol = [sys.executable, "-m", "likeness", "enrol", "voice", "--engine", "builtin.double"]
    done = subprocess.run(
        [*enrol, "--no-recognise"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "LIKENESS_HOME": str(home.root.parent)},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "Consent: read by the same speaker" in done.stdout
    manifest = json.loads((home.voices / "me" / "manifest.json").read_text(encoding="utf-8"))
    (agreed,) = manifest["extra"]["consent"]
    assert agreed["method"] == "spoken"
    assert agreed["statement"].startswith("My name is Sam Rivers")
    assert agreed["similarity"] > 0
    read = next(each for each in recordings(home) if each.id == agreed["recording"])
    assert read.transcript == agreed["statement"]


def test_a_bad_take_is_named_and_asked_for_again(home: PersonHome, script: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    write(folder / "0.wav", with_noise(speech(7.5), 8.0))
    write(folder / "1.wav", speech(7.5))
    done = run(home, "\n\nq\n", "--script", str(script), "--device", f"file:{folder}")
    assert re.search(r"^Not kept: .*\n  The noise is only \d dB under the speech", done.stdout, re.MULTILINE)
    assert len(recordings(home)) == 1


def test_a_room_that_is_too_loud_waits_until_the_person_goes_on_all_the_same(
    home: PersonHome, script: Path, sounds: Path
) -> None:
    loud = np.random.default_rng(0).standard_normal(24_000 * 3) * 0.02
    write(sounds / "room.wav", type(speech(1.0))(loud.astype(np.float32), 24_000))
    options = ["--script", str(script), "--device", f"file:{sounds}"]
    done = run(home, "l\n\n\nq\n", *options)  # listen again, go on anyway, read the consent
    assert done.stdout.count("too loud for a good voice") == 2
    assert len(recordings(home)) == 1


def test_a_damaged_take_is_named_at_the_next_start(home: PersonHome, script: Path, sounds: Path) -> None:
    options = ["--script", str(script), "--device", f"file:{sounds}"]
    run(home, "\n\n", *options)
    line = next(each for each in recordings(home) if each.transcript == TEXTS[0])
    line.path.write_bytes(line.path.read_bytes()[:-100])
    later = run(home, "\n", *options)
    assert f"Damaged: take 1 of “{TEXTS[0]}”: its sound file is not what was recorded" in later.stdout
    assert {each.check.verdict for each in recordings(home)} == {Verdict.GOOD}
    assert all(each.path.stem == each.sha256 for each in recordings(home))


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--emotion", "hungry"], 3, "there is no script for 'hungry'"),
        (["--device", "file:nowhere"], 3, "there is no folder 'nowhere'"),
        (["--script", "nowhere.txt"], 3, "there is no file 'nowhere.txt'"),
        (["--json"], 2, "cannot be told as JSON"),
        (["--script", "README.md", "-e", "sad", "-e", "happy"], 2, "of one context"),
    ],
)
def test_what_cannot_be_is_said(
    home: PersonHome,
    options: list[str],
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LIKENESS_HOME", str(home.root.parent))
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", ["likeness", "record", *options])
    settings.cache_clear()
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code
    assert said in capsys.readouterr().err


def test_the_screen_shows_line_level_and_keys_and_gives_the_terminal_back(
    home: PersonHome, script: Path, sounds: Path
) -> None:
    terminal = Terminal(home, "--script", str(script), "--device", f"file:{sounds}")
    terminal.until("Press a key")
    terminal.press("x")
    terminal.until("My name is Sam Rivers")
    terminal.until("space start")
    terminal.press(" ")
    terminal.until("dBFS, peak")
    terminal.until("The harbour was quiet")
    assert len(recordings(home)) == 1  # before the next line appeared
    terminal.press("p")
    terminal.until("microphone is off")
    terminal.press(" ")
    terminal.until("space start")
    terminal.press("\x1b[A")  # an arrow does nothing
    terminal.press("q")
    shown = terminal.end()
    assert "\x1b[?1049l" in shown  # the other screen is left
    assert "0 of   3 lines" in shown


class Terminal:
    """The command in a pseudo-terminal of 100 × 34."""

    def __init__(self, home: PersonHome, *options: str) -> None:
        environment = {**os.environ, "LIKENESS_HOME": str(home.root.parent), "TERM": "xterm-256color"}
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            os.chdir(ROOT)
            os.execve(sys.executable, command(home, *options), {**environment, "COLUMNS": "100", "LINES": "34"})
        self._shown = ""
        self._all = ""

    def press(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def until(self, text: str, seconds: float = 60.0) -> None:
        """Wait until ``text`` is shown after what was waited for last."""
        last = time.monotonic() + seconds
        while text not in self._shown:
            assert time.monotonic() < last, f"{text!r} was not shown: {self._shown[-3000:]}"
            assert self._read(), f"it ended before {text!r}: {self._shown[-3000:]}"
        self._shown = self._shown.partition(text)[2]

    def end(self) -> str:
        """Wait for its end; returns all that was shown."""
        while self._read():
            pass
        assert os.waitpid(self._pid, 0)[1] == 0
        os.close(self._terminal)
        return self._all

    def _read(self) -> bool:
        if not select.select([self._terminal], [], [], 30.0)[0]:
            os.kill(self._pid, signal.SIGKILL)
            return False
        try:
            data = os.read(self._terminal, 65_536).decode("utf-8", "replace")
        except OSError:  # on Linux a terminal that nobody writes to any more
            return False
        self._shown += data
        self._all += data
        return bool(data)
