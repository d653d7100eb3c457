"""Requests are understood, and said plainly in good English."""

from __future__ import annotations

import pytest

from likeness.engines.builtin.recall.realise import realise
from likeness.engines.builtin.recall.request import parse


def said(text: str, recipient: str = "") -> str:
    return " ".join(realise(clause).text for clause in parse(text, recipient).clauses)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("Draft a reply to my colleague thanking them for their help", "Thank you for your help."),
        (
            "thank Ana for the slides and say I will read them tonight",
            "Thank you for the slides. I will read them tonight.",
        ),
        ("Ask Gareth to restart the scanner", "Could you restart the scanner?"),
        ("ask Mo what he would charge", "What would you charge?"),
        ("Ask her whether she needs anything", "Do you need anything?"),
        ("Write to Nadia saying you are late and asking if they have a key", "I am late. Do you have a key?"),
        ("Apologise for missing the call", "I am sorry about missing the call."),
        ("Decline the invitation to the dinner", "I am afraid I cannot make it to the dinner."),
        ("Accept the invitation to lunch", "I would be happy to come to lunch."),
        ("Reply that we do not have it", "We do not have it."),
        ("Tell Kit not to wait", "Please do not wait."),
        ("Remind the team about the rota", "A quick reminder about the rota."),
        ("Suggest meeting on Tuesday", "How about meeting on Tuesday?"),
        ("Say that that is fine", "That is fine."),
        ("Write a message saying thank you", "Thank you."),
        ("Invite Kit to dinner", "Would you like to come to dinner?"),
        ("promise to send the list by 3 May", "I will send the list by 3 May."),
        ("an email to the school saying Tilly is ill", "Tilly is ill."),
        ("text Kit that the pub is shut", "The pub is shut."),
        ("thank you note to Aunt Vera for the jumper", "Thank you for the jumper."),
        ("say happy birthday to mum", "Happy birthday."),
        ("invite Kit and Suze to dinner at 7", "Would you like to come to dinner at 7?"),
        ("complain to the bus company about the 8:15", "I want to complain about the 8:15."),
        ("condolences to Ray on the loss of his wife", "I am so sorry about the loss of your wife."),
        ("cancel my appointment on 4 March", "I would like to cancel my appointment on 4 March."),
        ("Explain to Howard why the loan is late", "I wanted to explain why the loan is late."),
    ],
)
def test_clauses(asked: str, wanted: str) -> None:
    assert said(asked) == wanted


def test_the_addressee_becomes_you() -> None:
    assert said("Agree to meet Gareth at 9", "Gareth Lowe") == "I would be happy to meet you at 9."


def test_topics_and_statements_are_told_from_requests() -> None:
    assert parse("Write an email about the boiler").topic == "the boiler"
    assert parse("I will be late, can we start at 3?").statement
    assert parse("Reply to this").clauses == ()
    assert parse("Write a note to Ana Lopez about tea").name == "Ana Lopez"


def test_a_kind_of_text_with_a_topic_is_no_sentence_to_repeat() -> None:
    assert parse("email about the summer fair").topic == "the summer fair"
    assert parse("email about the summer fair").statement == ""


def test_what_stands_after_a_colon_is_said_as_it_is() -> None:
    asked = parse("I need a message to the volunteers: the rota is changed, please check your Sundays")
    assert asked.statement == "the rota is changed, please check your Sundays"
