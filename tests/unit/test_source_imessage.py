"""Messages databases of several generations: what was typed, by whom, answering what; and copies that are private."""

from __future__ import annotations

import plistlib
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import chat_db
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.core.events import drain
from likeness.core.protocols import Diagnosing, Owner
from likeness.core.store import Store
from likeness.core.types import Message, Progress, Skipped
from likeness.sources import imessage
from likeness.sources.imessage import IMessageSource, database
from likeness.sources.imessage.diagnosis import SMS_DB_IN_BACKUP
from likeness.sources.imessage.rows import moment, own_handle
from likeness.sources.imessage.typedstream import attributed_text
from likeness.write.ingest import ingest, propose_identities

ME = Owner.of(["sam@example.org"])
SECONDS = 600_000_000  # 2020-01-06
WHEN = datetime(2020, 1, 6, 10, 40, tzinfo=UTC)


def read(path: Path, start: int = 0) -> list[Message | Skipped]:
    return [i for i in IMessageSource().read(path, ME, start=start) if not isinstance(i, Progress)]


def people(connection: sqlite3.Connection, titled: bool = True) -> None:
    """Ana over iMessage (1) and SMS (2), a group (3) with Ben, a shop's short code (4)."""
    handles = [("+15550101", "iMessage"), ("+15550101", "SMS"), ("Ben@Example.net", "iMessage"), ("22395", "SMS")]
    connection.executemany("INSERT INTO handle (id, service) VALUES (?, ?)", handles)
    chats: list[tuple[Any, ...]] = [
        ("iMessage;-;+15550101", 45, "+15550101", ""),
        ("SMS;-;+15550101", 45, "+15550101", None),
        ("iMessage;+;chat831", 43, "chat831", "Lake house"),
        ("SMS;-;22395", 45, "22395", None),
    ]
    if titled:
        connection.executemany(
            "INSERT INTO chat (guid, style, chat_identifier, display_name) VALUES (?, ?, ?, ?)", chats
        )
    else:
        connection.executemany(
            "INSERT INTO chat (guid, style, chat_identifier) VALUES (?, ?, ?)", [c[:3] for c in chats]
        )
    connection.executemany("INSERT INTO chat_handle_join VALUES (?, ?)", [(1, 1), (2, 2), (3, 1), (3, 3), (4, 4)])


def recent(path: Path) -> None:
    """A database as macOS 14 leaves it, with one of everything."""
    with closing(chat_db.make(path)) as connection:
        people(connection)
        kept = {"service": "iMessage", "account": "E:Sam@Example.org", "destination_caller_id": "+15550199"}
        at = chat_db.nanoseconds(SECONDS)

        def add(chat: int | None, **values: Any) -> int:
            number = connection.execute("SELECT count(*) FROM message").fetchone()[0] + 1
            given = {
                "guid": f"G-{number}",
                "date": at + number * 10**9,
                "is_from_me": 0,
                "handle_id": 1,
                **kept,
                **values,
            }
            return chat_db.add(connection, chat=chat, **given)

        add(1, text="Are you coming on Friday?")
        add(1, attributedBody=chat_db.archived("Yes 🎉, by train"), is_from_me=1, handle_id=0)
        add(2, text="Which one?", service="SMS", account="P:+15550199")
        add(2, text="The 8:15", is_from_me=1, service="SMS", account="P:+15550199", thread_originator_guid="G-3")
        add(3, text="\ufffcLook at the lake\ufffc", handle_id=3)
        add(3, text="Lovely", is_from_me=1, account="e:", destination_caller_id=None)
        add(3, text="https://example.org/lake", balloon_bundle_id="com.apple.messages.URLBalloonProvider")
        add(1, message_summary_info=chat_db.edited("Tusday", "Tuesday"), date_edited=at, is_from_me=1)
        add(4, text="Your code is 1234", handle_id=4)
        add(None, text="Nobody's chat", handle_id=3)
        add(1, text="Loved “The 8:15”", associated_message_type=2000, associated_message_guid="p:0/G-4")
        add(1, text=None, associated_message_type=3001)
        add(2, text="Laughed at “The 8:15”", service="SMS")
        add(1, text="\ufffc", associated_message_type=1000)
        add(
            1,
            text="\ufffc",
            balloon_bundle_id="com.apple.messages.MSMessageExtensionBalloonPlugin:0000:com.example.game",
        )
        add(1, text="\ufffc", is_audio_message=1)
        add(1, text="\ufffc")
        add(1, attributedBody=chat_db.archived("\ufffc\ufffc"))
        add(1, text=None)
        add(1, message_summary_info=chat_db.unsent(), date_edited=at, is_from_me=1)
        add(1, text="gone", date_retracted=at, is_from_me=1)
        add(3, text=None, item_type=1)
        add(1, text="Win a prize", is_spam=1)
        recovered = add(None, text="thrown away", is_from_me=1)
        connection.execute("INSERT INTO chat_recoverable_message_join VALUES (1, ?)", (recovered,))
        add(1, attributedBody=chat_db.archived("cut short")[:-60])
        add(1, text="far ahead", date=2**62 * 2 - 1)


