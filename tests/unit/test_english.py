"""Spoken text to phonemes: lexicon, context, inflection, spelling."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from likeness.engines.builtin.voice.english import PAUSES, SYMBOLS, VOWELS, Word, pronounce
from likeness.engines.builtin.voice.english.letter_to_sound import letter_to_sound
from likeness.engines.builtin.voice.english.letters import unpronounceable
from likeness.engines.builtin.voice.english.lexicon import additions, lexicon


def said(word: Word) -> str:
    return " ".join(phone.symbol + (str(phone.stress) if phone.is_vowel else "") for phone in word.phones)


def in_text(text: str, word: str) -> str:
    return next(said(found) for found in pronounce(text) if found.text.lower() == word)


def test_known_words_come_from_the_lexicon() -> None:
    assert [said(word) for word in pronounce("Hello world")] == ["HH AH0 L OW1", "W ER1 L D"]
    assert "nasa" in lexicon()
    assert "qqqq" not in lexicon()


def test_every_pronunciation_of_a_word_is_kept() -> None:
    assert ("R", "IY1", "D") in lexicon().pronunciations("read")
    assert ("R", "EH1", "D") in lexicon().pronunciations("read")


@pytest.mark.parametrize(
    ("text", "pauses"),
    [
        ("Yes, he is; she left. Why? Go!", ["comma", "", "colon", "", "period", "question", "exclamation"]),
        ("Well — no… fine", ["colon", "period", ""]),
        ("well-known (as such) now", ["", "comma", "", "comma", ""]),
        ('"Stop," he said.', ["comma", "", "period"]),
        ("a - b", ["colon", ""]),
    ],
)
def test_punctuation_becomes_pauses(text: str, pauses: list[str]) -> None:
    assert [word.pause_after for word in pronounce(text)] == pauses


@pytest.mark.parametrize(
    ("text", "word", "phones"),
    [
        ("I will read it.", "read", "R IY1 D"),
        ("I have read it.", "read", "R EH1 D"),
        ("I read it yesterday.", "read", "R EH1 D"),
        ("They record music.", "record", "R IH0 K AO1 R D"),
        ("a record of it", "record", "R EH1 K ER0 D"),
        ("we live here", "live", "L IH1 V"),
        ("a live show", "live", "L AY1 V"),
        ("They lead the team", "lead", "L IY1 D"),
        ("lead poisoning", "lead", "L EH1 D"),
        ("no use at all", "use", "Y UW1 S"),
        ("we use it", "use", "Y UW1 Z"),
        ("close the door", "close", "K L OW1 Z"),
        ("very close friends", "close", "K L OW1 S"),
        ("the wind blew", "wind", "W IH1 N D"),
        ("wind up the clock", "wind", "W AY1 N D"),
        ("to tear it apart", "tear", "T EH1 R"),
        ("they present the plan", "present", "P R IY0 Z EH1 N T"),
        ("a present for you", "present", "P R EH1 Z AH0 N T"),
        ("to refuse it", "refuse", "R AH0 F Y UW1 Z"),
        ("I read your email this morning.", "read", "R EH1 D"),
        ("Did you read it?", "read", "R IY1 D"),
        ("I'll read it tonight.", "read", "R IY1 D"),
        ("Thanks, I've read it.", "read", "R EH1 D"),
        ("A good read.", "read", "R IY1 D"),
        ("He read the letter aloud.", "read", "R EH1 D"),
        ("We use a lot of paper.", "use", "Y UW1 Z"),
        ("It's of no use.", "use", "Y UW1 S"),
        ("the use of force", "use", "Y UW1 S"),
        ("Where do you live?", "live", "L IH1 V"),
        ("It was a live broadcast.", "live", "L AY1 V"),
        ("She lives in York.", "lives", "L IH1 V Z"),
        ("It saved our lives.", "lives", "L AY1 V Z"),
        ("We're close to the end.", "close", "K L OW1 S"),
        ("Please close the window.", "close", "K L OW1 Z"),
        ("The shops close at five.", "close", "K L OW1 Z"),
        ("That was close.", "close", "K L OW1 S"),
        ("I object to that.", "object", "AH0 B JH EH1 K T"),
        ("an object on the table", "object", "AA1 B JH EH0 K T"),
        ("The wind is cold.", "wind", "W IH1 N D"),
        ("Can you lead the group?", "lead", "L IY1 D"),
        ("She took the lead.", "lead", "L IY1 D"),
        ("They produce fruit.", "produce", "P R AH0 D UW1 S"),
        ("fresh produce", "produce", "P R OW1 D UW0 S"),
        ("We got a refund.", "refund", "R IY1 F AH2 N D"),
        ("Could you record that?", "record", "R IH0 K AO1 R D"),
        ("a world record", "record", "R EH1 K ER0 D"),
        ("She was content with it.", "content", "K AH0 N T EH1 N T"),
        ("The content of the letter", "content", "K AA1 N T EH0 N T"),
        ("I need to update you.", "update", "AH0 P D EY1 T"),
        ("Any update on this?", "update", "AH1 P D EY2 T"),
        ("at present we wait", "present", "P R EH1 Z AH0 N T"),
        ("I'd like to present my idea.", "present", "P R IY0 Z EH1 N T"),
        ("Send me your address.", "address", "AE1 D R EH2 S"),
        ("We must address this.", "address", "AH0 D R EH1 S"),
        ("a tear in his eye", "tear", "T IH1 R"),
        ("don't tear the paper", "tear", "T EH1 R"),
        ("Let's separate them", "separate", "S EH1 P ER0 EY2 T"),
        ("two separate things", "separate", "S EH1 P ER0 AH0 T"),
        ("The contract was signed", "contract", "K AA1 N T R AE2 K T"),
        ("an estimate of cost", "estimate", "EH1 S T AH0 M AH0 T"),
        ("We estimate ten", "estimate", "EH1 S T AH0 M EY2 T"),
        ("the house is old", "house", "HH AW1 S"),
        ("They increase prices", "increase", "IH0 N K R IY1 S"),
        ("an increase in prices", "increase", "IH1 N K R IY2 S"),
        ("The project is late", "project", "P R AA1 JH EH0 K T"),
        ("Please excuse me", "excuse", "IH0 K S K Y UW1 Z"),
        ("no excuse for that", "excuse", "IH0 K S K Y UW1 S"),
        ("We used to go there", "used", "Y UW1 S T"),
        ("We used a hammer", "used", "Y UW1 Z D"),
        ("The details will be close to final", "close", "K L OW1 S"),
        ("My research project", "project", "P R AA1 JH EH0 K T"),
        ("He won't permit it", "permit", "P ER0 M IH1 T"),
        ("I suspect so", "suspect", "S AH0 S P EH1 K T"),
        ("My desert trip", "desert", "D EH1 Z ER0 T"),
        ("Bow down", "bow", "B AW1"),
        ("We moved house", "house", "HH AW1 S"),
        ("I progress slowly", "progress", "P R AH0 G R EH1 S"),
        ("Good progress!", "progress", "P R AA1 G R EH2 S"),
        ("Read the last page.", "read", "R IY1 D"),
        ("a knife is used to cut", "used", "Y UW1 Z D"),
        ("I am used to it", "used", "Y UW1 S T"),
    ],
)
def test_heteronyms_follow_their_context(text: str, word: str, phones: str) -> None:
    assert in_text(text, word) == phones


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("googled", "G UW1 G AH0 L D"),
        ("Zoomed", "Z UW1 M D"),
        ("Zooms'", "Z UW1 M Z"),
        ("the tweakings", "T W IY1 K IH0 NG Z"),
        ("unjammed", "AH0 N JH AE1 M D"),
    ],
)
def test_unknown_inflections_are_built_from_the_stem(text: str, phones: str) -> None:
    assert said(pronounce(text)[-1]) == phones


@pytest.mark.parametrize(
    ("text", "phones"),
    [("XQJ", "EH2 K S K Y UW2 JH EY1"), ("the US", "Y UW2 EH1 S"), ("told us now", "AH0 S"), ("NASA", "N AE1 S AH0")],
)
def test_initialisms_are_spelled_and_words_are_not(text: str, phones: str) -> None:
    assert phones in [said(word) for word in pronounce(text)]


def test_capitals_throughout_are_no_initialisms() -> None:
    assert in_text("TELL US ABOUT IT PLEASE", "us") == in_text("tell us about it please", "us")


def test_little_words_are_weak_inside_and_strong_at_the_end() -> None:
    assert in_text("a cup for me", "for") == "F ER0"
    assert in_text("what is it for?", "for") == "F AO1 R"
    assert in_text("the apple", "the") == "DH IY0"
    assert in_text("the pear", "the") == "DH AH0"


def test_syllables_follow_the_longest_onset() -> None:
    (word,) = pronounce("extra")
    assert [phone.syllable for phone in word.phones] == [0, 0, 1, 1, 1, 1]


def test_accents_are_dropped_and_other_scripts_left_out_and_counted() -> None:
    assert said(pronounce("José")[0]) == said(pronounce("Jose")[0])
    assert [word.text for word in pronounce("hello привет 😀 world")] == ["hello", "world"]
    assert unpronounceable("hello привет 😀 é") == 6
    assert pronounce("🙂 … 你好") == []


@given(st.text(max_size=80))
def test_any_text_gives_words_of_known_phonemes(text: str) -> None:
    words = pronounce(text)
    assert words == pronounce(text)
    for word in words:
        assert word.phones
        assert word.pause_after in PAUSES
        for phone in word.phones:
            assert phone.symbol in SYMBOLS
            assert phone.stress == 0 or phone.symbol in VOWELS


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("glorped", "G L AO1 R P T"),
        ("blorple", "B L AO1 R P AH0 L"),
        ("zoomer", "Z UW1 M ER0"),
    ],
)
def test_words_no_lexicon_holds_are_sounded_out(word: str, phones: str) -> None:
    assert word not in lexicon()
    assert said(pronounce(word)[0]) == phones


@pytest.mark.parametrize(
    ("written", "like"),
    [
        ("organising", "organizing"),
        ("digitisation", "digitization"),
        ("candour", "candor"),
        ("analysed", "analyzed"),
        ("sorryyyy", "sorry"),
        ("pleeease", "please"),
        ("heyyy", "hey"),
    ],
)
def test_other_spellings_are_said_alike(written: str, like: str) -> None:
    assert said(pronounce(written)[0]) == said(pronounce(like)[0])


def test_own_additions_go_before_the_dictionary() -> None:
    assert said(pronounce("vegan")[0]) == "V IY1 G AH0 N"
    assert all(phone.rstrip("012") in SYMBOLS for phones in additions().values() for phone in phones)


def test_letter_to_sound_is_right_for_most_held_out_words() -> None:
    held = [(word, known) for word, known in lexicon().items() if zlib.crc32(word.encode()) % 20 == 0][::12]
    right = sum(letter_to_sound().pronounce(word) in known for word, known in held)
    assert right / len(held) > 0.55
