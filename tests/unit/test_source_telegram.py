"""Telegram: one chat and a whole account, texts in pieces, what nobody typed, and files that are broken."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from source_checks import CUTS, check_never_raises, check_resuming, foreign, mutate, read, round_trip

from likeness.core.protocols import Diagnosing, Owner
from likeness.core.types import Message
from likeness.sources.telegram import TelegramSource

FIXTURES = Path(__file__).parents[1] / "fixtures" / "telegram"
ONE_CHAT = FIXTURES / "one_chat" / "result.json"
ACCOUNT = FIXTURES / "account" / "result.json"
ME = Owner.of(["someone@example.org"])
SOURCE = TelegramSource()


def test_it_is_a_source_that_diagnoses() -> None:
    assert isinstance(SOURCE, Diagnosing)


def test_one_chat_into_the_store(tmp_path: Path) -> None:
    found = round_trip(ONE_CHAT, ME, tmp_path)
    assert found.conversations == {"telegram:user5000000011": 4}
    assert [m.sender_name for m in found.mine] == ["Sam Rivers"] * 3
    assert found.dropped == {
        "system line": 1,
        "forwarded": 1,
        "sent through a bot": 1,
        "sticker": 1,
        "media without text": 1,
        "bad date": 1,
    }
    assert found.bad == 1
    assert found.resolved_replies == 1
    edited = next(m for m in found.messages if m.reply_to)
    assert edited.body == "Yes! I put the address here: https://example.org/map, second floor 🎉"
    assert edited.sent_at == datetime(2021, 3, 1, 9, 1, tzinfo=UTC)
    assert edited.sender == "user5000000022"
    assert edited.recipients == ("user5000000011",)


def test_an_account_says_who_its_owner_is(tmp_path: Path) -> None:
    found = round_trip(ACCOUNT, ME, tmp_path)
    assert found.conversations == {
        "telegram:user5000000011": 3,
        "telegram:channel1400000001": 4,
        "telegram:user600": 2,
        "telegram:channel1400000009": 1,
    }
    assert len(found.mine) == 6
    assert {m.sender for m in found.mine} == {"user5000000022"}
    assert found.dropped == {
        "system line": 1,
        "saved messages": 1,
        "command to a bot": 1,
        "not a message": 2,
    }
    assert found.bad == 1
    assert found.resolved_replies == 2
    assert {m.subject for m in found.messages} == {"", "Rowing", "Old flat"}
    assert [m.body for m in found.messages if m.automated] == ["Sunny, 21 degrees"]
    assert [i.value for i in SOURCE.identities(ACCOUNT)] == ["Sam Rivers", "user5000000022", "+49301234567"]


def test_a_deleted_account_keeps_its_id_and_a_reply_elsewhere_is_no_reply_here() -> None:
    messages, _ = read(SOURCE, ACCOUNT, ME)
    by_body = {m.body: m for m in messages}
    assert (by_body["I left Telegram since"].sender, by_body["I left Telegram since"].sender_name) == (
        "user88",
        "user88",
    )
    assert by_body["That was said elsewhere"].reply_to == ""


def test_one_chat_and_the_account_share_their_messages() -> None:
    one = {m.id for m in read(SOURCE, ONE_CHAT, ME)[0]}
    account = {m.id for m in read(SOURCE, ACCOUNT, ME)[0] if m.conversation == "telegram:user5000000011"}
    assert len(one & account) == 2


def test_whom_a_chat_is_named_after_is_proposed_last() -> None:
    assert [(i.value, i.count) for i in SOURCE.identities(ONE_CHAT)] == [("Sam Rivers", 6), ("Ana Lima", 3)]


def group(path: Path, messages: list[dict[str, object]]) -> Path:
    path.write_text(json.dumps({"name": "G", "type": "private_group", "id": 9, "messages": messages}), encoding="utf-8")
    return path


def test_in_a_group_the_confirmed_name_or_id_is_the_owner(tmp_path: Path) -> None:
    said = [{"id": n, "type": "message", "date": "2021-01-01T00:00:00", "text": "hi"} for n in range(3)]
    for entry, (name, number) in zip(said, [("Sam", "user1"), ("Ana", "user2"), ("Sam", "user3")], strict=True):
        entry.update({"from": name, "from_id": number})
    path = group(tmp_path / "result.json", said)
    assert [m.from_owner for m in read(SOURCE, path, Owner.of(["sam"]))[0]] == [True, False, True]
    assert [m.from_owner for m in read(SOURCE, path, Owner.of(["user3"]))[0]] == [False, False, True]
    assert {i.value for i in SOURCE.identities(path)} == {"user1", "user3", "Ana"}  # two of one name, by their ids


@pytest.mark.parametrize(
    ("kind", "number", "reason"),
    [
        ("personal_chat", 777000, "chat of the system's"),
        ("verify_codes", 489000, "chat of the system's"),
        ("replies", 1271266957, "chat of the system's"),
        ("saved_messages", 5, "saved messages"),
    ],
)
def test_login_codes_and_the_like_are_not_read(tmp_path: Path, kind: str, number: int, reason: str) -> None:
    said = {"id": 1, "type": "message", "date_unixtime": "1614589205", "from": "T", "from_id": "user1", "text": "12345"}
    path = tmp_path / "result.json"
    path.write_text(json.dumps({"name": "T", "type": kind, "id": number, "messages": [said]}))
    assert SOURCE.recognises(path)
    messages, skipped = read(SOURCE, path, ME)
    assert (messages, [s.reason for s in skipped]) == ([], [reason])


@pytest.mark.parametrize("path", [ONE_CHAT, ACCOUNT], ids=["one chat", "account"])
def test_resuming(path: Path) -> None:
    check_resuming(SOURCE, path, ME)


def test_resuming_a_long_chat(tmp_path: Path) -> None:
    one = {"type": "message", "from": "Ana", "from_id": "user2", "date_unixtime": "1614589205"}
    check_resuming(SOURCE, group(tmp_path / "r.json", [{**one, "id": n, "text": f"t{n}"} for n in range(1201)]), ME)


def test_a_truncated_export_keeps_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    data = ONE_CHAT.read_bytes()
    path.write_bytes(data[: data.index(b'"id": 7,')])
    messages, skipped = read(SOURCE, path, ME)
    assert SOURCE.recognises(path)
    assert len(messages) == 2
    assert (skipped[-1].reason, skipped[-1].bad) == ("truncated or damaged JSON", True)


def test_only_its_own_is_recognised(tmp_path: Path) -> None:
    assert SOURCE.recognises(ONE_CHAT)
    assert SOURCE.recognises(ACCOUNT)
    assert not SOURCE.recognises(FIXTURES)
    assert [path for path in foreign("telegram") if SOURCE.recognises(path) or SOURCE.diagnose(path)] == []
    for text in ("", "{}", "[]", '{"type": "message", "messages": []}', '{"messages": [], "id": 1}', "type,id\n1,2\n"):
        path = tmp_path / "other.json"
        path.write_text(text)
        assert not SOURCE.recognises(path)
        assert SOURCE.diagnose(path) is None


def test_diagnosis(tmp_path: Path) -> None:
    for path in (FIXTURES / "pages", FIXTURES / "pages" / "messages.html"):
        assert "Machine-readable JSON" in (SOURCE.diagnose(path) or "")
    empty = tmp_path / "result.json"
    empty.touch()
    assert "is empty" in (SOURCE.diagnose(empty) or "")
    empty.write_text('{"about": "Telegram is ad free", "stories": []}')
    assert "without a chat" in (SOURCE.diagnose(empty) or "")
    assert SOURCE.diagnose(ACCOUNT) is None
    assert SOURCE.diagnose(tmp_path) is None


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=300), cuts=CUTS)
def test_no_bytes_make_it_raise(
    data: bytes, cuts: list[tuple[float, int, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("t") / "result.json"
    for content in (data, mutate(ONE_CHAT.read_bytes(), cuts), mutate(ACCOUNT.read_bytes(), cuts)):
        path.write_bytes(content)
        check_never_raises(SOURCE, path, ME)


_ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "text", "id"]), inner),
    max_leaves=8,
)
_KEYS = ["id", "type", "from", "from_id", "text", "text_entities", "date", "date_unixtime", "reply_to_message_id"]


@settings(max_examples=150, deadline=None)
@given(entry=st.dictionaries(st.sampled_from(_KEYS), _ANYTHING))
def test_no_values_make_it_raise(entry: dict[str, object], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("t") / "result.json"
    usual = {"type": "message", "id": 1, "from": "A", "from_id": "user1", "text": "x", "date": "2021-01-01"}
    check_never_raises(SOURCE, group(path, [entry, {**usual, **entry}]), ME)
    assert all(isinstance(m, Message) for m in read(SOURCE, path, ME)[0])