@pytest.fixture
def chats(tmp_path: Path) -> Path:
    path = tmp_path / "chat.db"
    recent(path)
    return path


DROPPED = {
    "tapback": 3,
    "attachment": 2,
    "unsent": 2,
    "app message": 1,
    "deleted": 1,
    "no text": 1,
    "spam": 1,
    "sticker": 1,
    "system line": 1,
    "unreadable text": 1,
    "voice message": 1,
}


def test_it_is_a_source_that_knows_its_format() -> None:
    assert isinstance(IMessageSource(), Diagnosing)


def test_what_was_typed_by_whom(chats: Path) -> None:
    messages = [i for i in read(chats) if isinstance(i, Message)]
    assert [(m.conversation, m.sender, m.from_owner, m.body) for m in messages[:-1]] == [
        ("imessage:+15550101", "+15550101", False, "Are you coming on Friday?"),
        ("imessage:+15550101", "sam@example.org", True, "Yes 🎉, by train"),
        ("imessage:+15550101", "+15550101", False, "Which one?"),
        ("imessage:+15550101", "+15550199", True, "The 8:15"),
        ("imessage:chat831", "ben@example.net", False, "Look at the lake"),
        ("imessage:chat831", "imessage:me", True, "Lovely"),
        ("imessage:chat831", "+15550101", False, "https://example.org/lake"),
        ("imessage:+15550101", "sam@example.org", True, "Tuesday"),
        ("imessage:22395", "22395", False, "Your code is 1234"),
        ("imessage:ben@example.net", "ben@example.net", False, "Nobody's chat"),
    ]
    assert messages[3].reply_to == messages[2].native_id
    assert [m.labels for m in messages[:3]] == [("iMessage",), ("iMessage",), ("SMS",)]
    assert [m.subject for m in messages[3:6]] == ["", "Lake house", "Lake house"]
    assert messages[5].recipients == ("+15550101", "ben@example.net")
    assert [m.automated for m in messages].count(True) == 1
    assert messages[0].sent_at == datetime(2020, 1, 6, 10, 40, 1, tzinfo=UTC)
    assert messages[0].where == "chat.db:message 1"


