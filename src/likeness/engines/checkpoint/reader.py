"""A pickled PyTorch checkpoint into arrays, by a process that can do nothing else (``worker``)."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from likeness.core.errors import InputError, LikenessError, NotFound, UnsafeInput
from likeness.core.weights import float32
from likeness.engines.checkpoint import pickles, worker

WALL_SECONDS = 180.0
_LARGEST_MESSAGE = 1 << 30
_AGAIN = "get it again from where it is published, and convert nothing that comes from elsewhere"

Arrays = dict[str, NDArray[np.float32]]


def read_checkpoint(path: Path, inert: Sequence[str] = ()) -> Arrays:
    """The float tensors by name of a ``.pth`` file: those of its item ``model`` where it has one, else its own.

    Nothing in the file is run: see ``checkpoint.pickles``. PyTorch is not needed. Tensors of whole numbers are left
    out, and objects of classes whose names begin as one of ``inert`` (configurations beside the weights) passed over.
    Raises :class:`NotFound`, :class:`InputError` with what was found where it is damaged or holds anything but
    tensors, :class:`UnsafeInput` where reading it takes more than is allowed.
    """
    try:
        source = path.open("rb")
    except OSError as error:
        raise NotFound(f"{path.name} cannot be opened: {error.strerror}", hint="name a file that is there") from None
    with source:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "likeness.engines.checkpoint.worker", *inert],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            close_fds=True,
        )
    assert process.stdout is not None
    try:
        return _Answers(process, process.stdout, path.name).collect()
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


class _Answers:
    """Reads what the worker gives, and believes none of it that is not checked."""

    def __init__(self, process: subprocess.Popen[bytes], pipe: IO[bytes], name: str) -> None:
        self._process, self._pipe, self._name = process, pipe, name
        self._deadline = time.monotonic() + WALL_SECONDS

    def collect(self) -> Arrays:
        found: Arrays = {}
        for name, kind, shape in _told(self._expected(b"H")):
            payload = self._expected(b"T")
            if len(payload) != pickles.BYTES[kind] * prod(shape):
                raise InputError(f"{self._name} is not read: {name} in it is cut off", hint=_AGAIN)
            if kind == "F64":
                found[name] = np.frombuffer(payload, "<f8").astype(np.float32).reshape(shape)
            elif kind in ("F32", "F16", "BF16"):
                found[name] = float32(payload, kind, shape, name)
        self._expected(b"E")
        return found

    def _expected(self, kind: bytes) -> bytes:
        """The next message, which must be of this kind."""
        got, payload = self._message()
        if got != kind:
            said = payload.decode("utf-8", "replace") if got == b"X" else "its reader lost its way"
            raise InputError(f"{self._name} is not read: {said}", hint=_AGAIN)
        return payload

    def _message(self) -> tuple[bytes, bytes]:
        lead = self._exactly(9)
        length = int.from_bytes(lead[1:], "little")
        if length > _LARGEST_MESSAGE:
            raise UnsafeInput(f"{self._name} is not read: a tensor in it has {length >> 20:,} MB", hint=_AGAIN)
        return lead[:1], self._exactly(length)

    def _exactly(self, length: int) -> bytes:
        parts = bytearray()
        while len(parts) < length:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise UnsafeInput(f"{self._name} is not read: it took over {WALL_SECONDS:g} seconds", hint=_AGAIN)
            if not select.select([self._pipe], [], [], min(left, 0.25))[0]:
                self._watch_memory()
                continue
            part = os.read(self._pipe.fileno(), min(length - len(parts), 1 << 20))
            if not part:
                raise self._died()
            parts += part
        return bytes(parts)

    def _watch_memory(self) -> None:
        """macOS does not enforce a limit on address space, so resident memory is looked at while waiting."""
        import psutil

        try:
            resident = psutil.Process(self._process.pid).memory_info().rss
        except psutil.Error:
            return
        if resident > worker.MEMORY_BYTES:
            raise UnsafeInput(f"{self._name} is not read: it takes too much memory", hint=_AGAIN)

    def _died(self) -> LikenessError:
        import signal

        code = self._process.wait()
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return UnsafeInput(f"{self._name} is not read: it takes too much time or memory", hint=_AGAIN)
        return InputError(f"{self._name} is not read: its reader ended with {code}", hint=_AGAIN)


def _told(payload: bytes) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    told: list[dict[str, Any]] = json.loads(payload)
    for each in told:
        shape = tuple(int(length) for length in each["shape"])
        if each["kind"] not in pickles.BYTES or prod(shape) > worker.LARGEST_MODEL:
            raise InputError(f"a tensor of kind {each['kind']!r} is not read", hint=_AGAIN)
        yield str(each["name"]), str(each["kind"]), shape
