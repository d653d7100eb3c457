"""The scripts: enough to read, every phoneme in each, lines that stay themselves."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from likeness.core.errors import InputError, NotFound
from likeness.engines.builtin.voice.english.phones import SYMBOLS
from likeness.engines.builtin.voice.english.pronounce import pronounce
from likeness.speak import emotions, scripts
from likeness.speak.normalise import spoken


def phonemes(lines: tuple[scripts.Line, ...]) -> Counter[str]:
    return Counter(phone.symbol for line in lines for word in pronounce(spoken(line.text)) for phone in word.phones)


@pytest.mark.parametrize("name", emotions.NAMES)
def test_each_context_has_five_to_ten_minutes_and_every_phoneme_several_times(name: str) -> None:
    script = scripts.script(name)
    assert 5 <= script.minutes <= 10
    assert 70 <= len(script.lines) <= 110
    assert all(4 <= line.seconds <= 16 for line in script.lines)
    heard = phonemes(script.lines)
    assert {symbol: heard[symbol] for symbol in SYMBOLS if heard[symbol] < 4} == {}
    # whoever stops after two minutes has every phoneme too
    early = tuple(line for number, line in enumerate(script.lines) if number < 18)
    assert set(phonemes(early)) == set(SYMBOLS)


@pytest.mark.parametrize("name", emotions.NAMES)
def test_each_context_has_questions_figures_and_a_way_to_read_it(name: str) -> None:
    script = scripts.script(name)
    texts = [line.text for line in script.lines]
    assert sum("?" in text for text in texts) >= 4
    assert sum(any(character.isdigit() for character in text) for text in texts) >= 3
    assert script.how.endswith(".")


def test_no_line_is_read_twice() -> None:
    ids = [line.id for name in emotions.NAMES for line in scripts.script(name).lines]
    texts = [line.text for name in emotions.NAMES for line in scripts.script(name).lines]
    assert len(set(ids)) == len(ids) == len(set(texts))


def test_a_line_keeps_its_id_wherever_it_stands_and_gets_another_with_other_words() -> None:
    one = scripts.line("happy", "Here we go again.")
    assert scripts.line("happy", " Here  we go again. ").id == one.id
    assert scripts.line("sad", "Here we go again.").id != one.id
    assert scripts.line("happy", "Here we go, again.").id != one.id


def test_nothing_that_a_terminal_obeys_is_shown() -> None:
    assert scripts.line("sad", "Red \x1b[31malert\x07 now.").text == "Red [31malert now."


def test_a_script_is_found_by_its_other_names() -> None:
    assert scripts.script("excited").emotion == "happy"
    with pytest.raises(NotFound, match="no script"):
        scripts.script("hungry")


def test_own_texts_are_lines_without_comments_and_doubles(tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text(
        "# for Sunday\nThe first sentence.\n\n---\nThe second\tone.\nThe first sentence.\n", encoding="utf-8"
    )
    assert [line.text for line in scripts.own_script(file, "sad").lines] == ["The first sentence.", "The second one."]
    assert {line.emotion for line in scripts.own_script(file, "sad").lines} == {"sad"}


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff\xfe\x00", "not UTF-8"), (b"# only this\n--\n", "nothing to read"), (b"word " * 90, "has 449 characters")],
)
def test_own_texts_that_cannot_be_read_aloud_are_named(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "mine.txt"
    file.write_bytes(content)
    with pytest.raises(InputError, match=said):
        scripts.own_script(file)


def test_figures_count_as_they_are_read_out() -> None:
    assert scripts.reading_seconds("In 1984.") > scripts.reading_seconds("In May.") + 0.3
