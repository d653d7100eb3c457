"""The audit finds what is wrong with recordings, keeps what it measured, and says what to record again."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from speech_like import speech, with_clipping, with_noise
from typer.testing import CliRunner

from likeness.cli.main import app
from likeness.core.errors import InputError, NotReady
from likeness.core.events import drain
from likeness.core.home import Home, PersonHome
from likeness.core.types import Audio, Verdict
from likeness.speak.audit import Audit, audit, audit_folder, load_audit
from likeness.speak.recordings import import_recordings, recordings

RECORDINGS = Path(__file__).parents[2] / "examples" / "ellis" / "recordings"
TEXTS = (Path(__file__).parents[2] / "examples" / "ellis" / "sentences.txt").read_text(encoding="utf-8").splitlines()


def sound(number: int) -> Audio:
    samples, rate = soundfile.read(RECORDINGS / f"ellis-{number:02d}.flac", dtype="float32")
    return Audio(samples, rate)


def add(home: PersonHome, folder: Path, name: str, audio: Audio, text: str, emotion: str = "neutral") -> None:
    path = folder / f"{name}.flac"
    soundfile.write(path, audio.samples, audio.rate, subtype="PCM_16")
    path.with_suffix(".txt").write_text(text, encoding="utf-8")
    drain(import_recordings(home, [path], emotion=emotion, consent="made up"))


def silent_for(audio: Audio, seconds: float) -> Audio:
    quiet = np.random.default_rng(0).standard_normal(round(seconds * audio.rate)) * 3e-5
    return Audio(np.concatenate([audio.samples, quiet, audio.samples]).astype(np.float32), audio.rate)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> PersonHome:
    folder = tmp_path_factory.mktemp("audit")
    home = Home(folder / "home").create("ellis", "Ellis")
    changes: dict[int, Callable[[Audio], Audio]] = {
        2: lambda audio: with_noise(audio, 24),
        3: lambda audio: with_clipping(audio, 2.0),
        4: lambda audio: silent_for(audio, 2.0),
    }
    for number in range(1, 9):
        audio = changes.get(number, lambda audio: audio)(sound(number))
        text = TEXTS[number - 1] if number != 4 else f"{TEXTS[3]} {TEXTS[3]}"
        add(home, folder, f"ellis-{number:02d}", audio, TEXTS[8] if number == 5 else text)
    add(home, folder, "stranger", speech(5.0, rate=22_050), "")
    add(home, folder, "glad", sound(9), TEXTS[8], "happy")
    return home


@pytest.fixture(scope="module")
def found(home: PersonHome) -> Audit:
    last = drain(audit(home))[-1]
    assert last.metrics["clips"] == last.metrics["measured"] == 10
    return load_audit(home)


def faults(found: Audit, name: str) -> dict[str, Verdict]:
    clip = next(clip for clip in found.clips if clip.measured.name.startswith(name))
    return {fault.name: fault.verdict for fault in clip.faults}


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("ellis-02", "noise"),
        ("ellis-03", "clipping"),
        ("ellis-04", "silence"),
        ("ellis-05", "transcript"),
        ("stranger", "speaker"),
    ],
)
def test_each_planted_fault_is_found(found: Audit, name: str, fault: str) -> None:
    assert fault in faults(found, name)


@pytest.mark.parametrize("name", ["ellis-01", "ellis-06", "ellis-07", "ellis-08", "glad"])
def test_clean_clips_are_good(found: Audit, name: str) -> None:
    assert faults(found, name) == {}


def test_places_are_marked(found: Audit) -> None:
    silent = next(clip for clip in found.clips if clip.measured.name.startswith("ellis-04"))
    (mark,) = next(fault.marks for fault in silent.faults if fault.name == "silence")
    assert mark.end - mark.start > 1.9
    assert mark.start == pytest.approx(sound(4).seconds, abs=1.2)
    clipped = next(clip for clip in found.clips if clip.measured.name.startswith("ellis-03"))
    assert next(fault.marks for fault in clipped.faults if fault.name == "clipping")


def test_what_to_record_again_says_the_text_and_why(found: Audit) -> None:
    again = {clip.measured.name: clip for clip in found.again}
    assert set(again) == {"ellis-02.flac", "ellis-03.flac", "ellis-05.flac", "stranger.flac"}
    assert again["ellis-02.flac"].measured.transcript == TEXTS[1]
    assert "quieter room" in again["ellis-02.flac"].faults[0].reason
    assert found.verdict is Verdict.USABLE


def test_emotions_and_missing_phonemes(found: Audit) -> None:
    by_name = {entry.emotion: entry for entry in found.emotions}
    assert set(by_name) == {"neutral", "happy"}
    happy = by_name["happy"]
    assert happy.clips == 1
    assert happy.phonemes["ZH"] == 0
    assert "ZH" in happy.missing
    assert not set(happy.missing) & set(happy.rare)
    assert happy.prompts
    assert happy.prompts[0] != TEXTS[8]
    assert any("angry" in note for note in found.notes)


def test_a_second_run_measures_only_what_is_new(home: PersonHome, found: Audit, tmp_path: Path) -> None:
    file = audit_folder(home) / "audit.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert drain(audit(home))[-1].metrics["measured"] == 0
    assert load_audit(home).clips == found.clips
    # another transcript is another clip
    add(home, tmp_path, "ellis-06", sound(6), TEXTS[20])
    assert drain(audit(home))[-1].metrics["measured"] == 1
    assert "transcript" in faults(load_audit(home), "ellis-06")
    add(home, tmp_path, "ellis-06", sound(6), TEXTS[5])
    drain(audit(home))
    assert faults(load_audit(home), "ellis-06") == {}


def test_an_interrupted_run_keeps_what_it_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("likeness.speak.audit.run._SAVE_EVERY", 0.0)
    home = Home(tmp_path / "home").create("ellis")
    for number in (1, 2, 3):
        add(home, tmp_path, str(number), sound(number), TEXTS[number - 1])
    running = audit(home)
    next(running)
    next(running)
    running.close()
    assert drain(audit(home))[-1].metrics["measured"] == 1


def test_a_removed_recording_leaves_the_audit(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create("ellis")
    with pytest.raises(NotReady, match="no recordings"):
        drain(audit(home))
    add(home, tmp_path, "one", sound(1), TEXTS[0])
    with pytest.raises(NotReady, match="audited"):
        load_audit(home)
    add(home, tmp_path, "two", sound(2), TEXTS[1])
    drain(audit(home))
    recordings(home)[0].path.with_suffix(".json").unlink()
    assert len(load_audit(home).clips) == 1
    (audit_folder(home) / "audit.json").write_text('{"version": 2, "measured": [1]}', encoding="utf-8")
    with pytest.raises(InputError, match="damaged"):
        load_audit(home)


def test_the_command_prints_a_table_and_json(home: PersonHome, found: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    from likeness.core.settings import settings

    monkeypatch.setenv("LIKENESS_HOME", str(home.root.parent))
    settings.cache_clear()
    try:
        told = CliRunner().invoke(app, ["audit", "voice"])
        assert told.exit_code == 0, told.output
        assert "To record again:" in told.output
        assert TEXTS[1] in told.output
        as_json = CliRunner().invoke(app, ["audit", "voice", "--json"])
        value = json.loads(as_json.stdout)
    finally:
        settings.cache_clear()
    assert value["verdict"] == "usable"
    assert len(value["again"]) == len(found.again)
    assert "vectors" not in value["clips"][0]["measured"]
