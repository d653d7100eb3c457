"""Errors of words and characters, and which recogniser is opened."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from likeness.core.errors import EngineMissing
from likeness.core.settings import Settings
from likeness.speak.recognise import Errors, character_errors, open_recogniser, ready_recognisers, word_errors


@pytest.mark.parametrize(
    ("asked", "heard", "wrong", "length"),
    [
        ("The train leaves at seven.", "the train leaves at seven", 0, 5),
        ("It's 5 o'clock, Dr. Smith.", "its five oclock doctor smith", 0, 5),
        ("The train leaves at seven.", "the rain leaves seven now", 3, 5),
        ("One two.", "", 2, 2),
        ("", "one two", 2, 0),
        ("Straße und Café", "strasse und café", 0, 3),
    ],
)
def test_words_are_compared_as_they_are_spoken(asked: str, heard: str, wrong: int, length: int) -> None:
    assert word_errors(asked, heard) == Errors(wrong, length)


def test_characters_forgive_where_a_word_ends_and_little_else() -> None:
    assert character_errors("anyone there", "any one there").wrong == 0
    assert character_errors("there", "three").wrong == 2
    assert character_errors("there", "three").rate == pytest.approx(0.4)


def test_errors_of_a_corpus_are_those_of_its_texts_together() -> None:
    together = word_errors("one two three", "one two") + word_errors("four", "five")
    assert (together.wrong, together.length, together.rate) == (2, 4, 0.5)
    assert Errors(0, 0).rate == 0.0
    assert Errors(3, 0).rate == 1.0


def test_without_a_ready_recogniser_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("likeness.core.plugins.missing_libraries", lambda info: ["absent"])
    assert ready_recognisers() == ()
    with open_recogniser(Settings()) as recogniser:
        assert recogniser is None


def test_one_asked_for_that_cannot_run_is_an_error_and_never_another() -> None:
    with pytest.raises(EngineMissing, match="no engine called 'ears'"), open_recogniser(Settings(), "ears"):
        pass
    with (
        pytest.raises(EngineMissing, match="recognises no speech") as raised,
        open_recogniser(Settings(recogniser="builtin.voice")),
    ):
        pass
    assert "pocketsphinx" in raised.value.hint


def test_a_recogniser_is_offered_for_its_languages_only() -> None:
    assert "pocketsphinx" not in ready_recognisers("de")
    assert ("pocketsphinx" in ready_recognisers("en")) == (find_spec("pocketsphinx") is not None)
