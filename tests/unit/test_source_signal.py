"""Signal: a backup that the test encrypts itself is read back; exports in JSON; keys missing and wrong; damage."""

from __future__ import annotations

import base64
import hashlib
import hmac as hmac_module
import json
import os
import random
import sqlite3
import stat
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.core import plugins
from likeness.core.errors import EngineMissing, InputError
from likeness.core.events import drain
from likeness.core.protocols import Diagnosing, Owner
from likeness.core.settings import Settings
from likeness.core.store import Store
from likeness.core.types import Message, Progress, Skipped
from likeness.sources.signal import SignalSource, backup, database, key, protobuf
from likeness.write.ingest import ingest
from likeness.write.recognise import recognise, survey

FIXTURES = Path(__file__).parent.parent / "fixtures" / "signal"
OWN = FIXTURES / "signal-backup-2026-01-10-09-00-00" / "main.jsonl"
EXPORTED = FIXTURES / "signal-export" / "Ana Lima" / "data.json"
SIGTOP = FIXTURES / "sigtop" / "Ana Lima (+491711234567).json"
ME = Owner.of(["signal:me"])
DIGITS = "123456789012345678901234567890"
SENT, RECEIVED, PUSH = 23, 20, 0xA00000
Row = Sequence[Any]


# ── a writer of backups, from the published format ─────────────────────────────────────────────────────────────


