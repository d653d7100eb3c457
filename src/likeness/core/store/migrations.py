"""The schema, as ordered functions. ``PRAGMA user_version`` counts how many have run; each runs in one transaction.

A released migration is never edited: a change of schema is a new function at the end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable


def _create_messages(connection: sqlite3.Connection) -> None:
    """2026-11: messages, with full-text search over subject and body kept in step by triggers."""
    connection.execute(
        """
        CREATE TABLE messages (
            key INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            source TEXT NOT NULL,
            conversation TEXT NOT NULL,
            sender TEXT NOT NULL,
            sender_name TEXT NOT NULL,
            sent_at TEXT,
            subject TEXT NOT NULL,
            body TEXT NOT NULL,
            body_type TEXT NOT NULL,
            from_owner INTEGER NOT NULL,
            automated INTEGER NOT NULL,
            native_id TEXT NOT NULL,
            reply_to TEXT NOT NULL,
            recipients TEXT NOT NULL,
            parents TEXT NOT NULL,
            labels TEXT NOT NULL,
            place TEXT NOT NULL
        )
        """
    )
    connection.execute("CREATE INDEX messages_in_order ON messages (conversation, sent_at, id)")
    connection.execute("CREATE INDEX messages_by_native_id ON messages (native_id) WHERE native_id <> ''")
    connection.execute(
        """
        CREATE VIRTUAL TABLE messages_text USING fts5 (
            subject, body, content='messages', content_rowid='key', tokenize='unicode61 remove_diacritics 2'
        )
        """
    )
    connection.execute(
        """
        CREATE TRIGGER messages_added AFTER INSERT ON messages BEGIN
            INSERT INTO messages_text (rowid, subject, body) VALUES (new.key, new.subject, new.body);
        END
        """
    )
    connection.execute(
        """
        CREATE TRIGGER messages_removed AFTER DELETE ON messages BEGIN
            INSERT INTO messages_text (messages_text, rowid, subject, body)
            VALUES ('delete', old.key, old.subject, old.body);
        END
        """
    )


def _create_imports(connection: sqlite3.Connection) -> None:
    """2026-11: the ledger. ``cursor`` is where an unfinished import goes on, saved with the messages it covers."""
    connection.execute(
        """
        CREATE TABLE imports (
            id INTEGER PRIMARY KEY,
            source TEXT NOT NULL,
            path TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            file_number INTEGER NOT NULL DEFAULT 0,
            cursor INTEGER NOT NULL DEFAULT 0,
            read INTEGER NOT NULL DEFAULT 0,
            kept INTEGER NOT NULL DEFAULT 0,
            duplicates INTEGER NOT NULL DEFAULT 0,
            bytes INTEGER NOT NULL DEFAULT 0,
            started_at TEXT NOT NULL,
            finished_at TEXT
        )
        """
    )
    connection.execute(
        """
        CREATE TABLE import_drops (
            import_id INTEGER NOT NULL REFERENCES imports (id),
            reason TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (import_id, reason)
        ) WITHOUT ROWID
        """
    )
    connection.execute(
        """
        CREATE TABLE import_bad_entries (
            key INTEGER PRIMARY KEY,
            import_id INTEGER NOT NULL REFERENCES imports (id),
            place TEXT NOT NULL,
            reason TEXT NOT NULL,
            detail TEXT NOT NULL
        )
        """
    )
    connection.execute("CREATE INDEX import_bad_entries_of ON import_bad_entries (import_id)")


def _create_jobs(connection: sqlite3.Connection) -> None:
    """2026-11: long jobs. ``lease`` is when (seconds since 1970) a running one may be taken by another process."""
    connection.execute(
        """
        CREATE TABLE jobs (
            key INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            target TEXT NOT NULL,
            arguments TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'queued',
            attempts INTEGER NOT NULL DEFAULT 0,
            lease REAL NOT NULL DEFAULT 0,
            cancel_asked INTEGER NOT NULL DEFAULT 0,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL,
            result TEXT,
            error TEXT
        )
        """
    )
    connection.execute(
        """
        CREATE TABLE job_events (
            job_id TEXT NOT NULL REFERENCES jobs (id),
            number INTEGER NOT NULL,
            event TEXT NOT NULL,
            PRIMARY KEY (job_id, number)
        ) WITHOUT ROWID
        """
    )


def _index_unspaced(connection: sqlite3.Connection) -> None:
    """2026-11: trigrams of messages in scripts that set no spaces, so that any run of characters can be found there."""
    scripts = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    connection.execute("ALTER TABLE messages ADD COLUMN unspaced INTEGER NOT NULL DEFAULT 0")
    connection.execute(
        "UPDATE messages SET unspaced = 1 WHERE length(body) + length(subject) "  # noqa: S608
        "<> length(CAST(body AS BLOB)) + length(CAST(subject AS BLOB)) "
        f"AND (body GLOB '*[{scripts}]*' OR subject GLOB '*[{scripts}]*')"
    )
    connection.execute(
        "CREATE VIRTUAL TABLE messages_unspaced USING fts5 "
        "(subject, body, content='messages', content_rowid='key', tokenize='trigram')"
    )
    connection.execute(
        "CREATE TRIGGER messages_unspaced_added AFTER INSERT ON messages WHEN new.unspaced BEGIN "
        "INSERT INTO messages_unspaced (rowid, subject, body) VALUES (new.key, new.subject, new.body); END"
    )
    connection.execute(
        "CREATE TRIGGER messages_unspaced_removed AFTER DELETE ON messages WHEN old.unspaced BEGIN "
        "INSERT INTO messages_unspaced (messages_unspaced, rowid, subject, body) "
        "VALUES ('delete', old.key, old.subject, old.body); END"
    )
    connection.execute(
        "INSERT INTO messages_unspaced (rowid, subject, body) SELECT key, subject, body FROM messages WHERE unspaced"
    )


def _create_vectors(connection: sqlite3.Connection) -> None:
    """2026-11: what messages mean, as vectors (a float32 scale, then int8s); empty where nothing is said."""
    connection.execute(
        "CREATE TABLE embedding_models (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, dimensions INTEGER NOT NULL)"
    )
    connection.execute(
        """
        CREATE TABLE message_vectors (
            key INTEGER PRIMARY KEY,
            model INTEGER NOT NULL REFERENCES embedding_models (id),
            message INTEGER NOT NULL REFERENCES messages (key) ON DELETE CASCADE,
            vector BLOB NOT NULL,
            UNIQUE (message, model)
        )
        """
    )


def _create_forgotten(connection: sqlite3.Connection) -> None:
    """2026-11: who and what was forgotten, as keyed hashes only. ``plan`` is what is left to do, NULL when done."""
    connection.execute("CREATE TABLE forgetting_key (key BLOB NOT NULL)")
    connection.execute("INSERT INTO forgetting_key VALUES (randomblob(32))")
    connection.execute(
        """
        CREATE TABLE forgettings (
            id INTEGER PRIMARY KEY,
            started_at TEXT NOT NULL,
            messages INTEGER NOT NULL,
            plan TEXT
        )
        """
    )
    connection.execute(
        """
        CREATE TABLE forgotten (
            kind TEXT NOT NULL,
            mark BLOB NOT NULL,
            forgetting INTEGER NOT NULL REFERENCES forgettings (id) ON DELETE CASCADE,
            PRIMARY KEY (kind, mark, forgetting)
        ) WITHOUT ROWID
        """
    )


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _create_messages,
    _create_imports,
    _create_jobs,
    _index_unspaced,
    _create_vectors,
    _create_forgotten,
)
