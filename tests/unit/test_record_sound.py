"""What is said of sound while it is recorded: levels, the room, each take."""

from __future__ import annotations

import numpy as np
import pytest
from speech_like import speech, with_clipping, with_noise

from likeness.core.errors import EngineFailed
from likeness.core.types import Audio, Heard, Verdict
from likeness.speak.record.judge import take_check
from likeness.speak.record.levels import FLOOR_DBFS, Capture, EndOfSpeech, Level, Meter
from likeness.speak.record.room import check_room, mains_hum
from likeness.speak.scripts import line

RATE = 48_000
BLOCK = RATE // 20
TEXT = "Here is a sentence of about the right length for six seconds of sound"
LINE = line("neutral", TEXT)


def tone(amplitude: float, seconds: float = 0.05, hz: float = 1000.0) -> np.ndarray:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def noise(dbfs: float, seconds: float = 3.0, seed: int = 0) -> np.ndarray:
    samples = np.random.default_rng(seed).standard_normal(round(seconds * RATE)) * 10 ** (dbfs / 20)
    return samples.astype(np.float32)


# ── the meter ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_meter_gives_peak_and_rms_of_a_sine() -> None:
    level = Meter(RATE).feed(tone(0.5))
    assert level.peak_dbfs == pytest.approx(-6.02, abs=0.05)
    assert level.rms_dbfs == pytest.approx(-9.03, abs=0.05)
    assert not level.clipped


def test_a_peak_is_held_and_then_falls() -> None:
    meter = Meter(RATE)
    loud = meter.feed(tone(0.5)).peak_dbfs
    quiet = [meter.feed(tone(0.01)).held_dbfs for _ in range(60)]
    assert quiet[20] == loud  # a second later
    assert quiet[-1] < loud - 20  # three seconds later
    assert min(quiet) >= -40.1  # never under what is heard


def test_full_scale_is_clipping_and_nothing_at_all_is_the_floor() -> None:
    assert Meter(RATE).feed(np.clip(tone(1.5), -1, 1)).clipped
    assert Meter(RATE).feed(np.zeros(BLOCK, dtype=np.float32)) == Level(FLOOR_DBFS, FLOOR_DBFS, FLOOR_DBFS, False)
    assert Meter(RATE).feed(np.zeros(0, dtype=np.float32)).rms_dbfs == FLOOR_DBFS


def test_a_line_is_over_after_speech_and_silence_and_not_before() -> None:
    ended = EndOfSpeech(1.0, noise_dbfs=-70.0)
    silent, spoken = Level(-70, -70, -70, False), Level(-20, -26, -20, False)
    assert not any(ended.feed(silent, 0.05) for _ in range(100))
    assert not any(ended.feed(spoken, 0.05) for _ in range(20))
    assert [ended.feed(silent, 0.05) for _ in range(20)].index(True) == 19


def test_a_take_has_a_longest_length() -> None:
    capture = Capture(RATE, longest_seconds=0.12)
    for _ in range(5):
        capture.feed(tone(0.1))
    assert capture.full
    assert capture.audio().seconds == pytest.approx(0.12)


# ── the room ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("dbfs", "verdict"), [(-75.0, Verdict.GOOD), (-54.0, Verdict.USABLE), (-40.0, Verdict.REFUSED)]
)
def test_a_room_is_judged_by_its_noise(dbfs: float, verdict: Verdict) -> None:
    found = check_room(Audio(noise(dbfs), RATE))
    assert found.verdict is verdict
    assert found.level_dbfs == pytest.approx(dbfs, abs=1.0)
    assert bool(found.findings) == (verdict is not Verdict.GOOD)


@pytest.mark.parametrize("mains", [50.0, 60.0])
def test_mains_hum_is_found_and_its_frequency_told(mains: float) -> None:
    time = np.arange(3 * RATE) / RATE
    hum = sum(10 ** (-62 / 20) / n * np.sin(2 * np.pi * mains * n * time) for n in (1, 2, 3, 5))
    found = check_room(Audio((noise(-80.0) + hum).astype(np.float32), RATE))
    assert found.hum_hz == mains
    assert found.hum_dbfs == pytest.approx(-63.5, abs=2.0)
    assert "mains hum" in found.findings[-1]