def varint(value: int) -> bytes:
    value &= 0xFFFFFFFFFFFFFFFF
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def chunk(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def parameter(value: Any) -> bytes:
    if value is None:
        return varint(5 << 3) + b"\x01"
    if isinstance(value, str):
        return chunk(1, value.encode())
    if isinstance(value, int):
        return varint(2 << 3) + varint(value)
    if isinstance(value, float):
        return varint(3 << 3 | 1) + struct.pack("<d", value)
    return chunk(4, bytes(value))


class Writer:
    """Writes an encrypted backup as Signal's Android app does."""

    def __init__(self, path: Path, version: int, passphrase: str = DIGITS, rounds: int = 250_000) -> None:
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        self.handle = path.open("wb")
        self.version = version
        self.iv, salt = bytes([0xFF, 0xFF, 0xFF, 0xFE, *range(12)]), bytes(range(32))
        header = chunk(1, self.iv) + chunk(2, salt) + (varint(3 << 3) + varint(version) if version else b"")
        frame = chunk(1, header)
        self.handle.write(struct.pack(">I", len(frame)) + frame)
        hashed, word = passphrase.encode(), passphrase.encode()
        for number in range(rounds):
            hashed = hashlib.sha512((salt if number == 0 else b"") + hashed + word).digest()
        keys = HKDF(SHA256(), 64, b"\0" * 32, b"Backup Export").derive(hashed[:32])
        self.cipher_key, self.mac_key = keys[:32], keys[32:]
        self.counter = int.from_bytes(self.iv[:4], "big")

    def encryptor(self) -> tuple[bytes, Any]:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        iv = (self.counter % 2**32).to_bytes(4, "big") + self.iv[4:]
        self.counter += 1
        return iv, Cipher(algorithms.AES(self.cipher_key), modes.CTR(iv)).encryptor()

    def frame(self, data: bytes) -> None:
        _, encryptor = self.encryptor()
        length = struct.pack(">I", len(data) + 10)
        if self.version:
            length = encryptor.update(length)
        encrypted = encryptor.update(data)
        covered = (length if self.version else b"") + encrypted
        self.handle.write(length + encrypted + hmac_module.digest(self.mac_key, covered, "sha256")[:10])

    def statement(self, sql: str, values: Row = ()) -> None:
        self.frame(chunk(2, chunk(1, sql.encode()) + b"".join(chunk(2, parameter(value)) for value in values)))

    def attachment(self, data: bytes, row: int = 1) -> None:
        self.frame(chunk(4, b"".join(varint(n << 3) + varint(v) for n, v in ((1, row), (2, 2), (3, len(data))))))
        iv, encryptor = self.encryptor()
        encrypted = encryptor.update(data)
        self.handle.write(encrypted + hmac_module.digest(self.mac_key, iv + encrypted, "sha256")[:10])

    def close(self, *, ended: bool = True) -> None:
        if ended:
            self.frame(varint(6 << 3) + b"\x01")
        self.handle.close()


Tables = dict[str, tuple[str, list[Row]]]


def write(path: Path, tables: Tables, version: int = 1, *, ended: bool = True, rounds: int = 250_000) -> Path:
    pytest.importorskip("cryptography")
    writer = Writer(path, version, rounds=rounds)
    writer.frame(chunk(5, varint(1 << 3) + varint(215)))
    for name, (columns, _) in tables.items():
        writer.statement(f"CREATE TABLE {name} ({columns})")
    writer.statement("CREATE TABLE sticker (_id INTEGER PRIMARY KEY)")
    writer.statement("CREATE INDEX message_thread ON message (thread_id)")
    for name, (_, rows) in tables.items():
        for row in rows:
            writer.statement(f"INSERT INTO {name} VALUES ({','.join('?' * len(row))})", row)
        writer.attachment(os.urandom(70_000))
    writer.frame(chunk(3, chunk(1, b"prefs") + chunk(2, b"k") + chunk(3, b"v")))
    writer.frame(chunk(7, chunk(1, b"avatar") + varint(2 << 3) + varint(0)))
    writer.encryptor()
    writer.handle.write(b"\0" * 10)
    writer.close(ended=ended)
    return path


PEOPLE = (
    "_id INTEGER PRIMARY KEY, aci TEXT, e164 TEXT, group_id TEXT, system_joined_name TEXT, profile_joined_name TEXT",
    [
        (1, "self-aci", "+491701000001", None, None, "Sam Rivers"),
        (2, "ana-aci", "+491711234567", None, "Ana Lima", "ana"),
        (3, "bo-aci", None, None, None, "Bo"),
        (4, None, None, "__signal_group__v2__!abcd", None, None),
    ],
)
NEW: Tables = {
    "message": (
        "_id INTEGER PRIMARY KEY, date_sent INTEGER, date_received INTEGER, thread_id INTEGER REFERENCES thread (_id), "
        "from_recipient_id INTEGER, to_recipient_id INTEGER, type INTEGER, body TEXT, quote_id INTEGER DEFAULT 0, "
        "quote_author INTEGER DEFAULT 0, remote_deleted INTEGER DEFAULT 0, latest_revision_id INTEGER, "
        "story_type INTEGER",
        [
            (1, 1709200000000, 0, 1, 2, 1, RECEIVED | PUSH, "Kommst du heute? 😀", 0, 0, 0, None, 0),
            (2, 1709200060000, 0, 1, 1, 2, SENT | PUSH, "Ja, um siben", 1709200000000, 2, 0, 3, 0),
            (3, 1709200061000, 0, 1, 1, 2, SENT | PUSH, "Ja, um sieben", 1709200000000, 2, 0, None, 0),
            (4, 1709200070000, 0, 1, 2, 1, RECEIVED | PUSH, None, 0, 0, 0, None, 0),
            (5, 1709200080000, 0, 1, 1, 2, SENT | PUSH, "", 0, 0, 1, None, 0),
            (6, 1709200090000, 0, 1, 2, 1, 3, None, 0, 0, 0, None, 0),
            (7, 1709300000000, 0, 2, 3, 1, RECEIVED | PUSH, "Wer fährt?", 0, 0, 0, None, 0),
            (8, 1709300001000, 0, 2, 1, 4, SENT | PUSH, "Ich", 1709300000000, 3, 0, None, 0),
            (9, 1709300002000, 0, 2, 2, 1, RECEIVED | PUSH, "Gut", 1709300001000, 1, 0, None, 0),
            (10, 1709300003000, 0, 2, 3, 1, RECEIVED | PUSH | 0x10000, "R3JvdXA=", 0, 0, 0, None, 0),
            (11, 1709300004000, 0, 2, 3, 1, RECEIVED | PUSH | 1 << 32, "❤", 0, 0, 0, None, 0),
            (12, 1709300005000, 0, 1, 1, 2, 24 | PUSH, "never left", 0, 0, 0, None, 0),
            (13, -5, 0, 1, 2, 1, RECEIVED | PUSH, "when?", 0, 0, 0, None, 0),
        ],
    ),
    "recipient": PEOPLE,
    "thread": ("_id INTEGER PRIMARY KEY, recipient_id INTEGER", [(1, 2), (2, 4)]),
    "groups": ("_id INTEGER PRIMARY KEY, group_id TEXT, title TEXT", [(1, "__signal_group__v2__!abcd", "The trip")]),
}
MIDDLE: Tables = {
    "sms": (
        "_id INTEGER PRIMARY KEY, thread_id INTEGER, address INTEGER, date INTEGER, date_sent INTEGER, "
        "type INTEGER, body TEXT",
        [
            (1, 1, 2, 1609200000900, 1609200000000, RECEIVED | PUSH, "Kommst du?"),
            (2, 1, 2, 1609200060000, 1609200060000, SENT | PUSH, "Ja"),
            (3, 1, 2, 1609200060000, 1609200060000, SENT, "Ja"),
        ],
    ),
    "mms": (
        "_id INTEGER PRIMARY KEY, thread_id INTEGER, date INTEGER, date_received INTEGER, msg_box INTEGER, body TEXT, "
        "address INTEGER, quote_id INTEGER, quote_author TEXT",
        [
            (1, 2, 1609300000000, 0, RECEIVED | PUSH, "Wer fährt?", 3, 0, None),
            (2, 2, 1609300001000, 0, SENT | PUSH, "Ich", 4, 1609300000000, "3"),
            (3, 2, 1609300002000, 0, RECEIVED | PUSH, "Gut", 3, 1609300001000, "1"),
        ],
    ),
    "recipient": (
        "_id INTEGER PRIMARY KEY, uuid TEXT, phone TEXT, group_id TEXT, system_display_name TEXT, "
        "signal_profile_name TEXT",
        [
            (2, "ana-aci", "+491711234567", None, "Ana Lima", None),
            (3, "bo-aci", "+491721112223", None, None, "Bo"),
            (4, None, None, "__textsecure_group__!ff", None, None),
        ],
    ),
    "thread": ("_id INTEGER PRIMARY KEY, recipient_ids TEXT", [(1, "2"), (2, "4")]),
    "groups": ("_id INTEGER PRIMARY KEY, group_id TEXT, title TEXT", [(1, "__textsecure_group__!ff", "Old trip")]),
}
OLD: Tables = {
    "sms": (
        "_id INTEGER PRIMARY KEY, thread_id INTEGER, address TEXT, date INTEGER, date_sent INTEGER, "
        "type INTEGER, body TEXT",
        [
            (1, 1, "+491711234567", 1409200000900, 1409200000000, RECEIVED | PUSH, "Kommst du?"),
            (2, 1, "+491711234567", 1409200060000, 1409200060000, SENT | PUSH, "Ja"),
        ],
    ),
    "thread": ("_id INTEGER PRIMARY KEY, recipient_ids TEXT", [(1, "+491711234567")]),
}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(key.VARIABLE, " ".join(DIGITS[n : n + 5] for n in range(0, 30, 5)))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(backup, "_ROUNDS", 10)
    return 10


def read(path: Path, start: int = 0) -> tuple[list[Message], list[Skipped]]:
    items = list(SignalSource().read(path, ME, start=start))
    return [i for i in items if isinstance(i, Message)], [i for i in items if isinstance(i, Skipped)]


# ── the backup ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_is_a_source_and_registered() -> None:
    assert isinstance(plugins.source("signal"), SignalSource)
    assert isinstance(SignalSource(), Diagnosing)


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("version", [0, 1])
def test_a_backup_reaches_the_store_with_exact_counts_and_adds_nothing_again(tmp_path: Path, version: int) -> None:
    path = write(tmp_path / "signal-2024-03-01-10-00-00.backup", NEW, version)
    assert recognise([path]) == [("signal", path)]
    with Store.open(tmp_path / "s.sqlite") as store:
        drain(ingest(store, ME, [path]))
        record = store.ledger()[0]
        assert (record.read, record.kept, record.duplicates) == (13, 5, 0)
        assert dict(record.dropped) == {
            "edited later": 1,
            "no text": 1,
            "unsent": 1,
            "system line": 3,
            "draft or not sent": 1,
            "bad date": 1,
        }
        messages = {m.body: m for m in store.messages()}
        assert store.count(owner_only=True) == 2
        drain(ingest(store, ME, [path]))
        assert store.count() == 5
    answer = messages["Ja, um sieben"]
    assert (answer.sender, answer.from_owner, answer.conversation) == ("signal:me", True, "signal:+491711234567")
    assert answer.reply_to == messages["Kommst du heute? 😀"].native_id
    assert answer.recipients == ("+491711234567",)
    group = messages["Ich"]
    assert group.conversation == "signal:__signal_group__v2__!abcd"
    assert group.reply_to == messages["Wer fährt?"].native_id
    assert messages["Gut"].reply_to == group.native_id
    assert messages["Wer fährt?"].sender == "bo-aci"
    assert messages["Wer fährt?"].sender_name == "Bo"
    assert messages["Gut"].sender_name == "Ana Lima"


@pytest.mark.usefixtures("opened")
def test_older_databases_are_read(tmp_path: Path, quick: int) -> None:
    messages, skipped = read(write(tmp_path / "middle.backup", MIDDLE, 0, rounds=quick))
    assert skipped == []
    assert [(m.sender, m.body) for m in messages] == [
        ("+491711234567", "Kommst du?"),
        ("signal:me", "Ja"),
        ("signal:me", "Ja"),
        ("+491721112223", "Wer fährt?"),
        ("signal:me", "Ich"),
        ("+491721112223", "Gut"),
    ]
    assert len({m.id for m in messages}) == 6
    assert messages[4].reply_to == messages[3].native_id
    assert messages[5].reply_to == messages[4].native_id
    old, skipped = read(write(tmp_path / "old.backup", OLD, 0, rounds=quick))
    assert skipped == []
    assert [(m.conversation, m.sender) for m in old] == [
        ("signal:+491711234567", "+491711234567"),
        ("signal:+491711234567", "signal:me"),
    ]


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize(
    ("table", "kind", "message"), [("attachment", "content_type", "message_id"), ("part", "ct", "mid")]
)
def test_a_long_text_is_put_together_from_its_attachment(
    tmp_path: Path, quick: int, table: str, kind: str, message: str
) -> None:
    pytest.importorskip("cryptography")
    whole = "a long text – " * 400
    rows: list[Row] = [
        (n, 1709200000000 + n, 0, 1, 1, 2, SENT, body, 0, 0, 0, None, 0)
        for n, body in ((1, whole[:2000]), (2, "x" * 2000), (3, "short"))
    ]
    path = tmp_path / "1.backup"
    writer = Writer(path, 1, rounds=quick)
    tables: Tables = {**NEW, "message": (NEW["message"][0], rows)}
    for name, (columns, content) in tables.items():
        writer.statement(f"CREATE TABLE {name} ({columns})")
        for row in content:
            writer.statement(f"INSERT INTO {name} VALUES ({','.join('?' * len(row))})", row)
    writer.statement(f"CREATE TABLE {table} (_id INTEGER PRIMARY KEY, {message} INTEGER, {kind} TEXT)")
    for row, owner, content_type, data in (
        (11, 1, "text/x-signal-plain", whole.encode()),
        (12, 2, "image/jpeg", b"xxxx"),
        (13, 3, "text/x-signal-plain", b"of something else"),
    ):
        writer.statement(f"INSERT INTO {table} VALUES (?,?,?)", (row, owner, content_type))
        writer.attachment(data, row)
    writer.close()
    messages, skipped = read(path)
    assert [m.body for m in messages] == [whole.strip(), "x" * 2000, "short"]
    assert skipped == []
    raw = bytearray(path.read_bytes())
    raw[len(raw) - 300] ^= 1
    path.write_bytes(raw)
    assert [s.reason for s in read(path)[1]] == ["damaged or truncated backup"]


@pytest.mark.usefixtures("opened")
def test_a_newer_backup_adds_only_what_is_new(tmp_path: Path, quick: int) -> None:
    columns, rows = NEW["message"]
    ids = {m.id for m in read(write(tmp_path / "1.backup", NEW, rounds=quick))[0]}
    more: Tables = {
        **NEW,
        "message": (columns, [*rows, (99, 1709400000000, 0, 1, 1, 2, SENT | PUSH, "new", 0, 0, 0, None, 0)]),
    }
    newer = read(write(tmp_path / "2.backup", more, rounds=quick))[0]
    assert [m.body for m in newer if m.id not in ids] == ["new"]


@pytest.mark.usefixtures("opened")
def test_every_cursor_gives_the_rest(tmp_path: Path, quick: int) -> None:
    columns = NEW["message"][0]
    rows: list[Row] = [
        (n, 1709200000000 + n, 0, 1, 1 + n % 2, 2 - n % 2, SENT if n % 2 == 0 else RECEIVED, f"m {n}", 0, 0, 0, None, 0)
        for n in range(1, 1201)
    ]
    path = write(tmp_path / "1.backup", {**NEW, "message": (columns, rows)}, rounds=quick)
    whole, _ = read(path)
    assert len(whole) == 1200
    progress = [i for i in SignalSource().read(path, ME) if isinstance(i, Progress)]
    assert [p.cursor for p in progress] == [500, 1000, 1200]
    assert all(0 <= p.done <= p.total == path.stat().st_size for p in progress)
    for step in progress:
        assert read(path, step.cursor)[0] == whole[step.cursor :]


def test_a_description_names_backup_and_passphrase(tmp_path: Path, quick: int) -> None:
    (tmp_path / "secret").mkdir()
    write(tmp_path / "signal-1.backup", NEW, rounds=quick)
    (tmp_path / "secret" / "words.txt").write_text(DIGITS[:15] + "\n" + DIGITS[15:] + "\n")
    said = tmp_path / "phone.source.yaml"
    said.write_text("source: signal\nbackup: signal-1.backup\npassphrase_file: secret/words.txt\n")
    assert SignalSource().recognises(said)
    assert not SignalSource().recognises(tmp_path / "signal-1.backup")
    assert len(read(said)[0]) == 5
    assert [i.value for i in SignalSource().identities(said)] == ["signal:me"]
    beside = [tmp_path / "signal-1.backup", tmp_path / "secret" / "words.txt"]
    assert SignalSource().companions(said) == beside
    assert survey([tmp_path]).left_out == ()


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("backup: gone.backup", r"backup: gone\.backup is not there"),
        ("backup: signal-1.backup", "no passphrase is given"),
        ("backup: signal-1.backup\npassphrase_file: gone.txt", r"passphrase_file: gone\.txt"),
        ("backup: signal-1.backup\npassphrase_file: short.txt", "does not hold the 30 digits"),
        ("backup: signal-1.backup\npassphrase_file: wrong.txt", r"the passphrase does not open signal-1\.backup"),
        ("backup: short.txt\npassphrase_file: wrong.txt", "is no Signal backup"),
        ("backup: signal-1.backup\npassphrase: 1", "Extra inputs"),
        ("passphrase_file: wrong.txt", "backup: Field required"),
    ],
)
def test_what_a_description_lacks_is_said(tmp_path: Path, quick: int, said: str, message: str) -> None:
    write(tmp_path / "signal-1.backup", NEW, rounds=quick)
    (tmp_path / "short.txt").write_text("12345")
    (tmp_path / "wrong.txt").write_text(DIGITS[::-1])
    (tmp_path / "phone.source.yaml").write_text(f"source: signal\n{said}\n")
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path / "phone.source.yaml")
    assert caught.value.hint


