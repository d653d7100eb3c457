"""``likeness enrol voice`` with its options, and ``likeness recordings``: at the command line, with the test double."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from speech_like import speech, write
from test_speak_longform import ByBrightness, bright, interview
from typer.testing import CliRunner

from likeness.cli.main import app
from likeness.core import artefacts
from likeness.core.errors import EngineMissing, InputError, NotFound, Refused
from likeness.core.home import Home, PersonHome
from likeness.core.settings import settings
from likeness.core.types import Audio, Heard
from likeness.speak.recordings import recordings

run = CliRunner()
DOUBLE = ("--engine", "builtin.double", "--no-recognise", "--consent", "I am Sam and agree")


@pytest.fixture
def home() -> PersonHome:
    return Home(settings().home).create("sam", "Sam Rivers")


def likeness(*words: str) -> str:
    """What a command prints; its error is raised."""
    found = run.invoke(app, list(words))
    if found.exception is not None:
        raise found.exception
    return found.stdout


def test_one_voice_is_learnt_from_all_feelings_and_says_how_much_of_each(home: PersonHome, tmp_path: Path) -> None:
    calm = write(tmp_path / "calm.wav", speech(8, seed=1))
    glad = write(tmp_path / "glad.wav", speech(6, seed=2))
    likeness("enrol", "voice", str(calm), *DOUBLE)
    likeness("enrol", "voice", str(glad), "--feeling", "happy", "--language", "de", *DOUBLE)
    made = artefacts.load(home.voices / "me")
    assert made.engine == "builtin.double"
    assert set(made.extra["emotions"]) == {"neutral", "happy"}
    assert made.extra["emotions"]["neutral"] > made.extra["emotions"]["happy"] > 4
    assert made.extra["language"] == "de"
    assert made.extra["consent"][0]["source"] == "command line"
    likeness("enrol", "voice", str(glad), "--emotion", "happy", *DOUBLE)
    assert set(artefacts.load(home.voices / "me-happy").extra["emotions"]) == {"happy"}


def test_an_engine_that_cannot_learn_is_refused_before_anything_is_taken_in(home: PersonHome, tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", speech(8))
    with pytest.raises(EngineMissing, match="cannot learn"):
        likeness("enrol", "voice", str(path), "--engine", "pocketsphinx", "--consent", "yes, me")
    assert recordings(home) == []


def test_of_an_interview_one_speaker_is_kept_and_which_must_be_said(
    home: PersonHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("likeness.speak.encoders.open_encoder", lambda name="": nullcontext(ByBrightness()))
    path = tmp_path / "talk.flac"
    interview(path)
    with pytest.raises(InputError, match="people are heard") as raised:
        likeness("enrol", "voice", str(path), *DOUBLE)
    assert "--speaker" in raised.value.hint
    assert recordings(home) == []
    with pytest.raises(InputError, match="no speaker '9'"):
        likeness("enrol", "voice", str(path), "--speaker", "9", *DOUBLE)
    said = likeness("enrol", "voice", str(path), "--speaker", "1", *DOUBLE)
    assert "left out: speaker 2" in said
    (kept,) = recordings(home)
    assert kept.name == "talk.flac part 1"
    assert kept.spans


def test_a_consent_read_aloud_stands_in_the_voice_and_anothers_is_refused(
    home: PersonHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("likeness.speak.encoders.open_encoder", lambda name="": nullcontext(ByBrightness()))
    path = write(tmp_path / "a.wav", speech(10, seed=1))
    read = write(tmp_path / "consent.wav", speech(8, seed=2))
    quick = ("--engine", "builtin.double", "--no-recognise", "--consent-recording")
    other = write(tmp_path / "other.wav", bright(speech(8, seed=3)))
    with pytest.raises(Refused, match="is not who speaks in the recordings"):
        likeness("enrol", "voice", str(path), *quick, str(other))
    assert not (home.voices / "me").exists()
    assert recordings(home) == []
    assert "other.wav" not in likeness("recordings", "list")
    likeness("enrol", "voice", str(path), *quick, str(read))
    (only,) = artefacts.load(home.voices / "me").extra["consent"]
    assert only["method"] == "spoken"
    assert only["similarity"] > 0.5
    assert "Sam Rivers" in only["statement"]
    renamed = read.rename(tmp_path / "the same by another name.wav")
    likeness("enrol", "voice", str(path), *quick, str(renamed))
    assert artefacts.load(home.voices / "me").extra["consent"][0]["recording"] == only["recording"]
    with pytest.raises(InputError, match="is no file"):
        likeness("enrol", "voice", str(path), *quick, str(tmp_path))


def test_another_text_than_the_consent_is_refused(
    home: PersonHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Mishearing:
        def recognise(self, audio: Audio, *, language: str = "en", expected: str = "") -> Heard:
            return Heard("four score and seven years ago our fathers brought forth a new nation")

    @contextmanager
    def opened(*_: object, **__: object) -> Iterator[Mishearing]:
        yield Mishearing()

    monkeypatch.setattr("likeness.speak.encoders.open_encoder", lambda name="": nullcontext(ByBrightness()))
    monkeypatch.setattr("likeness.speak.recognise.open_recogniser", opened)
    monkeypatch.setattr("likeness.speak.recognise.ready_recognisers", lambda language="en": ("mishearing",))
    path = write(tmp_path / "a.wav", speech(10, seed=1), "These are the very words that I said in it.")
    read = write(tmp_path / "consent.wav", speech(8, seed=2))
    with pytest.raises(Refused, match="is not the consent sentence"):
        likeness("enrol", "voice", str(path), "--engine", "builtin.double", "--consent-recording", str(read))
    assert not (home.voices / "me").exists()


def test_recordings_are_listed_and_removed_with_what_depends_on_them(home: PersonHome, tmp_path: Path) -> None:
    assert "no recordings yet" in likeness("recordings", "list")
    path = write(tmp_path / "a.wav", speech(8, seed=1), "These are the very words that I said in it.")
    likeness("enrol", "voice", str(path), *DOUBLE)
    (row,) = json.loads(likeness("recordings", "list", "--json"))
    assert (row["name"], row["voices"], row["transcript"], row["heard_by"]) == ("a.wav", ["me"], True, "")
    assert row["id"] in likeness("recordings", "list")
    with pytest.raises(NotFound):
        likeness("recordings", "remove", "unknown", "--yes")
    with pytest.raises(InputError):
        likeness("recordings", "remove", "--yes")
    with pytest.raises(Refused):
        likeness("recordings", "remove", "--all", "--json")
    assert "voices learnt from them stay: me" in likeness("recordings", "remove", row["id"], "--yes")
    assert recordings(home) == []
    assert not list(home.recordings.iterdir())
    assert not list(home.corpora.iterdir())
    assert (home.voices / "me").is_dir()
