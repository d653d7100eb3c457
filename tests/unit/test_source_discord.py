"""Discord: data packages of two generations, saved channels, names and markup, and files that are broken."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from source_checks import CUTS, check_never_raises, check_resuming, foreign, mutate, read, round_trip

from likeness.core.events import drain
from likeness.core.protocols import Diagnosing, Owner
from likeness.core.store import Store
from likeness.sources.discord import DiscordSource
from likeness.sources.discord.names import plain
from likeness.write.ingest import ingest

FIXTURES = Path(__file__).parents[1] / "fixtures" / "discord"
PACKAGE = FIXTURES / "package"
OLD = FIXTURES / "package_2021"
SAVED = next((FIXTURES / "exporter").glob("Boat*.json"))
SAVED_DIRECT = next((FIXTURES / "exporter").glob("Direct*.json"))
DIRECT, GROUP, CHANNEL = (f"discord:30000000000000000{n}" for n in (1, 2, 3))
ME = Owner.of(["samrivers"])
SOMEONE = Owner.of(["someone@example.org"])
SOURCE = DiscordSource()


def test_it_is_a_source_that_diagnoses() -> None:
    assert isinstance(SOURCE, Diagnosing)


def test_a_package_into_the_store(tmp_path: Path) -> None:
    found = round_trip(PACKAGE, SOMEONE, tmp_path)
    assert found.conversations == {DIRECT: 2, GROUP: 1, CHANNEL: 1}
    assert len(found.mine) == len(found.messages)
    assert {(m.sender, m.sender_name) for m in found.messages} == {("samrivers", "Sam Rivers")}
    assert found.dropped == {"attachment without text": 1, "no text": 1, "bad date": 1}
    assert found.bad == 1
    by_chat = {m.conversation: m for m in found.messages}
    assert by_chat[DIRECT].recipients == ("ana.lima",)
    assert by_chat[GROUP].recipients == ("ana.lima", "200000000000000003")
    assert {c: m.subject for c, m in by_chat.items()} == {
        DIRECT: "",
        GROUP: "Rowing",
        CHANNEL: "Boat builders / general",
    }
    assert by_chat[GROUP].sent_at == datetime(2024, 2, 2, 18, 0, 0, 123000, tzinfo=UTC)


def test_markup_becomes_what_was_on_the_screen() -> None:
    assert [m.body for m in read(SOURCE, PACKAGE, SOMEONE)[0] if m.conversation == DIRECT] == [
        "hey @Ana, look :boat: :wave:",
        "meet at 2024-02-01? details in #general\n> not by @someone",
    ]
    assert plain("</ping:1> <@&2> <t:99999999999999> < @1> <b>", {}, {}) == "/ping @role <t:99999999999999> < @1> <b>"


def test_an_older_package_with_tables(tmp_path: Path) -> None:
    found = round_trip(OLD, SOMEONE, tmp_path)
    assert found.conversations == {DIRECT: 2, CHANNEL: 1}
    assert {m.sender for m in found.mine} == {"Sam#0420"}
    assert sorted(m.body for m in found.mine) == ["folders had no c then", "hello again", 'two lines,\nand a "quote"']
    assert found.dropped == {"attachment without text": 1, "not a message": 1}
    assert {m.recipients for m in found.messages if m.conversation == DIRECT} == {("Ana#0007",)}


def test_saved_channels_into_the_store(tmp_path: Path) -> None:
    found = round_trip(SAVED.parent, ME, tmp_path)
    assert found.conversations == {CHANNEL: 4, DIRECT: 2}
    assert len(found.mine) == 3
    assert found.resolved_replies == 1
    assert found.dropped == {
        "system line": 3,
        "attachment without text": 1,
        "sticker": 1,
        "answer to a command": 1,
        "forwarded": 1,
    }
    assert [m.body for m in found.messages if m.automated] == ["Welcome to the harbour!"]
    assert [m.body for m in found.mine if m.body.startswith("raw")] == ["raw: @Ana :boat:"]
    assert {m.subject for m in found.messages} == {"", "Boat builders / general"}
    question = next(m for m in found.messages if m.body.startswith("Which"))
    assert (question.sender, question.sender_name) == ("ana.lima", "Ana")
    assert question.sent_at == datetime(2024, 2, 3, 17, 59, 0, 123000, tzinfo=UTC)


def test_a_package_and_a_saved_channel_share_their_messages() -> None:
    package = {m.id for m in read(SOURCE, PACKAGE, ME)[0]}
    saved = {m.id for path in (SAVED, SAVED_DIRECT) for m in read(SOURCE, path, ME)[0]}
    assert len(package & saved) == 2


def test_what_a_package_says_is_the_owners_is_so_in_a_saved_channel_read_before(tmp_path: Path) -> None:
    with Store.open(tmp_path / "store.sqlite") as store:
        for path in (SAVED, PACKAGE):
            drain(ingest(store, SOMEONE, [path]))
        (shared,) = [m for m in store.messages(owner_only=True) if m.body.startswith("I sand it twice")]
    assert shared.reply_to.endswith("1090000000000000002")


def test_who_is_proposed() -> None:
    names = ["samrivers", "Sam Rivers", "200000000000000001", "sam@example.org"]
    assert [i.value for i in SOURCE.identities(PACKAGE)] == names
    assert [i.value for i in SOURCE.identities(PACKAGE / "Messages")] == names
    assert [i.value for i in SOURCE.identities(SAVED_DIRECT)] == ["Sam", "Ana"]
    for name in ("samrivers", "Sam", "200000000000000001"):
        assert sum(m.from_owner for m in read(SOURCE, SAVED, Owner.of([name]))[0]) == 2


def test_parts_of_a_package_are_read_as_they_lie(tmp_path: Path) -> None:
    whole = {m.id for m in read(SOURCE, PACKAGE, ME)[0]}
    folder = PACKAGE / "Messages" / "c300000000000000001"
    for path in (PACKAGE / "Messages", folder, folder / "messages.json"):
        assert SOURCE.recognises(path)
        assert {m.id for m in read(SOURCE, path, ME)[0]} <= whole
    shutil.copytree(folder, tmp_path / "c300000000000000001")
    messages, _ = read(SOURCE, tmp_path / "c300000000000000001", ME)
    assert {(m.sender, m.from_owner) for m in messages} == {("discord:me", True)}
    assert {m.id for m in messages} <= whole
    assert [i.value for i in SOURCE.identities(tmp_path / "c300000000000000001")] == ["discord:me"]


def test_folders_may_have_other_names(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE / "Messages", tmp_path / "Nachrichten")
    shutil.copytree(PACKAGE / "Account", tmp_path / "Konto")
    assert SOURCE.recognises(tmp_path)
    assert {m.sender for m in read(SOURCE, tmp_path, ME)[0]} == {"samrivers"}


def test_other_exports_at_the_same_depth_are_left_alone(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path, dirs_exist_ok=True)
    other = tmp_path / "Groups" / "DM x" / "messages.json"
    other.parent.mkdir(parents=True)
    other.write_text('{"messages": [{"creator": {}, "created_date": "", "text": ""}]}')
    assert SOURCE.recognises(tmp_path)
    assert other not in SOURCE.files(tmp_path)


def test_resuming(tmp_path: Path) -> None:
    for path in (PACKAGE, OLD, SAVED):
        check_resuming(SOURCE, path, ME)
    rows = [
        {"ID": 10**18 + n, "Timestamp": "2024-02-01 18:00:00", "Contents": f"t{n}", "Attachments": ""}
        for n in range(999)
    ]
    (tmp_path / "messages.json").write_text(json.dumps(rows))
    check_resuming(SOURCE, tmp_path / "messages.json", ME)
    lines = "".join(f"{10**18 + n},2024-02-01 18:00:00,t{n},\r\n" for n in range(999))
    (tmp_path / "messages.csv").write_text("ID,Timestamp,Contents,Attachments\r\n" + lines, newline="")
    check_resuming(SOURCE, tmp_path / "messages.csv", ME)


def test_a_truncated_channel_keeps_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    path.write_bytes(SAVED.read_bytes()[:-2500])
    messages, skipped = read(SOURCE, path, ME)
    assert len(messages) >= 2
    assert skipped[-1].reason == "truncated or damaged JSON"


def test_only_its_own_is_recognised(tmp_path: Path) -> None:
    assert SOURCE.recognises(PACKAGE)
    assert SOURCE.recognises(OLD)
    assert not SOURCE.recognises(PACKAGE / "Account" / "user.json")
    assert [path for path in foreign("discord") if SOURCE.recognises(path) or SOURCE.diagnose(path)] == []
    for text in ("", "{}", "[]", '[{"ID": 1}]', '{"messages": []}', "ID,Timestamp\r\n"):
        for name in ("messages.json", "messages.csv", "other.json"):
            (tmp_path / name).write_text(text)
            assert not SOURCE.recognises(tmp_path / name)
            assert SOURCE.diagnose(tmp_path / name) is None


@pytest.mark.parametrize(("name", "what"), [("html", "a web page"), ("csv", "a table"), ("txt", "plain text")])
def test_channels_saved_otherwise_are_diagnosed(name: str, what: str) -> None:
    path = FIXTURES / "exporter_other" / f"general.{name}"
    assert not SOURCE.recognises(path)
    assert f"saved as {what}, and JSON was expected" in (SOURCE.diagnose(path) or "")


def test_diagnosis_of_a_package(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "p")
    messages = tmp_path / "p" / "Messages" / "c300000000000000001" / "messages.json"
    messages.write_bytes(b"")
    assert "is empty" in (SOURCE.diagnose(messages) or "")
    messages.write_text('{"other": 1}')
    assert "something else" in (SOURCE.diagnose(messages) or "")
    shutil.rmtree(tmp_path / "p" / "Messages")
    assert "no messages lie in it" in (SOURCE.diagnose(tmp_path / "p" / "Account" / "user.json") or "")
    assert SOURCE.diagnose(PACKAGE / "Account" / "user.json") is None
    assert SOURCE.diagnose(PACKAGE) is None


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=300), cuts=CUTS)
def test_no_bytes_make_it_raise(
    data: bytes, cuts: list[tuple[float, int, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("d")
    (folder / "m" / "c1").mkdir(parents=True)
    (folder / "a").mkdir()
    old = OLD / "messages" / "c300000000000000001"
    new = PACKAGE / "Messages" / "c300000000000000001"
    for file, at in (
        (PACKAGE / "Account" / "user.json", "a/user.json"),
        (PACKAGE / "Messages" / "index.json", "m/index.json"),
        (new / "channel.json", "m/c1/channel.json"),
        (new / "messages.json", "m/c1/messages.json"),
        (old / "messages.csv", "m/c1/messages.csv"),
        (SAVED, "saved.json"),
    ):
        for content in (data, mutate(file.read_bytes(), cuts)):
            (folder / at).write_bytes(content)
            check_never_raises(SOURCE, folder / at, ME)
    check_never_raises(SOURCE, folder, ME)


_ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "name", "user"]), inner),
    max_leaves=8,
)
_KEYS = ["ID", "Timestamp", "Contents", "Attachments", "id", "type", "content", "author", "mentions", "reference"]


@settings(max_examples=100, deadline=None)
@given(entry=st.dictionaries(st.sampled_from(_KEYS), _ANYTHING), about=_ANYTHING)
def test_no_values_make_it_raise(
    entry: dict[str, object], about: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("d")
    usual = {"ID": 1, "Timestamp": "2024-02-01 18:00:00", "Contents": "x", "Attachments": ""}
    (folder / "messages.json").write_text(json.dumps([usual, entry, {**usual, **entry}]))
    (folder / "channel.json").write_text(json.dumps(about))
    check_never_raises(SOURCE, folder, ME)
    document = json.loads(SAVED.read_text())
    document["messages"] = [{**document["messages"][2], **entry}, entry, about]
    document["channel"] = {"id": about, "name": about, "type": about}
    (folder / "saved.json").write_text(json.dumps(document))
    check_never_raises(SOURCE, folder / "saved.json", ME)


@settings(max_examples=100, deadline=None)
@given(text=st.text(alphabet="<>@!&#:at/0123Rhtps. \n", max_size=40))
def test_no_markup_makes_it_raise(text: str) -> None:
    plain(text, {"1": "Ana"}, {})