@pytest.mark.parametrize("version", [0, 1])
def test_a_wrong_passphrase_is_an_error_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: int, version: int
) -> None:
    path = write(tmp_path / "signal-1.backup", NEW, version, rounds=quick)
    monkeypatch.setenv(key.VARIABLE, DIGITS[::-1])
    with Store.open(tmp_path / "s.sqlite") as store:
        with pytest.raises(InputError, match="the passphrase does not open"):
            drain(ingest(store, ME, [path]))
        assert store.count() == 0
    assert "does not open" in (SignalSource().diagnose(path) or "")


def test_without_a_passphrase_the_diagnosis_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: int
) -> None:
    path = write(tmp_path / "signal-1.backup", NEW, rounds=quick)
    said = SignalSource().diagnose(path) or ""
    assert "encrypted Signal backup, and no passphrase" in said
    assert key.VARIABLE in said
    assert ".source.yaml" in said
    with pytest.raises(InputError, match="no passphrase is given"):
        read(path)
    monkeypatch.setenv(key.VARIABLE, "12345")
    assert "does not hold the 30 digits" in (SignalSource().diagnose(path) or "")
    monkeypatch.setenv(key.VARIABLE, DIGITS)
    assert SignalSource().diagnose(path) is None


def test_the_variable_does_not_disturb_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(key.VARIABLE, DIGITS)
    assert Settings().port == 8765


