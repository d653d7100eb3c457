"""The main job as a person types it, on the example person, through the real command."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "ellis"
ABOUT = json.loads((EXAMPLE / "person.json").read_text(encoding="utf-8"))


def run(home: Path, *arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """The command ``likeness`` in a process of its own, with its own home."""
    return subprocess.run(
        [sys.executable, "-m", "likeness", *arguments],
        env={**os.environ, "LIKENESS_HOME": str(home), **environment},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=280,
    )


def answer(home: Path, *arguments: str, stdin: str = "") -> dict:
    """What a command says with ``--json``, after it succeeded."""
    done = run(home, *arguments, "--json", stdin=stdin)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example person imported, prepared, and with a voice from eight recordings."""
    home = tmp_path_factory.mktemp("likeness") / "Likeness"
    names = [f"--me={name}" for name in ABOUT["identities"]]
    assert run(home, "init", "ellis", "--full-name", ABOUT["full_name"], *names).returncode == 0
    answer(home, "import", str(EXAMPLE / "mail.mbox"), *map(str, sorted(EXAMPLE.glob("*WhatsApp*"))))
    answer(home, "prepare", "writing")
    recordings = home.parent / "recordings"
    recordings.mkdir()
    for path in sorted((EXAMPLE / "recordings").glob("*.flac"))[:8]:
        shutil.copy(path, recordings)
    shutil.copy(EXAMPLE / "recordings" / "transcripts.csv", recordings)
    answer(home, "enrol", "voice", str(recordings), "--consent", "a synthetic voice that belongs to nobody")
    return home


def test_status_says_what_there_is_and_what_is_next(home: Path) -> None:
    (person,) = answer(home, "status")["people"]
    assert person["yours"] >= 260
    assert person["recordings"] == 8
    assert [voice["name"] for voice in person["voices"]] == ["me"]
    assert person["next"] == "likeness serve"


def test_importing_again_adds_nothing(home: Path) -> None:
    before = answer(home, "status")["people"][0]["messages"]
    again = answer(home, "import", str(EXAMPLE / "mail.mbox"))
    assert again["messages"] == before
    assert [record["kept"] for record in again["imports"]] == [0]
    for record in again["imports"]:
        assert record["read"] == record["kept"] + record["duplicates"] + sum(record["dropped"].values())


def test_a_draft_is_the_text_alone_and_says_how_it_came_about(home: Path) -> None:
    done = run(home, "write", "thank Ana for the slides and say I will read them tonight")
    assert done.returncode == 0, done.stderr
    assert "Ana" in done.stdout
    assert "slides" in done.stdout
    assert "ecall" not in done.stdout
    assert "recall" in done.stderr.lower()
    same = answer(home, "write", "thank Ana for the slides and say I will read them tonight")
    assert same["text"].strip() == done.stdout.strip()
    assert same["provenance"]["method"] in {"recalled", "composed"}


def test_rewriting_keeps_what_must_survive(home: Path) -> None:
    plain = 'The 14 parcels did not arrive. Margaret wrote "leave them" on 3 May; see https://example.org/p?q=1.\n'
    rewritten = answer(home, "rewrite", "-", stdin=plain)["text"]
    for kept in ("14", "Margaret", '"leave them"', "https://example.org/p?q=1"):
        assert kept in rewritten
    assert "n't" in rewritten or " not " in rewritten


def test_saying_writes_a_sound_file_in_the_format_of_its_name(home: Path, tmp_path: Path) -> None:
    for name, kind in (("a.wav", "WAV"), ("a.flac", "FLAC"), ("a.mp3", "MP3")):
        said = answer(home, "say", "The train leaves at 7:45.", "-o", str(tmp_path / name))
        info = soundfile.info(tmp_path / name)
        assert (info.format, info.samplerate, info.channels) == (kind, 22_050, 1)
        assert said["voice"] == "me"
        assert 0.8 < said["seconds"] < 8
    slow = answer(home, "say", "The train leaves at 7:45.", "-o", str(tmp_path / "slow.wav"), "--rate", "0.7")
    assert slow["seconds"] > 1.15 * said["seconds"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("write", "hello", "--engine", "no.such"), 5, "builtin.recall"),
        (("say", "hello", "--voice", "nobody", "-o", "x.wav"), 3, "me"),
        (("say", "hello", "-o", "/nowhere/at/all/x.wav"), 2, "does not exist"),
        (("say", "-o", "x.wav"), 2, "--file"),
        (("rewrite", "no-such-file.txt"), 2, "no-such-file.txt"),
        (("import", "no-such-folder"), 2, "no-such-folder"),
        (("status", "--person", "nobody"), 3, "ellis"),
        (("init", "Not A Name"), 2, "lower-case"),
        (("serve", "--host", "0.0.0.0"), 7, "loopback"),
    ],
)
def test_bad_input_says_what_and_what_to_do(home: Path, arguments: tuple[str, ...], code: int, says: str) -> None:
    done = run(home, *arguments)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_steps_taken_too_early_name_the_step_before(tmp_path: Path) -> None:
    home = tmp_path / "Likeness"
    assert "likeness init" in run(home, "write", "hello").stderr
    run(home, "init", "sam")
    assert "likeness import" in run(home, "prepare", "writing").stderr
    early = run(home, "write", "hello")
    assert early.returncode == 4
    assert "likeness prepare writing" in early.stderr
    assert "likeness enrol voice" in run(home, "say", "hello", "-o", str(tmp_path / "x.wav")).stderr


def test_nobody_confirmed_is_asked_for_and_not_guessed(tmp_path: Path) -> None:
    home = tmp_path / "Likeness"
    run(home, "init", "sam")
    done = run(home, "import", str(EXAMPLE / "mail.mbox"))
    assert done.returncode == 4
    assert "ellis.marlow@saltbymuseum.example.org" in done.stderr
    assert answer(home, "status")["people"][0]["messages"] == 0


def test_a_voice_needs_consent(home: Path) -> None:
    done = run(home, "enrol", "voice", str(EXAMPLE / "recordings" / "ellis-09.flac"))
    assert done.returncode == 7
    assert "--consent" in done.stderr


def test_too_few_examples_are_refused_unless_allowed(tmp_path: Path) -> None:
    home = tmp_path / "Likeness"
    run(home, "init", "ellis", *[f"--me={name}" for name in ABOUT["identities"]])
    answer(home, "import", str(EXAMPLE / "WhatsApp Chat with Sunday Dippers.txt"))
    refused = run(home, "prepare", "writing")
    assert refused.returncode == 4
    assert "--allow-small" in refused.stderr
    assert answer(home, "prepare", "writing", "--allow-small")["dataset"]


def test_the_reference_page_is_what_help_says() -> None:
    spec = importlib.util.spec_from_file_location("make_reference", ROOT / "scripts" / "make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text(encoding="utf-8") == module.page(), "run: python scripts/make_reference.py"
