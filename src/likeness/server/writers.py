"""Which engine writes a text, and how it is reached: in this program's event loop, or in a lane.

An engine that ``can`` "concurrent" is a client of a server that holds the model; it is used as it is, for any number
of requests at once. Every other one works in a lane. One that ``can`` "switch" has a single lane for its base, and each
request names its adapter; the others have a lane for each adapter.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol, cast

from anyio import to_thread

from likeness.core import artefacts, plugins
from likeness.core.errors import EngineMissing, InputError, LikenessError, NotReady
from likeness.core.home import PersonHome
from likeness.core.lanes import Lanes, LaneWriter
from likeness.core.protocols import AsyncWriter, Engine, EngineInfo
from likeness.core.settings import Settings
from likeness.core.types import AsyncDraft, WriteRequest
from likeness.server.streams import pieces

_DEADLINE_SECONDS = 900.0
"""A language model may take this long for one text, with the loading of a large one before it."""
_READ_AHEAD = 1 << 20
"""Pieces of text that may wait for a slow reader: all of them, so that nobody else waits for the lane."""
Role = Literal["writer", "substance"]
"""What an engine is set for: to say it as the person does, or to know what to say."""
_ROLES: tuple[Role, ...] = ("substance", "writer")


class Pen(Protocol):
    """Something that writes. ``adapter`` is the folder its requests name; "" for a base, or for one of its own."""

    @property
    def engine(self) -> str: ...

    @property
    def info(self) -> EngineInfo: ...

    @property
    def adapter(self) -> str: ...

    async def begin(self, request: WriteRequest) -> AsyncDraft:
        """Begin to write; raises what the engine raises, at the latest with the first piece."""
        ...


@dataclass(frozen=True, slots=True)
class DirectPen:
    """Asks a server from within the event loop."""

    engine: str
    info: EngineInfo
    adapter: str
    writer: AsyncWriter

    async def begin(self, request: WriteRequest) -> AsyncDraft:
        """See :class:`Pen`."""
        return self.writer.stream(replace(request, adapter=self.adapter))


@dataclass(frozen=True, slots=True)
class LanePen:
    """Waits for a turn in a lane, in a thread, and reads the pieces there as they come."""

    engine: str
    info: EngineInfo
    adapter: str
    writer: LaneWriter

    async def begin(self, request: WriteRequest) -> AsyncDraft:
        """See :class:`Pen`."""
        draft = await to_thread.run_sync(self.writer.write, replace(request, adapter=self.adapter))
        return AsyncDraft(pieces(draft.pieces, _READ_AHEAD), draft.provenance, draft.ended)


class Writers:
    """The engines that the settings name for writing. Thread-safe; :meth:`aclose` in the event loop that used it."""

    def __init__(self, home: PersonHome, settings: Settings, lanes: Lanes) -> None:
        self._home = home
        self._settings = settings
        self._lanes = lanes
        self._lock = threading.Lock()
        self._direct: dict[str, AsyncWriter] = {}
        self._folders: dict[str, tuple[object, Path]] = {}
        self._engines: dict[str, type[Engine] | EngineMissing] = {}

    def personal(self, adapter: str = "", channel: str = "") -> Pen:
        """What writes in the person's words: with the adapter called ``adapter``, or their newest.

        Raises :class:`NotReady` before anything was learned, :class:`NotFound` for an unknown adapter and
        :class:`InputError` for a channel that there is not.
        """
        from likeness.write.generate import check_channel

        folder = self._adapter(adapter)
        check_channel(self._home, folder, channel)
        return self._pen(self._settings.writer, "writer", folder)

    def plain(self) -> Pen:
        """The language model without an adapter: that of ``substance``, else that of ``writer``.

        Raises :class:`NotReady` when neither has one.
        """
        role = self.base_role()
        if role is None:
            raise NotReady(
                "no language model is set up to write this",
                hint="set LIKENESS_SUBSTANCE (mlx, ollama, openai …) and LIKENESS_SUBSTANCE_MODEL",
            )
        return self._pen(getattr(self._settings, role), role, None)

    def base_role(self) -> Role | None:
        """Whose engine answers as the plain model: "substance", "writer", or ``None`` when neither can."""
        return next((role for role in _ROLES if self._chats(getattr(self._settings, role))), None)

    def by_default_in_two_stages(self) -> bool:
        """Whether the settings want what to say written by another engine than how it is said."""
        return bool(self._settings.substance)

    async def aclose(self) -> None:
        """Close the connections of this event loop."""
        for writer in self._direct.values():
            await writer.aclose()

    # ── inside ────────────────────────────────────────────────────────────────────────────────────────────

    def _pen(self, engine: str, role: Role, adapter: Path | None) -> Pen:
        from likeness.write.generate import base_options, engine_options

        info = self._engine(engine).info
        if "writer" not in info.kind:
            raise EngineMissing(f"engine {engine!r} does not write", hint="choose another as writer or substance")
        named = str(adapter or "")
        if "chat" not in info.can:
            return LanePen(engine, info, "", self._lanes.writer(engine, adapter))
        options = engine_options(self._settings, engine, role)
        if "concurrent" in info.can:
            return DirectPen(engine, info, named, self._client(engine, options))
        if "switch" not in info.can:
            return LanePen(engine, info, "", self._lanes.writer(engine, adapter, options, deadline=_DEADLINE_SECONDS))
        base = options if options.get("model") else {**options, **base_options(engine, adapter or self._adapter(""))}
        return LanePen(engine, info, named, self._lanes.writer(engine, None, base, deadline=_DEADLINE_SECONDS))

    def _engine(self, name: str) -> type[Engine]:
        """The engine's class. Kept, what is missing too: looking for it reads the metadata of all that is installed."""
        found = self._engines.get(name)
        if found is None:
            try:
                found = plugins.engine(name)
            except EngineMissing as error:
                found = error
            self._engines[name] = found
        if isinstance(found, EngineMissing):
            raise found
        return found

    def _client(self, engine: str, options: Mapping[str, Any]) -> AsyncWriter:
        key = repr((engine, sorted(options.items())))
        with self._lock:
            if key not in self._direct:
                self._direct[key] = cast("AsyncWriter", self._engine(engine).open(None, options))
            return self._direct[key]

    def _adapter(self, name: str) -> Path:
        """The folder of an adapter; looked up anew only when a manifest has changed."""
        from likeness.write.generate import adapter_folder, manifest_of
        from likeness.write.train import opens

        stamp = _manifests(self._home.adapters)
        known = self._folders.get(name)
        if known is not None and known[0] == stamp:
            return known[1]
        engine, stale = self._settings.writer, self._settings.allow_stale
        folder = adapter_folder(self._home, engine, name, allow_stale=stale)
        if not opens(engine, manifest_of(folder)):
            raise InputError(f"{engine} cannot use the adapter {name}", hint="name another", param="adapter")
        self._folders[name] = (stamp, folder)
        return folder

    def _chats(self, engine: str) -> bool:
        if not engine:
            return False
        try:
            info = self._engine(engine).info
        except LikenessError:
            return False
        return "writer" in info.kind and "chat" in info.can


def _manifests(folder: Path) -> tuple[tuple[str, int], ...]:
    """Changes when an adapter is added, taken away or written anew."""
    found = []
    for manifest in folder.glob(f"[!.]*/{artefacts.MANIFEST}"):
        try:
            found.append((manifest.parent.name, manifest.stat().st_mtime_ns))
        except OSError:
            continue
    return tuple(sorted(found))
