"""Slack: an export folder, parts of one, threads, markup, bots, and days that are broken."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from source_checks import CUTS, check_never_raises, check_resuming, foreign, mutate, read, round_trip

from likeness.core.protocols import Diagnosing, Owner
from likeness.sources.slack import SlackSource
from likeness.sources.slack.markup import Markup
from likeness.sources.slack.workspace import Workspace

EXPORT = Path(__file__).parents[1] / "fixtures" / "slack"
DAY = EXPORT / "general" / "2023-05-02.json"
ME = Owner.of(["sam@example.org"])
SOURCE = SlackSource()


def test_it_is_a_source_that_diagnoses() -> None:
    assert isinstance(SOURCE, Diagnosing)


def test_an_export_into_the_store(tmp_path: Path) -> None:
    found = round_trip(EXPORT, ME, tmp_path)
    assert found.conversations == {
        "slack:C01GENERAL": 8,
        "slack:C02RANDOM": 1,
        "slack:D0AAA": 2,
        "slack:G0MMM": 1,
    }
    assert len(found.mine) == 6
    assert {m.sender for m in found.mine} == {"sam@example.org"}
    assert found.dropped == {
        "joined or left": 1,
        "deleted": 1,
        "channel changed": 1,
        "attachment without text": 1,
        "record of an edit": 1,
        "bad date": 1,
    }
    assert found.bad == 1
    assert found.resolved_replies == 3
    assert sorted(m.body for m in found.messages if m.automated) == [
        "Build 42 passed",
        "Reminder: stand-up in 5 minutes",
    ]
    assert {m.subject for m in found.messages} == {"general", "random", ""}


def test_markup_becomes_what_was_on_the_screen() -> None:
    bodies = [m.body for m in read(SOURCE, DAY, ME)[0]]
    assert bodies[:3] == [
        "Morning @here, who can look at the plan? @Sam Rivers & @Ana Lima, see #random",
        "I can, if x < 3 hours :tada:\nsend it to sam@example.org",
        "me too, from https://example.org",
    ]
    assert bodies[-1] == "here is the photo, @someone and @rowers"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a <b", "a <b"),
        ("<> <|> <@> <#> <!>", "<>  @someone #channel @"),
        ("<!date^1700000000^{date}|14 November>", "14 November"),
        ("<!date^1700000000^{date}>", "@date"),
        ("<@U01SAM|sammy>", "@sammy"),
        ("<#C01GENERAL>", "#general"),
        ("&amp;lt; &amp;amp;", "&lt; &amp;"),
        ("&lt;@U01SAM&gt;", "<@U01SAM>"),
    ],
)
def test_markup_of_every_sort(text: str, shown: str) -> None:
    assert Markup(Workspace(EXPORT)).plain(text) == shown


def test_people_are_the_members_and_names_the_real_ones() -> None:
    messages, _ = read(SOURCE, EXPORT / "D0AAA", ME)
    assert [(m.sender, m.sender_name, m.recipients) for m in messages] == [
        ("ana@example.net", "Ana Lima", ("sam@example.org",)),
        ("sam@example.org", "Sam Rivers", ("ana@example.net",)),
    ]
    guest = next(m for m in read(SOURCE, EXPORT, ME)[0] if m.sender == "U99OTHER")
    assert guest.sender_name == "Kim Berg"


@pytest.mark.parametrize("name", ["U01SAM", "Sam Rivers", "sam", "sam.rivers", "SAM@example.org"])
def test_the_owner_is_known_by_every_name(name: str) -> None:
    assert sum(m.from_owner for m in read(SOURCE, EXPORT, Owner.of([name]))[0]) == 6


def test_who_is_in_every_direct_conversation_is_proposed_first() -> None:
    values = [i.value for i in SOURCE.identities(EXPORT)]
    assert values[:2] == ["sam@example.org", "Sam Rivers"]
    assert "U03JOAO" not in values  # by the name they are known under
    assert "João Prado" in values


def test_without_lists_the_sender_in_most_channels_leads(tmp_path: Path) -> None:
    for name in ("general", "random", "D0AAA"):
        shutil.copytree(EXPORT / name, tmp_path / name)
    assert SOURCE.recognises(tmp_path)
    assert next(iter(SOURCE.identities(tmp_path))).value == "U01SAM"
    messages, _ = read(SOURCE, tmp_path, Owner.of(["U01SAM"]))
    assert sum(m.from_owner for m in messages) == 5
    assert {m.conversation for m in messages} == {"slack:general", "slack:random", "slack:D0AAA"}


def test_parts_of_an_export_are_read_as_they_lie(tmp_path: Path) -> None:
    assert SOURCE.recognises(EXPORT / "general")
    assert SOURCE.recognises(DAY)
    whole = {m.id for m in read(SOURCE, EXPORT, ME)[0]}
    assert {m.id for m in read(SOURCE, DAY, ME)[0]} <= whole
    day = tmp_path / "team" / "2020-01-01.json"
    day.parent.mkdir()
    shutil.copy(DAY, day)
    assert SOURCE.recognises(day)
    assert {m.conversation for m in read(SOURCE, day, ME)[0]} == {"slack:team"}


def test_an_export_with_many_empty_channels_is_one(tmp_path: Path) -> None:
    shutil.copytree(EXPORT, tmp_path / "slack")
    for number in range(60):
        (tmp_path / "slack" / f"a{number}").mkdir()
    assert SOURCE.recognises(tmp_path / "slack")


def test_a_newer_export_adds_only_what_is_new(tmp_path: Path) -> None:
    newer = tmp_path / "newer"
    shutil.copytree(EXPORT, newer)
    entry = {"type": "message", "text": "new", "user": "U01SAM", "ts": "1690000000.000100"}
    (newer / "random" / "2023-07-22.json").write_text(json.dumps([entry]))
    old = {m.id for m in read(SOURCE, EXPORT, ME)[0]}
    assert [m.body for m in read(SOURCE, newer, ME)[0] if m.id not in old] == ["new"]


def test_resuming(tmp_path: Path) -> None:
    days = tmp_path / "general"
    days.mkdir()
    entries = [{"type": "message", "text": f"t{n}", "user": "U1", "ts": f"1690000{n:03}.000100"} for n in range(999)]
    (days / "2023-07-22.json").write_text(json.dumps(entries))
    check_resuming(SOURCE, days, ME)
    check_resuming(SOURCE, EXPORT, ME)


def test_only_its_own_is_recognised(tmp_path: Path) -> None:
    assert SOURCE.recognises(EXPORT)
    assert not SOURCE.recognises(EXPORT / "users.json")
    assert [path for path in foreign("slack") if SOURCE.recognises(path) or SOURCE.diagnose(path)] == []
    for text in ("", "{}", "[]", '[{"date": "2020"}]', '[{"type": "message", "ts": 5}]'):
        (tmp_path / "2020-01-01.json").write_text(text)
        assert not SOURCE.recognises(tmp_path)
        assert not SOURCE.recognises(tmp_path / "2020-01-01.json")


def test_diagnosis(tmp_path: Path) -> None:
    shutil.copy(EXPORT / "users.json", tmp_path)
    shutil.copy(EXPORT / "channels.json", tmp_path)
    for name in ("users.json", "channels.json"):
        assert "no channel lies beside it" in (SOURCE.diagnose(tmp_path / name) or "")
    day = tmp_path / "general" / "2023-05-02.json"
    day.parent.mkdir()
    day.touch()
    assert "is empty" in (SOURCE.diagnose(day) or "")
    day.write_text('{"other": 1}')
    assert "something else" in (SOURCE.diagnose(day) or "")
    day.write_text("[]")  # every message of that day was deleted
    assert SOURCE.recognises(day)
    assert SOURCE.diagnose(EXPORT / "users.json") is None
    assert SOURCE.diagnose(EXPORT) is None


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=300), cuts=CUTS)
def test_no_bytes_make_it_raise(
    data: bytes, cuts: list[tuple[float, int, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("s")
    (folder / "general").mkdir()
    for name in ("users.json", "channels.json", "dms.json", "mpims.json"):
        (folder / name).write_bytes(mutate((EXPORT / name).read_bytes(), cuts))
    for content in (data, mutate(DAY.read_bytes(), cuts)):
        (folder / "general" / "2023-05-02.json").write_bytes(content)
        (folder / "users.json").write_bytes(content if content is data else (EXPORT / "users.json").read_bytes())
        check_never_raises(SOURCE, folder, ME)
        check_never_raises(SOURCE, folder / "general" / "2023-05-02.json", ME)


_ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "profile", "name"]), inner),
    max_leaves=8,
)
_KEYS = ["type", "subtype", "user", "ts", "text", "thread_ts", "bot_id", "user_profile", "username", "files"]


@settings(max_examples=100, deadline=None)
@given(entry=st.dictionaries(st.sampled_from(_KEYS), _ANYTHING), listed=st.lists(_ANYTHING, max_size=3))
def test_no_values_make_it_raise(
    entry: dict[str, object], listed: list[object], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("s")
    (folder / "general").mkdir()
    usual = {"type": "message", "text": "x", "user": "U1", "ts": "1690000000.000100"}
    (folder / "general" / "2023-05-02.json").write_text(json.dumps([usual, entry, {**usual, **entry}]))
    for name in ("users.json", "channels.json", "dms.json"):
        (folder / name).write_text(json.dumps(listed))
    check_never_raises(SOURCE, folder, ME)


@settings(max_examples=100, deadline=None)
@given(text=st.text(alphabet="<>@#!|&;ltgamp^UC1 \n", max_size=40))
def test_no_markup_makes_it_raise(text: str) -> None:
    Markup(Workspace(EXPORT)).plain(text)
