"""The person's store: kept once, in order, found by words, and safe to open."""

from __future__ import annotations

import sqlite3
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from likeness.core.errors import Busy, HomeUnavailable, InputError
from likeness.core.store import Checkpoint, Store
from likeness.core.types import Message, Skipped


def a_message(number: int, *, conversation: str = "c", from_owner: bool = True, body: str = "") -> Message:
    return Message(
        id=f"id{number}",
        source="mbox",
        conversation=conversation,
        sender="sam@example.org",
        sent_at=datetime(2020, 1, 1 + number, tzinfo=UTC),
        body=body or f"body {number}",
        from_owner=from_owner,
        recipients=("ana@example.org",),
        references=("a", "b"),
        labels=("Sent",),
        native_id=f"{number}@example.org",
        subject="Slides",
        where=f"x.mbox:offset {number}",
    )


def test_a_message_comes_back_as_it_went_in(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        store.add([a_message(1)])
        assert store.message("id1") == a_message(1)
        assert store.message_by_native("1@example.org") == a_message(1)
        assert store.message("nobody") is None
        assert store.message_by_native("") is None


def test_adding_twice_adds_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        assert store.add([a_message(1), a_message(2), a_message(1)]) == 2
        assert store.add([a_message(2), a_message(3)]) == 1
        assert store.count() == 3


def test_messages_are_in_order_and_can_be_the_owners_only(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        store.add([a_message(3), a_message(1, from_owner=False), a_message(2, conversation="a"), a_message(0)])
        assert [m.id for m in store.messages()] == ["id2", "id0", "id1", "id3"]
        assert [m.id for m in store.messages(owner_only=True)] == ["id2", "id0", "id3"]
        assert (store.count(), store.count(owner_only=True)) == (4, 3)


def test_messages_that_name_each_other_share_a_conversation(tmp_path: Path) -> None:
    chain = [
        replace(a_message(1, conversation="b"), reply_to="", references=()),
        replace(a_message(2, conversation="c"), reply_to="1@example.org", references=()),
        replace(a_message(3, conversation="a"), reply_to="", references=("gone@x", "2@example.org")),
        replace(a_message(4, conversation="d"), reply_to="gone@x", references=()),
    ]
    with Store.open(tmp_path / "s.sqlite") as store:
        store.add(chain)
        assert store.join_conversations() == 2
        assert [m.conversation for m in map(store.message, ("id1", "id2", "id3", "id4")) if m] == ["a", "a", "a", "d"]
        assert store.join_conversations() == 0


def test_the_checkpoint_is_saved_with_its_messages(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        record = store.begin_import("mbox", "x.mbox", "f1", 1000)
        skipped = [Skipped("no text", "x.mbox:offset 5"), Skipped("bad date", "x.mbox:offset 9", bad=True, detail="d")]
        store.add([a_message(1), a_message(1)], Checkpoint(record.id, 0, 512, skipped))
    with Store.open(tmp_path / "s.sqlite") as store:
        again = store.begin_import("mbox", "x.mbox", "f1", 1000)
        assert (again.id, again.cursor, again.read, again.kept, again.duplicates) == (record.id, 512, 4, 1, 1)
        store.add([a_message(2)], Checkpoint(record.id, 0, 1000, skipped[:1], finished=True))
        (line,) = store.ledger()
        assert line.read == line.kept + line.duplicates + sum(line.dropped.values()) == 6
        assert line.dropped == {"no text": 2, "bad date": 1}
        assert [(b.where, b.reason) for b in line.bad] == [("x.mbox:offset 9", "bad date")]
        assert line.finished_at is not None
        assert store.begin_import("mbox", "x.mbox", "f1", 1000).id != record.id


def test_a_failed_batch_leaves_nothing(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        with pytest.raises(sqlite3.IntegrityError):
            store.add([a_message(1)], Checkpoint(99, 0, 1, [Skipped("no text", "w")]))
        assert store.count() == 0


def test_files_are_private(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    path.touch(mode=0o644)
    with Store.open(path) as store:
        store.add([a_message(1)])
        modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in tmp_path.glob("s.sqlite*")}
    assert set(modes) == {"s.sqlite", "s.sqlite-wal", "s.sqlite-shm"}
    assert set(modes.values()) == {0o600}


def test_what_cannot_be_opened_is_said(tmp_path: Path) -> None:
    with pytest.raises(HomeUnavailable):
        Store.open(tmp_path / "absent" / "s.sqlite")
    (tmp_path / "junk").write_bytes(b"not a database, but long enough to be one" * 100)
    with pytest.raises(InputError, match="junk"):
        Store.open(tmp_path / "junk")
    with Store.open(tmp_path / "new.sqlite"):
        pass
    connection = sqlite3.connect(tmp_path / "new.sqlite")
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(InputError, match="newer"):
        Store.open(tmp_path / "new.sqlite")


def test_a_full_disk_and_a_damaged_file_are_said(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    with Store.open(path) as store:
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count={pages + 2}")
        with pytest.raises(HomeUnavailable, match="full"):
            store.add([a_message(n, body="long " * 9000) for n in range(20)])
        assert store.count() == 0
        store._connection.execute("PRAGMA max_page_count=100000")
        store.add([a_message(n, body="long " * 900) for n in range(20)])
    raw = bytearray(path.read_bytes())
    raw[8192 : len(raw) - 4096] = b"\xaa" * (len(raw) - 4096 - 8192)
    path.write_bytes(raw)
    with pytest.raises(InputError, match="cannot be used"), Store.open(path) as store:
        list(store.messages())


def test_a_second_writer_waits_and_is_then_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("likeness.core.store.database.BUSY_SECONDS", 0.05)
    with Store.open(tmp_path / "s.sqlite") as first, Store.open(tmp_path / "s.sqlite") as second:
        with first._transaction(), pytest.raises(Busy):
            second.add([a_message(1)])
        assert second.add([a_message(1)]) == 1


def test_half_a_surrogate_pair_does_not_stop_a_batch(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        store.add([a_message(1, body="smile \ud83d")])
        (message,) = store.messages()
        assert message.body == "smile ?"


def test_what_is_unknown_is_counted_once_and_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    with Store.open(path) as store:
        store.add([a_message(1)])
    before = path.read_bytes()
    with Store.open(path) as store:
        assert store.unknown(["id1", "id2", "id2"]) == 1
        assert store.unknown(["id2", "id3"]) == 1
        assert store.count() == 1
        store.add([a_message(2)])
        assert store.count() == 2
    with Store.open(path) as store:
        assert store.unknown(["id2", "id3"]) == 1
    assert len(before) == len(path.read_bytes())
