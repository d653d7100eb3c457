"""The lanes of one program, and the memory they share."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from likeness.core.artefacts import MANIFEST
from likeness.core.errors import DoesNotFit
from likeness.core.lanes.lane import Answer, Lane
from likeness.core.protocols import EngineInfo
from likeness.core.types import Audio, Draft, EmbedRequest, SpeakRequest, Vectors, WriteRequest

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class LaneStatus:
    """What a lane holds: memory in MB (0 when its process is not running), how often it was started."""

    engine: str
    artefact: str
    running: bool
    busy: bool
    memory_mb: float
    starts: int


class LaneWriter:
    """A :class:`~likeness.core.protocols.Writer` whose work is done in a lane."""

    def __init__(self, lanes: Lanes, lane: Lane) -> None:
        self._lanes = lanes
        self._lane = lane

    def warm(self) -> None:
        """Load the engine now, so that the first request does not wait for it."""
        self._lane.warm()

    def write(self, request: WriteRequest) -> Draft:
        """Begin to write. Closing or dropping ``pieces`` stops the work."""
        answer = self._lane.ask(request)
        self._lanes.trim(self._lane)
        if answer.provenance is None:
            answer.close()
            raise TypeError("a writer's answer begins with its provenance")
        return Draft(pieces=answer, provenance=answer.provenance, ended=lambda: answer.ending)


class LaneSpeaker:
    """A :class:`~likeness.core.protocols.Speaker` whose work is done in a lane."""

    def __init__(self, lanes: Lanes, lane: Lane) -> None:
        self._lanes = lanes
        self._lane = lane

    @property
    def rate(self) -> int:
        return self._lane.rate()

    @property
    def info(self) -> EngineInfo | None:
        """What the engine says of itself; loads it if it is not. Raises as :meth:`speak` does."""
        self._lane.rate()
        return self._lane.info

    def speak(self, request: SpeakRequest) -> Iterator[Audio]:
        """Begin to speak. Closing or dropping the iterator stops the work."""
        answer: Answer = self._lane.ask(request)
        self._lanes.trim(self._lane)
        return answer


class LaneEmbedder:
    """An :class:`~likeness.core.protocols.Embedder` whose work is done in a lane."""

    def __init__(self, lanes: Lanes, lane: Lane) -> None:
        self._lanes = lanes
        self._lane = lane

    @property
    def model(self) -> str:
        return self._lane.model()

    def embed(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        """The vectors of ``texts``."""
        answer = self._lane.ask(EmbedRequest(tuple(texts), query))
        self._lanes.trim(self._lane)
        (vectors,) = answer
        found: Vectors = vectors
        return found


class Lanes:
    """Lanes by engine and artefact. Together they stay under ``memory_limit_mb`` of resident memory.

    When a new one would pass the limit, idle ones are closed, the longest unused first; when that is not enough, the
    caller waits for busy ones up to ``patience`` seconds, and is refused with :class:`DoesNotFit` when it cannot fit.
    An artefact that was replaced on disk gets a new lane. Thread-safe.
    """

    def __init__(self, memory_limit_mb: int, *, deadline: float = 120.0, patience: float = 30.0) -> None:
        self.memory_limit_mb = memory_limit_mb
        self._deadline = deadline
        self._patience = patience
        self._lanes: dict[Key, tuple[Lane, int]] = {}
        self._granted: WeakKeyDictionary[Lane, float] = WeakKeyDictionary()
        self._lock = threading.RLock()

    def writer(
        self,
        engine: str,
        artefact: Path | None = None,
        options: Mapping[str, Any] | None = None,
        *,
        deadline: float | None = None,
    ) -> LaneWriter:
        """A writer; its engine is loaded at the first request, or now with :meth:`warm`."""
        return LaneWriter(self, self.lane(engine, artefact, options, deadline=deadline))

    def speaker(
        self, engine: str, artefact: Path | None = None, options: Mapping[str, Any] | None = None
    ) -> LaneSpeaker:
        """A speaker; its engine is loaded at the first request, or now with :meth:`warm`."""
        return LaneSpeaker(self, self.lane(engine, artefact, options))

    def embedder(self, engine: str, options: Mapping[str, Any] | None = None) -> LaneEmbedder:
        """An embedder; its engine is loaded at the first request."""
        return LaneEmbedder(self, self.lane(engine, None, options))

    def lane(
        self,
        engine: str,
        artefact: Path | None = None,
        options: Mapping[str, Any] | None = None,
        *,
        deadline: float | None = None,
    ) -> Lane:
        """The lane of an engine on an artefact, new if there is none or if the artefact was made again.

        ``deadline`` is how many seconds a request of a new lane may take, where it is not the usual one.
        """
        key = (engine, str(artefact or ""), repr(sorted((options or {}).items())))
        stamp = _stamp(artefact)
        with self._lock:
            lane, known = self._lanes.get(key, (None, 0))
            if lane is not None and known == stamp:
                return lane
            if lane is not None:
                threading.Thread(target=_retire, args=(lane, self._deadline), daemon=True).start()
            lane = Lane(engine, artefact, options, admit=self._admit, deadline=deadline or self._deadline)
            self._lanes[key] = (lane, stamp)
            return lane

    def retire(self, artefact: Path) -> None:
        """Let go of what was opened on ``artefact``, which is about to be removed; what is under way ends first."""
        with self._lock:
            gone = [key for key in self._lanes if key[1] == str(artefact)]
            lanes = [self._lanes.pop(key)[0] for key in gone]
        for lane in lanes:
            threading.Thread(target=_retire, args=(lane, self._deadline), daemon=True).start()

    def warm(self, engine: str, artefact: Path | None = None, options: Mapping[str, Any] | None = None) -> None:
        """Load an engine now."""
        self.lane(engine, artefact, options).warm()

    def status(self) -> list[LaneStatus]:
        """What there is, most recently used first."""
        with self._lock:
            lanes = [lane for lane, _ in self._lanes.values()]
        return [
            LaneStatus(
                engine=lane.engine,
                artefact=lane.artefact.name if lane.artefact else "",
                running=lane.running,
                busy=lane.busy,
                memory_mb=round(lane.memory_mb(), 1),
                starts=lane.starts,
            )
            for lane in sorted(lanes, key=lambda lane: lane.last_used, reverse=True)
        ]

    def close(self) -> None:
        """End every process."""
        with self._lock:
            for lane, _ in self._lanes.values():
                lane.close()
            self._lanes.clear()

    def trim(self, used: Lane) -> None:
        """Close idle lanes, the longest unused first, while more than the limit is really resident."""
        with self._lock:
            for lane in self._idle(besides=used):
                if sum(lane.memory_mb() for lane, _ in self._lanes.values()) <= self.memory_limit_mb:
                    return
                lane.close_if_idle()

    # ── inside ────────────────────────────────────────────────────────────────────────────────────────────

    def _admit(self, lane: Lane, info: EngineInfo) -> None:
        """Grant ``lane`` its memory or raise. Called in the lane's own turn, before it loads anything."""
        need = max(float(info.memory_mb), lane.peak_mb)
        if need > self.memory_limit_mb:
            raise DoesNotFit(
                f"engine {info.name!r} needs {need:.0f} MB and the limit for all engines is {self.memory_limit_mb} MB",
                hint="raise memory_limit_mb, or choose a smaller engine",
            )
        give_up = time.monotonic() + self._patience
        while True:
            with self._lock:
                for idle in [None, *self._idle(besides=lane)]:
                    if idle is not None:
                        idle.close_if_idle()
                    if self._taken(lane) + need <= self.memory_limit_mb:
                        self._granted[lane] = need
                        return
            if time.monotonic() > give_up:
                raise DoesNotFit(
                    f"engine {info.name!r} needs {need:.0f} MB; {self._taken(lane):.0f} of "
                    f"{self.memory_limit_mb} MB are taken by engines that are at work",
                    hint="try again when they are done, or raise memory_limit_mb",
                )
            time.sleep(0.05)

    def _idle(self, besides: Lane) -> list[Lane]:
        lanes = [lane for lane, _ in self._lanes.values()]
        idle = [lane for lane in lanes if lane is not besides and lane.running and not lane.busy]
        return sorted(idle, key=lambda lane: lane.last_used)

    def _taken(self, besides: Lane) -> float:
        """Memory of the other lanes: what is resident or what was granted, whichever is more, since a model grows."""
        others = [lane for lane, _ in self._lanes.values() if lane is not besides and (lane.running or lane.busy)]
        return sum(max(lane.memory_mb(), self._granted.get(lane, 0.0)) for lane in others)


def _stamp(artefact: Path | None) -> int:
    """Changes when the artefact is published anew."""
    if artefact is None:
        return 0
    try:
        return (artefact / MANIFEST).stat().st_mtime_ns
    except OSError:
        return 0


def _retire(lane: Lane, seconds: float) -> None:
    """Close a replaced lane when it is idle, and in any case after ``seconds``."""
    give_up = time.monotonic() + seconds
    while not lane.close_if_idle():
        if time.monotonic() > give_up:
            lane.close()
            return
        time.sleep(0.1)
