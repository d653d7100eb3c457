"""Recordings come into the home as they are, once, checked, and whole or not at all."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from speech_like import file_bytes, speech, with_noise, write

from likeness.core.errors import InputError, NotFound, PoorRecording, Refused, UnknownFormat
from likeness.core.events import Event, drain
from likeness.core.home import Home, PersonHome
from likeness.core.types import Audio, Verdict
from likeness.speak.recordings import add_upload, import_recordings, recording, recordings, sound_files

CONSENT = "I am Sam and agree"
TEXT = "Here is a sentence of about the right length for six seconds of sound"


@pytest.fixture
def home(tmp_path: Path) -> PersonHome:
    return Home(tmp_path / "people").create("sam")


def take(home: PersonHome, *paths: Path, **options: str) -> Event:
    return drain(import_recordings(home, list(paths), consent=CONSENT, **options))[-1]  # type: ignore[arg-type]


def test_a_folder_is_taken_in_as_it_came(home: PersonHome, tmp_path: Path) -> None:
    folder = tmp_path / "takes"
    (folder / "more").mkdir(parents=True)
    first = write(folder / "one.wav", speech(seed=1), TEXT)
    write(folder / "more" / "two.flac", speech(seed=2))
    (folder / ".hidden.wav").write_bytes(b"x")
    (folder / "notes.pdf").write_bytes(b"x")
    summary = take(home, folder)
    assert summary.metrics["added"] == 2
    assert summary.metrics["seconds"] == 12.0
    two, one = sorted(recordings(home), key=lambda r: r.name, reverse=True)
    assert one.path.read_bytes() == first.read_bytes()
    assert one.sha256 == hashlib.sha256(first.read_bytes()).hexdigest() == one.path.stem
    assert (one.transcript, two.transcript) == (TEXT, "")
    assert one.check.verdict is Verdict.GOOD
    assert one.consent == CONSENT
    assert recording(home, one.id) == one
    assert {p.stat().st_mode & 0o777 for p in home.recordings.iterdir()} == {0o600}


def test_a_table_names_the_emotions_and_a_wrong_name_is_said(home: PersonHome, tmp_path: Path) -> None:
    folder = tmp_path / "takes"
    folder.mkdir()
    for number, name in enumerate(("a", "b", "c")):
        write(folder / f"{name}.wav", speech(seed=number))
    table = f"file,text,emotion\na.wav,{TEXT},happy\nb.wav,{TEXT},\nc.wav,{TEXT},Sad & blue\n"
    (folder / "transcripts.csv").write_text(table, encoding="utf-8")
    summary = take(home, folder)
    assert summary.metrics["added"] == 2
    assert "'sad & blue' is not an emotion's name" in summary.note
    assert {one.name: one.emotion for one in recordings(home)} == {"a.wav": "happy", "b.wav": "neutral"}
    take(home, folder, emotion="tired")
    assert {one.emotion for one in recordings(home)} == {"tired"}


def test_when_nothing_can_be_used_the_hint_is_of_what_was_wrong(home: PersonHome, tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"")
    with pytest.raises(PoorRecording, match="is empty") as empty:
        take(home, tmp_path / "a.wav")
    assert empty.value.hint == "choose a sound file"
    with pytest.raises(PoorRecording, match="no speech") as silent:
        take(home, write(tmp_path / "b.wav", Audio(np.zeros(5 * 24_000, np.float32), 24_000)))
    assert "quiet room" in silent.value.hint


def test_the_same_again_adds_nothing_and_a_transcript_is_an_update(home: PersonHome, tmp_path: Path) -> None:
    path = write(tmp_path / "one.wav", speech())
    assert take(home, path).metrics["added"] == 1
    copy = tmp_path / "renamed.wav"
    copy.write_bytes(path.read_bytes())
    assert take(home, path, copy).metrics["unchanged"] == 2
    path.with_suffix(".txt").write_text(TEXT, encoding="utf-8")
    assert take(home, path).metrics["updated"] == 1
    path.with_suffix(".txt").unlink()
    assert take(home, path, emotion="happy").metrics["updated"] == 1
    (only,) = recordings(home)
    assert (only.transcript, only.emotion) == (TEXT, "happy")


def test_bad_ones_are_counted_and_named_and_the_rest_goes_on(
    home: PersonHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("likeness.speak.formats.find_spec", lambda name: None)
    write(tmp_path / "a.wav", with_noise(speech(), 8))
    (tmp_path / "b.wav").write_bytes(b"RIFF\0\0\0\0WAVEnothing")
    (tmp_path / "c.m4a").write_bytes(b"\0\0\0\x20ftypM4A ")
    write(tmp_path / "d.wav", speech())
    write(tmp_path / "e.wav", speech(seed=5), "Hm")
    events = drain(import_recordings(home, [tmp_path], consent=CONSENT))
    counts = {key: events[-1].metrics[key] for key in ("added", "refused", "unreadable")}
    assert counts == {"added": 1, "refused": 2, "unreadable": 2}
    notes = {event.note.split(":")[0]: event.note for event in events[:-1]}
    assert "noise" in notes["a.wav"]
    assert all(name in events[-1].note for name in ("a.wav: ", "b.wav: ", "c.m4a: ", "e.wav: "))
    assert "cannot be read" in notes["b.wav"]
    assert "M4A" in notes["c.m4a"]
    assert "transcript" in notes["e.wav"]
    assert [r.name for r in recordings(home)] == ["d.wav"]


def test_nothing_usable_is_an_error(home: PersonHome, tmp_path: Path) -> None:
    with pytest.raises(PoorRecording, match="noise"):
        take(home, write(tmp_path / "a.wav", with_noise(speech(), 8)))
    with pytest.raises(NotFound):
        take(home, tmp_path / "absent.wav")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no sound files"):
        sound_files([tmp_path / "empty"])


def test_without_consent_nothing_is_taken(home: PersonHome, tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", speech())
    with pytest.raises(Refused):
        drain(import_recordings(home, [path], consent=" "))
    with pytest.raises(Refused):
        add_upload(home, path.read_bytes(), "a.wav", voice="v", consent="")
    assert list(home.recordings.iterdir()) == []


def test_an_upload_is_checked_and_kept_for_its_voice(home: PersonHome) -> None:
    data = file_bytes(speech(), "FLAC")
    kept = add_upload(home, data, "clip", voice="guest", consent=CONSENT)
    assert kept == add_upload(home, data, "again", voice="guest", consent=CONSENT)
    assert (kept.voice, kept.path.read_bytes()) == ("guest", data)
    with pytest.raises(PoorRecording):
        add_upload(home, file_bytes(with_noise(speech(), 5)), "clip", voice="guest", consent=CONSENT)
    with pytest.raises(UnknownFormat):
        add_upload(home, b"hello", "clip", voice="guest", consent=CONSENT)
    assert len(recordings(home)) == 1


def test_a_damaged_entry_is_named(home: PersonHome, tmp_path: Path) -> None:
    take(home, write(tmp_path / "a.wav", speech()))
    entry = next(home.recordings.glob("*.json"))
    entry.write_text(json.dumps({"id": "x"}), encoding="utf-8")
    with pytest.raises(InputError, match=entry.stem[:16]):
        recordings(home)


def test_killed_in_the_middle_it_leaves_no_half_recording_and_goes_on(home: PersonHome, tmp_path: Path) -> None:
    folder = tmp_path / "takes"
    folder.mkdir()
    for number in range(8):
        write(folder / f"{number}.wav", speech(seed=number))
    program = (
        "import sys; from pathlib import Path; from likeness.core.home import PersonHome\n"
        "from likeness.speak.recordings import import_recordings\n"
        "list(import_recordings(PersonHome(Path(sys.argv[1])), [Path(sys.argv[2])], consent='yes I agree'))"
    )
    for pause in (0.0, 0.02, 0.05):
        before = len(list(home.recordings.glob("*.json")))
        process = subprocess.Popen([sys.executable, "-c", program, str(home.root), str(folder)])
        while process.poll() is None and len(list(home.recordings.glob("*.json"))) == before:
            time.sleep(0.005)
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for kept in recordings(home):
            assert hashlib.sha256(kept.path.read_bytes()).hexdigest() == kept.sha256
    summary = take(home, folder)
    assert summary.metrics["added"] + summary.metrics["unchanged"] == 8
    assert len(recordings(home)) == 8


def test_what_a_crash_left_goes_but_not_what_another_process_writes(
    home: PersonHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = home.recordings / ".abc.wav.0123.part"
    left.write_bytes(b"half")
    path = write(tmp_path / "a.wav", speech())
    take(home, path)
    assert left.exists()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 7200)
    take(home, path)
    assert not left.exists()
