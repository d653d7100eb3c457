"""Rows of a real PostgreSQL server: read only, streamed, resumed in order; and descriptions that are wrong."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import postgres_server
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from postgres_server import PASSWORD, REQUIRED, Server

from likeness.core.errors import EngineMissing, InputError
from likeness.core.events import drain
from likeness.core.protocols import Owner, Source
from likeness.core.store import Store
from likeness.core.types import Message, Progress, Skipped
from likeness.sources import postgres
from likeness.sources.postgres import PostgresSource
from likeness.sources.postgres.statement import reading
from likeness.write import reading as batches
from likeness.write.ingest import ingest

ME = Owner.of(["Sam Rivers", "sam@example.org"])
DAMAGED = b"caf\xe9"


def _absent() -> str:
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "psycopg is not installed"
    return "" if postgres_server.programs() else "PostgreSQL is not installed (Debian: apt-get install postgresql)"


needs_server = pytest.mark.skipif(bool(_absent()) and not REQUIRED, reason=_absent() or "-")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    import psycopg

    with postgres_server.running() as running:
        with psycopg.connect(running.local(), autocommit=True) as connection:
            connection.execute("CREATE SCHEMA crm")
            connection.execute(
                'CREATE TABLE crm."Ticket Messages" (id bigint PRIMARY KEY, ticket int, "Author" text, content text,'
                " created timestamptz, answers bigint, internal boolean)"
            )
            connection.execute(
                'INSERT INTO crm."Ticket Messages" VALUES '
                "(1, 17, 'ana@example.net', 'Where is my boat?', '2023-04-01 09:15+02', NULL, false),"
                "(2, 17, 'Sam Rivers <sam@example.org>', 'On its way 🎉', '2023-04-01 09:40+02', 1, false),"
                "(3, 17, 'sam@example.org', '', '2023-04-01 09:41+02', NULL, true),"
                "(4, 18, 'ben@example.net', 'It leaks', 'infinity', NULL, false),"
                "(5, 18, 'ben@example.net', 'Still leaks', NULL, NULL, false),"
                "(6, 18, 'support', 'We take it back', '0044-03-15 10:00:00+00 BC', NULL, false),"
                "(7, 18, 'support', 'Sorry for that', '2023-04-03 10:00+02', 5, false)"
            )
            connection.execute(
                "CREATE TABLE many (id int PRIMARY KEY, direction text, contact text, text text, ts int)"
            )
            connection.execute(
                "INSERT INTO many SELECT n, CASE n % 2 WHEN 0 THEN 'in' ELSE 'out' END, '+1555010' || n % 7,"
                " 'message number ' || n || repeat(' and so on', 20), 1600000000 + n FROM generate_series(1, 6000) n"
            )
            connection.execute("CREATE DATABASE odd ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
        with psycopg.connect(running.local("odd"), autocommit=True) as connection:
            connection.execute("CREATE TABLE messages (sender text, date text, body text)")
            connection.execute(
                "INSERT INTO messages SELECT 'ana', '2020-01-01', convert_from(%s, 'SQL_ASCII')", (DAMAGED,)
            )
        yield running


def describe(folder: Path, **keys: Any) -> Path:
    path = folder / "crm.source.yaml"
    path.write_text("source: postgres\n" + "".join(f"{key}: {value}\n" for key, value in keys.items()))
    return path


@pytest.fixture
def tickets(server: Server, tmp_path: Path) -> Path:
    return describe(
        tmp_path,
        connection=server.local(),
        table="crm.Ticket Messages",
        columns="{body: content, sender: Author, date: created, conversation: ticket, reply_to: answers}",
        order_by="id",
        me="[support]",
    )


@pytest.fixture
def many(server: Server, tmp_path: Path) -> Path:
    return describe(tmp_path, connection=server.local(), table="many", order_by="ts")


def read(path: Path, start: int = 0) -> list[Message | Skipped]:
    return [i for i in PostgresSource().read(path, ME, start=start) if not isinstance(i, Progress)]


def test_it_is_a_source() -> None:
    assert isinstance(PostgresSource(), Source)


@needs_server
def test_a_table_into_the_store_and_again(tickets: Path, tmp_path: Path) -> None:
    assert PostgresSource().recognises(tickets)
    with Store.open(tmp_path / "s.sqlite") as store:
        last = drain(ingest(store, ME, [tickets]))[-1]
        (record,) = store.ledger()
        assert (record.kept, dict(record.dropped)) == (4, {"bad date": 2, "no text": 1})
        assert [b.where for b in record.bad] == ["crm.source.yaml:row 4", "crm.source.yaml:row 6"]
        assert last.metrics["yours"] == 2
        found = {m.native_id.rpartition("/")[2]: m for m in store.messages()}
        second, last_row = found["2"], found["7"]
        assert (second.sender, second.sender_name, second.body) == ("sam@example.org", "Sam Rivers", "On its way 🎉")
        assert second.sent_at == datetime(2023, 4, 1, 7, 40, tzinfo=UTC)
        assert (second.conversation, second.reply_to, second.from_owner) == ("postgres:17", "postgres:17/1", True)
        assert (last_row.sender, last_row.from_owner, last_row.reply_to) == (
            "support",
            True,
            f"{last_row.conversation}/5",
        )
        assert drain(ingest(store, ME, [tickets]))[-1].metrics["kept"] == 0


@needs_server
def test_a_query_in_the_order_it_names(server: Server, tmp_path: Path) -> None:
    query = (
        'SELECT id, content AS body, "Author" AS sender FROM crm."Ticket Messages" WHERE content LIKE \'%i%\'; -- all'
    )
    path = describe(tmp_path, connection=server.local(), query=f"|\n  {query}", order_by="[sender desc, id]")
    found = [m.native_id.rpartition("/")[2] for m in read(path) if isinstance(m, Message)]
    assert found == ["6", "5", "1", "2"]


@needs_server
def test_the_owner_s_rows_are_proposed_first(tickets: Path, many: Path, server: Server, tmp_path: Path) -> None:
    tickets = describe(
        tmp_path,
        connection=server.local(),
        table="crm.Ticket Messages",
        columns="{body: content, sender: Author}",
        me="[support]",
    )
    found = list(PostgresSource().identities(tickets))
    assert [(i.value, i.count) for i in found[:3]] == [("support", 2), ("ben@example.net", 2), ("sam@example.org", 2)]


@needs_server
def test_nothing_can_be_written(server: Server, tmp_path: Path) -> None:
    path = describe(
        tmp_path,
        connection=server.local(),
        query="WITH gone AS (DELETE FROM many RETURNING *) SELECT text AS body, contact AS sender FROM gone",
    )
    with pytest.raises(InputError):
        read(path)
    path = describe(
        tmp_path,
        connection=server.local(),
        query="SELECT setval('counter', 5) AS body, 1 AS sender FROM (SELECT nextval('counter')) AS x",
    )
    with pytest.raises(InputError, match="counter"):
        read(path)


@needs_server
def test_resuming_gives_the_rest_where_there_is_an_order(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "PROGRESS_EVERY", 1499)
    given = list(PostgresSource().read(many, ME))
    whole = read(many)
    cursors = [i for i in given if isinstance(i, Progress)]
    assert [c.cursor for c in cursors] == [1499, 2998, 4497, 5996, 6000]
    assert all(0 <= c.done <= c.total for c in cursors)
    for cursor in cursors:
        assert read(many, cursor.cursor) == whole[cursor.cursor :]


@needs_server
def test_without_an_order_reading_begins_anew(server: Server, tmp_path: Path) -> None:
    path = describe(tmp_path, connection=server.local(), table="many")
    items = list(PostgresSource().read(path, ME, start=5_000))
    assert sum(isinstance(i, Message) for i in items) == 6_000
    assert {i.cursor for i in items if isinstance(i, Progress)} == {0}


@needs_server
def test_an_interrupted_import_goes_on(many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH_MESSAGES", 1000)
    with Store.open(tmp_path / "s.sqlite") as store:
        events = ingest(store, ME, [many])
        while store.count() < 2000:
            next(events)
        events.close()
        assert store.count() < 5_000
        drain(ingest(store, ME, [many]))
        (record,) = store.ledger()
        assert (record.kept, record.duplicates, store.count()) == (6_000, 0, 6_000)
        assert store.count(owner_only=True) == 3_000


@needs_server
def test_memory_does_not_grow_with_the_table(server: Server, tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        query = f"SELECT *, repeat('x', 2000) AS body FROM many WHERE id <= {rows}"
        path = describe(tmp_path, connection=server.local(), query=query, order_by="id")
        tracemalloc.start()
        assert sum(isinstance(i, Message) for i in PostgresSource().read(path, ME)) == rows
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(100)
    assert peak(6_000) < 1.5 * peak(1_500)


@needs_server
def test_bytes_of_no_encoding_are_read(server: Server, tmp_path: Path) -> None:
    path = describe(tmp_path, connection=server.local("odd"), table="messages")
    assert [m.body for m in read(path) if isinstance(m, Message)] == ["caf\ufffd"]


@needs_server
def test_a_password_comes_from_libpq_and_is_never_said(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = describe(tmp_path, connection=server.by_tcp(), table="many")
    with pytest.raises(InputError, match="password"):
        read(path)
    monkeypatch.setenv("PGPASSWORD", "wrong " + PASSWORD)
    with pytest.raises(InputError, match="authentication failed") as caught:
        read(path)
    assert PASSWORD not in str(caught.value) + caught.value.hint
    monkeypatch.delenv("PGPASSWORD")
    passes = tmp_path / "pgpass"
    passes.write_text(f"127.0.0.1:{server.port}:*:sam:{PASSWORD}\n")
    passes.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passes))
    assert len(read(path)) == 6_000


@needs_server
@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"table": "nowhere"}, 'relation "nowhere" does not exist'),
        ({"table": "no.where"}, 'relation "no.where" does not exist'),
        ({"table": "many", "columns": "{body: words}"}, "columns: body: there is no column 'words'"),
        ({"table": "many", "order_by": "nothing"}, "order_by: there is no column 'nothing'"),
        ({"query": "SELECT contact FROM many"}, "no column for body"),
        ({"query": "SELECT text FROM many WHERE"}, "syntax error"),
        ({"query": "SELECT wrong FROM many"}, 'column "wrong" does not exist'),
        ({"query": "SELECT text, 1/(id-9) AS sender FROM many"}, "DivisionByZero"),
        ({"query": "SELECT text::int AS body FROM many"}, "InvalidTextRepresentation"),
        ({"query": "SELECT pg_sleep(5)::text AS body", "statement_seconds": 1}, "too long"),
        ({"table": "many", "connection": "host=127.0.0.1 port=1 user=sam connect_timeout=2"}, "refused"),
        ({"table": "many", "connection": "host=/nowhere user=sam"}, "No such file"),
    ],
)
def test_what_the_server_says_is_said(server: Server, tmp_path: Path, keys: dict[str, Any], said: str) -> None:
    path = describe(tmp_path, **{"connection": server.local(), **keys})
    with pytest.raises(InputError, match=r"crm\.source\.yaml") as caught:
        read(path)
    assert said in str(caught.value)
    assert caught.value.hint
    assert "message number" not in str(caught.value)


@needs_server
def test_a_database_that_is_not_there_is_said(server: Server, tmp_path: Path) -> None:
    with pytest.raises(InputError, match='database "gone" does not exist'):
        read(describe(tmp_path, connection=server.local("gone"), table="many"))


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({}, "either table or query"),
        ({"table": "a", "query": "SELECT 1"}, "either table or query"),
        ({"table": "a", "connection": "'host=x password=hunter2'"}, "a password does not belong"),
        ({"table": "a", "connection": "postgresql://sam:hunter2@localhost/x"}, "a password does not belong"),
        ({"table": "a", "connection": "hunter2"}, "not a connection string"),
        ({"table": "a", "tables": "b"}, "tables"),
        ({"table": "a", "columns": "{words: b}"}, "columns.words"),
        ({"table": "a", "connect_seconds": "0"}, "connect_seconds"),
        ({"query": "DROP TABLE a"}, "does not begin with SELECT"),
        ({"query": "SELECT 1; SELECT 2"}, "more than one statement"),
    ],
)
def test_descriptions_that_are_wrong(tmp_path: Path, keys: dict[str, Any], said: str) -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    with pytest.raises(InputError) as caught:
        read(describe(tmp_path, **keys))
    assert said in str(caught.value)
    assert "hunter2" not in str(caught.value) + caught.value.hint


def test_without_the_library_the_command_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    path = describe(tmp_path, table="a")
    assert PostgresSource().recognises(path)
    with pytest.raises(EngineMissing) as caught:
        read(path)
    assert "likeness[postgres]" in caught.value.hint


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1",
        " select 'a;b' -- ; (\n;",
        "WITH a AS (SELECT 1) SELECT * FROM a;  ",
        "(SELECT 1) UNION (SELECT 2)",
        "/* ; ' ( /* nested */ */ SELECT \"a;'b\" FROM c",
        "SELECT E'it\\'s;' || $$a;'b($$ || $x$ ; $$ $x$",
        "SELECT 'it''s' /* it's */ WHERE a = $1",
    ],
)
def test_statements_that_read(query: str) -> None:
    assert ";" not in reading(query).rstrip()[-1:]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "DELETE FROM a",
        "SELECT 1; DELETE FROM a",
        "SELECT 1) AS a; DELETE FROM b; SELECT * FROM (SELECT 1",
        "SELECT 1)) (",
        "SELECT 'open",
        'SELECT "open',
        "SELECT $a$ open $b$",
        "SELECT 1 /* open",
        "SELECT a$x$ ; DELETE FROM a; SELECT a$x$",
        "SELECT 'a\\'; DELETE FROM a; --'",
        "-- SELECT\nDELETE FROM a",
        "selection",
    ],
)
def test_statements_that_do_not(query: str) -> None:
    with pytest.raises(InputError) as caught:
        reading(query)
    assert "SELECT" in caught.value.hint


@settings(max_examples=300, deadline=None)
@given(query=st.text(alphabet="SELECT 1;'\"$a()-/*\\\n", max_size=40))
def test_no_query_makes_it_raise_anything_else(query: str) -> None:
    for text in (query, "SELECT " + query):
        try:
            assert isinstance(reading(text), str)
        except InputError:
            pass


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=200))
def test_no_bytes_make_recognising_raise(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("p") / "a.source.yaml"
    for content in (data, b"source: postgres\n" + data):
        path.write_bytes(content)
        PostgresSource().recognises(path)
    assert not PostgresSource().recognises(path.rename(path.with_name("a.yaml")))
