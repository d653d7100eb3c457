"""Several processes for one stream of work: batches go out, results come back in order, the same with any number.

Helpers are fresh Python processes on a private line each. They end when this process closes the line, or dies.
"""

from __future__ import annotations

import os
import queue
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any, Generic, Protocol, Self, TypeVar, runtime_checkable

from likeness.core.errors import EngineFailed

_Batch = TypeVar("_Batch")
_Result = TypeVar("_Result")
MOST = 4
_AHEAD = 2
"""Batches on their way for each helper, so that none waits for the next."""


def useful(items: int, worthwhile: int) -> int:
    """How many helpers ``items`` are worth: none where there is one core, or fewer than ``worthwhile`` items."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST) if cores > 1 and items >= worthwhile else 0


@runtime_checkable
class _Closing(Protocol):
    def close(self) -> None: ...


class Helpers(Generic[_Batch, _Result]):
    """Does ``make(*arguments)(batch)`` for each batch, in ``count`` processes, or here when ``count`` is 0.

    ``make`` is a function or class of a module; it, its arguments, batches and results are pickled. Use as a context
    manager; what ``make`` made is closed where it has a ``close``.
    """

    def __init__(self, make: Callable[..., Callable[[_Batch], _Result]], *arguments: Any, count: int) -> None:
        self._here = None if count else make(*arguments)
        self._helpers = [_Helper(make, arguments) for _ in range(count)]
        self._idle: queue.SimpleQueue[_Helper] = queue.SimpleQueue()
        for helper in self._helpers:
            self._idle.put(helper)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        for work in (*self._helpers, self._here):
            if isinstance(work, _Closing):
                work.close()

    def map(self, batches: Iterable[_Batch]) -> Iterator[_Result]:
        """Yield the result of each of ``batches``, in their order. Raises what the work raised, and
        :class:`EngineFailed` when a helper died."""
        if self._here is not None:
            yield from map(self._here, batches)
            return
        waiting: deque[Future[_Result]] = deque()
        with ThreadPoolExecutor(len(self._helpers)) as threads:
            try:
                for batch in batches:
                    waiting.append(threads.submit(self._do, batch))
                    if len(waiting) >= _AHEAD * len(self._helpers):
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            except BaseException:
                # Without their helpers the threads end at once, and leaving the block does not wait.
                for helper in self._helpers:
                    helper.close()
                raise

    def _do(self, batch: _Batch) -> _Result:
        helper = self._idle.get()
        try:
            result: _Result = helper.ask(batch)
            return result
        finally:
            self._idle.put(helper)


class _Helper:
    """One process and the line to it."""

    def __init__(self, make: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "likeness.write.helpers", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
                # An interrupt typed at the terminal is for this side, which then ends the process.
                start_new_session=True,
            )
        self._line = Connection(ours.detach())
        self._line.send((make, arguments))

    def ask(self, batch: Any) -> Any:
        try:
            self._line.send(batch)
            result, error = self._line.recv()
        except (EOFError, OSError):
            raise EngineFailed(
                "a process that helped to prepare ended unexpectedly",
                hint="start again; when it happens again, the machine may be short of memory",
            ) from None
        if error is not None:
            raise error
        return result

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._line.close()


def serve(line: Connection) -> None:
    """Answer batches until the other side goes away."""
    make, arguments = line.recv()
    work = make(*arguments)
    while True:
        batch = line.recv()
        answer: tuple[Any, Exception | None]
        try:
            answer = (work(batch), None)
        except Exception as error:
            answer = (None, error)
        line.send(answer)


def main() -> None:
    """Take over the inherited descriptor; a vanished parent ends the process quietly."""
    try:
        serve(Connection(int(sys.argv[1])))
    except (EOFError, ConnectionError):
        os._exit(0)


if __name__ == "__main__":
    main()
