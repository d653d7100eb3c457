"""Hangouts: both generations of the file, segments, calls and renames, and files that are broken."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from source_checks import CUTS, check_never_raises, check_resuming, foreign, mutate, read, round_trip

from likeness.core.protocols import Diagnosing, Owner
from likeness.sources.hangouts import HangoutsSource

FIXTURES = Path(__file__).parents[1] / "fixtures" / "hangouts"
FILE = FIXTURES / "Hangouts.json"
OLD = FIXTURES / "Hangouts-2014.json"
ME = Owner.of(["someone@example.org"])
SOURCE = HangoutsSource()


def test_it_is_a_source_that_diagnoses() -> None:
    assert isinstance(SOURCE, Diagnosing)


def test_a_file_into_the_store(tmp_path: Path) -> None:
    found = round_trip(FILE, ME, tmp_path)
    assert found.conversations == {"hangouts:UgAAA": 2, "hangouts:UgBBB": 2}
    assert sorted(m.body for m in found.mine) == [
        "Yes! Two things:\nfirst, it's red;\nsecond, it floats",
        "see you at six",
    ]
    assert found.dropped == {
        "attachment without text": 1,
        "call": 1,
        "bad date": 1,
        "renamed": 1,
        "joined or left": 1,
    }
    assert found.bad == 1
    first = next(m for m in found.messages if m.sender == "111")
    assert (first.sender_name, first.body) == ("Ana Lima", "Did you see this? https://example.org/boat")
    assert first.sent_at == datetime(2014, 5, 13, 16, 53, 20, 123456, tzinfo=UTC)
    assert first.recipients == ("222",)
    assert {(m.subject, m.sender_name) for m in found.messages if m.conversation.endswith("BBB")} == {
        ("Rowing", "333"),
        ("Rowing", "222"),
    }


def test_the_older_form_holds_the_same_messages() -> None:
    assert SOURCE.recognises(OLD)
    assert [m.id for m in read(SOURCE, OLD, ME)[0]] == [m.id for m in read(SOURCE, FILE, ME)[0]][:2]
    assert [m.from_owner for m in read(SOURCE, OLD, ME)[0]] == [False, True]


def test_the_file_says_who_the_owner_is() -> None:
    assert [i.value for i in SOURCE.identities(FILE)] == ["Sam Rivers", "222", "+49301234567"]


def without_owner(path: Path) -> Path:
    document: dict[str, Any] = json.loads(FILE.read_text())
    for entry in document["conversations"]:
        del entry["conversation"]["conversation"]["self_conversation_state"]["self_read_state"]
        for event in entry["events"]:
            del event["self_event_state"]
    path.write_text(json.dumps(document))
    return path


def test_where_it_does_not_the_confirmed_name_id_or_number_is(tmp_path: Path) -> None:
    path = without_owner(tmp_path / "Hangouts.json")
    # The group's list of people has no name for two of them, so that only the id tells the owner there.
    for name, count in (("sam rivers", 1), ("222", 2), ("+49301234567", 1)):
        assert sum(m.from_owner for m in read(SOURCE, path, Owner.of([name]))[0]) == count
    assert [i.value for i in SOURCE.identities(path)][:1] == ["Sam Rivers"]


def test_resuming(tmp_path: Path) -> None:
    check_resuming(SOURCE, FILE, ME)
    document: dict[str, Any] = json.loads(FILE.read_text())
    events = document["conversations"][0]["events"]
    document["conversations"][0]["events"] = [{**events[1], "event_id": f"e{n}"} for n in range(1100)]
    (tmp_path / "Hangouts.json").write_text(json.dumps(document))
    check_resuming(SOURCE, tmp_path / "Hangouts.json", ME)


def test_a_truncated_file_keeps_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "Hangouts.json"
    path.write_bytes(FILE.read_bytes()[:-1500])
    messages, skipped = read(SOURCE, path, ME)
    assert len(messages) >= 2
    assert skipped[-1].reason == "truncated or damaged JSON"


def test_only_its_own_is_recognised(tmp_path: Path) -> None:
    assert SOURCE.recognises(FILE)
    assert not SOURCE.recognises(FIXTURES)
    assert [path for path in foreign("hangouts") if SOURCE.recognises(path) or SOURCE.diagnose(path)] == []
    for text in ("", "{}", "[]", '{"conversations": []}', '{"conversations": [{"conversation_id": 1}]}'):
        (tmp_path / "other.json").write_text(text)
        assert not SOURCE.recognises(tmp_path / "other.json")
        assert SOURCE.diagnose(tmp_path / "other.json") is None


def test_diagnosis(tmp_path: Path) -> None:
    path = tmp_path / "Hangouts.json"
    path.touch()
    assert "is empty" in (SOURCE.diagnose(path) or "")
    path.write_text('{\n "conversations": []\n}')
    assert "choose “Google Chat”" in (SOURCE.diagnose(path) or "")
    assert SOURCE.diagnose(FILE) is None


@settings(max_examples=120, deadline=None)
@given(data=st.binary(max_size=300), cuts=CUTS)
def test_no_bytes_make_it_raise(
    data: bytes, cuts: list[tuple[float, int, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("h") / "Hangouts.json"
    for content in (data, mutate(FILE.read_bytes(), cuts), mutate(OLD.read_bytes(), cuts)):
        path.write_bytes(content)
        check_never_raises(SOURCE, path, ME)


_ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "gaia_id", "segment", "message_content", "text"]), inner)
    ),
    max_leaves=8,
)
_KEYS = ["sender_id", "timestamp", "chat_message", "event_id", "event_type", "self_event_state"]


@settings(max_examples=120, deadline=None)
@given(event=st.dictionaries(st.sampled_from(_KEYS), _ANYTHING), about=_ANYTHING)
def test_no_values_make_it_raise(
    event: dict[str, object], about: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("h") / "Hangouts.json"
    usual = json.loads(FILE.read_text())["conversations"][0]["events"][0]
    conversation = {"conversation": about, "events": [event, {**usual, **event}]}
    path.write_text(json.dumps({"conversations": [conversation, about, {"conversation": {"conversation": about}}]}))
    check_never_raises(SOURCE, path, ME)
