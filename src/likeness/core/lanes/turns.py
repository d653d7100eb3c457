"""One at a time, in the order of asking.

``threading.Lock`` lets whoever comes first have it, and one that lets go and asks again at once comes first: of eight
listeners whose sentences take turns, some would wait until the others are done.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable


class Turns:
    """A fair lock. Whoever has it need not be the thread that asked for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: deque[threading.Event] = deque()
        self._taken = False

    @property
    def taken(self) -> bool:
        return self._taken

    def take_now(self) -> bool:
        """Take it if nobody has it; says whether."""
        with self._lock:
            if self._taken:
                return False
            self._taken = True
            return True

    def take(self, look: Callable[[], None], every: float) -> None:
        """Wait for one's turn, calling ``look`` each ``every`` seconds; what it raises gives the place up."""
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            called = threading.Event()
            self._queue.append(called)
        try:
            while not called.wait(every):
                look()
        except BaseException:
            with self._lock:
                if not called.is_set():
                    self._queue.remove(called)
                    raise
            self.give()
            raise

    def give(self) -> None:
        """Let the one that has waited longest have it."""
        with self._lock:
            if self._queue:
                self._queue.popleft().set()
            else:
                self._taken = False