@pytest.mark.usefixtures("opened")
def test_without_the_library_the_command_that_installs_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: int
) -> None:
    path = write(tmp_path / "signal-1.backup", NEW, rounds=quick)
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers", None)
    with pytest.raises(EngineMissing) as caught:
        read(path)
    assert caught.value.hint == "pip install 'likeness[signal]'"


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("version", [0, 1])
def test_a_damaged_or_truncated_backup_gives_what_came_before(tmp_path: Path, quick: int, version: int) -> None:
    path = write(tmp_path / "signal-1.backup", NEW, version, ended=False, rounds=quick)
    messages, skipped = read(path)
    assert len(messages) == 5
    assert [s.reason for s in skipped if s.bad] == ["damaged or truncated backup", "bad date"]
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 3])
    messages, skipped = read(path)
    assert "damaged or truncated backup" in [s.reason for s in skipped]
    changed = bytearray(raw)
    changed[len(raw) - 90_000] ^= 1
    path.write_bytes(changed)
    read(path)


@pytest.mark.usefixtures("opened")
def test_the_temporary_database_is_private_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: int
) -> None:
    path = write(tmp_path / "signal-1.backup", NEW, rounds=quick)
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    modes: list[int] = []
    connect = sqlite3.connect

    def watched(where: Path, **rest: Any) -> sqlite3.Connection:
        modes.append(stat.S_IMODE(Path(where).stat().st_mode))
        modes.append(stat.S_IMODE(Path(where).parent.stat().st_mode))
        return connect(where, **rest)

    monkeypatch.setattr(database.sqlite3, "connect", watched)
    reading = SignalSource().read(path, ME)
    next(reading)
    assert [file for file in place.rglob("*") if file.is_file()] == []
    list(reading)
    assert modes == [0o600, 0o700]
    assert list(place.iterdir()) == []
    interrupted = SignalSource().read(path, ME)
    next(interrupted)
    interrupted.close()  # type: ignore[attr-defined]
    assert list(place.iterdir()) == []


