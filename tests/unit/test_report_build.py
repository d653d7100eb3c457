"""The report of a home: what is there is shown, what is missing is named, what is damaged is an error."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from likeness.core import artefacts
from likeness.core.artefacts import Manifest
from likeness.core.errors import InputError, NotFound
from likeness.core.events import drain
from likeness.core.home import Home, PersonHome
from likeness.core.store import Checkpoint, Store
from likeness.core.types import Message, Skipped
from likeness.report.build import build, collect, read_draft
from likeness.speak.recordings import import_recordings
from likeness.write.evaluate import Evaluation
from likeness.write.evaluate.authorship import Authorship
from likeness.write.evaluate.content import Content, Overlap
from likeness.write.evaluate.features import Feature
from likeness.write.evaluate.result import DraftSample, Sample, save

RECORDINGS = Path(__file__).parents[2] / "examples" / "ellis" / "recordings"


@pytest.fixture
def home(tmp_path: Path) -> PersonHome:
    return Home(tmp_path / "people").create("sam", "Sam Rivers")


def imported(home: PersonHome, body: str) -> None:
    message = Message("m1", "mbox", "c1", "sam@example.org", None, body, from_owner=True)
    with Store.open(home.store) as store:
        record = store.begin_import("mbox", "inbox.mbox", "f", 2_500_000)
        skipped = [Skipped("bad date", "inbox.mbox:offset 77", bad=True), Skipped("no text", "inbox.mbox:offset 99")]
        store.add([message], Checkpoint(record.id, 0, 10, skipped, finished=True))


def judged(home: PersonHome, skill: float) -> None:
    series = ("person", "plain", "made", "others")
    scores = Authorship(0.72, skill, 0.55, dict.fromkeys(series, 0.1), {name: [0.4, 0.6] for name in series}, 90)
    found = Evaluation(
        adapter="a1",
        engine="builtin.recall",
        dataset="writing-1",
        counts={"held_out": 31},
        authorship=scores,
        delta=None,
        features=(
            Feature("Dashes", "per 100 words", dict.fromkeys(series, 1.5)),
            Feature("Never", "", {"person": 0.0}),
        ),
        lengths={name: [3.0, 8.0, 15.0, 30.0, 60.0] for name in series},
        greetings={},
        content=Content(60.0, 71.5, 1.0, {"number": 1.0}, {"number": 12}, 0.98),
        overlap=Overlap(0.1, 0.1, None),
        samples=(Sample("I am", "I'm", "I'm"),),
        drafts=(DraftSample("thank Ana", "ta Ana", "ta", "recalled"),),
        notes=("a note",),
    )
    with artefacts.publish(home.adapters / "a1") as folder:
        Manifest("adapter", "a1", engine="builtin.recall").save(folder)
        save(found, folder)


def test_the_ledger_is_on_the_page_with_the_place_of_each_bad_entry(home: PersonHome, tmp_path: Path) -> None:
    imported(home, "hello")
    out = tmp_path / "report.html"
    last = drain(build(home, out))[-1]
    page = out.read_text(encoding="utf-8")
    assert last.metrics["bytes"] == out.stat().st_size
    assert out.stat().st_mode & 0o777 == 0o600
    assert "A likeness of Sam Rivers" in page
    assert "inbox.mbox:offset 77" in page
    assert "1 of 3 kept" in page
    assert "2.5 MB" in page


def test_the_draft_and_its_speech_are_shown(home: PersonHome, tmp_path: Path) -> None:
    draft, speech, out = tmp_path / "draft.json", tmp_path / "speech.wav", tmp_path / "report.html"
    came = {
        "engine": "builtin.recall",
        "method": "recalled",
        "note": "found <it>",
        "message_ids": ["m1"],
        "details": {},
    }
    raw = {"text": "ta, <b>E</b>", "task": "thank Ana", "provenance": came, "timings": {"write": 120.0}}
    draft.write_text(json.dumps(raw), encoding="utf-8")
    time = np.arange(11_025) / 22_050
    sf.write(speech, 0.3 * np.sin(2 * np.pi * 200 * time), 22_050)
    drain(build(home, out, draft=draft, speech=speech))
    page = out.read_text(encoding="utf-8")
    assert "ta, &lt;b&gt;E&lt;/b&gt;" in page
    assert "Recalled: found &lt;it&gt;" in page
    assert "data:audio/mpeg;base64," in page
    assert "120 ms" in page


@pytest.mark.parametrize("text", ["not json", "[]", "{}", '{"text": "x", "provenance": 3}'])
def test_a_damaged_draft_is_an_error_with_a_hint(tmp_path: Path, text: str) -> None:
    path = tmp_path / "draft.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_draft(path)
    assert caught.value.hint


def test_missing_files_are_named(home: PersonHome, tmp_path: Path) -> None:
    for arguments in ({"draft": tmp_path / "no.json"}, {"speech": tmp_path / "no.wav"}):
        with pytest.raises(NotFound, match="no\\."):
            drain(build(home, tmp_path / "report.html", **arguments))
    with pytest.raises(NotFound, match="folder"):
        drain(build(home, tmp_path / "nowhere" / "report.html"))


def test_a_folder_is_no_page(home: PersonHome, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        drain(build(home, tmp_path))


def test_a_failing_build_leaves_the_old_page(home: PersonHome, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    out.write_text("old", encoding="utf-8")
    sound = tmp_path / "speech.wav"
    sound.write_bytes(b"not sound at all")
    with pytest.raises(InputError):
        drain(build(home, out, speech=sound))
    assert out.read_text(encoding="utf-8") == "old"


def test_the_dataset_says_what_was_chosen_of_what_there_is(home: PersonHome) -> None:
    years = {str(year): {"corpus": 10, "selected": 4} for year in (*range(2010, 2026), *range(1990, 2010))}
    years["undated"] = {"corpus": 10, "selected": 4}
    measures = {
        "messages": {"read": 90, "owner": 50, "kept": 40},
        "examples": {"total": 70, "kind": {"reply": 40, "draft": 30}},
        "exchanges": {"test": 4, "train": 32, "valid": 4},
        "histograms": {"year": years, "channel": {"mail": {"corpus": 40, "selected": 16}}},
        "dropped": {"near-duplicate": 3},
        "redacted": {"card": 1},
        "personal_data_left": {},
        "replies": 20,
        "paired_share": 0.95,
    }
    with artefacts.publish(home.datasets / "writing-1") as folder:
        Manifest("dataset", "writing-1", measures=measures).save(folder)
    part = collect(home).dataset
    assert part is not None
    assert (part.exchanges, part.examples) == (40, 70)
    assert list(part.splits) == ["train", "valid", "test"]
    shown = part.shares["Year"]
    assert len(shown) == 24
    labels = [line.label for line in shown[:-1]]
    assert labels == ["undated", *sorted(labels[1:])]
    assert sum(line.available for line in shown) == 370
    assert sum(line.chosen for line in shown) == 148
    assert any("1 × card" in note for note in part.notes)
    assert any("found nothing" in note for note in part.notes)
    assert any("95%" in note for note in part.notes)


def test_an_archive_that_was_imported_twice_is_one(home: PersonHome, tmp_path: Path) -> None:
    imported(home, "hello")
    imported(home, "hello again")
    drain(build(home, tmp_path / "report.html"))
    assert "messages from 1 archive." in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("skill", "said"), [(0.97, "72%"), (0.3, "not measurable")])
def test_a_judge_without_skill_gives_no_share(home: PersonHome, skill: float, said: str) -> None:
    judged(home, skill)
    part = collect(home).writing
    assert part is not None
    assert {figure.label: figure.text for figure in part.figures}["Way from plain to theirs"] == said


def test_the_judgement_of_the_writer_is_shown_with_what_it_means(home: PersonHome) -> None:
    judged(home, 0.97)
    part = collect(home).writing
    assert part is not None
    texts = {figure.label: figure.text for figure in part.figures}
    assert texts["Way from plain to theirs"] == "72%"
    assert texts["Nearer to what was written"] == "+11.5"
    assert texts["Recited in rewriting"] == "none"
    assert "Recited in drafts" not in texts
    assert [feature.label for feature in part.features] == ["Dashes"]
    assert part.delta == {}
    assert part.notes == ("a note",)


def test_every_recording_is_listed_with_its_verdict(home: PersonHome, tmp_path: Path) -> None:
    drain(import_recordings(home, sorted(RECORDINGS.glob("ellis-0[12].flac")), consent="synthetic"))
    out = tmp_path / "report.html"
    drain(build(home, out))
    page = out.read_text(encoding="utf-8")
    assert "All 2 recordings" in page
    assert page.count('class="verdict good"') == 2
    assert "ellis-02.flac" in page


def test_a_damaged_dataset_is_an_error_and_not_an_empty_section(home: PersonHome) -> None:
    with artefacts.publish(home.datasets / "writing-1") as folder:
        Manifest("dataset", "writing-1").save(folder)
    with pytest.raises(InputError, match="lacks"):
        collect(home)
    (home.datasets / "writing-1" / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError):
        collect(home)
