"""The import ledger from the store."""

from __future__ import annotations

from likeness.core.home import PersonHome
from likeness.core.store import ImportRecord, Store
from likeness.report.model import ImportLine


def imports(home: PersonHome) -> list[ImportLine]:
    """Every import, oldest first; none when nothing was imported yet."""
    if not home.store.is_file():
        return []
    with Store.open(home.store) as store:
        return [_line(record) for record in store.ledger()]


def _line(record: ImportRecord) -> ImportLine:
    took = (record.finished_at - record.started_at).total_seconds() if record.finished_at else None
    return ImportLine(
        source=record.source,
        path=record.path,
        read=record.read,
        kept=record.kept,
        duplicates=record.duplicates,
        dropped=record.dropped,
        bad=[(entry.where, entry.reason, entry.detail) for entry in record.bad],
        bytes=record.bytes,
        seconds=took,
        finished=record.finished_at is not None,
    )
