"""One engine in a process of its own, asked one thing at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from likeness.core.errors import Busy, EngineFailed
from likeness.core.lanes import wire
from likeness.core.lanes.process import WorkerProcess
from likeness.core.lanes.turns import Turns
from likeness.core.protocols import EngineInfo
from likeness.core.types import Ending, Provenance

Admit = Callable[["Lane", EngineInfo], None]
"""Grants a lane the memory its engine needs, or raises."""


class Lane:
    """A queue in front of one worker process, which is started when needed and again after it died.

    ``deadline`` is how many seconds a request may hold the lane, from its turn to its last piece being read;
    after ``grace`` seconds a cancelled request's process is killed. At most ``queue`` requests wait.
    Thread-safe.
    """

    def __init__(
        self,
        engine: str,
        artefact: Path | None = None,
        options: Mapping[str, Any] | None = None,
        *,
        admit: Admit = lambda lane, info: None,
        deadline: float = 120.0,
        grace: float = 2.0,
        queue: int = 32,
    ) -> None:
        self.engine = engine
        self.artefact = artefact
        self.options = dict(options or {})
        self.info: EngineInfo | None = None
        self.last_used = time.monotonic()
        self.peak_mb = 0.0
        self.starts = 0
        self._admit = admit
        self._deadline = deadline
        self._grace = grace
        self._queue = queue
        self._waiting = 0
        self._turn = Turns()
        self._expires = 0.0
        self._process: WorkerProcess | None = None
        self._rate: int | None = None
        self._model = ""

    # ── what it is doing ──────────────────────────────────────────────────────────────────────────────────

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.alive

    @property
    def busy(self) -> bool:
        return self._turn.taken

    @property
    def pid(self) -> int | None:
        process = self._process
        return process.pid if process is not None and process.alive else None

    def memory_mb(self) -> float:
        """Resident memory now; remembered as ``peak_mb``."""
        process = self._process
        now = process.memory_mb() if process is not None else 0.0
        self.peak_mb = max(self.peak_mb, now)
        return now

    def rate(self) -> int:
        """Sample rate of what it speaks, in Hz; loads the engine if it is not. Raises as :meth:`ask` does."""
        if self._rate is None:
            self.warm()
        if self._rate is None:
            raise EngineFailed(f"engine {self.engine!r} does not say at which rate it speaks")
        return self._rate

    def model(self) -> str:
        """What makes its vectors; loads the engine if it is not. Raises as :meth:`ask` does."""
        if not self._model:
            self.warm()
        return self._model

    # ── asking ────────────────────────────────────────────────────────────────────────────────────────────

    def warm(self) -> None:
        """Load the engine now, so that the first request does not wait for it."""
        self._enter()
        try:
            self._ready()
        finally:
            self._leave()

    def ask(self, request: wire.Request) -> Answer:
        """Wait for a turn and begin ``request``; the answer holds the lane until it is read out or closed.

        Raises the engine's own :class:`LikenessError`, :class:`EngineFailed` when its process died or hung,
        :class:`Busy` when the queue is full or did not move.
        """
        self._enter()
        try:
            process = self._ready()
            process.send(request)
            return Answer(self, self._expect(process, wire.Began).provenance)
        except BaseException:
            self._leave()
            raise

    def close(self) -> None:
        """End the process, whatever it is doing. The lane can be asked again."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()

    def close_if_idle(self) -> bool:
        """End the process unless a request is running; says whether it did."""
        if not self._turn.take_now():
            return False
        try:
            self.close()
            return True
        finally:
            self._turn.give()

    # ── inside ────────────────────────────────────────────────────────────────────────────────────────────

    def _enter(self) -> None:
        if self._waiting >= self._queue:
            raise Busy(f"{self._waiting} requests wait for engine {self.engine!r} already", hint="try again shortly")
        self._waiting += 1
        try:
            give_up = time.monotonic() + self._deadline
            self._turn.take(lambda: self._look(give_up), 0.5)
        finally:
            self._waiting -= 1
        self._expires = time.monotonic() + self._deadline

    def _look(self, give_up: float) -> None:
        """While waiting: end a process that is over its time, and give up in time."""
        now = time.monotonic()
        process = self._process
        if now > self._expires and process is not None:
            process.terminate()
        if now > give_up:
            raise Busy(f"engine {self.engine!r} stayed busy for {self._deadline:.0f} s", hint="try again later")

    def _leave(self) -> None:
        self.last_used = time.monotonic()
        self._turn.give()

    def _left(self) -> float:
        return self._expires - time.monotonic()

    def _ready(self) -> WorkerProcess:
        if self._process is not None and self._process.alive:
            return self._process
        self.close()
        process = WorkerProcess(self.engine)
        try:
            process.send(wire.Open(self.engine, self.artefact, self.options))
            told = self._expect(process, wire.Info)
            self.info = told.info
            self._admit(self, told.info)
            process.send(wire.Proceed())
            opened = self._expect(process, wire.Opened)
            self._rate, self._model = opened.rate, opened.model
        except BaseException:
            process.kill()
            raise
        self._process = process
        self.starts += 1
        self.memory_mb()
        return process

    def _expect(self, process: WorkerProcess, *kinds: type[Any]) -> Any:
        """The next message, one of ``kinds``. A process that hangs or is out of step is ended."""
        try:
            message = process.receive(self._left())
            if not isinstance(message, (*kinds, wire.Failed)):
                raise EngineFailed(f"engine {self.engine!r} answered out of turn ({type(message).__name__})")
        except EngineFailed:
            process.kill()
            raise
        if isinstance(message, wire.Failed):
            raise message.error()
        return message

    # ── used by Answer ────────────────────────────────────────────────────────────────────────────────────

    def next_piece(self) -> wire.Piece | wire.End:
        """The next piece of the request that holds the lane, or its end."""
        process = self._process
        if process is None:
            raise EngineFailed(f"engine {self.engine!r} was stopped", hint="the next request starts it afresh")
        message: wire.Piece | wire.End = self._expect(process, wire.Piece, wire.End)
        return message

    def cancel(self) -> None:
        """Stop the running request; the process is killed if it does not let go within the grace."""
        process = self._process
        if process is None:
            return
        try:
            process.send(wire.Cancel())
            until = time.monotonic() + self._grace
            while isinstance(process.receive(until - time.monotonic()), wire.Piece):
                pass
        except EngineFailed:
            self.close()

    def release(self) -> None:
        """Let the next request have its turn."""
        self.memory_mb()
        self._leave()


class Answer:
    """The pieces of one request, as they come. Closing it early stops the work and frees the lane."""

    def __init__(self, lane: Lane, provenance: Provenance | None) -> None:
        self._lane: Lane | None = lane
        self.provenance = provenance
        self.ending = Ending()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        lane = self._lane
        if lane is None:
            raise StopIteration
        try:
            message = lane.next_piece()
        except BaseException:
            self._done(lane)
            raise
        if isinstance(message, wire.End):
            self.ending = message.ending or self.ending
            self._done(lane)
            raise StopIteration
        return message.value

    def close(self) -> None:
        """Stop the work if it is not done yet."""
        lane = self._lane
        if lane is not None:
            try:
                lane.cancel()
            finally:
                self._done(lane)

    def _done(self, lane: Lane) -> None:
        self._lane = None
        lane.release()

    def __del__(self) -> None:
        self.close()