@pytest.mark.usefixtures("opened")
def test_only_the_statements_that_matter_are_carried_out(tmp_path: Path, quick: int) -> None:
    target = tmp_path / "made.sqlite"
    path = tmp_path / "1.backup"
    pytest.importorskip("cryptography")
    writer = Writer(path, 1, rounds=quick)
    writer.frame(chunk(5, varint(1 << 3) + varint(215)))
    writer.statement(f"ATTACH DATABASE '{target}' AS other")
    writer.statement("INSERT INTO message VALUES (1)")
    writer.statement("CREATE TABLE message (_id INTEGER); DROP TABLE message")
    writer.statement("INSERT INTO nowhere VALUES (?)", ["x"])
    writer.close()
    messages, skipped = read(path)
    assert messages == []
    assert [s.reason for s in skipped] == ["row that cannot be read"] * 2
    assert not target.exists()


def test_the_fields_of_a_message_are_told() -> None:
    raw = chunk(1, b"a") + varint(2 << 3) + varint(-1) + varint(3 << 3 | 1) + struct.pack("<d", 1.5) + b"\x25abcd"
    assert list(protobuf.fields(raw)) == [(1, b"a"), (2, 2**64 - 1), (3, struct.pack("<d", 1.5)), (4, b"abcd")]
    assert protobuf.signed(2**64 - 1) == -1
    for broken in (b"\x0a\x05ab", b"\x08", b"\x0b\x01", b"\xff" * 12, b"\x09abc"):
        with pytest.raises(ValueError):
            list(protobuf.fields(broken))


