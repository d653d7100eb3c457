"""From recordings to a voice that speaks and is measured, with the engine that learns nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from speech_like import file_bytes, speech, write

from likeness.core import artefacts
from likeness.core.errors import (
    EngineMissing,
    InputError,
    LikenessError,
    NotFound,
    NotReady,
    PoorRecording,
    Refused,
    TooFewExamples,
)
from likeness.core.events import drain
from likeness.core.home import Home, PersonHome
from likeness.core.types import Audio, SpeakRequest
from likeness.speak.evaluate import EvaluateOptions, evaluate, load_evaluation, spectrum_distance_db
from likeness.speak.generate import open_speaker, say
from likeness.speak.recipe import voice_recipe
from likeness.speak.recordings import import_recordings
from likeness.speak.train import enrol, instant, voice_folder, voices
from likeness.speak.waveform import pitch_track, waveform_peaks

DOUBLE = "builtin.double"
QUICK = EvaluateOptions(judges=False)
TEXT = "We left the house at noon and walked to the station together in the rain"


@pytest.fixture
def home(tmp_path: Path) -> PersonHome:
    made = Home(tmp_path / "people").create("sam")
    folder = tmp_path / "takes"
    folder.mkdir()
    for number in range(2):
        write(folder / f"{number}.wav", speech(seed=number), TEXT)
    drain(import_recordings(made, [folder], consent="I am Sam and agree"))
    return made


def test_a_voice_is_published_with_what_it_is_made_of(home: PersonHome) -> None:
    last = drain(enrol(home, engine=DOUBLE))[-1]
    manifest = artefacts.load(voice_folder(home, "me"))
    assert (manifest.kind, manifest.engine, manifest.name) == ("voice", DOUBLE, "me")
    assert manifest.measures["clips"] == last.metrics["clips"] == 2
    assert manifest.extra["consent"][0]["statement"] == "I am Sam and agree"
    assert (home.root / manifest.parents[0] / "corpus.json").is_file()
    assert any("Rough" in note for note in manifest.notes)


def test_nothing_new_makes_nothing_and_something_new_makes_it_again(home: PersonHome, tmp_path: Path) -> None:
    drain(enrol(home, engine=DOUBLE))
    first = artefacts.load(voice_folder(home, "me"))
    assert drain(enrol(home, engine=DOUBLE))[-1].metrics["reused"] == 1
    assert artefacts.load(voice_folder(home, "me")) == first
    drain(import_recordings(home, [write(tmp_path / "new.wav", speech(seed=9))], consent="still me"))
    assert drain(enrol(home, engine=DOUBLE))[-1].metrics["reused"] == 0
    second = artefacts.load(voice_folder(home, "me"))
    assert second.data_hash != first.data_hash
    assert {entry["statement"] for entry in second.extra["consent"]} == {"I am Sam and agree", "still me"}
    assert any("no transcript" in note for note in second.notes)


def test_a_damaged_voice_is_mended_by_enrolling_again(home: PersonHome) -> None:
    drain(enrol(home, engine=DOUBLE))
    (home.voices / "me" / artefacts.MANIFEST).write_text("{")
    assert drain(enrol(home, engine=DOUBLE))[-1].metrics["reused"] == 0
    assert artefacts.load(voice_folder(home, "me")).engine == DOUBLE


def test_a_stopped_enrolment_leaves_the_old_voice(home: PersonHome) -> None:
    drain(enrol(home, engine=DOUBLE))
    before = artefacts.load(voice_folder(home, "me"))
    events = enrol(home, engine=DOUBLE, recipe=voice_recipe(epochs=1))
    while next(events).stage != "train":
        pass
    events.close()  # type: ignore[attr-defined]
    assert artefacts.load(voice_folder(home, "me")) == before
    assert [path.name for path in home.voices.iterdir()] == ["me"]


def test_what_cannot_be_enrolled(home: PersonHome, tmp_path: Path) -> None:
    with pytest.raises(TooFewExamples, match="needs 60 s"):
        drain(enrol(home, engine=DOUBLE, recipe=voice_recipe(minimum_seconds=60)))
    with pytest.raises(EngineMissing, match="cannot learn"):
        drain(enrol(home, engine="builtin.recall"))
    with pytest.raises(EngineMissing):
        drain(enrol(home, engine="no.such"))
    with pytest.raises(InputError, match="name"):
        drain(enrol(home, voice="../me", engine=DOUBLE))
    with pytest.raises(NotReady):
        drain(enrol(Home(tmp_path / "others").create("kim"), engine=DOUBLE))
    assert voices(home) == []


def test_one_clip_makes_a_voice_of_its_own(home: PersonHome) -> None:
    drain(enrol(home, engine=DOUBLE))
    drain(instant(home, file_bytes(speech(12.0, seed=7)), name="guest", consent="I am Kim and agree", engine=DOUBLE))
    guest = artefacts.load(voice_folder(home, "guest"))
    assert guest.measures["clips"] == 1
    assert "rough" in guest.notes[0]
    assert guest.extra["consent"][0]["statement"] == "I am Kim and agree"
    assert drain(enrol(home, engine=DOUBLE))[-1].metrics["reused"] == 1
    assert {voice.name for voice in voices(home)} == {"me", "guest"}
    with pytest.raises(PoorRecording, match="too little"):
        drain(instant(home, file_bytes(speech(4.0)), name="short", consent="me", engine=DOUBLE))
    with pytest.raises(Refused):
        drain(instant(home, file_bytes(speech(12.0)), name="guest", consent="", engine=DOUBLE))


@pytest.mark.parametrize("name", ["you", "../voices/me", "", "ME"])
def test_another_voice_is_never_taken(home: PersonHome, name: str) -> None:
    drain(enrol(home, engine=DOUBLE))
    with pytest.raises(NotFound) as caught:
        voice_folder(home, name)
    assert "me" in caught.value.hint


def test_a_voice_speaks_with_its_own_engine_only(home: PersonHome) -> None:
    drain(enrol(home, engine=DOUBLE))
    with open_speaker(home, "me") as speaker:
        pieces = list(say(speaker, "Hello there. It is 7:45!"))
    assert {piece.rate for piece in pieces} == {22_050}
    assert sum(piece.seconds for piece in pieces) > 0.16 * 5
    with pytest.raises(EngineMissing, match=r"builtin\.voice"), open_speaker(home, "me", "builtin.voice"):
        pass


@dataclass
class Tape:
    """A speaker that plays what it is given, and remembers what it was asked."""

    pieces: list[np.ndarray]
    rate: int = 22_050

    def __post_init__(self) -> None:
        self.asked: list[SpeakRequest] = []

    def speak(self, request: SpeakRequest) -> Iterator[Audio]:
        self.asked.append(request)
        for piece in self.pieces:
            yield Audio(piece.astype(np.float32), self.rate)


TONE = 0.3 * np.sin(np.arange(11_025) * 0.1)


def test_text_is_read_out_and_given_sentence_by_sentence() -> None:
    tape = Tape([TONE])
    sounds = say(tape, "I paid $5 at 7:45. Fine, thanks.", rate=1.5, emotion="happy", seed=3)
    total = sum(sound.seconds for sound in sounds)
    assert len(tape.asked) == 2
    assert not any(character.isdigit() for request in tape.asked for character in request.text)
    assert {(request.rate, request.emotion, request.seed) for request in tape.asked} == {(1.5, "happy", 3)}
    assert total == pytest.approx(2 * 0.5 + 0.25 / 1.5, abs=0.01)


def test_other_rates_come_out_at_22050_hz_without_a_seam() -> None:
    tape = Tape(np.array_split(0.3 * np.sin(np.arange(24_000) * 0.1), 7), rate=24_000)
    made = np.concatenate([sound.samples for sound in say(tape, "Hello")])
    assert len(made) == 22_050
    assert np.abs(np.diff(made)).max() < 0.3 * 0.1 * 24_000 / 22_050 * 1.05


@pytest.mark.parametrize(
    ("pieces", "says"),
    [
        ([np.zeros(22_050)], "silence"),
        ([], "silence"),
        ([TONE, np.array([np.nan, 0.0])], "not numbers"),
        ([TONE] * 60, "was stopped"),
    ],
)
def test_what_is_no_speech_is_an_error_and_not_given_out(pieces: list[np.ndarray], says: str) -> None:
    with pytest.raises(LikenessError, match=says) as caught:
        list(say(Tape(pieces), "Hello there."))
    assert caught.value.hint


def test_sound_beyond_full_scale_is_bent_down() -> None:
    made = np.concatenate([sound.samples for sound in say(Tape([TONE * 5]), "Hello")])
    assert 0.9 < np.abs(made).max() <= 1.0


@pytest.mark.parametrize("text", ["", "  \n", "...", "—", "a" * 20_001])
def test_text_that_cannot_be_spoken_is_refused_before_any_sound(text: str) -> None:
    tape = Tape([TONE])
    with pytest.raises(InputError):
        say(tape, text)
    assert tape.asked == []


@pytest.mark.parametrize("values", [{"rate": 0.1}, {"pitch": 40.0}, {"pitch_range": float("nan")}, {"energy": 99.0}])
def test_values_out_of_range_are_refused(values: dict[str, float]) -> None:
    with pytest.raises(InputError, match=next(iter(values))):
        say(Tape([TONE]), "Hello", **values)  # type: ignore[arg-type]


def test_a_voice_is_measured_and_the_result_kept(home: PersonHome) -> None:
    drain(enrol(home, engine=DOUBLE))
    with pytest.raises(NotReady):
        load_evaluation(home)
    last = drain(evaluate(home, options=QUICK))[-1]
    kept = load_evaluation(home)
    assert kept.figures() == dict(last.metrics)
    assert kept.measures["duration_ratio"] > 0
    assert 60 < kept.measures["pitch_hz_person"] < 200
    assert kept.measures["rtf"] < 1
    folder = voice_folder(home, "me")
    assert (folder / kept.example.voice_file).is_file()
    assert (folder / kept.example.person_file).is_file()
    assert kept.example.text == TEXT
    (folder / "evaluation.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="damaged"):
        load_evaluation(home)


def test_without_transcripts_the_missing_measure_is_named(tmp_path: Path) -> None:
    home = Home(tmp_path / "others").create("kim")
    drain(instant(home, file_bytes(speech(10.0)), name="guest", consent="me", engine=DOUBLE))
    drain(evaluate(home, "guest", QUICK))
    kept = load_evaluation(home, "guest")
    assert "duration_ratio" not in kept.measures
    assert "duration_ratio" in kept.notes[0]
    assert kept.example.person_file == ""


def test_the_spectrum_distance_is_nought_for_the_same_and_grows_with_a_filter() -> None:
    sound = speech()
    louder = Audio(sound.samples * 0.5, sound.rate)
    dull = Audio(np.convolve(sound.samples, np.ones(8, np.float32) / 8, mode="same"), sound.rate)
    assert spectrum_distance_db([louder], [sound]) < 0.2
    assert spectrum_distance_db([dull], [sound]) > 3


def test_pictures_get_peaks_and_pitch() -> None:
    sound = Audio((0.5 * np.sign(np.sin(2 * np.pi * 110 * np.arange(22_050) / 22_050))).astype(np.float32), 22_050)
    assert len(waveform_peaks(sound, 100)) == 100
    assert all(-0.6 < low <= high < 0.6 for low, high in waveform_peaks(sound, 100))
    assert len(waveform_peaks(Audio(sound.samples[:7], 22_050), 100)) == 7
    assert np.median([hertz for hertz in pitch_track(sound) if hertz]) == pytest.approx(110, abs=2)
