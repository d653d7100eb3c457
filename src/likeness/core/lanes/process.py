"""Starting, talking to and ending one worker process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from typing import Any

import psutil

from likeness.core.errors import EngineFailed


class WorkerProcess:
    """A fresh Python process with a private line to it. It never outlives this side of the line."""

    def __init__(self, name: str) -> None:
        self._name = name
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "likeness.core.lanes.worker", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                # An interrupt typed at the terminal must not reach the worker before its lane ends it.
                start_new_session=True,
            )
        self._line = Connection(ours.detach())

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, message: object) -> None:
        """Raises :class:`EngineFailed` when the process is gone."""
        try:
            self._line.send(message)
        except OSError:
            raise self._gone() from None

    def receive(self, seconds: float) -> Any:
        """The next message. Raises :class:`EngineFailed` when none comes within ``seconds`` or the process is gone.

        A failure reported by the worker is returned like any other message.
        """
        try:
            if not self._line.poll(max(0.0, seconds)):
                raise EngineFailed(
                    f"engine {self._name!r} did not answer in time and was stopped",
                    hint="try again with a shorter text; the engine starts afresh",
                )
            return self._line.recv()
        except (EOFError, OSError):
            raise self._gone() from None

    def memory_mb(self) -> float:
        """Resident memory of the process, 0 when it is gone."""
        try:
            return float(psutil.Process(self._process.pid).memory_info().rss) / 2**20
        except psutil.Error:
            return 0.0

    def terminate(self) -> None:
        """Kill the process and leave the line to its reader, who finds it closed."""
        self._process.kill()

    def kill(self) -> None:
        """End the process at once and reap it."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._line.close()

    def _gone(self) -> EngineFailed:
        try:
            code = self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            code = 0
        how = f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
        return EngineFailed(
            f"the process of engine {self._name!r} {how} in the middle of its work",
            hint="the next request starts it afresh",
        )