# ── exports in JSON ────────────────────────────────────────────────────────────────────────────────────────────


def test_all_exports_reach_the_store_with_exact_counts_and_add_nothing_again(tmp_path: Path) -> None:
    assert sorted(name for name, _ in recognise([FIXTURES])) == ["signal"] * 3
    with Store.open(tmp_path / "s.sqlite") as store:
        drain(ingest(store, ME, [FIXTURES]))
        found = {r.path: (r.read, r.kept, dict(r.dropped)) for r in store.ledger()}
        assert found["main.jsonl"] == (
            12,
            5,
            {
                "sticker": 1,
                "attachment": 1,
                "unsent": 1,
                "system line": 1,
                "bad date": 1,
                "no chat": 1,
                "damaged line": 1,
            },
        )
        assert found["data.json"] == (5, 2, {"attachment": 1, "call": 1, "unsent": 1})
        assert found[SIGTOP.name] == (5, 2, {"system line": 1, "unsent": 1, "attachment": 1})
        assert store.count() == 9
        assert store.count(owner_only=True) == 5
        drain(ingest(store, ME, [FIXTURES]))
        assert store.count() == 9


def test_signals_own_export_is_read_with_its_quotes_groups_and_notes() -> None:
    messages = {m.body: m for m in read(OWN)[0]}
    answer, group, note = messages["Ja, um acht"], messages["Ich"], messages["buy bread"]
    assert answer.reply_to == messages["Kommst du heute? 😀"].native_id
    assert answer.conversation == "signal:+491711234567"
    assert messages["Kommst du heute? 😀"].sender_name == "Ana Lima"
    assert group.conversation == "signal:group:bWFzdGVya2V5"
    assert group.reply_to == messages["Wer fährt?"].native_id
    assert messages["Wer fährt?"].sender == "abcdef12-3456-7890-1244-568812345678"
    assert messages["Wer fährt?"].sender_name == "Bo Berg"
    assert note.from_owner
    assert note.conversation == "signal:signal:me"
    assert [i.value for i in SignalSource().identities(OWN)] == ["signal:me", "Sam Rivers", "sam.42"]