def test_into_the_store_and_again(chats: Path, tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        last = drain(ingest(store, ME, [chats]))[-1]
        (record,) = store.ledger()
        assert record.dropped == DROPPED
        assert (record.kept, last.metrics["yours"]) == (11, 4)
        assert [(b.reason, b.where) for b in record.bad] == [("unreadable text", "chat.db:message 25")]
        assert len({m.conversation for m in store.messages()}) == 4
        before = list(store.messages())
        assert drain(ingest(store, ME, [chats]))[-1].metrics["kept"] == 0
        assert list(store.messages()) == before


def test_a_newer_copy_adds_only_what_is_new(chats: Path, tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        drain(ingest(store, ME, [chats]))
        with closing(sqlite3.connect(chats)) as connection, connection:
            connection.execute("DELETE FROM message WHERE ROWID < 3")
            chat_db.add(connection, chat=1, guid="NEW", text="news", date=1, is_from_me=1, handle_id=0)
        last = drain(ingest(store, ME, [chats]))[-1]
        assert (last.metrics["kept"], last.metrics["duplicates"]) == (1, 9)


def test_resuming_gives_the_rest(chats: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imessage, "PROGRESS_EVERY", 3)
    whole = read(chats)
    given = list(IMessageSource().read(chats, ME))
    cursors = [i for i in given if isinstance(i, Progress)]
    assert len(cursors) == 9
    assert all(0 <= c.done <= c.total for c in cursors)
    for cursor in cursors:
        before = [i for i in given[: given.index(cursor)] if not isinstance(i, Progress)]
        assert before + read(chats, cursor.cursor) == whole


@pytest.mark.parametrize("generation", chat_db.GENERATIONS)
def test_every_generation_of_the_schema(tmp_path: Path, generation: str) -> None:
    path = tmp_path / "sms.db"
    with closing(chat_db.make(path, generation)) as connection:
        people(connection, titled=generation != "OS X 10.8")
        date = SECONDS if generation == "OS X 10.8" else chat_db.nanoseconds(SECONDS)
        base = {"date": date, "service": "iMessage", "account": "P:+15550199"}
        chat_db.add(connection, chat=1, guid="a", text="Hello", handle_id=1, is_from_me=0, **base)
        chat_db.add(connection, chat=1, guid="b", text="Hi", handle_id=0, is_from_me=1, **base)
    assert IMessageSource().recognises(path)
    messages = [i for i in read(path) if isinstance(i, Message)]
    assert [(m.sender, m.body, m.sent_at) for m in messages] == [
        ("+15550101", "Hello", WHEN),
        ("+15550199", "Hi", WHEN),
    ]


def test_rows_that_are_only_in_the_log_are_read_and_the_original_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "chat.db"
    with closing(chat_db.make(path)) as connection:
        people(connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        checkpointed = path.read_bytes()
        chat_db.add(connection, chat=1, guid="late", text="only in the log", date=SECONDS, is_from_me=1, handle_id=0)
        files = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
        assert files["chat.db"] == checkpointed
        assert [i.body for i in read(path) if isinstance(i, Message)] == ["only in the log"]
        assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == files


def test_a_database_that_lies_in_its_log_altogether_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "chat.db"
    with closing(sqlite3.connect(path)) as first:
        first.execute("PRAGMA journal_mode=WAL")
    with closing(chat_db.make(path)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint=0")
        people(connection)
        assert IMessageSource().recognises(path)


@pytest.mark.parametrize("kept", [False, True])
def test_nothing_of_the_copy_stays(chats: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: bool) -> None:
    place = tmp_path / "copies"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    monkeypatch.setattr(database, "_NAME_IS_KEPT", kept)
    abandoned = place / f"{database._PREFIX}{2**30}-killed"
    abandoned.mkdir()
    (abandoned / "chat.db").write_bytes(b"left by a process that was killed")
    reading = IMessageSource().read(chats, ME)
    next(reading)
    assert not abandoned.exists()
    assert any(p.is_file() for p in place.rglob("*")) == kept
    assert all(p.stat().st_mode & 0o077 == 0 for p in place.iterdir())
    assert len(list(reading)) > 20
    assert list(place.iterdir()) == []


def test_the_owner_s_accounts_are_proposed_first(chats: Path) -> None:
    assert [i.value for i in propose_identities([chats])] == ["sam@example.org", "+15550199", "imessage:me"]
    assert own_handle("E:", "+15550100") == "+15550100"
    assert own_handle(None, None) == ""


@pytest.mark.parametrize("mutable", [True, False])
@pytest.mark.parametrize("text", ["hi", "", "é" * 100, "x" * 127, "x" * 128, "y" * 40_000, "👩‍👩‍👧 \ufffc", "日本\n語"])
def test_archived_texts_are_read_as_an_independent_reader_reads_them(text: str, mutable: bool) -> None:
    for width in (1, 2, 4):
        if len(text.encode()) < 0x80 or width > (2 if len(text.encode()) > 0xFFFF else 1):
            assert attributed_text(chat_db.archived(text, mutable=mutable, width=width)) == text
    blob = chat_db.archived(text, mutable=mutable)
    assert attributed_text(blob) == text
    typedstream = pytest.importorskip("typedstream", reason="pytypedstream is not installed")
    assert typedstream.unarchive_from_data(blob).contents[0].values[0].value == text


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"\x04\x0bstreamtyped",
        b"bplist00",
        chat_db.archived("hello")[:90],
        chat_db.archived("hello", width=4).replace(b"\x82\x05\0\0\0", b"\x82\xff\xff\xff\xff"),
        chat_db.archived("hello").replace(b"NSString", b"NSNumber"),
        chat_db.archived("hello").replace(b"\x84\x01+", b"\x84\x01*"),
        chat_db.archived("hello").replace(b"\x84\x01@", b"\x93\x01@"),
    ],
)
def test_archives_of_anything_else_are_refused(blob: bytes) -> None:
    with pytest.raises(ValueError):
        attributed_text(blob)


def test_dates_before_and_after_ios_11() -> None:
    assert moment(SECONDS) == moment(SECONDS * 10**9) == WHEN
    assert moment(float(SECONDS)) == WHEN
    assert moment(0) is moment(None) is None
    for bad in ("soon", 2**70, -(2**70)):
        with pytest.raises(ValueError):
            moment(bad)


def test_parts_that_were_edited_come_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "chat.db"
    parts = {str(n): [{"t": chat_db.archived(f"old {n}")}, {"t": chat_db.archived(f"part {n}")}] for n in (10, 2)}
    with closing(chat_db.make(path)) as connection:
        summary = plistlib.dumps({"ec": parts}, fmt=plistlib.FMT_BINARY)
        chat_db.add(connection, guid="a", handle_id=0, is_from_me=1, date=SECONDS, message_summary_info=summary)
    assert [i.body for i in read(path) if isinstance(i, Message)] == ["part 2\npart 10"]


def test_diagnoses(tmp_path: Path, chats: Path) -> None:
    say = IMessageSource().diagnose
    backup = tmp_path / "backup"
    (backup / "3d").mkdir(parents=True)
    (backup / "Manifest.db").write_bytes(b"\x8a" * 200)
    (backup / "Manifest.plist").write_bytes(plistlib.dumps({"IsEncrypted": True}))
    messages = backup / "3d" / SMS_DB_IN_BACKUP
    messages.write_bytes(b"\x12" * 5000)
    for path in (backup, backup / "Manifest.db", messages):
        said = say(path)
        assert said is not None
        assert "encrypted" in said
        assert SMS_DB_IN_BACKUP in said
    (backup / "Manifest.plist").write_bytes(b"junk")
    (backup / "Manifest.db").write_bytes(database.SQLITE + bytes(100))
    messages.write_bytes(chats.read_bytes())
    assert say(backup) is None
    assert say(messages) is None
    assert IMessageSource().recognises(messages)
    assert "holds no messages" in str(say(backup / "Manifest.db"))
    messages.unlink()
    assert "without messages" in str(say(backup))
    assert say(tmp_path) is None
    assert say(chats) is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"<html>", "no SQLite database"),
        (database.SQLITE + b"\x10\x00" + bytes(10) + (900).to_bytes(4, "big") + bytes(100), "cut short"),
        (database.SQLITE + b"\x10\x00" + bytes(4000), "damaged"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "chat.db"
    path.write_bytes(data)
    assert not IMessageSource().recognises(path)
    assert said in str(IMessageSource().diagnose(path))
    assert IMessageSource().diagnose(path.rename(tmp_path / "other.db")) is None


def test_a_damage_that_cannot_be_quoted_is_a_value(chats: Path) -> None:
    raw = chats.read_bytes()
    chats.write_bytes(raw.replace(b"CREATE TABLE message", b"CREATE TABL\xa9 message"))
    assert "damaged" in str(IMessageSource().diagnose(chats))
    assert list(IMessageSource().identities(chats)) == []
    assert [i.reason for i in read(chats) if isinstance(i, Skipped)] == ["damaged database"]


@pytest.mark.parametrize(("table", "said"), [("msg_group", "iOS 5"), ("contacts", "without the tables")])
def test_databases_of_something_else(tmp_path: Path, table: str, said: str) -> None:
    path = tmp_path / "sms.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"CREATE TABLE {table} (a)")
        connection.execute("CREATE TABLE message (ROWID, text)")
    assert not IMessageSource().recognises(path)
    assert said in str(IMessageSource().diagnose(path))


def test_a_guarded_file_is_explained(chats: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "open", refused)
    assert not IMessageSource().recognises(chats)
    assert "Full Disk Access" in str(IMessageSource().diagnose(chats))


def test_a_page_gone_bad_ends_reading_and_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "chat.db"
    with closing(chat_db.make(path)) as connection:
        connection.execute("BEGIN")
        for n in range(3000):
            chat_db.add(connection, guid=f"g{n}", text=f"message {n} " * 5, date=SECONDS, is_from_me=1, handle_id=0)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = bytearray(path.read_bytes())
    middle = len(raw) // 2 // 4096 * 4096
    raw[middle : middle + 8192] = b"\xff" * 8192
    path.write_bytes(raw)
    items = read(path)
    counts = Counter(i.reason for i in items if isinstance(i, Skipped))
    assert counts == {"damaged database": 1}
    assert 100 < len(items) < 3000


_VALUES = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.text(max_size=8), st.binary(max_size=40), st.floats()
)


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.dictionaries(st.sampled_from([*chat_db.ALWAYS, *chat_db.GENERATIONS["macOS 14"]]), _VALUES)))
def test_no_values_make_it_raise(rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("m") / "chat.db"
    with closing(chat_db.make(path)) as connection:
        people(connection)
        for row in rows:
            chat_db.add(connection, chat=1, **{"guid": "x", **row})
    assert len(read(path)) == len(rows)
    list(IMessageSource().identities(path))


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_no_bytes_make_the_decoder_raise_anything_else(data: st.DataObject) -> None:
    blob = bytearray(chat_db.archived("hello there"))
    for at in data.draw(st.lists(st.integers(0, len(blob) - 1), max_size=6)):
        blob[at] = data.draw(st.integers(0, 255))
    try:
        assert isinstance(attributed_text(bytes(blob)), str)
    except ValueError:
        pass


@pytest.fixture(scope="module")
def recent_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "chat.db"
    recent(path)
    return path.read_bytes()


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_damage_makes_it_raise(
    data: st.DataObject, recent_bytes: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("d") / "chat.db"
    raw = bytearray(recent_bytes)
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=30)):
        raw[at] = data.draw(st.integers(0, 255))
    path.write_bytes(raw[: data.draw(st.integers(0, len(raw)))])
    source = IMessageSource()
    source.recognises(path)
    source.diagnose(path)
    list(source.identities(path))
    for item in source.read(path, ME):
        assert isinstance(item, Message | Skipped | Progress)
