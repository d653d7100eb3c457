"""The blind test by ear: pairs that nothing but the voice tells apart, choices that last, a page that tells nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import fake_voice
import numpy as np
import pytest
import soundfile
from speech_like import write

from likeness.core.blind import coded
from likeness.core.errors import EngineMissing, InputError, NotFound
from likeness.core.events import drain
from likeness.core.home import Home, PersonHome
from likeness.core.types import Audio
from likeness.report.audition_page import sound_page
from likeness.speak import activity, audition
from likeness.speak.audition import Audition, prepare
from likeness.speak.recordings import import_recordings
from likeness.speak.train import enrol

TEXTS = ("We left the house at noon", "The kettle is hot again", "She walked to the station")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> PersonHome:
    folder = tmp_path_factory.mktemp("person")
    made = Home(folder / "people").create("sam")
    (folder / "takes").mkdir()
    for number, text in enumerate(TEXTS):
        write(folder / "takes" / f"{number}.wav", fake_voice.buzz(120.0 + number, 3.2, 24_000), text)
    drain(import_recordings(made, [folder / "takes"], consent="I am Sam and agree"))
    return made


@pytest.fixture
def home(recorded: PersonHome, monkeypatch: pytest.MonkeyPatch) -> PersonHome:
    """A person with a voice of 122 Hz whose auditions begin anew."""
    fake_voice.install(monkeypatch)
    drain(enrol(recorded, engine=fake_voice.VOICE))
    for path in (recorded.voices / "me" / audition.FOLDER).glob("*.choices.jsonl"):
        path.unlink()
    return recorded


def held(home: PersonHome, against: str = "base", count: int = 4, seed: int = 0) -> Audition:
    (*_, last) = prepare(home, "me", against, count=count, seed=seed)
    assert last.stage == "paired"
    return Audition.open(home, last.note)


def test_pairs_are_of_one_level_and_say_the_same(home: PersonHome) -> None:
    found = held(home)
    assert len(found.pairs) == 4
    assert found.question == "Which one sounds more like you?"
    levels = []
    for pair in found.pairs:
        assert pair.reference is not None
        for path, hertz in ((pair.a, 122), (pair.b, fake_voice.BASE_HZ)):
            samples, rate = soundfile.read(path, dtype="float32")
            assert rate == 22_050
            assert fake_voice.heard_hertz(Audio(samples, rate)) == pytest.approx(hertz, rel=0.08)
            levels.append(activity.speech_level(Audio(samples, rate)))
            assert path.stat().st_mode & 0o777 == 0o600
    assert np.ptp(levels) < 1.5


def test_the_files_do_not_tell_whose_they_are(home: PersonHome) -> None:
    for pair in held(home).pairs:
        for path in (pair.a, pair.b):
            raw = path.read_bytes()
            assert b"Synthetic" not in raw
            assert b"fake" not in raw


def test_the_persons_recordings_can_be_the_other_side(home: PersonHome) -> None:
    found = held(home, "person")
    assert {pair.text for pair in found.pairs} == set(TEXTS)
    assert all(pair.reference is None for pair in found.pairs)
    assert found.question == "Which one is the recording of you?"
    assert found.terms.learned
    for pair in found.pairs:
        found.choose(pair, 1 if pair.first == "b" else 2)
    assert "You took the voice for the recording in 0 of 3 pairs" in found.save().sentence


def test_stock_voices_can_be_the_other_side_and_unknown_ones_are_told_at_once(home: PersonHome) -> None:
    assert len(held(home, "fake.voice/high", 2).pairs) == 2
    for against in ("fake.voice/none", "nobody"):
        with pytest.raises(NotFound):
            next(iter(prepare(home, "me", against)))
    with pytest.raises(InputError):
        next(iter(prepare(home, "me", "me")))


def test_without_a_base_that_is_said(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    voice = fake_voice.install(monkeypatch)
    plain = type("Plain", (fake_voice.FakeEngine,), {"info": voice.info, "train": voice.train})
    monkeypatch.setattr("likeness.core.plugins._load", lambda group, name: plain)
    with pytest.raises(EngineMissing, match="no voice of its own"):
        next(iter(prepare(home, "me")))


def test_nothing_is_spoken_again_and_choices_last(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    first = held(home)
    voice = fake_voice.install(monkeypatch)
    again = held(home)
    assert voice.said == []
    assert again.pairs == first.pairs
    for number, pair in enumerate(again.pairs[:3]):
        again.choose(pair, number % 3)
        assert len(Audition.open(home, again.terms.id).left()) == 3 - number
    told = again.save()
    assert (told.judged, told.skipped, told.pairs) == (2, 1, 4)
    assert any(entry["id"] == again.terms.id for entry in audition.results(again.folder))


def test_the_page_tells_nothing_and_its_code_comes_back(home: PersonHome) -> None:
    found = held(home, "person")
    page = sound_page(found)
    told = json.loads(re.search(r'<script id="told"[^>]*>(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    assert "fake" not in page
    assert "connect-src" not in page
    assert [pair[0] for pair in told["pairs"]] == [f"“{pair.text}”" for pair in found.pairs]
    assert all(source.startswith("data:audio/flac;base64,") for pair in told["pairs"] for source in pair[1:])
    assert found.take(coded(told["id"], "12s")) == 3
    assert list(found.choices.values()) == [found.pairs[0].picked(1), found.pairs[1].picked(2), "skip"]
    with pytest.raises(InputError):
        found.take(coded("0123456789ab", "1"))


def test_a_sentence_that_fails_is_left_out(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_voice.install(monkeypatch, fails="museum")
    job = list(prepare(home, "me", count=3, seed=9))
    assert any("left out" in event.note for event in job)
    assert len(Audition.open(home, job[-1].note).pairs) == 2


def test_files_are_named_by_their_place_alone(home: PersonHome, tmp_path: Path) -> None:
    from likeness.cli.voice_audition import write_files

    found = held(home, count=2)
    write_files(found, tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        f"{number:03}-{place}.flac" for number in range(1, len(found.pairs) + 1) for place in ("1", "2", "x")
    ]
    assert (tmp_path / "out" / "001-1.flac").read_bytes() == found.pairs[0].shown[0].read_bytes()


def test_the_commands_write_a_page_take_its_code_and_ask_in_the_terminal(
    home: PersonHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from likeness.cli.main import app
    from likeness.core.settings import settings

    monkeypatch.setenv("LIKENESS_HOME", str(home.root.parent))
    settings.cache_clear()
    runner = CliRunner()
    command = ["audition", "voice", "--against", "person", "--pairs", "3", "--seed", "4"]
    page = tmp_path / "page.html"
    made = runner.invoke(app, [*command, "--page", str(page), "--json"])
    assert json.loads(made.stdout) == {"page": str(page)}
    assert page.stat().st_mode & 0o777 == 0o600
    told = json.loads(re.search(r'<script id="told"[^>]*>(.*?)</script>', page.read_text(), re.DOTALL)[1])  # type: ignore[index]
    (tmp_path / "code.txt").write_text(coded(told["id"], "12-"))
    taken = runner.invoke(app, ["audition", "voice", "--read", str(tmp_path / "code.txt"), "--json"])
    assert json.loads(taken.stdout)["judged"] == 2
    rest = runner.invoke(app, [*command, "--files", str(tmp_path / "sounds")], input="r\n1\n")
    assert "── 3 of 3" in rest.stdout
    assert rest.stdout.count("Listen to") == 2
    assert "of 3 pairs" in rest.stdout
    evaluated = runner.invoke(app, ["evaluate", "voice", "--no-judges", "--json"])
    assert Path(json.loads(evaluated.stdout)["page"]).is_file()
    assert "of 3 pairs" in Path(json.loads(evaluated.stdout)["page"]).read_text()
