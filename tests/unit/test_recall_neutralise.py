"""Saying a message plainly: habits go, content stays, and nothing more changes the second time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.core import spans
from likeness.core.types import WriteRequest
from likeness.engines.builtin.recall.engine import RecallEngine
from likeness.engines.builtin.recall.neutralise import neutralise, parts
from likeness.engines.builtin.recall.tokens import join, tokenise


def instruction(text: str, recipient: str = "", context: str = "") -> str:
    with RecallEngine.open() as engine:
        return "".join(engine.write(WriteRequest("instruct", text, recipient=recipient, context=context)).pieces)


@pytest.mark.parametrize(
    ("own", "plain"),
    [
        ("hey ana!! thx for the slides... gonna look tonight :)", "Thank you for the slides, going to look tonight."),
        ("It's fine, I've been there and I'd do it again!", "It is fine, I have been there and I would do it again."),
        ("So we can't use that colour.", "Therefore, we cannot use that color."),
        ("he'd better go, it's been a while", "He had better go, it has been a while."),
        ("R is, of course, great fun", "R is good fun."),
        ("let's go!", "Let us go."),
        ("Sam's book isn't here", "Sam's book is not here."),
        ("I don't know, really.", "I do not know."),
        ("that's what kind of file, sort of", "That is what type of file, sort of."),
        ("I VERY much want it NOT to be NATO", "I very much want it not to be NATO."),
    ],
)
def test_takes_habits_out(own: str, plain: str) -> None:
    assert neutralise(own) == plain


@pytest.mark.parametrize(
    "kept",
    [
        "https://example.org/a?b=1&c=it's",
        "ana@example.org",
        "`don't_touch()`",
        '"I\'m gonna do it!!"',
        "10:30",
        "$1,200.50",
        "R 4.3.1",
    ],
)
def test_never_touches_what_carries_content(kept: str) -> None:
    assert kept in neutralise(f"hey, thx, I can't open {kept} lol")


def test_leaves_code_and_quoted_lines_alone() -> None:
    code = 'x <- c(1, 2); plot(x)\ny = f(x)[["a"]]'
    text = f"I can't run this:\n\n{code}\n\n> isn't\n> it"
    plain = neutralise(text)
    assert code in plain
    assert "> isn't\n> it" in plain
    assert plain.startswith("I cannot run this:")


def test_greeting_and_sign_off_go() -> None:
    assert neutralise("Dear Ana,\n\nIt's here.\n\nCheers,\nSam") == "It is here."


def test_a_greeting_denies_nothing() -> None:
    assert "cannot" in neutralise("Hi cannot, I am.")


_VOCABULARY = """I'm don't can't won't it's So But and maybe really just :) !! ... thx u gonna R Ana 3 10:30
no not never - , . ? kind of sort you know a lot lots pretty have to as far I know quite nice colour organise
"isn't" (see etc. e.g.)
hi https://x.org/a [phone] 😀 ok well"""
_WORDS = st.sampled_from(_VOCABULARY.split())


@given(st.lists(_WORDS, min_size=1, max_size=25), st.sampled_from([" ", "  ", "\n"]))
@settings(max_examples=150, deadline=None)
def test_plain_text_keeps_content_and_stays_as_it_is(pieces: list[str], space: str) -> None:
    text = space.join(pieces)
    plain = neutralise(text)
    assert spans.lost(plain, neutralise(plain)) == []
    assert spans.lost(parts(text).body, plain) == []


@given(st.text(max_size=120))
@settings(max_examples=150, deadline=None)
def test_tokens_join_to_the_text(text: str) -> None:
    tokens, tail = tokenise(text)
    joined = join(tokens, tail)
    assert len("".join(joined.split())) <= len("".join(text.split())) + text.count("…") * 2
    neutralise(text)


def test_tokens_join_exactly_for_plain_text() -> None:
    text = "I can't  (won't) see it's 10:30, cannot I?\n\n- one\n- two \"quoted isn't\" end"
    tokens, tail = tokenise(text)
    assert join(tokens, tail) == text


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("thx for the slides! I'll look tonight", "thanking them for the slides"),
        ("Sorry, could you send me the file?", "asking them to send you the file"),
        ("Are you free on 3 May?", "asking whether they are free on 3 May"),
        ("When does it start?", "asking when it start"),
        ("Congrats on the new job!!", "congratulating them on the new job"),
        ("don't wait for me", "telling them not to wait for you"),
        ("I'm sorry it's late.", "apologizing that it is late"),
    ],
)
def test_instruction_says_what_the_message_does(message: str, wanted: str) -> None:
    assert wanted in instruction(message)


def test_instruction_names_the_recipient_but_no_address() -> None:
    assert instruction("See you at 3.", "Ana", "Are you coming?").startswith("Write a short reply to Ana saying that")
    assert "@" not in instruction("See you at 3.", "ana@example.org")
