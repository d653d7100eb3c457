"""A voice between its floor and its ceiling, by judges that hear only pitch: what is measured, said, and left out."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import fake_voice
import pytest
from speech_like import write

from likeness.core.errors import EngineFailed
from likeness.core.events import drain
from likeness.core.home import Home, PersonHome
from likeness.report.voice_page import write_page
from likeness.speak.evaluate import EvaluateOptions, Evaluation, evaluate, load_evaluation, material
from likeness.speak.prepare import build_corpus
from likeness.speak.recordings import import_recordings
from likeness.speak.train import enrol
from likeness.speak.voices import voice_folder

TEXT = "We left the house at noon and walked to the station"
PERSON_HZ = 120.0
UNSEEN = ("The museum opens at nine <now>.", "Could you bring the folder?", "It rained all weekend.")


@pytest.fixture(autouse=True)
def _few_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(material, "UNSEEN", UNSEEN)
    monkeypatch.setattr(material, "FELT", UNSEEN[1:])


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> PersonHome:
    """A person with recordings that are prepared already."""
    folder = tmp_path_factory.mktemp("person")
    made = Home(folder / "people").create("sam")
    record(made, folder / "takes", 4)
    drain(build_corpus(made, voice="me"))
    return made


@pytest.fixture
def home(recorded: PersonHome, tmp_path: Path) -> PersonHome:
    shutil.copytree(recorded.root, tmp_path / "people" / "sam")
    return PersonHome(tmp_path / "people" / "sam")


def record(home: PersonHome, folder: Path, count: int, hertz: float = PERSON_HZ, emotion: str = "neutral") -> None:
    """Import recordings of the person, each a little different."""
    folder.mkdir()
    for number in range(count):
        write(folder / f"{number}.wav", fake_voice.buzz(hertz + number, 4.2, 24_000), TEXT)
    drain(import_recordings(home, [folder], consent="I am Sam and agree", emotion=emotion))


def judged(home: PersonHome, **options: bool) -> Evaluation:
    drain(enrol(home, engine=fake_voice.VOICE))
    drain(evaluate(home, options=EvaluateOptions(**options)))
    return load_evaluation(home)


def test_every_measure_stands_between_other_speakers_and_the_person(
    home: PersonHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_voice.install(monkeypatch, hears=TEXT)
    found = judged(home)
    assert found.others == ("fake.voice/high", "fake.voice/low")
    for encoder in fake_voice.ENCODERS:
        scale = found.scale("similarity", encoder)
        assert scale is not None
        assert scale.others is not None
        assert scale.base is not None
        assert scale.person is not None
        assert scale.others < scale.base < scale.voice <= scale.person
        assert found.measures[f"similarity_{encoder}_share"] > 0.9
    words = found.scale("word_error")
    assert words is not None
    assert (words.person, words.others) == (0.0, words.others)
    natural = found.scale("naturalness")
    assert natural is not None
    assert natural.voice == pytest.approx(4 - 122 / 200, abs=0.02)
    assert found.measures["pitch_hz_voice"] == pytest.approx(124, abs=3)
    assert found.measures["pitch_hz_person"] == pytest.approx(124, abs=3)
    assert found.measures["memory_mb"] > 10
    assert not found.missing
    assert any("it has come" in line for line in found.verdicts)
    files = [path for path in voice_folder(home, "me").rglob("*") if path.is_file() and path.name != "fake.json"]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_nothing_is_spoken_or_judged_twice(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    voice = fake_voice.install(monkeypatch)
    drain(enrol(home, engine=fake_voice.VOICE))
    job = evaluate(home)
    while (event := next(job)).stage != "evaluate voice" or event.done < 3:
        pass
    job.close()  # type: ignore[attr-defined]
    drain(evaluate(home))
    assert set(Counter(said for said in voice.said if said[1] != "Hello.").values()) == {1}
    spoken = len(voice.said)
    first = load_evaluation(home)
    drain(evaluate(home))
    assert len(voice.said) == spoken
    assert load_evaluation(home) == first


def test_judges_that_are_not_here_are_named_with_how_to_get_them(
    home: PersonHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_voice.install(monkeypatch, judges=False)
    found = judged(home)
    hints = {missing.measure: missing.hint for missing in found.missing}
    assert "pip install fake.ears" in hints["word and character error"]
    assert "pip install fake.mos" in hints["naturalness"]
    assert "pip install fake.one" in hints["similarity by a second encoder"]
    assert found.scale("similarity") is None
    assert found.scale("pitch_hz") is not None
    assert any("naturalness was left out" in note for note in found.notes)


def test_a_voice_that_did_not_move_is_told_by_name(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_voice.install(monkeypatch, learns=fake_voice.BASE_HZ)
    found = judged(home)
    assert any(line.startswith("No movement") for line in found.verdicts)
    assert any("semitones higher than you" in line for line in found.verdicts)


def test_a_collapse_is_told_by_name(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_voice.install(monkeypatch, fails="folder", hears=TEXT)
    found = judged(home)
    assert any(line.startswith("Unreliable: 1 of") and "lost the thread" in line for line in found.verdicts)
    assert any(line.startswith("Collapsed: it can hardly be understood") for line in found.verdicts)
    assert any("gave no usable sound" in note for note in found.notes)


def test_a_voice_that_says_nothing_cannot_be_judged(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_voice.install(monkeypatch, fails=" ")
    with pytest.raises(EngineFailed, match="lost the thread"):
        judged(home)


def test_recordings_that_were_not_learned_from_are_taken_first(
    home: PersonHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_voice.install(monkeypatch)
    assert judged(home).basis == "learned"
    record(home, tmp_path / "later", 3, PERSON_HZ + 8)
    drain(evaluate(home))
    found = load_evaluation(home)
    assert found.basis == "held out"
    assert {sample.kind for sample in found.samples} == {"held out", "unseen"}
    assert found.measures["pitch_hz_person"] == pytest.approx(129, abs=3)


def test_it_can_learn_again_without_what_it_is_judged_on(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    voice = fake_voice.install(monkeypatch)
    drain(enrol(home, engine=fake_voice.VOICE))
    cost = next(event for event in evaluate(home, options=EvaluateOptions(again=True)) if event.stage == "cost")
    assert "a second time without 1 clips" in cost.note
    drain(evaluate(home, options=EvaluateOptions(again=True)))
    found = load_evaluation(home)
    assert found.basis == "learned again"
    whole, again = voice.trained
    assert set(again) < set(whole)
    assert len(whole) - len(again) == 1
    assert any("twin" in note for note in found.notes)
    assert not (voice_folder(home, "me") / "evaluation" / "twin").exists()


@pytest.mark.parametrize(("moves", "told"), [(5.0, "It moves as you do when happy"), (0.0, "No movement with feeling")])
def test_feelings_are_compared_with_the_persons_own(
    home: PersonHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: float, told: str
) -> None:
    fake_voice.install(monkeypatch, moves={"happy": moves})
    record(home, tmp_path / "happy", 2, PERSON_HZ * 2 ** (5 / 12), "happy")
    found = judged(home)
    plain, happy = found.feelings
    assert (plain.emotion, happy.emotion) == ("neutral", "happy")
    assert happy.person_move == pytest.approx(5, abs=0.7)
    assert happy.voice_move == pytest.approx(moves, abs=0.5)
    assert set(happy.similarity) == set(fake_voice.ENCODERS)
    assert any(line.startswith(told) for line in found.verdicts)


def test_the_page_holds_sounds_and_figures_and_loads_nothing(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_voice.install(monkeypatch, hears="<b>heard</b>")
    path = write_page(home, judged(home))
    page = path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o777 == 0o600
    assert page.count("<audio") >= 6
    assert "nine &lt;now&gt;" in page
    assert "<b>heard" not in page
    assert 'src="http' not in page
    assert "script" not in page
    assert "Similarity, fake.one" in page
    assert "fake.voice/high" in page


def test_no_text_of_the_person_is_in_what_programs_get(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    from likeness.cli.voice_judgement import as_json, lines

    fake_voice.install(monkeypatch, hears=TEXT)
    found = judged(home)
    told = json.dumps(as_json(found, "page"))
    assert TEXT not in told
    assert json.loads(told)["word_error_person"] == 0.0
    table = "\n".join(lines(found))
    assert "similarity (fake.one)" in table
    assert TEXT not in table
