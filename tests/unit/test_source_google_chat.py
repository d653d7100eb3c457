"""Google Chat: a Takeout and parts of one, dates in prose, quotes and threads, and files that are broken."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from source_checks import CUTS, check_never_raises, check_resuming, foreign, mutate, read, round_trip

from likeness.core.protocols import Diagnosing, Owner
from likeness.sources.google_chat import GoogleChatSource
from likeness.sources.google_chat.dates import prose_moment

EXPORT = Path(__file__).parents[1] / "fixtures" / "google_chat" / "Google Chat"
DIRECT = EXPORT / "Groups" / "DM AAAAdm" / "messages.json"
SPACE = EXPORT / "Groups" / "Space AAAAroom" / "messages.json"
ME = Owner.of(["someone@example.org"])
SOURCE = GoogleChatSource()


def test_it_is_a_source_that_diagnoses() -> None:
    assert isinstance(SOURCE, Diagnosing)


def test_a_takeout_into_the_store(tmp_path: Path) -> None:
    found = round_trip(EXPORT.parent, ME, tmp_path)
    assert found.conversations == {"google_chat:AAAAdm": 5, "google_chat:AAAAroom": 3}
    assert len(found.mine) == 5
    assert {(m.sender, m.sender_name) for m in found.mine} == {("sam@example.org", "Sam Rivers")}
    assert found.dropped == {
        "attachment without text": 1,
        "deleted": 1,
        "no text": 1,
        "by a deleted account": 1,
        "bad date": 1,
    }
    assert found.bad == 1
    assert found.resolved_replies == 2
    assert [m.body for m in found.messages if m.automated] == ["Poll closed: Sunday"]
    assert {m.subject for m in found.messages} == {"", "Rowing"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tuesday, January 9, 2024 at 3:04:05\u202fPM UTC", "2024-01-09T15:04:05"),
        ("Tuesday, January 9, 2024 at 3:04:05 PM UTC", "2024-01-09T15:04:05"),
        ("Tuesday, January 9, 2024 at 12:00:00\u202fAM UTC", "2024-01-09T00:00:00"),
        ("Tuesday, January 9, 2024 at 12:00:00\u202fPM UTC", "2024-01-09T12:00:00"),
        ("Tuesday, 9 January 2024 at 15:04:05 UTC", "2024-01-09T15:04:05"),
        ("Tuesday 9 January 2024 at 3:04:05\u202fpm UTC", "2024-01-09T15:04:05"),
        ("Tuesday, 9 January 2024 at 15:04:05 UTC+1", "2024-01-09T14:04:05"),
        ("Tuesday, 9 January 2024, 15:04:05 GMT-05:30", "2024-01-09T20:34:05"),
    ],
)
def test_dates_in_prose(text: str, expected: str) -> None:
    assert prose_moment(text) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "Tuesday, January 32, 2024 at 3:04:05 PM UTC", "Tuesday, Januarius 9, 2024 at 13:04:05 PM UTC",
     "Tuesday, January 9, 2024 at 0:04:05 PM UTC", "Monday, Foo 9, 2024 at 1:00:00 AM UTC"],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    assert prose_moment(text) is None


def test_quotes_and_threads_are_replies() -> None:
    direct = {m.native_id: m for m in read(SOURCE, DIRECT, ME)[0]}
    answer = direct["google_chat:AAAAdm/AAAAdm/t2/t2"]
    assert answer.reply_to == "google_chat:AAAAdm/AAAAdm/t1/t1"
    assert answer.recipients == ("ana@example.net",)
    space = [(m.body[:3], m.reply_to.rpartition("AAAAroom/")[2]) for m in read(SOURCE, SPACE, ME)[0]]
    assert space == [("Who", ""), ("Me!", "r1/r1"), ("Pol", "")]


def test_equal_messages_without_ids_are_two() -> None:
    same = [m.id for m in read(SOURCE, DIRECT, ME)[0] if not m.native_id]
    assert len(same) == len(set(same)) == 2


def test_a_newer_takeout_adds_only_what_is_new(tmp_path: Path) -> None:
    newer = tmp_path / "Google Chat"
    shutil.copytree(EXPORT, newer)
    messages = newer / "Groups" / "DM AAAAdm" / "messages.json"
    entries = json.loads(messages.read_text())["messages"]
    entries.append({**entries[5], "text": "new"})
    messages.write_text(json.dumps({"messages": entries}))
    old = {m.id for m in read(SOURCE, EXPORT, ME)[0]}
    assert [m.body for m in read(SOURCE, newer, ME)[0] if m.id not in old] == ["new"]


def test_takeout_says_who_the_owner_is(tmp_path: Path) -> None:
    assert [i.value for i in SOURCE.identities(EXPORT)] == ["sam@example.org", "Sam Rivers"]
    assert [i.value for i in SOURCE.identities(DIRECT)] == ["sam@example.org", "Sam Rivers"]
    shutil.copytree(EXPORT / "Groups", tmp_path / "Groups")
    assert [i.value for i in SOURCE.identities(tmp_path)] == ["sam@example.org", "ana@example.net"]
    for name in ("SAM@example.org", "Sam Rivers"):
        assert sum(m.from_owner for m in read(SOURCE, tmp_path, Owner.of([name]))[0]) == 5


def test_parts_of_a_takeout_are_read_as_they_lie(tmp_path: Path) -> None:
    whole = {m.id for m in read(SOURCE, EXPORT, ME)[0]}
    for path in (EXPORT / "Groups", DIRECT.parent, DIRECT, SPACE):
        assert SOURCE.recognises(path)
        assert {m.id for m in read(SOURCE, path, ME)[0]} <= whole
    shutil.copy(DIRECT, tmp_path)
    assert SOURCE.recognises(tmp_path / "messages.json")
    assert sum(m.from_owner for m in read(SOURCE, tmp_path / "messages.json", Owner.of(["sam@example.org"]))[0]) == 4


def test_resuming(tmp_path: Path) -> None:
    for path in (EXPORT, DIRECT):
        check_resuming(SOURCE, path, ME)
    one = json.loads(DIRECT.read_text())["messages"][-2]
    path = tmp_path / "messages.json"
    path.write_text(json.dumps({"messages": [{**one, "text": f"t{n % 7}"} for n in range(1001)]}))
    check_resuming(SOURCE, path, ME)


def test_only_its_own_is_recognised(tmp_path: Path) -> None:
    assert SOURCE.recognises(EXPORT)
    assert not SOURCE.recognises(EXPORT / "Users")
    others = [path for path in foreign("google_chat") if SOURCE.recognises(path) or SOURCE.diagnose(path)]
    assert others == []
    for text in ("", "{}", "[]", '{"messages": []}', '{"messages": [{"text": "x"}]}'):
        (tmp_path / "messages.json").write_text(text)
        assert not SOURCE.recognises(tmp_path)
        assert SOURCE.diagnose(tmp_path / "messages.json") is None


def test_diagnosis(tmp_path: Path) -> None:
    folder = tmp_path / "Google Chat"
    shutil.copytree(EXPORT, folder)
    messages = folder / "Groups" / "DM AAAAdm" / "messages.json"
    (folder / "Groups" / "Space AAAAroom" / "messages.json").unlink()
    messages.write_bytes(b"")
    assert "is empty" in (SOURCE.diagnose(messages) or "")
    messages.write_text('{"other": []}')
    assert "something else" in (SOURCE.diagnose(messages) or "")
    messages.unlink()
    assert "not beside it" in (SOURCE.diagnose(messages.with_name("group_info.json")) or "")
    owner = next(folder.glob("Users/*/user_info.json"))
    assert "no messages" in (SOURCE.diagnose(owner) or "")
    for path in EXPORT.rglob("*"):
        assert path.is_dir() or path.name == "messages.json" or SOURCE.diagnose(path) is None


def test_a_group_without_a_message_is_a_group(tmp_path: Path) -> None:
    (tmp_path / "group_info.json").write_text('{"members": []}')
    (tmp_path / "messages.json").write_text('{\n  "messages": []\n}')
    assert SOURCE.recognises(tmp_path / "messages.json")
    assert read(SOURCE, tmp_path, ME) == ([], [])


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=300), cuts=CUTS)
def test_no_bytes_make_it_raise(
    data: bytes, cuts: list[tuple[float, int, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("g")
    for name in ("group_info.json", "messages.json"):
        for content in (data, mutate(DIRECT.with_name(name).read_bytes(), cuts)):
            (folder / name).write_bytes(content)
            check_never_raises(SOURCE, folder, ME)
            check_never_raises(SOURCE, folder / name, ME)


_ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "email", "user"]), inner),
    max_leaves=8,
)
_KEYS = ["creator", "created_date", "text", "message_id", "quoted_message_metadata", "message_state", "attached_files"]


@settings(max_examples=100, deadline=None)
@given(entry=st.dictionaries(st.sampled_from(_KEYS), _ANYTHING), info=_ANYTHING)
def test_no_values_make_it_raise(
    entry: dict[str, object], info: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("g")
    usual = json.loads(DIRECT.read_text())["messages"][0]
    (folder / "messages.json").write_text(json.dumps({"messages": [entry, {**usual, **entry}, info]}))
    (folder / "group_info.json").write_text(json.dumps(info))
    check_never_raises(SOURCE, folder, ME)


@settings(max_examples=150, deadline=None)
@given(text=st.text(alphabet="Mondayjur 0123456789,:atPM\u202fUTC+-", max_size=50))
def test_no_date_makes_it_raise(text: str) -> None:
    prose_moment(text)
