"""Whatever is written, reading it out neither fails nor leaves a figure, and is the same every time."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.speak.normalise import spoken
from likeness.speak.normalise.numbers import cardinal, digits, ordinal, year
from likeness.speak.normalise.roman import value
from likeness.speak.normalise.style import style_of

AMERICAN = style_of("en")
PIECES = st.sampled_from(
    [
        *("12", "3.5", "1,000", "0", "2024", "½", "²", "٣", "VIII", "-", "–", "/", ":", ".", ",", " ", "\n", "(", ")"),
        *(
            "$",
            "£",
            "€",
            "%",
            "km",
            "pm",
            "GB",
            "°C",
            "st",
            "th",
            "x",
            "v",
            "Jan",
            "March",
            "Dr.",
            "No.",
            "e.g.",
            "U.S.",
        ),
        *(
            "http://",
            "www.",
            "@",
            "#",
            "a",
            "I",
            "Henry",
            "*",
            "_",
            "`",
            "[",
            "]",
            "~",
            "+",
            "=",
            "<",
            ">",
            "'",
            '"',
            "…",
        ),
        *("é", "😀", "\x00", "中"),
    ]
)
TEXT = st.one_of(st.text(max_size=120), st.lists(PIECES, max_size=25).map("".join))


def is_figure(mark: str) -> bool:
    return unicodedata.category(mark) in ("Nd", "Nl", "No")


@settings(max_examples=400)
@given(TEXT)
def test_nothing_fails_and_no_figure_is_left(text: str) -> None:
    words = spoken(text)
    assert not [mark for mark in words if is_figure(mark)]
    assert words == spoken(text)
    assert words == words.strip()
    assert "  " not in words
    assert "\n" not in words


@given(TEXT)
def test_british_english_leaves_no_figure_either(text: str) -> None:
    assert not [mark for mark in spoken(text, "en-GB") if is_figure(mark)]


@given(TEXT)
def test_only_letters_and_the_marks_of_speech_are_left(text: str) -> None:
    # Combining marks belong to the letter before them.
    strange = [mark for mark in spoken(text) if mark.isascii() and not (mark.isalpha() or mark in " '-.,;:?!()")]
    assert strange == []


@given(st.integers(min_value=-(10**40), max_value=10**40))
def test_every_whole_number_has_words(number: int) -> None:
    words = cardinal(number, AMERICAN)
    assert words
    assert not any(map(str.isdigit, words))


@given(st.integers(min_value=0, max_value=999_999))
def test_different_numbers_are_said_differently(number: int) -> None:
    assert cardinal(number, AMERICAN) != cardinal(number + 1, AMERICAN)
    assert ordinal(number, AMERICAN) != cardinal(number, AMERICAN)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (19, "nineteen"),
        (1_000_001, "one million one"),
        (10**15, "one quadrillion"),
        (-42, "minus forty-two"),
    ],
)
def test_cardinals(number: int, words: str) -> None:
    assert cardinal(number, AMERICAN) == words


def test_beyond_the_names_of_numbers_digits_are_said() -> None:
    assert cardinal(10**36, AMERICAN) == digits(str(10**36))


@pytest.mark.parametrize(
    ("figures", "words"), [("1066", "ten sixty-six"), ("2010", "twenty ten"), ("800", "eight hundred")]
)
def test_years(figures: str, words: str) -> None:
    assert year(figures, AMERICAN) == words


@pytest.mark.parametrize(("numeral", "number"), [("IV", 4), ("XIX", 19), ("MCMXCIX", 1999), ("IIII", None), ("", None)])
def test_roman_numerals(numeral: str, number: int | None) -> None:
    assert value(numeral) == number
