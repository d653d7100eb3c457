"""Pairing: by reply id, by reference, by subject and people, by burst."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from likeness.core.types import Message
from likeness.write import pair

START = datetime(2020, 2, 3, 10, tzinfo=UTC)
GAP, MEMORY = timedelta(minutes=5), timedelta(hours=48)


def mail(id: str, minutes: int = 0, sender: str = "ana@example.org", **changes: object) -> Message:
    values: dict[str, object] = {
        "source": "mbox",
        "conversation": "t",
        "sender": sender,
        "sent_at": START + timedelta(minutes=minutes),
        "body": f"body of {id}",
        "from_owner": sender.startswith("ana"),
        "subject": "Plans",
        "native_id": f"{id}@host",
        "recipients": ("ben@example.org" if sender.startswith("ana") else "ana@example.org",),
        **changes,
    }
    return Message(id=id, **values)  # type: ignore[arg-type]


def turn(message: Message, *others: Message) -> pair.Turn:
    by_native = {other.native_id: other for other in others}
    by_id = {other.id: other for other in others}
    subjects = pair.SubjectIndex()
    for other in (*others, message):
        subjects.add(other)
    return pair.mail_turn(message, by_native.get, by_id.get, subjects)


def test_the_reply_id_comes_before_all_else() -> None:
    asked = mail("q", 0, "ben@example.org")
    later = mail("z", 5, "ben@example.org")
    reply = mail("a", 10, reply_to="q@host", references=("z@host",), subject="Re: Plans")
    assert turn(reply, asked, later) == pair.Turn((reply,), (asked,), "reply id")


def test_the_last_reference_that_is_there_comes_next() -> None:
    first, second = mail("q", 0, "ben@example.org"), mail("r", 3, "ben@example.org")
    reply = mail("a", 10, reply_to="gone@host", references=("q@host", "r@host", "gone@host"))
    assert turn(reply, first, second).context == (second,)
    assert turn(reply, first).method == "reference"


def test_then_subject_people_and_time() -> None:
    old = mail("q", -60 * 24 * 90, "ben@example.org")
    asked = mail("r", 0, "ben@example.org", subject="[list] AW: plans")
    stranger = mail("s", 3, "eve@example.org", recipients=("zoe@example.org",), subject="Plans")
    reply = mail("a", 10, subject="Re: Plans")
    assert turn(reply, old, asked, stranger) == pair.Turn((reply,), (asked,), "subject")
    assert turn(reply, old).method == "none"
    assert turn(mail("b", 10), asked).method == "none", "a mail that is no reply has no parent"


def test_a_mail_never_answers_itself() -> None:
    reply = mail("a", 10, reply_to="a@host", references=("a@host",), subject="Re: Plans")
    assert turn(reply, reply).method == "none"


@pytest.mark.parametrize(
    "subject", ["Re: Plans", "AW: RE: plans", "[list] Re: Plans", "SV: Fwd:  Plans ", "Re[2]: PLANS"]
)
def test_subjects_of_one_thread_have_one_key(subject: str) -> None:
    assert pair.subject_key(subject) == "plans"


def chat(id: str, minutes: float, sender: str, **changes: object) -> Message:
    return mail(id, 0, sender, source="whatsapp", subject="", sent_at=START + timedelta(minutes=minutes), **changes)


def test_bursts_are_merged_within_the_gap_and_answer_the_burst_before() -> None:
    said = [
        chat("1", 0, "ben"), chat("2", 1, "ben"), chat("3", 2, "ana"), chat("4", 3, "ana"), chat("5", 20, "ana"),
        chat("6", 21, "ben"), chat("7", 22, "ana"), chat("8", 60 * 80, "ana"),
    ]  # fmt: skip
    turns = list(pair.chat_turns(said, GAP, MEMORY))
    assert [[m.id for m in t.messages] for t in turns] == [["3", "4"], ["5"], ["7"], ["8"]]
    assert [[m.id for m in t.context] for t in turns] == [["1", "2"], [], ["6"], []]
    assert [t.method for t in turns] == ["burst", "none", "burst", "none"]


def test_an_explicit_reply_answers_what_it_names() -> None:
    said = [chat("1", 0, "ben"), chat("2", 1, "ben"), chat("3", 2, "ana"), chat("4", 3, "ana", reply_to="1@host")]
    turns = list(pair.chat_turns(said, GAP, MEMORY))
    assert [[m.id for m in t.messages] for t in turns] == [["3"], ["4"]]
    assert turns[1].context == (said[0],)
    assert turns[1].method == "reply id"


def test_what_was_said_long_ago_is_no_context() -> None:
    said = [chat("1", 0, "ben"), chat("2", 60 * 72, "ana")]
    assert next(iter(pair.chat_turns(said, GAP, MEMORY))).context == ()
