"""Takes in the home: safe before the next line appears, found again, replaced only by what is safe itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import soundfile
from speech_like import speech, with_noise

from likeness.core.errors import Busy, InputError
from likeness.core.home import Home, PersonHome
from likeness.core.types import Audio, Verdict
from likeness.speak import scripts
from likeness.speak.consent import Consent, sentence, stated
from likeness.speak.record import takes
from likeness.speak.record.booth import Booth, consent_line, consent_recording, open_booth, plan
from likeness.speak.recordings import recording, recordings

RATE = 24_000
TEXTS = (
    "Here is a sentence of about the right length for six seconds of sound.",
    "Here is another sentence of the same length, for another six seconds.",
    "And a third one, which is also of about the right length, more or less.",
)
SCRIPT = scripts.Script("happy", "Gladly.", tuple(scripts.line("happy", text) for text in TEXTS))
DAY = date(2024, 5, 4)
CONSENT = scripts.line("neutral", sentence("Sam Rivers", DAY), required=True)
LINES = plan(CONSENT, [SCRIPT])
ROOM = Audio((np.random.default_rng(0).standard_normal(3 * RATE) * 10 ** (-75 / 20)).astype(np.float32), RATE)


@pytest.fixture
def home(tmp_path: Path) -> PersonHome:
    return Home(tmp_path / "people").create("sam", "Sam Rivers")


@pytest.fixture
def booth(home: PersonHome) -> Iterator[Booth]:
    with open_booth(home, LINES) as opened:
        opened.hear_room(ROOM)
        yield opened


def read(booth: Booth, seed: int = 0) -> takes.Taken:
    booth.act("start")
    kept = booth.finish(speech(6.0, RATE, seed=seed)).taken
    assert kept is not None
    return kept


def again(home: PersonHome) -> Booth:
    with open_booth(home, LINES) as opened:
        return opened


def test_a_take_is_an_ordinary_recording_with_text_feeling_and_consent(booth: Booth, home: PersonHome) -> None:
    read(booth, 1)
    taken = read(booth, 2)
    consent, happy = sorted(recordings(home), key=lambda each: each.emotion, reverse=True)
    assert (happy.transcript, happy.emotion, happy.sha256) == (TEXTS[0], "happy", taken.sha256)
    assert hashlib.sha256(happy.path.read_bytes()).hexdigest() == taken.sha256
    assert (consent.transcript, consent.emotion) == (CONSENT.text, "neutral")
    agreed = Consent(CONSENT.text, consent.added_at, "spoken", "recording session", consent.id)
    assert (happy.consent, happy.agreed) == (CONSENT.text, agreed)
    with soundfile.SoundFile(happy.path) as file:
        assert (file.samplerate, file.subtype, file.comment) == (RATE, "PCM_24", TEXTS[0])
        assert np.allclose(file.read(), speech(6.0, RATE, seed=2).samples, atol=1e-6)
    assert {path.stat().st_mode & 0o777 for path in home.recordings.iterdir()} == {0o600}


def test_the_same_sound_for_two_lines_is_two_recordings(booth: Booth, home: PersonHome) -> None:
    assert read(booth, 1).sha256 != read(booth, 1).sha256
    assert len(recordings(home)) == 2


def test_there_is_one_session_at_a_time(booth: Booth, home: PersonHome) -> None:
    read(booth)
    with pytest.raises(Busy, match="another window"), open_booth(home, LINES):
        pass


def test_what_was_read_and_skipped_is_known_to_the_next_session(home: PersonHome) -> None:
    with open_booth(home, LINES) as booth:
        booth.hear_room(ROOM)
        taken = [read(booth), read(booth)]
        booth.act("skip")
    later = again(home)
    assert [later.session.taken[each.id] for each in LINES[:2]] == taken
    assert later.session.skipped == {LINES[2].id}
    assert later.session.at == LINES[3].id
    assert later.damaged == []


def test_a_refused_take_is_not_kept_and_the_line_stands(booth: Booth, home: PersonHome) -> None:
    read(booth)
    booth.act("start")
    kept = booth.finish(with_noise(speech(6.0, RATE), 5.0))
    assert (kept.check.verdict, kept.taken) == (Verdict.REFUSED, None)
    assert booth.session.at == LINES[1].id
    assert len(recordings(home)) == 1


def test_a_retake_replaces_the_earlier_take_once_it_is_safe(
    booth: Booth, home: PersonHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(booth)
    first = read(booth, 1)
    booth.act("retake")
    booth.act("start")
    with monkeypatch.context() as patched:
        patched.setattr(takes, "keep", lambda *_: (_ for _ in ()).throw(OSError("the disk is full")))
        with pytest.raises(OSError, match="full"):
            booth.finish(speech(6.0, RATE, seed=2))
    assert booth.session.taken[LINES[1].id] == first
    assert {each.sha256 for each in recordings(home)} >= {first.sha256}
    booth.act("start")
    second = booth.finish(speech(6.0, RATE, seed=3)).taken
    assert second is not None
    assert second.number == 2
    assert first.sha256 not in {path.stem for path in home.recordings.iterdir()}
    assert {each.sha256 for each in recordings(home)} == {each.sha256 for each in booth.session.taken.values()}


def test_a_kill_between_the_new_take_and_the_end_of_the_old_one_leaves_one(home: PersonHome) -> None:
    with open_booth(home, LINES) as booth:
        booth.hear_room(ROOM)
        read(booth)
        read(booth, 1)
    takes.keep(home, LINES[1], 2, speech(6.0, RATE, seed=2), stated("I agree", ""))  # unknown to the notes
    later = again(home)
    assert later.session.taken[LINES[1].id].number == 2
    assert len(recordings(home)) == 2
    assert later.damaged == []


@pytest.mark.parametrize("harm", ["changed", "sound gone", "entry gone", "entry damaged"])
def test_a_damaged_take_is_named_asked_for_again_and_then_replaced(home: PersonHome, harm: str) -> None:
    with open_booth(home, LINES) as booth:
        booth.hear_room(ROOM)
        read(booth)
        taken = read(booth, 1)
    sound, entry = home.recordings / f"{taken.sha256}.flac", home.recordings / f"{taken.sha256}.json"
    if harm == "changed":
        data = bytearray(sound.read_bytes())
        data[len(data) // 2] ^= 1
        sound.write_bytes(data)
    elif harm == "entry damaged":
        entry.write_text("{", encoding="utf-8")
    else:
        (sound if harm == "sound gone" else entry).unlink()
    with open_booth(home, LINES) as booth:
        assert [(each.line, each.number) for each in booth.damaged] == [(LINES[1].id, 1)]
        assert booth.session.at == LINES[1].id
        booth.hear_room(ROOM)
        assert read(booth, 2).number == 2
    later = again(home)
    assert later.damaged == []
    assert {each.sha256 for each in recordings(home)} == {each.sha256 for each in later.session.taken.values()}


def test_an_older_whole_take_stands_in_for_a_damaged_newer_one(home: PersonHome) -> None:
    with open_booth(home, LINES) as booth:
        booth.hear_room(ROOM)
        first = read(booth)
    newer = takes.keep(home, LINES[0], 2, speech(6.0, RATE, seed=2), stated("I agree", ""))
    newer.path.write_bytes(b"fLaC")
    later = again(home)
    assert later.session.taken[LINES[0].id].sha256 == first.sha256
    assert [each.number for each in later.damaged] == [2]


def test_takes_and_skipped_lines_of_other_plans_stay(home: PersonHome) -> None:
    with open_booth(home, LINES) as booth:
        booth.hear_room(ROOM)
        read(booth)
        booth.act("skip")
    other = plan(consent_line(home, date(2024, 6, 1)), [scripts.script("sad")])
    with open_booth(home, other) as booth:
        assert booth.session.at == other[1].id  # the consent was read already
        booth.hear_room(ROOM)
        booth.act("skip")
    assert json.loads((home.root / takes.NOTES).read_text())["skipped"] == sorted([LINES[1].id, other[1].id])


def test_notes_that_cannot_be_read_are_named_and_the_takes_found_without_them(home: PersonHome) -> None:
    with open_booth(home, LINES) as booth:
        booth.hear_room(ROOM)
        taken = read(booth)
    notes = home.root / takes.NOTES
    notes.write_text('{"taken": 3}', encoding="utf-8")
    with pytest.raises(InputError) as raised:
        again(home)
    assert "remove" in raised.value.hint
    notes.unlink()
    assert again(home).session.taken[LINES[0].id].sha256 == taken.sha256


def test_a_plan_of_some_minutes_takes_each_scripts_beginning() -> None:
    short = plan(CONSENT, [scripts.script("sad"), scripts.script("happy")], minutes=1.0)
    assert short[0].required
    for emotion in ("sad", "happy"):
        lines = [each for each in short[1:] if each.emotion == emotion]
        assert 60 <= sum(each.seconds for each in lines) < 80
        assert lines == list(scripts.script(emotion).lines[: len(lines)])


def test_the_consent_stays_as_it_was_read_and_is_asked_for_anew_once_it_is_damaged(home: PersonHome) -> None:
    later = date(2024, 6, 1)
    assert consent_line(home, later).text == sentence("Sam Rivers", later)
    with open_booth(home, LINES) as booth:
        booth.hear_room(ROOM)
        taken = read(booth)
    assert consent_line(home, later) == CONSENT
    assert recording(home, consent_recording(home)).transcript == CONSENT.text
    (home.recordings / f"{taken.sha256}.flac").write_bytes(b"fLaC")
    assert consent_line(home, later).text == sentence("Sam Rivers", later)
    assert consent_recording(home) == ""
