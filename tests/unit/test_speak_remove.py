"""Taking a voice away with everything made from it, and saying what there is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from speech_like import file_bytes, speech, write

from likeness.core import artefacts, files
from likeness.core.errors import InputError, NotFound
from likeness.core.events import drain
from likeness.core.home import Home, PersonHome
from likeness.speak.recordings import import_recordings, recordings
from likeness.speak.remove import preview, remove
from likeness.speak.train import enrol, instant
from likeness.speak.voices import voices

DOUBLE = "builtin.double"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sam, with two voices of the same recordings, and a guest's of an uploaded clip."""
    made = Home(tmp_path_factory.mktemp("people")).create("sam")
    takes = tmp_path_factory.mktemp("takes")
    for number in range(2):
        write(takes / f"{number}.wav", speech(seed=number))
    drain(import_recordings(made, [takes], consent="I am Sam and agree"))
    drain(enrol(made, voice="me", engine=DOUBLE))
    drain(enrol(made, voice="twin", engine=DOUBLE))
    drain(instant(made, file_bytes(speech(12.0, seed=7)), name="guest", consent="I am Kim and agree", engine=DOUBLE))
    return made.root


@pytest.fixture
def home(template: Path, tmp_path: Path) -> PersonHome:
    shutil.copytree(template, tmp_path / "people" / "sam")
    return Home(tmp_path / "people").open("sam")


def left(home: PersonHome) -> set[str]:
    """Every file in the home that could hold something of a voice."""
    folders = (home.voices, home.corpora, home.recordings)
    return {str(path.relative_to(home.root)) for folder in folders for path in folder.rglob("*") if path.is_file()}


def corpus_of(home: PersonHome, name: str) -> Path:
    return home.root / artefacts.load(home.voices / name).parents[0]


def test_a_voice_goes_with_all_that_was_made_from_it(home: PersonHome) -> None:
    files.write_json(home.voices / "guest" / "evaluation.json", {})
    (home.voices / ".guest.1234.part").mkdir()
    corpus = corpus_of(home, "guest")
    clip = next(item for item in recordings(home) if item.voice == "guest")
    copy = home.root / ".instant" / "abc" / "recordings" / f"{clip.sha256}.json"
    copy.parent.mkdir(parents=True)
    copy.write_text("{}")
    planned = preview(home, "guest")
    assert set(planned.folders) == {
        home.voices / "guest",
        home.voices / ".guest.1234.part",
        corpus,
        home.root / ".instant" / "abc",
    }
    assert planned.size > 0
    assert planned.recordings == ()
    assert "recordings stay" in planned.stays[0]
    assert (home.voices / "guest").is_dir()
    drain(remove(planned))
    assert not any("guest" in name or corpus.name in name for name in left(home))
    assert not copy.exists()
    assert {voice.name for voice in voices(home)} == {"me", "twin"}
    assert len(recordings(home)) == 3


def test_a_corpus_stays_while_another_voice_uses_it(home: PersonHome) -> None:
    assert corpus_of(home, "me") == corpus_of(home, "twin")
    planned = preview(home, "me")
    assert any("another voice was made of it" in sentence for sentence in planned.stays)
    drain(remove(planned))
    assert corpus_of(home, "twin").is_dir()
    drain(remove(preview(home, "twin")))
    assert {path.name for path in home.corpora.iterdir()} == {corpus_of(home, "guest").name}


def test_recordings_of_the_voice_alone_go_when_asked(home: PersonHome) -> None:
    planned = preview(home, "guest", with_recordings=True)
    assert [item.voice for item in planned.recordings] == ["guest"]
    drain(remove(planned))
    assert [item.voice for item in recordings(home)] == ["", ""]
    drain(remove(preview(home, "me", with_recordings=True)))
    assert len(recordings(home)) == 2
    drain(remove(preview(home, "twin", with_recordings=True)))
    assert recordings(home) == []
    assert left(home) == set()


def test_a_damaged_voice_can_go_and_its_corpus_is_not_guessed(home: PersonHome) -> None:
    (home.voices / "guest" / "manifest.json").write_text("{")
    planned = preview(home, "guest")
    assert planned.folders == (home.voices / "guest",)
    assert "not known" in planned.stays[0]
    assert any("damaged" in sentence for sentence in preview(home, "me").stays)
    drain(remove(planned))
    assert len(voices(home)) == 2


@pytest.mark.parametrize("name", ["nobody", "../me"])
def test_what_is_not_there_is_said(home: PersonHome, name: str) -> None:
    with pytest.raises((NotFound, InputError)) as caught:
        preview(home, name)
    assert caught.value.hint


def test_a_parent_outside_of_the_home_is_left_alone(home: PersonHome, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    path = home.voices / "guest" / "manifest.json"
    raw = json.loads(path.read_text())
    path.write_text(json.dumps({**raw, "parents": ["../../outside"]}))
    assert outside not in [folder.resolve() for folder in preview(home, "guest").folders]
