"""The blind test: pairs in a drawn order, choices that no kill loses, a page that tells nothing, an honest sentence."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import fake_writer
import pytest

from likeness.core import artefacts
from likeness.core.artefacts import Manifest
from likeness.core.blind import coded, decoded
from likeness.core.errors import InputError, NotFound, NotReady
from likeness.core.home import Home, PersonHome
from likeness.core.preference import preference
from likeness.core.types import Example
from likeness.report.audition_page import page
from likeness.write import audition, dataset
from likeness.write.audition import WORDS, Audition, prepare

COUNT = 40


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PersonHome:
    """A person with test examples and an adapter of a language model that answers each in words of its own."""
    made = Home(tmp_path / "Likeness").create("sam")
    rows = [
        Example(f"e{n}", "draft", "test", f"Write message {n} </script>", f"my own words {n}", f"x{n}")
        for n in range(COUNT)
    ]
    with artefacts.publish(made.datasets / "writing-1") as folder:
        dataset.save_examples(folder, rows)
        dataset.save_exchanges(folder, [])
        Manifest(kind="dataset", name="writing-1", data_hash="d1").save(folder)
    fake_writer.adapter(made)
    fake_writer.install(
        monkeypatch,
        lambda name, request: f"Here's the rewritten text:\n\n{name or 'base'}: {request.turns[-1].content[:16]}",
    )
    return made


def held(home: PersonHome, **options: object) -> Audition:
    (*_, last) = prepare(home, **options)  # type: ignore[arg-type]
    assert last.stage == "paired"
    return Audition.open(home, last.note)


def test_pairs_hold_finished_answers_of_both_in_an_order_that_the_seed_draws(home: PersonHome) -> None:
    found = held(home)
    assert len(found.pairs) == 30
    assert all(pair.a.startswith("fake-1: Write") and pair.b.startswith("base: Write") for pair in found.pairs)
    firsts = [pair.first for pair in found.pairs]
    assert 5 <= firsts.count("a") <= 25
    assert [pair.first for pair in held(home).pairs] == firsts
    assert [pair.first for pair in held(home, seed=1).pairs] != firsts
    assert found.question == "Which one sounds more like you?"


def test_answers_are_not_asked_for_again(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    held(home, count=10)
    kind = fake_writer.install(monkeypatch, lambda name, request: f"{name} again")
    assert len(held(home, count=10).pairs) == 10
    assert not kind.asked
    assert len(held(home, count=12).pairs) == 12
    assert len(kind.asked) == 4


def test_the_person_and_checkpoints_can_be_the_other_side(home: PersonHome) -> None:
    against_person = held(home, against="person")
    assert {pair.b for pair in against_person.pairs} <= {f"my own words {n}" for n in range(COUNT)}
    assert against_person.question == "Which one did you write?"
    steps = held(home, adapter="fake-1/step-000100", against="fake-1/step-000200", count=3)
    assert {pair.a.split(":")[0] for pair in steps.pairs} == {"step-000100"}
    assert {pair.b.split(":")[0] for pair in steps.pairs} == {"step-000200"}
    with pytest.raises(InputError):
        held(home, adapter="fake-1", against="fake-1")
    with pytest.raises(NotFound):
        held(home, against="fake-1/step-000300")


def test_an_unknown_side_is_said_before_anything_is_answered(home: PersonHome) -> None:
    job = prepare(home, against="nobody")
    with pytest.raises(NotFound, match="nobody"):
        next(iter(job))


def test_equal_answers_are_counted_and_not_shown(home: PersonHome, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_writer.install(monkeypatch, lambda name, request: "the same")
    found = held(home, count=5)
    assert (len(found.pairs), found.same) == (0, 5)
    assert found.result().sentence == "Nothing was chosen yet."


def test_choices_are_kept_at_once_and_a_line_cut_short_loses_only_itself(home: PersonHome) -> None:
    found = held(home)
    for number, pair in enumerate(found.pairs[:9]):
        found.choose(pair, number % 3)
        again = Audition.open(home, found.terms.id)
        assert again.choices == found.choices
        assert len(again.left()) == len(found.pairs) - number - 1
    (choices,) = (found.folder / "auditions").glob("*.choices.jsonl")
    whole = choices.read_bytes()
    choices.write_bytes(whole[:-9])
    torn = Audition.open(home, found.terms.id)
    assert len(torn.choices) == 8
    torn.choose(found.pairs[8], 1)
    assert len(Audition.open(home, found.terms.id).choices) == 9


def test_the_page_tells_nothing_and_its_code_comes_back(home: PersonHome) -> None:
    found = held(home, count=30)
    html = page(found)
    assert "fake-1" not in html.replace("fake-1: Write", "")
    assert not re.search(r"(src|href)=\"(?!#)", html)
    assert "connect-src" not in html
    assert "default-src 'none'; script-src 'sha256-" in unescape(html)
    told = json.loads(re.search(r'<script id="told"[^>]*>(.*?)</script>', html, re.DOTALL)[1])  # type: ignore[index]
    assert [tuple(pair[1:]) for pair in told["pairs"]] == [pair.shown for pair in found.pairs]
    assert told["pairs"][0][0].endswith("</script>")
    code = coded(told["id"], "1" * 10 + "2" * 5 + "s-")
    assert found.take(code) == 16
    first = [pair.picked(1) for pair in found.pairs[:10]] + [pair.picked(2) for pair in found.pairs[10:15]]
    assert list(found.choices.values()) == [*first, "skip"]
    assert found.take(json.dumps({"code": code})) == 16
    assert len(found.choices) == 16


@pytest.mark.parametrize("code", ["", "abc", "abc_12_00000000", '{"x": 1}', "{", "a_12x_0"])
def test_what_is_no_code_is_turned_down(code: str) -> None:
    with pytest.raises(InputError):
        decoded(code)


def test_a_code_of_another_audition_is_turned_down(home: PersonHome) -> None:
    with pytest.raises(InputError):
        held(home, count=3).take(coded("0123456789ab", "11"))


def test_results_are_kept_beside_the_adapter_without_texts(home: PersonHome) -> None:
    found = held(home)
    for pair in found.pairs:
        found.choose(pair, 1 if pair.first == "a" else 2)
    told = found.save()
    assert (told.chosen, told.judged, told.share) == (30, 30, 1.0)
    assert "Chance alone would hardly" in told.sentence
    (entry,) = audition.results(found.folder)
    assert entry["low"] == pytest.approx(0.8843, abs=1e-4)
    assert "Write message" not in (found.folder / "audition.json").read_text()
    held(home, against="person").save()
    assert len(audition.results(found.folder)) == 2
    audition.remove(found.folder)
    assert not (found.folder / "auditions").exists()
    with pytest.raises(NotFound):
        Audition.open(home, found.terms.id)


def test_intervals_are_those_of_the_books() -> None:
    found = preference("a", "base", WORDS, chosen=22, judged=30, skipped=0, same=0, pairs=30, told_apart=False)
    # Clopper-Pearson 22/30: 0.5411-0.8772; Wilson: 0.5555-0.8582.
    assert (found.low, found.high) == (pytest.approx(0.5411, abs=1e-4), pytest.approx(0.8772, abs=1e-4))
    assert (found.wilson_low, found.wilson_high) == (pytest.approx(0.5555, abs=2e-4), pytest.approx(0.8582, abs=2e-4))
    assert "hardly" in found.sentence
    chance = preference("a", "base", WORDS, chosen=16, judged=30, skipped=0, same=0, pairs=30, told_apart=False)
    assert "could be chance" in chance.sentence
    few = preference("a", "base", WORDS, chosen=3, judged=5, skipped=0, same=0, pairs=5, told_apart=False)
    assert "At least 30" in few.sentence
    fooled = preference("a", "person", WORDS, chosen=15, judged=30, skipped=0, same=0, pairs=30, told_apart=True)
    assert "best there is" in fooled.sentence
    known = preference("a", "person", WORDS, chosen=2, judged=30, skipped=0, same=0, pairs=30, told_apart=True)
    assert "You can tell it" in known.sentence


def test_no_test_examples_is_said(home: PersonHome) -> None:
    dataset.save_examples(home.datasets / "writing-1", [])
    with pytest.raises(NotReady):
        held(home)
