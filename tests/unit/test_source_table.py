"""Tables of messages: columns known by name or described, encodings, damage, and files that only look like tables."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from likeness.core import plugins
from likeness.core.errors import InputError
from likeness.core.events import drain
from likeness.core.protocols import Diagnosing, Owner
from likeness.core.store import Store
from likeness.core.types import Message, Progress, Skipped
from likeness.sources.shared import chats, columns, moments
from likeness.sources.table import TableSource, text
from likeness.write.ingest import ingest

FIXTURES = Path(__file__).parent.parent / "fixtures"
HERE = FIXTURES / "table"
ME = Owner.of(["Sam Rivers", "sam@example.org"])
ALL = ["chat.csv", "mail.tsv", "messages.jsonl", "support.source.yaml"]


def read(path: Path, start: int = 0) -> list[Message | Skipped]:
    return [i for i in TableSource().read(path, ME, start=start) if not isinstance(i, Progress)]


def messages(path: Path) -> list[Message]:
    return [i for i in read(path) if isinstance(i, Message)]


def skipped(path: Path) -> list[tuple[str, str]]:
    return [(i.reason, i.where) for i in read(path) if isinstance(i, Skipped)]


def test_it_is_a_source_that_is_asked_last_and_knows_its_format() -> None:
    assert isinstance(TableSource(), Diagnosing)
    assert TableSource.last_resort


def test_a_chat_whose_columns_say_what_they_are() -> None:
    found = messages(HERE / "chat.csv")
    assert [(m.conversation, m.sender, m.from_owner, m.body) for m in found] == [
        ("table:Lake house", "Ana Lima", False, "Who brings the boat?"),
        ("table:Lake house", "Sam Rivers", True, 'I do.\nAnd "the paddles" too; both of them'),
        ("table:Lake house", "Sam Rivers", True, 'I do.\nAnd "the paddles" too; both of them'),
        ("table:Work", "Ana Lima", False, "Slides are up"),
        ("table:Work", "Sam Rivers", True, "Thanks, reading them now"),
    ]
    assert found[0].sent_at == datetime(2023, 4, 1, 9, 15, tzinfo=UTC)
    assert found[3].sent_at == datetime(2023, 4, 2, 8, 0, tzinfo=UTC)
    assert [m.where for m in found[:3]] == ["chat.csv:line 2", "chat.csv:line 3", "chat.csv:line 5"]
    assert skipped(HERE / "chat.csv") == [
        ("no text", "chat.csv:line 8"),
        ("ragged row", "chat.csv:line 9"),
        ("bad date", "chat.csv:line 10"),
    ]


def test_a_table_of_mail_keeps_who_answered_whom() -> None:
    first, second, third = messages(HERE / "mail.tsv")
    assert (first.sender, first.sender_name, first.recipients) == ("ana@example.net", "Ana Lima", ("sam@example.org",))
    assert (second.reply_to, second.from_owner, second.subject) == (first.native_id, True, "Re: Boat")
    assert second.recipients == ("ana@example.net", "ben@example.net")
    assert third.reply_to == second.native_id
    assert second.conversation == third.conversation != first.conversation
    assert first.sent_at == datetime(2023, 4, 1, 7, 15, tzinfo=UTC)


def test_lines_of_json_with_directions() -> None:
    found = messages(HERE / "messages.jsonl")
    assert [(m.conversation, m.sender, m.from_owner, m.recipients) for m in found] == [
        ("table:+15550101", "+15550101", False, ()),
        ("table:+15550101", "table:me", True, ("+15550101",)),
        ("table:+15550102", "table:me", True, ("+15550102",)),
    ]
    assert found[1].reply_to == found[0].native_id
    assert found[0].sent_at == datetime(2023, 4, 1, 7, 15, tzinfo=UTC)
    assert found[2].sent_at is None
    assert skipped(HERE / "messages.jsonl") == [
        ("unknown direction", "messages.jsonl:line 4"),
        ("text is no text", "messages.jsonl:line 5"),
        ("not a record", "messages.jsonl:line 7"),
    ]


def test_a_described_table() -> None:
    found = messages(HERE / "support.source.yaml")
    assert [(m.conversation, m.sender, m.from_owner, m.body) for m in found] == [
        ("table:support/17", "kunde@example.net", False, "Die Rechnung für März fehlt"),
        ("table:support/17", "Agent", True, "Sie ist unterwegs – bis morgen"),
        ("table:support/18", "sam@example.org", True, "Alles erledigt"),
    ]
    assert [m.sent_at.hour for m in found if m.sent_at] == [7, 7, 8]  # summer time in Berlin, then winter
    assert skipped(HERE / "support.source.yaml") == [("bad date", "support.txt:line 5")]


def test_rows_of_the_same_number_in_two_tables_do_not_join_their_conversations(tmp_path: Path) -> None:
    for name, who in (("a.jsonl", "ana"), ("b.jsonl", "ben")):
        rows = [
            {"id": 1, "direction": "in", "contact": who, "text": "Coming?", "timestamp": 1680333300000},
            {"id": 2, "direction": "out", "contact": who, "text": "Yes", "reply_to": 1, "timestamp": 1680333301000},
        ]
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    for name, who in (("c.csv", "cy@example.net"), ("d.csv", "di@example.net")):
        rows = [f"1,2023-04-01,{who},sam@example.org,Coming?,", f"2,2023-04-02,sam@example.org,{who},Yes,1"]
        (tmp_path / name).write_text("\n".join(["id,date,from,to,text,reply_to", *rows]) + "\n")
    with Store.open(tmp_path / "s.sqlite") as store:
        drain(ingest(store, ME, [tmp_path / name for name in ("a.jsonl", "b.jsonl", "c.csv", "d.csv")]))
        found = list(store.messages())
    assert sorted(Counter(message.conversation for message in found).values()) == [2, 2, 2, 2]
    assert {m.reply_to for m in found if m.reply_to} == {m.native_id for m in found if not m.reply_to}


def test_into_the_store_again_and_a_longer_export(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        last = drain(ingest(store, ME, [HERE]))[-1]
        counts = {record.path: (record.kept, record.duplicates, dict(record.dropped)) for record in store.ledger()}
        assert counts == {
            "chat.csv": (5, 0, {"no text": 1, "ragged row": 1, "bad date": 1}),
            "mail.tsv": (3, 0, {}),
            "messages.jsonl": (3, 0, {"unknown direction": 1, "text is no text": 1, "not a record": 1}),
            "support.source.yaml": (3, 0, {"bad date": 1}),
        }
        assert last.metrics["yours"] == 3 + 1 + 2 + 2
        answers = [m for m in store.messages() if m.reply_to]
        assert len(answers) == 3
        assert all(store.message_by_native(m.reply_to) for m in answers)
        before = list(store.messages())
        assert drain(ingest(store, ME, [HERE]))[-1].metrics["kept"] == 0
        assert list(store.messages()) == before
        longer = tmp_path / "chat-may.csv"
        longer.write_bytes((HERE / "chat.csv").read_bytes() + b'"2023-05-01 10:00";"Sam Rivers";"Work";"Done"\n')
        assert drain(ingest(store, ME, [longer]))[-1].metrics["kept"] == 1


@pytest.mark.parametrize("name", ALL)
def test_resuming_gives_the_rest(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chats, "PROGRESS_EVERY", 1)
    given = list(TableSource().read(HERE / name, ME))
    whole = read(HERE / name)
    cursors = [i for i in given if isinstance(i, Progress)]
    assert len(cursors) == len(whole) + 1
    assert all(0 <= c.done <= c.total == (HERE / name).stat().st_size for c in cursors)
    for cursor in cursors:
        assert whole[: cursor.cursor] + read(HERE / name, cursor.cursor) == whole


def test_only_its_own_is_recognised_or_what_others_are_asked_about_first() -> None:
    first = [source for source in plugins.sources() if not getattr(source, "last_resort", False)]
    for file in sorted(FIXTURES.rglob("*")):
        if file.is_file() and TableSource().recognises(file):
            mine = file.parent == HERE and file.name in ALL
            parents = [parent for parent in file.parents if parent.is_relative_to(FIXTURES) and parent != FIXTURES]
            known = any(source.recognises(path) for source in first for path in (file, *parents))
            named = any(source.diagnose(file) for source in first if isinstance(source, Diagnosing))
            assert mine or known or named, file
    assert all(TableSource().recognises(HERE / name) for name in ALL)
    assert not TableSource().recognises(HERE)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "name,price\nboat,12\n",
        "date,text\n2020-01-01,a diary\n",
        "from,to\nHome,Work\n",
        "sender,text\nana,hello\n",
        "date,from,text\n",
        "[12/03/20, 15:04:05] Ana: date,from,text\n",
        "From: ana@example.net\nTo: sam@example.org\nDate: today\n\nbody, text\n",
        '{"date": 1, "price": 2}\n',
        '[{"date": 1, "from": "a", "text": "b"}]\n',
        '{"messages": [{"date": 1, "from": "a", "text": "b"}]}\n',
        "import csv\n\ndate, sender, text = 1, 2, 3\n",
    ],
)
def test_other_tables_and_texts_are_turned_down(tmp_path: Path, content: str) -> None:
    path = tmp_path / "export.csv"
    path.write_text(content)
    assert not TableSource().recognises(path)
    assert TableSource().diagnose(path)
    assert TableSource().diagnose(path.rename(tmp_path / "export.txt")) is None


ROWS = "date,from,text\n2023-04-01,Ana,Grüße €\n2023-04-02,Sam Rivers,naïve\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(ROWS.encode(encoding))
    assert TableSource().recognises(path)
    assert [m.body for m in messages(path)] == ["Grüße €", "naïve"]
    said = [("not all of it is UTF-8", f"export.csv:byte {ROWS.index('ü')}")] if encoding == "cp1252" else []
    assert skipped(path) == said


def test_odd_ends_of_lines_in_a_header_are_part_of_it(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text('date,"from",text\x0b,"odd\nname\u2028"\n2023-04-01,Ana,hi,1\n', newline="")
    assert [m.body for m in messages(path)] == ["hi"]
    path.write_text("date,from,text\r2023-04-01,Ana,hi\r", newline="")
    assert [m.body for m in messages(path)] == ["hi"]


def test_the_first_byte_that_is_not_utf_8_is_found_across_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "_CHUNK", 3)
    path = tmp_path / "a"
    for raw, at in [(b"abcdef\xff", 6), ("aé€🎉".encode(), None), (b"ab\xe2\x82", 2), (b"ab\xe2\x82z", 2)]:
        path.write_bytes(raw)
        assert text.first_byte_not_utf_8(path) == at


def test_zero_bytes_long_fields_and_open_quotes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "LINE_LIMIT", 4000)
    path = tmp_path / "export.csv"
    path.write_text(
        "date,from,text\n2023-04-01,Ana,zero\0byte\n2023-04-01,Ana," + "x" * 9000 + "\n"
        '2023-04-01,Ana,"open\n' + "and on\n" * 900 + "2023-04-02,Sam Rivers,after\n"
    )
    found = messages(path)
    assert [found[0].body, found[-1].body] == ["zerobyte", "after"]
    reasons = {reason for reason, _ in skipped(path)}
    assert reasons == {"over-long line", "unreadable row", "ragged row"}


def test_a_table_without_a_header_has_columns_by_number(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1,Ana,hi\n2,Sam Rivers,hello\n")
    told = tmp_path / "a.source.yaml"
    told.write_text("source: table\nfile: a.csv\nheader: false\ncolumns: {id: 1, sender: 2, body: 3}\n")
    assert [(m.sender, m.body) for m in messages(told)] == [("Ana", "hi"), ("Sam Rivers", "hello")]


def test_nested_keys_are_reached_by_path(tmp_path: Path) -> None:
    record = {"author": {"name": "Ana", "id": 3}, "content": {"text": "hi"}, "at": 1680333300}
    (tmp_path / "a.log").write_text(json.dumps(record) + "\n")
    told = tmp_path / "a.source.yaml"
    told.write_text(
        "source: table\nfile: a.log\nformat: jsonl\ncolumns: {sender: author.name, body: content.text, date: at}\n"
    )
    assert [(m.sender, m.body) for m in messages(told)] == [("Ana", "hi")]


def test_a_table_that_is_described_is_not_read_a_second_time(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(ROWS)
    assert TableSource().recognises(tmp_path / "a.csv")
    (tmp_path / "b.source.yaml").write_text("source: table\nfile: a.csv\n")
    assert not TableSource().recognises(tmp_path / "a.csv")
    assert TableSource().diagnose(tmp_path / "a.csv") is None
    assert TableSource().recognises(tmp_path / "b.source.yaml")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("file: b.csv", "b.csv is not there"),
        ("columns: {body: text}", "file: Field required"),
        ("file: a.csv\ncolumns: {body: Text}", "no column 'Text'"),
        ("file: a.csv\ncolumns: {body: 9}", "no column 9"),
        ("file: a.csv\ncolumns: {words: text}", "columns.words"),
        ("file: a.csv\nheader: false\ncolumns: {body: text}", "columns have numbers"),
        ("file: a.csv\nheader: false", "no column for body"),
        ("file: a.csv\ntimezone: Mars", "no time zone"),
        ("file: a.csv\nencoding: klingon", "no encoding"),
        ("file: a.csv\ncolour: red", "colour"),
    ],
)
def test_descriptions_that_do_not_fit(tmp_path: Path, told: str, said: str) -> None:
    (tmp_path / "a.csv").write_text(ROWS)
    path = tmp_path / "a.source.yaml"
    path.write_text(f"source: table\n{told}\n")
    with pytest.raises(InputError, match=r"a\.source\.yaml") as caught:
        read(path)
    assert said in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"<html><body>", "is HTML"),
        ("date,from,text\n".encode("utf-16-le"), "encoding: utf-16-le"),
        (b"[1, 2]", "one JSON list"),
        (b'{"a": 1}\n', "no keys"),
        (b"date,from,text\n", "no rows"),
        (b"Datum;Von;Nachricht\n1;2;3\n", "its columns are Datum, Von, Nachricht (known: none)"),
        (b"date,text\n1,2\n", "known: body, date"),
    ],
)
def test_what_is_wrong_with_a_table_is_said(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(data)
    assert said in str(TableSource().diagnose(path))


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (b"file: a.csv", "does not say which source"),
        (b"source: tabel", "which is none of"),
        (b"source: [", "cannot be read"),
        (b"\xff\xfe\xff", "cannot be read"),
    ],
)
def test_descriptions_of_nothing_are_said(tmp_path: Path, told: bytes, said: str) -> None:
    path = tmp_path / "a.source.yaml"
    path.write_bytes(told)
    assert not TableSource().recognises(path)
    assert said in str(TableSource().diagnose(path))
    assert TableSource().diagnose(HERE / "support.source.yaml") is None


def test_a_spreadsheet_under_another_name_is_said(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.csv", "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    assert "spreadsheet" in str(TableSource().diagnose(tmp_path / "export.csv"))


def test_the_owner_is_proposed_first(tmp_path: Path) -> None:
    assert [i.value for i in TableSource().identities(HERE / "messages.jsonl")] == ["table:me", "+15550101"]
    assert next(iter(TableSource().identities(HERE / "support.source.yaml"))).value in ("Agent", "sam@example.org")
    assert {i.value for i in TableSource().identities(HERE / "chat.csv")} == {"Ana Lima", "Sam Rivers", "Ben Ode"} - {
        "Ben Ode"
    }


@pytest.mark.parametrize(
    "value",
    [
        1680333300,
        1680333300.0,
        Decimal(1680333300),
        "1680333300",
        "1680333300000",
        1680333300000000,
        "1680333300000000000",
        "2023-04-01T07:15:00Z",
        "2023-04-01 09:15:00+02",
        "2023-04-01 07:15:00 UTC",
        "2023-04-01 07:15",
        "Sat, 01 Apr 2023 09:15:00 +0200",
        "1 Apr 2023 07:15:00 GMT",
        datetime(2023, 4, 1, 7, 15),
        datetime(2023, 4, 1, 9, 15, tzinfo=ZoneInfo("Europe/Berlin")),
    ],
)
def test_dates(value: object) -> None:
    assert moments.parse(value) == datetime(2023, 4, 1, 7, 15, tzinfo=UTC)


def test_dates_of_a_zone_of_a_format_and_none() -> None:
    madrid = ZoneInfo("Europe/Madrid")
    assert moments.parse("2023-04-01 09:15", zone=madrid) == datetime(2023, 4, 1, 7, 15, tzinfo=UTC)
    assert moments.parse(date(2023, 4, 1)) == datetime(2023, 4, 1, tzinfo=UTC)
    assert moments.parse("01|04|23", date_format="%d|%m|%y") == datetime(2023, 4, 1, tzinfo=UTC)
    assert [moments.parse(v) for v in (None, "", " ", "NULL", "NaT")] == [None] * 5
    for bad in ("soon", True, [1], "12/03/2020", 1e300, float("nan"), float("inf")):
        with pytest.raises(ValueError):
            moments.parse(bad)


def test_every_alias_belongs_to_one_role() -> None:
    names = [alias for aliases in columns.NAMES.values() for alias in aliases]
    assert len(names) == len(set(names))
    documented = columns.__doc__ or ""
    assert all(f" {name}" in documented for name in names)


@settings(max_examples=150, deadline=None)
@given(
    parts=st.lists(
        st.one_of(
            st.sampled_from([b"date,from,text\n", b'"', b",", b"\n", b"\r", b"\0", b'{"text":1,"from":2,"to":3}\n']),
            st.binary(max_size=20),
        ),
        max_size=20,
    )
)
def test_no_bytes_make_it_raise(parts: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("t") / "a.csv"
    for data in (b"".join(parts), b"date,from,text\n2020-01-01,a,b\n" + b"".join(parts)):
        path.write_bytes(data)
        source = TableSource()
        source.diagnose(path)
        if source.recognises(path):
            list(source.identities(path))
            for item in source.read(path, ME):
                assert isinstance(item, Message | Skipped | Progress)


@settings(max_examples=100, deadline=None)
@given(data=st.data(), name=st.sampled_from(ALL[:3]))
def test_no_damage_makes_it_raise(data: st.DataObject, name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    raw = bytearray((HERE / name).read_bytes())
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), max_size=12)):
        raw[at] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("d") / name
    path.write_bytes(raw)
    TableSource().diagnose(path)
    if TableSource().recognises(path):
        list(TableSource().identities(path))
        list(TableSource().read(path, ME))