def test_a_hiss_a_voice_or_a_single_tone_is_no_hum() -> None:
    assert mains_hum(Audio(noise(-50.0), RATE))[0] == 0.0
    assert mains_hum(speech(3.0, RATE))[0] == 0.0
    assert mains_hum(Audio(noise(-80.0) + tone(0.01, 3.0, 100.0), RATE))[0] == 0.0


def test_a_microphone_that_gives_only_zeros_is_told_from_a_quiet_room() -> None:
    found = check_room(Audio(np.zeros(3 * RATE, dtype=np.float32), RATE))
    assert found.verdict is Verdict.REFUSED
    assert "Privacy" in found.findings[0]


def test_somebody_speaking_meanwhile_is_no_room_check() -> None:
    heard = noise(-70.0)
    heard[RATE : RATE + RATE // 2] += speech(3.0, RATE).samples[RATE : RATE + RATE // 2]
    assert "be still" in check_room(Audio(heard, RATE)).findings[0]


# ── a take ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_good_take_is_good() -> None:
    found = take_check(speech(6.0, RATE), LINE)
    assert (found.verdict, found.findings) == (Verdict.GOOD, ())


@pytest.mark.parametrize(
    ("audio", "said"),
    [
        (with_noise(speech(6.0, RATE), 12.0), "noise"),
        (with_clipping(speech(6.0, RATE), 3.0), "clipped"),
        (Audio(np.zeros(RATE, dtype=np.float32), RATE), "no speech"),
        (Audio(speech(6.0, RATE).samples[: RATE // 3], RATE), "only"),
        (Audio(np.zeros(0, dtype=np.float32), RATE), "no speech"),
    ],
    ids=["noise", "clipping", "silence", "a snippet", "nothing"],
)
def test_a_take_that_would_ruin_the_voice_is_refused(audio: Audio, said: str) -> None:
    found = take_check(audio, LINE)
    assert found.verdict is Verdict.REFUSED
    assert said in " ".join(found.findings).lower()


def test_a_take_that_begins_or_ends_in_the_middle_of_a_word_is_named() -> None:
    whole = speech(6.0, RATE)
    assert "beginning" in " ".join(take_check(Audio(whole.samples[round(0.3 * RATE) :], RATE), LINE).findings)
    assert "end seems" in " ".join(take_check(Audio(whole.samples[: round(5.3 * RATE)], RATE), LINE).findings)


def test_the_click_of_a_key_is_no_cut_off_word() -> None:
    take = speech(6.0, RATE).samples.copy()
    take[: round(0.015 * RATE)] += noise(-25.0, 0.015)[: round(0.015 * RATE)]
    assert take_check(Audio(take, RATE), LINE).findings == ()


def test_level_and_speed_are_told() -> None:
    quiet = take_check(speech(6.0, RATE, level_dbfs=-41.0), LINE)
    assert "It is quiet" in " ".join(quiet.findings)
    whisper = line("whispered", TEXT)
    assert "It is quiet" not in " ".join(take_check(speech(6.0, RATE, level_dbfs=-41.0), whisper).findings)
    fast = take_check(speech(6.0, RATE), line("neutral", f"{TEXT}, {TEXT.lower()}"))
    assert "very fast" in " ".join(fast.findings)
    slow = take_check(speech(6.0, RATE), line("neutral", "Only a few words, slowly."))
    assert "very slow" in " ".join(slow.findings)
    assert "lost" in take_check(speech(6.0, RATE), LINE, lost=2).findings[0]


class Listener:
    """A recogniser that hears what it is told to."""

    def __init__(self, hears: str) -> None:
        self.hears = hears

    def recognise(self, audio: Audio, *, language: str = "en", expected: str = "") -> Heard:
        if self.hears == "fails":
            raise EngineFailed("it fell over")
        return Heard(self.hears)


@pytest.mark.parametrize(
    ("hears", "verdict"),
    [
        (TEXT, Verdict.GOOD),
        ("hear is a sentence off about the right lengths for sick seconds of sounds", Verdict.GOOD),
        ("the museum opens again on the fourteenth of march", Verdict.USABLE),
        ("", Verdict.USABLE),
        ("fails", Verdict.USABLE),
    ],
)
def test_whether_the_line_was_read_is_heard_where_somebody_listens(hears: str, verdict: Verdict) -> None:
    found = take_check(speech(6.0, RATE), LINE, recogniser=Listener(hears))
    assert found.verdict is verdict
    assert (found.heard is None) == (hears == "fails")
