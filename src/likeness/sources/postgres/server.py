"""The user's own PostgreSQL server: one read-only transaction, rows by a cursor that stays on the server.

Nothing else in the package opens a connection to what a user names. The password is never in a description: libpq
takes it from ``~/.pgpass``, ``PGPASSWORD`` or a service file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from likeness.core.errors import EngineMissing, InputError
from likeness.sources.postgres.statement import reading
from likeness.sources.shared.columns import Role

if TYPE_CHECKING:  # an extra: `pip install 'likeness[postgres]'`
    import psycopg
    from psycopg import sql

INSTALL = "pip install 'likeness[postgres]'"
_DATES = ("date", "timestamp", "timestamptz")
_PLAIN_SQLSTATES = ("3D", "3F", "28", "42", "53", "57")
"""Classes whose message names what is missing or denied; others can quote data."""
ROWS_AT_ONCE = 1000


class Place(NamedTuple):
    """Where the rows come from: a connection string, and a table or a query."""

    connection: str
    table: str
    query: str
    connect_seconds: int
    statement_seconds: int


@contextmanager
def transaction(place: Place, name: str) -> Iterator[psycopg.Connection[Any]]:
    """A read-only transaction that sees one state of the data. ``name`` is the description's, for messages.

    Raises :class:`EngineMissing` when psycopg is not installed, and :class:`InputError` when the server cannot be
    reached, refuses, or says something of a statement in the block.
    """
    try:
        import psycopg
        from psycopg import conninfo
    except ImportError:
        raise EngineMissing("reading from PostgreSQL needs the library psycopg", hint=INSTALL) from None
    try:
        stated = conninfo.conninfo_to_dict(place.connection)
    except psycopg.Error:
        # What libpq says of it quotes it.
        raise InputError(f"{name}: connection: not a connection string", hint="host=… dbname=… user=…") from None
    if stated.get("password"):
        raise InputError(
            f"{name}: connection: a password does not belong in it",
            hint="put it into ~/.pgpass (mode 0600), or into PGPASSWORD",
        )
    ours: dict[str, str | int | None] = {"connect_timeout": place.connect_seconds, "client_encoding": "UTF8"}
    try:
        with psycopg.connect(conninfo.make_conninfo("", **{**ours, **stated})) as connection:
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            _prepare(connection, place)
            yield connection
            connection.rollback()
    except psycopg.Error as error:
        raise _explained(error, name) from None


def _prepare(connection: psycopg.Connection[Any], place: Place) -> None:
    """Settings of this transaction alone. Dates come as text, since Python has no year 10,000 and no infinity."""
    from psycopg.types.string import TextLoader

    settings = {
        "statement_timeout": f"{place.statement_seconds}s",
        "datestyle": "ISO",
        "timezone": "UTC",
        "standard_conforming_strings": "on",
        "extra_float_digits": "1",
    }
    for key, value in settings.items():
        connection.execute("SELECT set_config(%s, %s, true)", (key, value))
    if connection.info.parameter_status("server_encoding") == "SQL_ASCII":
        connection.execute("SELECT set_config('client_encoding', 'SQL_ASCII', true)")  # any bytes: texts come as bytes
    for kind in _DATES:
        connection.adapters.register_loader(kind, TextLoader)


def column_names(connection: psycopg.Connection[Any], place: Place) -> list[str]:
    """The columns of the table or query, in order."""
    from psycopg import sql

    cursor = connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(_rows_of(place)))
    return [column.name for column in cursor.description or ()]


def estimated_rows(connection: psycopg.Connection[Any], place: Place) -> int:
    """How many rows the server's planner expects; at least 1."""
    from psycopg import sql

    cursor = connection.execute(sql.SQL("EXPLAIN (FORMAT JSON) SELECT * FROM {}").format(_rows_of(place)))
    found = cursor.fetchone()
    return max(1, int(found[0][0]["Plan"]["Plan Rows"])) if found else 1


def rows(
    connection: psycopg.Connection[Any],
    place: Place,
    columns: Mapping[Role, str],
    order: Sequence[tuple[str, bool]],
    start: int,
) -> Iterator[Mapping[Role, Any]]:
    """The values of each role, row by row from number ``start``; ``order`` is columns and whether they descend."""
    from psycopg import sql

    ordered = [sql.SQL("{} DESC" if descends else "{}").format(sql.Identifier(name)) for name, descends in order]
    query = sql.SQL("SELECT {} FROM {}").format(
        sql.SQL(", ").join(sql.Identifier(name) for name in columns.values()), _rows_of(place)
    )
    if ordered:
        query += sql.SQL(" ORDER BY ") + sql.SQL(", ").join(ordered)
    with connection.cursor(name="likeness") as cursor:
        cursor.itersize = ROWS_AT_ONCE
        cursor.execute(query)
        if start:
            cursor.scroll(start)
        for row in cursor:
            yield dict(zip(columns, row, strict=True))


def senders(
    connection: psycopg.Connection[Any], place: Place, columns: Mapping[Role, str]
) -> Iterator[tuple[Mapping[Role, Any], int]]:
    """Each combination of what says who wrote a row, and how many rows have it; the most frequent first."""
    from psycopg import sql

    saying = {role: name for role, name in columns.items() if role in ("sender", "sender_name", "contact", "is_me")}
    if not saying:
        return
    numbers = sql.SQL(", ").join(sql.SQL(str(number + 1)) for number in range(len(saying)))
    query = sql.SQL("SELECT {}, count(*) FROM {} GROUP BY {} ORDER BY count(*) DESC, {}").format(
        sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in saying.values()),
        _rows_of(place),
        numbers,
        numbers,
    )
    with connection.cursor(name="likeness_senders") as cursor:
        for row in cursor.execute(query):
            yield dict(zip(saying, row, strict=False)), int(row[-1])


def _rows_of(place: Place) -> sql.Composable:
    """What stands behind FROM: a table's quoted name, or the query in parentheses."""
    from psycopg import sql

    if place.table:
        return sql.Identifier(*place.table.split("."))
    # The line break ends a comment in the last line. The type asks for a literal; `reading` has looked at this one.
    inner = sql.SQL(cast(Any, reading(place.query)))
    return sql.SQL("(") + inner + sql.SQL("\n) AS described")


def _explained(error: psycopg.Error, name: str) -> InputError:
    """What the server or libpq says, without anything that could be data."""
    state = error.sqlstate or ""
    if state == "57014":
        return InputError(
            f"{name}: the server took too long", hint="raise statement_seconds, or index what is ordered by"
        )
    if state.startswith(_PLAIN_SQLSTATES):
        return InputError(f"{name}: the server says: {error.diag.message_primary}", hint="correct the description")
    if state:
        return InputError(
            f"{name}: the server refused the query ({type(error).__name__}, {state})", hint="try it in psql"
        )
    said = " ".join(str(error).split())
    return InputError(f"{name}: {said}", hint="check that the server runs, and host, port, dbname and user")