@pytest.mark.usefixtures("opened")
def test_a_backup_and_an_export_of_the_same_chat_agree(tmp_path: Path, quick: int) -> None:
    ids = {m.body: m.id for m in read(write(tmp_path / "1.backup", NEW, rounds=quick))[0]}
    exported = {m.body: m.id for m in read(OWN)[0]}
    assert ids["Kommst du heute? 😀"] == exported["Kommst du heute? 😀"]


def test_other_programs_exports_are_read() -> None:
    exported, _ = read(EXPORTED)
    assert [(m.sender, m.body, m.from_owner, str(m.sent_at)) for m in exported] == [
        ("Ana Lima", "Kommst du heute?", False, "2024-02-29 09:46:40+00:00"),
        ("signal:me", "Ja, um acht", True, "2024-02-29 09:47:40+00:00"),
    ]
    assert exported[1].conversation == "signal:Ana Lima"
    desktop, _ = read(SIGTOP)
    assert [(m.sender, m.body) for m in desktop] == [("+491711234567", "Kommst du heute?"), ("signal:me", "Ja")]


def test_every_cursor_of_an_export_gives_the_rest(tmp_path: Path) -> None:
    lines = OWN.read_text().splitlines()[:-1]
    item = json.loads(lines[10])
    for number in range(1200):
        item["chatItem"]["dateSent"] = str(1709500000000 + number)
        lines.append(json.dumps(item))
    path = tmp_path / "main.jsonl"
    path.write_text("\n".join(lines))
    whole = [i for i in SignalSource().read(path, ME) if not isinstance(i, Progress)]
    cursors = [i.cursor for i in SignalSource().read(path, ME) if isinstance(i, Progress)]
    assert cursors == [500, 1000, 1211]
    for cursor in cursors:
        rest = [i for i in SignalSource().read(path, ME, start=cursor) if not isinstance(i, Progress)]
        assert rest == whole[cursor:]


