"""What every writer whose model lives in a server has in common: one way of asking, for an event loop and without."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from typing import ClassVar, Self

from likeness.core.protocols import EngineInfo
from likeness.core.types import AsyncDraft, Draft, Provenance, WriteRequest
from likeness.engines.remote.answer import Reading, bounded, most_characters
from likeness.engines.remote.connection import Background, Connection
from likeness.engines.remote.personal import Personal, personal


class RemoteWriter(ABC):
    """A ``Writer`` and an ``AsyncWriter``. ``adapter`` is the folder for requests that name none; "" is the base."""

    info: ClassVar[EngineInfo]

    def __init__(self, connection: Connection, adapter: str) -> None:
        self._connection = connection
        self._adapter = adapter
        self._background = Background()

    def write(self, request: WriteRequest) -> Draft:
        """Begin to write; the server is asked when the first piece is read. Raises as :meth:`stream` does."""
        draft = self.stream(request)
        return Draft(self._background.iterate(draft.pieces), draft.provenance, draft.ended)

    def stream(self, request: WriteRequest) -> AsyncDraft:
        """Begin to write. What the server is and which model it has is in the provenance's details at the first piece.

        Raises :class:`NotFound` for a folder that is no adapter; while reading :class:`EngineMissing` when no server
        or no such model is there, :class:`NotReady` when the adapter is not loaded there, :class:`InputError` when
        the conversation is too long for it, :class:`EngineFailed` when its answer breaks off.
        """
        adapter = personal(request.adapter or self._adapter)
        reading = Reading(self._connection.title)
        details: dict[str, float | str] = {"adapter": adapter.name} if adapter else {}
        pieces = bounded(self._answer(request, adapter, reading, details), most_characters(request), reading)
        whose = f"the adapter {adapter.name}" if adapter else "a model as it is, not in anybody's words,"
        note = f"Written by {whose} on a server ({self.info.name})."
        return AsyncDraft(
            pieces, Provenance(self.info.name, "generated", note, details=details), lambda: reading.ending
        )

    @abstractmethod
    def _answer(
        self, request: WriteRequest, adapter: Personal | None, reading: Reading, details: dict[str, float | str]
    ) -> AsyncIterator[str]:
        """Ask the server, yield its text, and note in ``reading`` how it ended and in ``details`` who wrote it."""

    def close(self) -> None:
        """End the connections of :meth:`write`."""
        self._background.close(self._connection.aclose())

    async def aclose(self) -> None:
        """Close the connections that were opened in the running event loop."""
        await self._connection.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
