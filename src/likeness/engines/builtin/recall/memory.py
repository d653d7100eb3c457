"""What the person wrote and what it answered, searchable: SQLite full-text search (FTS5), ranked by BM25."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from likeness.core.errors import NotFound
from likeness.engines.builtin.recall import acts
from likeness.engines.builtin.recall.lexicon import word_set
from likeness.engines.builtin.recall.rows import Row, clean_enough

MEMORY = "memory.sqlite"
_SCHEMA = """
CREATE TABLE said (
    id INTEGER PRIMARY KEY, text TEXT, context TEXT, channel TEXT, correspondent TEXT, acts TEXT, words INTEGER,
    message_ids TEXT
);
CREATE VIRTUAL TABLE said_index USING fts5 (
    text, context, content = 'said', content_rowid = 'id', tokenize = 'porter unicode61 remove_diacritics 2'
);
"""
_STOP = word_set(
    "a an the and or but if of to in on at by for with from as is are was were be been being am do does did have has "
    "had i you he she it we they me him her us them my your his its our their this that these those there here what "
    "which who how when where why not no so than then too very can could will would should may might must just also "
    "about into out up down over all any some more most other such own same s t d ll re ve m"
)


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the owner found in memory. ``score`` is higher for a better match (BM25, sign turned)."""

    text: str
    context: str
    channel: str
    correspondent: str
    acts: tuple[str, ...]
    message_ids: tuple[str, ...]
    score: float


def content_words(text: str) -> list[str]:
    """The words of ``text`` that carry content, lower case, without repeats."""
    found = (word.strip("'") for word in re.findall(r"[^\W_][\w'-]*", text.lower().replace("’", "'")))
    return list(dict.fromkeys(word for word in found if word not in _STOP and len(word) > 1))


def build(folder: Path, rows: Iterable[Row]) -> int:
    """Write the memory of ``rows`` into ``folder`` and return how many; those with redacted places stay out."""
    count = 0
    with closing(sqlite3.connect(folder / MEMORY)) as connection, connection:
        connection.executescript(_SCHEMA)
        for row in rows:
            if not clean_enough(row.text):
                continue
            values = (
                row.text,
                row.context[:2000],
                row.channel,
                row.correspondent.casefold(),
                json.dumps(acts.acts(row.text)),
                len(row.text.split()),
                json.dumps(row.message_ids),
            )
            connection.execute(
                "INSERT INTO said (text, context, channel, correspondent, acts, words, message_ids) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                values,
            )
            count += 1
        connection.execute("INSERT INTO said_index (said_index) VALUES ('rebuild')")
    return count


class Memory:
    """An open memory. Not for several threads at once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open read-only. Raises :class:`NotFound` when ``folder`` holds none."""
        path = folder / MEMORY
        if not path.is_file():
            raise NotFound(f"{folder.name} has no {MEMORY}", hint="learn it again: likeness prepare writing")
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        return cls(sqlite3.connect(uri, uri=True, check_same_thread=False))

    def close(self) -> None:
        self._connection.close()

    def search(self, words: Sequence[str], *, answering: Sequence[str] = (), limit: int = 40) -> list[Said]:
        """Messages that share ``words``, or whose context shares ``answering``, best first."""
        asked = [f"text : ({_any(words)})"] if words else []
        if answering:
            asked.append(f"context : ({_any(answering)})")
        if not asked:
            return []
        found = self._connection.execute(
            "SELECT said.text, said.context, channel, correspondent, acts, message_ids, "
            "bm25(said_index, 1.0, 0.6) AS rank FROM said_index JOIN said ON said.id = said_index.rowid "
            "WHERE said_index MATCH ? ORDER BY rank, said.id LIMIT ?",
            (" OR ".join(asked), limit),
        )
        return [_said(row) for row in found]

    def all(self) -> list[Said]:
        """Every message, oldest first."""
        found = self._connection.execute(
            "SELECT text, context, channel, correspondent, acts, message_ids, 0.0 FROM said ORDER BY id"
        )
        return [_said(row) for row in found]


def _said(row: tuple[str, str, str, str, str, str, float]) -> Said:
    text, context, channel, correspondent, kinds, ids, rank = row
    return Said(text, context, channel, correspondent, tuple(json.loads(kinds)), tuple(json.loads(ids)), -rank)


def _any(words: Sequence[str]) -> str:
    return " OR ".join('"' + word.replace('"', "") + '"' for word in list(words)[:40])
