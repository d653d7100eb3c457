"""One SQLite file per person: messages that can be searched and forgotten, the ledger of imports, and long jobs.

A new kind of row gets a module here (a class over :class:`~likeness.core.store.database.Database`), a function at
the end of ``migrations.MIGRATIONS``, and its name in the bases of :class:`Store`.
"""

from __future__ import annotations

from likeness.core.store.database import Database
from likeness.core.store.forgotten import Forgetting
from likeness.core.store.imports import BadEntry, Checkpoint, ImportRecord, Imports
from likeness.core.store.jobs import Job, Jobs, StoredEvent
from likeness.core.store.messages import Messages
from likeness.core.store.people import People
from likeness.core.store.search import Filters, Searching
from likeness.core.store.vectors import Vectors

__all__ = ["BadEntry", "Checkpoint", "Database", "Filters", "ImportRecord", "Job", "Store", "StoredEvent"]


class Store(Messages, Searching, Vectors, People, Forgetting, Imports, Jobs):
    """Everything kept of one person. Open it with ``with Store.open(path) as store:``."""