def test_other_files_are_turned_down(tmp_path: Path) -> None:
    for name, content in {
        "result.json": '{"name": "Ana", "messages": []}',
        "list.json": '[{"id": 1, "type": "message"}]',
        "log.jsonl": '{"version": 1, "level": "info"}',
        "data.json": '{"date": "2024", "sender": "x"}',
        "a.backup": "\x00\x00\x00\x20not a header at all, really not..",
        "chat.txt": "[12/03/20, 15:04:05] Ana: hi",
        "empty.json": "",
        "other.source.yaml": "source: postgres\n",
    }.items():
        (tmp_path / name).write_text(content)
        assert not SignalSource().recognises(tmp_path / name), name
    assert not SignalSource().recognises(tmp_path)


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    def diagnosis(name: str, content: bytes) -> str | None:
        (tmp_path / name).write_bytes(content)
        return SignalSource().diagnose(tmp_path / name)

    assert "is empty" in (diagnosis("signal-1.backup", b"") or "")
    assert "does not begin with" in (diagnosis("signal-2.backup", b"SQLite format 3") or "")
    assert "export again" in (diagnosis("main.jsonl", b"{}") or "")
    (tmp_path / "metadata").write_bytes(b"x")
    assert "main.jsonl" in (diagnosis("main", b"\x01\x02") or "")
    assert diagnosis("notes.backup", b"hello") is None
    assert diagnosis("notes.txt", b"hello") is None
    assert SignalSource().diagnose(tmp_path) is None


def everything(path: Path) -> None:
    source = SignalSource()
    source.recognises(path)
    source.diagnose(path)
    list(source.identities(path))
    if source.recognises(path):
        list(source.read(path, ME))


def refusal(path: Path) -> str:
    """What a backup is refused with; nothing where it is read."""
    try:
        everything(path)
    except InputError as error:
        return str(error)
    return ""


BEGINNINGS = {
    "main.jsonl": OWN.read_bytes().split(b"\n")[0] + b"\n",
    "data.json": EXPORTED.read_bytes().split(b"\n")[0] + b"\n",
    "sigtop.json": SIGTOP.read_bytes()[:300],
    "signal-1.backup": b"\x00\x00\x00\x34",
}


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(sorted(BEGINNINGS)), st.booleans())
def test_no_byte_sequence_raises(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str, begun: bool
) -> None:
    path = tmp_path_factory.mktemp("any") / name
    path.write_bytes((BEGINNINGS[name] if begun else b"") + content)
    everything(path)


@pytest.mark.usefixtures("opened")
def test_mutated_files_never_raise(tmp_path: Path, quick: int) -> None:
    encrypted = write(tmp_path / "signal-1.backup", MIDDLE, rounds=quick)
    chance = random.Random(7)
    for original in (OWN, EXPORTED, SIGTOP, encrypted):
        content = original.read_bytes()
        path = tmp_path / f"mutated{original.suffix}"
        for _ in range(60):
            raw = bytearray(content)
            for _ in range(chance.randint(1, 8)):
                at = chance.randrange(len(raw))
                raw[at : at + chance.randint(0, 9)] = bytes(chance.randrange(256) for _ in range(chance.randint(0, 9)))
            path.write_bytes(raw)
            said = refusal(path)
            # Damage in the first frame cannot be told from a wrong passphrase.
            assert said == "" or (path.suffix == ".backup" and ("does not open" in said or "versions 0 and 1" in said))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["id", "text", "body", "standardMessage", "contact", "group", "self", "quote"]), inner
        )
    ),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from(["recipient", "chat", "chatItem", "account"]), json_values), max_size=4)
)
def test_no_frame_raises(tmp_path_factory: pytest.TempPathFactory, frames: list[dict[str, Any]]) -> None:
    path = tmp_path_factory.mktemp("any") / "main.jsonl"
    path.write_bytes(BEGINNINGS["main.jsonl"] + b"\n".join(json.dumps(frame).encode() for frame in frames))
    everything(path)


def test_uuids_are_written_as_other_exports_write_them() -> None:
    assert base64.b64decode("EjRWeJASRFaIEjRWeJASRA==").hex() == "12345678901244568812345678901244"
