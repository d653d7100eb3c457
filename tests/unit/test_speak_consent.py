"""Consent on record: stated or read aloud, checked, kept with recordings, and refused for another speaker."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from speech_like import speech, write

from likeness.core.errors import InputError, NotFound, NotReady, Refused
from likeness.core.events import drain
from likeness.core.home import Home, PersonHome
from likeness.core.types import Audio, Heard
from likeness.speak import consent
from likeness.speak.consent import Consent
from likeness.speak.prepare import consents
from likeness.speak.recordings import agree, import_recordings, recordings


class Ears:
    """A recogniser that hears one text whatever is said."""

    def __init__(self, text: str) -> None:
        self.text = text

    def recognise(self, audio: Audio, *, language: str = "en", expected: str = "") -> Heard:
        return Heard(self.text)


def smaller(audio: Audio) -> Audio:
    """Played 70 % faster: pitch and formants move as with a much smaller speaker."""
    places = np.arange(0, len(audio.samples) - 1, 1.7)
    return Audio(np.interp(places, np.arange(len(audio.samples)), audio.samples).astype(np.float32), audio.rate)


@pytest.fixture
def home(tmp_path: Path) -> PersonHome:
    made = Home(tmp_path / "Likeness").create("sam", "Sam Rivers")
    folder = tmp_path / "spoken"
    folder.mkdir()
    for number in range(3):
        write(folder / f"{number}.wav", speech(8, seed=number))
    drain(import_recordings(made, [folder], consent=consent.stated("I am Sam and agree", "command line")))
    return made


def reading(home: PersonHome, tmp_path: Path, audio: Audio) -> str:
    path = write(tmp_path / "consent.wav", audio)
    drain(import_recordings(home, [path], consent="read aloud"))
    return next(item.id for item in recordings(home) if item.name == "consent.wav")


def remove_entry(home: PersonHome, id: str) -> None:
    for entry in home.recordings.glob(f"{id}*"):
        entry.unlink()


def test_the_sentence_names_who_when_and_to_what() -> None:
    said = consent.sentence("Sam Rivers", date(2026, 3, 5))
    assert "Sam Rivers" in said
    assert "5 March 2026" in said
    assert "agree" in said


def test_a_stated_consent_has_its_date_and_source_and_an_empty_one_is_refused() -> None:
    made = consent.stated("  I am Sam \n and agree ", "gateway")
    assert made.as_dict() == {
        "statement": "I am Sam and agree", "at": made.at, "method": "stated", "source": "gateway",
    }  # fmt: skip
    for no in ("  ", "no", " No. ", "false", "0"):
        with pytest.raises(Refused):
            consent.stated(no, "command line")


def test_old_records_are_still_read() -> None:
    assert Consent.of({"statement": "yes", "at": "2026-01-01"}).method == "stated"
    assert Consent.of("yes", at="2026-01-01").at == "2026-01-01"
    made = Consent("read", "2026-01-01", "spoken", "recording", "abc", 0.9, "builtin.speaker", 0.1, "pocketsphinx")
    assert Consent.of(made.as_dict()) == made
    with pytest.raises(InputError):
        Consent.of({"at": "2026-01-01"})


def test_read_by_the_same_speaker_it_says_how_near_and_what_was_heard(home: PersonHome, tmp_path: Path) -> None:
    read = reading(home, tmp_path, speech(8, seed=9))
    text = consent.sentence("Sam Rivers", date(2026, 3, 5))
    made = consent.spoken(
        home, read, statement=text, encoder="builtin.speaker", recogniser=Ears(text), recogniser_name="ears"
    )
    assert (made.method, made.recording, made.statement) == ("spoken", read, text)
    assert made.similarity is not None
    assert made.similarity > 0.5
    assert (made.words_wrong, made.recogniser) == (0.0, "ears")
    assert agree(home, made) == 4
    assert consents(recordings(home)) == [made.as_dict()]


def test_read_by_another_or_with_other_words_it_is_refused(home: PersonHome, tmp_path: Path) -> None:
    read = reading(home, tmp_path, smaller(speech(10, seed=9)))
    with pytest.raises(Refused, match="not who speaks in the recordings"):
        consent.spoken(home, read, encoder="builtin.speaker")
    remove_entry(home, read)
    own = reading(home, tmp_path, speech(8, seed=10))
    with pytest.raises(Refused, match="not the consent sentence"):
        consent.spoken(home, own, statement="I agree to this", recogniser=Ears("a recipe for onion soup"))


def test_there_must_be_speech_to_compare_with(home: PersonHome, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        consent.spoken(home, "unknown")
    alone = Home(tmp_path / "Other").create("kim", "Kim")
    with pytest.raises(NotReady):
        consent.spoken(alone, reading(alone, tmp_path, speech(6)))


def test_consents_of_recordings_stand_each_once(home: PersonHome, tmp_path: Path) -> None:
    drain(import_recordings(home, [write(tmp_path / "new.wav", speech(seed=7))], consent="still me"))
    found = consents(recordings(home))
    assert [entry["statement"] for entry in found] == ["I am Sam and agree", "still me"]
    assert found[0]["source"] == "command line"
