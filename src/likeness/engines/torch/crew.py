"""The processes that tune together, and the lines to them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

import psutil

from likeness.core.errors import EngineFailed, LikenessError
from likeness.core.lanes.wire import Failed

_LAST_WORDS = 2.0
"""Seconds in which others may still tell why they failed, once one has."""


class Crew:
    """``count`` fresh processes of ``engines.torch.share``, each with a CUDA device of its own where there are any.

    None outlives this side of its line.
    """

    def __init__(self, count: int) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []
        self._lines: list[Connection] = []
        try:
            for rank in range(count):
                self._start(_environment(rank))
        except BaseException:
            self.close()
            raise

    def _start(self, environment: dict[str, str]) -> None:
        ours, theirs = socket.socketpair()
        self._lines.append(Connection(ours.detach()))
        with theirs:
            self._processes.append(
                subprocess.Popen(
                    [sys.executable, "-P", "-m", "likeness.engines.torch.share", str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=environment,
                    # An interrupt typed at the terminal is for this side, which then ends the processes.
                    start_new_session=True,
                )
            )

    @property
    def pids(self) -> list[int]:
        """Their process ids."""
        return [process.pid for process in self._processes]

    def ask(self, messages: Sequence[object]) -> list[Any]:
        """Send each process, from the first on, its message and return the answers in that order.

        Raises :class:`EngineFailed` when a process is gone, or what one of them has failed with; they all end then.
        """
        try:
            for line, message in zip(self._lines, messages, strict=False):
                line.send(message)
        except OSError:
            pass  # reading finds it gone, and perhaps why
        answers: dict[int, Any] = {}
        everyone = range(len(self._lines))
        while len(answers) < len(messages):
            for rank in self._ready(everyone):
                answers[rank] = _received(self._lines[rank])
                if isinstance(answers[rank], Failed):
                    raise self._failure(rank, answers[rank])
        return [answers[rank] for rank in range(len(messages))]

    def _ready(self, ranks: Iterable[int], seconds: float | None = None) -> list[int]:
        """Which of ``ranks`` have something to read; none when nothing comes in time."""
        lines = {rank: self._lines[rank] for rank in ranks}
        ready = wait(list(lines.values()), seconds)
        return [rank for rank, line in lines.items() if line in ready]

    def _failure(self, rank: int, failed: Failed) -> LikenessError:
        """Why the crew failed, of which it ends the rest. A process that is gone, or has an error of ours, makes the
        others fail; so it is waited for what they say."""
        told = {rank: failed}
        until = time.monotonic() + _LAST_WORDS
        while silent := set(range(len(self._lines))) - told.keys():
            ready = self._ready(silent, max(0.0, until - time.monotonic()))
            if not ready:
                break
            for other in ready:
                answer = _received(self._lines[other])
                if isinstance(answer, Failed):
                    told[other] = answer
        gone = [place for place, answer in told.items() if answer is _GONE]
        how = self._end(gone[0]) if gone else ""
        self.close()
        ours = [answer for answer in told.values() if answer.kind != EngineFailed.__name__]
        if gone and not ours:
            return EngineFailed(
                f"process {gone[0] + 1} of the {len(self._lines)} that train together {how}",
                hint="start again: it goes on from the last state that was kept",
            )
        return (ours or [failed])[0].error()

    def _end(self, rank: int) -> str:
        try:
            code = self._processes[rank].wait(timeout=2)
        except subprocess.TimeoutExpired:
            code = 0
        return f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"

    def close(self) -> None:
        """End all of them at once and reap them."""
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()
        for line in self._lines:
            line.close()


_GONE = Failed(EngineFailed.__name__, "")


def _received(line: Connection) -> Any:
    """What comes next, ``_GONE`` when nothing can."""
    try:
        return line.recv()
    except (EOFError, OSError):
        return _GONE


def _environment(rank: int) -> dict[str, str]:
    """That of a process: it sees its own device alone, and talks to the others over the loopback interface."""
    loopback = next(
        name for name, found in psutil.net_if_addrs().items() if any(each.address == "127.0.0.1" for each in found)
    )
    own = {"GLOO_SOCKET_IFNAME": loopback, "NCCL_SOCKET_IFNAME": f"={loopback}", "NCCL_IB_DISABLE": "1"}
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    devices = None if visible is None else [name.strip() for name in visible.split(",")]
    own["CUDA_VISIBLE_DEVICES"] = str(rank) if devices is None else devices[rank] if rank < len(devices) else ""
    return {**os.environ, **own}
