"""A table or query of the user's own PostgreSQL server, told of by a description.

    source: postgres                        # crm.source.yaml
    connection: host=localhost dbname=crm user=sam     # or postgresql://sam@localhost/crm; no password in it
    table: public.messages                  # or  query: SELECT … FROM … JOIN …
    columns: {body: content, sender: author, date: created, conversation: ticket}
    order_by: created, id                   # lets an interrupted import go on where it was
    me: [support@example.org]

Columns are as in :mod:`likeness.sources.shared.columns`; one that says its role by its name need not be listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, field_validator, model_validator

from likeness.core.errors import InputError
from likeness.core.protocols import Owner
from likeness.core.types import Identity, Message, Progress, Skipped
from likeness.sources.postgres import server
from likeness.sources.postgres.statement import reading
from likeness.sources.shared import columns, description
from likeness.sources.shared.chats import PROGRESS_EVERY
from likeness.sources.shared.columns import Described, Role, Rows

_ORDER = re.compile(r"(?P<name>.+?)(?:\s+(?P<way>asc|desc))?", re.IGNORECASE)


class PostgresDescription(Described):
    """What ``NAME.source.yaml`` may say of a server's table or query."""

    connection: str = Field("", description="libpq's connection string or URL, without a password")
    table: str = Field("", description="TABLE or SCHEMA.TABLE")
    query: str = Field("", description="one SELECT or WITH statement, instead of a table")
    order_by: tuple[str, ...] = Field((), description="columns, each with desc behind it where it descends")
    connect_seconds: int = Field(10, ge=1, le=600)
    statement_seconds: int = Field(300, ge=1, le=86_400, description="for each step of the cursor")

    @field_validator("order_by", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_of_both(self) -> PostgresDescription:
        if bool(self.table) == bool(self.query):
            raise ValueError("either table or query, and not both")
        return self


class PostgresSource:
    """Reads what a description says of a PostgreSQL server."""

    name: ClassVar[str] = "postgres"
    title: ClassVar[str] = "PostgreSQL table or query (NAME.source.yaml)"
    needs: ClassVar[tuple[str, ...]] = ("psycopg",)
    install: ClassVar[str] = server.INSTALL

    def recognises(self, path: Path) -> bool:
        """True for a description that names this source. The server is not asked."""
        return path.is_file() and description.describes(path, self.name)

    def files(self, path: Path) -> Sequence[Path]:
        """The description itself."""
        return [path]

    def identities(self, path: Path) -> Iterator[Identity]:
        """Who wrote the rows that are marked as the owner's, then the other senders, by rows."""
        told = _Told(path)
        rows = Rows(self.name, told.described, Owner.of(()))
        found: dict[tuple[bool, str], int] = {}
        with server.transaction(told.place, path.name) as connection:
            given = told.columns(server.column_names(connection, told.place))
            for values, count in server.senders(connection, told.place, given):
                mine = bool(rows.is_mine(values))
                key = (mine, rows.sender(values, mine)[0])
                found[key] = found.get(key, 0) + count
        for (_, sender), count in sorted(found.items(), key=lambda item: (not item[0][0], -item[1], item[0][1])):
            yield Identity(sender, count, f"sender of {count} rows of {path.name}")

    def read(self, path: Path, owner: Owner, *, start: int = 0) -> Iterator[Message | Skipped | Progress]:
        """Every row. ``start`` is the number of a row in the order of ``order_by``; without one reading begins anew.

        Rows stay on the server but for :data:`server.ROWS_AT_ONCE`. Raises :class:`InputError` for whatever is wrong
        with description, server or statement, and :class:`EngineMissing` without psycopg.
        """
        told = _Told(path)
        size = path.stat().st_size
        rows = Rows(self.name, told.described, owner)
        with server.transaction(told.place, path.name) as connection:
            names = server.column_names(connection, told.place)
            given, order = told.columns(names), told.order(names)
            # Rows without an order come as they please: what was read before may come later now.
            number = start if order else 0
            expected = server.estimated_rows(connection, told.place)
            for values in server.rows(connection, told.place, given, order, number):
                number += 1
                yield rows.message(values, f"{path.name}:row {number}")
                if number % PROGRESS_EVERY == 0:
                    yield Progress(size * min(number, expected) // expected, size, number if order else 0)
        yield Progress(size, size, number if order else 0)


class _Told:
    """A description, and what it says of the columns there are. Raises :class:`InputError` where they do not fit."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self.described = description.load(path, PostgresDescription)
        self.place = server.Place(
            self.described.connection,
            self.described.table,
            reading(self.described.query) if self.described.query else "",
            self.described.connect_seconds,
            self.described.statement_seconds,
        )

    def columns(self, names: Sequence[str]) -> Mapping[Role, str]:
        """The column of each role: as told, else one whose name says it."""
        told = {role: str(column) for role, column in self.described.columns.items()}
        for role, column in told.items():
            self._require(column, names, f"columns: {role}")
        known = {role: name for role, name in columns.by_name(names).items() if name not in told.values()}
        if "body" not in (given := {**known, **told}):
            raise InputError(f"{self._name}: columns: no column for body", hint=_there(names))
        return given

    def order(self, names: Sequence[str]) -> list[tuple[str, bool]]:
        """Columns to order by and whether they descend, ending with the id, so that no two rows are equal."""
        order = []
        for part in self.described.order_by:
            match = _ORDER.fullmatch(part)
            name, way = (match["name"], match["way"]) if match else (part, None)
            self._require(name, names, "order_by")
            order.append((name, (way or "").lower() == "desc"))
        number = self.columns(names).get("id")
        if order and number and number not in dict(order):
            order.append((number, False))
        return order

    def _require(self, column: str, names: Sequence[str], key: str) -> None:
        if column not in names:
            raise InputError(f"{self._name}: {key}: there is no column {column!r}", hint=_there(names))


def _there(names: Sequence[str]) -> str:
    return f"there are: {', '.join(names)}"
