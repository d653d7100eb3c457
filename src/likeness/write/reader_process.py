"""Reads an archive in a process of its own, so that parsing goes on while the store writes.

    this side                      the process
    Reading                     ->
                                <- Batch | Far …        each pickled, in order
                                <- None, or the exception that ended it

The line is the process's standard input and output, both private to the two. When this side is gone, killed or not,
the process finds its input closed and ends.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import IO

from likeness.core.errors import LikenessError
from likeness.write.reading import Batch, Far, Reading, batches

_SECONDS_BETWEEN = 0.1


def read_ahead(reading: Reading) -> Iterator[Batch | Far]:
    """As :func:`batches`, in a process that is one batch ahead. It ends with this generator."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "likeness.write.reader_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # An interrupt typed at the terminal is for this side, which then ends the process.
        start_new_session=True,
    )
    with process:
        if process.stdin is None or process.stdout is None:
            raise AssertionError("both were asked for")
        try:
            with suppress(BrokenPipeError):
                pickle.dump(reading, process.stdin)
                process.stdin.flush()
            while True:
                step = _received(process.stdout, reading)
                if step is None:
                    return
                if isinstance(step, BaseException):
                    raise step
                yield step
        finally:
            process.kill()
            with suppress(BrokenPipeError):  # what it was still to be told
                process.stdin.close()


def _received(line: IO[bytes], reading: Reading) -> Batch | Far | BaseException | None:
    try:
        step: Batch | Far | BaseException | None = pickle.load(line)  # noqa: S301 - from our own process
    except (EOFError, pickle.UnpicklingError):
        raise LikenessError(
            f"the process that read {reading.archive.name} ended before its work was done",
            hint="what was read so far is kept; the same command continues",
        ) from None
    return step


def main() -> None:
    """Read what standard input says."""
    reading: Reading = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this one
    threading.Thread(target=_end_with_the_other_side, daemon=True).start()
    out = sys.stdout.buffer
    last = 0.0
    try:
        for step in batches(reading):
            if isinstance(step, Batch) or time.monotonic() - last > _SECONDS_BETWEEN:
                pickle.dump(step, out, pickle.HIGHEST_PROTOCOL)
                out.flush()
                last = time.monotonic()
        answer = None
    except BrokenPipeError:
        return
    except Exception as error:  # the boundary of the process: whatever it was is raised on the other side
        answer = error
    with suppress(BrokenPipeError):
        pickle.dump(answer, out)
        out.flush()


def _end_with_the_other_side() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
