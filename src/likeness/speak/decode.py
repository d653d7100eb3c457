"""Decode sound files from anywhere to mono float32, in a process of its own that a hostile file cannot exhaust.

The format is told from the first bytes before a decoder sees the file (``speak.formats``); the decoder
(``speak.decode_worker``) runs under limits on memory and processor time, what it sends back is counted as well.
"""

from __future__ import annotations

import json
import os
import select
import stat
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Self

import numpy as np

from likeness.core.errors import InputError, LikenessError, NotFound, UnsafeInput
from likeness.core.types import Audio, Samples
from likeness.speak import formats

_SPLIT_HINT = "cut it into shorter files"


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """What one file may cost. ``expansion`` is decoded bytes per byte of file, judged beyond 32 MB decoded."""

    seconds: float = 1800.0
    input_bytes: int = 700 << 20
    output_bytes: int = 384 << 20
    expansion: int = 1000
    channels: int = 8
    minimum_rate: int = 4000
    maximum_rate: int = 384_000
    memory_bytes: int = 1 << 30
    cpu_seconds: int = 60
    wall_seconds: float = 120.0


LONG_LIMITS = DecodeLimits(
    seconds=12 * 3600.0, input_bytes=8 << 30, output_bytes=24 << 30, cpu_seconds=1800, wall_seconds=3600.0
)
"""For long files that are read as a stream (:meth:`Decoder.stream`), never whole."""
UPLOAD_LIMITS = DecodeLimits(
    seconds=300.0, input_bytes=64 << 20, output_bytes=64 << 20, cpu_seconds=20, wall_seconds=30.0
)
"""For sound that comes in through the gateway."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded file: mono ``audio`` at its own rate, ``format`` ("wav", "flac" …), ``channels`` it had, ``notes``."""

    audio: Audio
    format: str
    channels: int
    notes: tuple[str, ...] = ()


class Decoder:
    """Decodes file after file in one worker process, which is replaced after a file that it refused.

    A context manager; safe to share between threads (one file at a time).
    """

    def __init__(self, limits: DecodeLimits | None = None) -> None:
        self.limits = limits or DecodeLimits()
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    pass
        process.wait()

    def decode(self, source: Path | bytes, name: str = "") -> Decoded:
        """Decode a file or its bytes; ``name`` is what messages call it.

        Raises :class:`NotFound` (no such file), :class:`UnknownFormat`, :class:`UnsafeInput` (over a limit) and
        :class:`InputError` (damaged).
        """
        samples = bytearray()
        with self._asked(source, name) as answers:
            for block in answers.blocks():
                samples += block.data
        audio = Audio(np.frombuffer(samples, dtype=np.float32), answers.rate)
        return Decoded(audio=audio, format=answers.format, channels=answers.channels, notes=answers.notes)

    def stream(self, source: Path | bytes, name: str = "") -> Iterator[Audio]:
        """Decode a file of any length: its sound in order, in blocks of a few seconds, so that memory stays bounded.

        Raises as :meth:`decode`, at any block. Leaving the iteration ends the work; until it ends, no other file can be
        decoded by this decoder.
        """
        with self._asked(source, name) as answers:
            for block in answers.blocks():
                yield Audio(block, answers.rate)

    @contextmanager
    def _asked(self, source: Path | bytes, name: str) -> Iterator[_Answers]:
        """What the worker says of a file; after anything but its whole sound the worker is not asked again."""
        name = name or (source.name if isinstance(source, Path) else "the sound")
        found = self.check_header(source, name)
        with self._lock:
            try:
                yield self._ask(source, name, found)
            except BaseException:
                self.close()
                raise

    def check_header(self, source: Path | bytes, name: str = "") -> str:
        """Look at a file's size and first bytes only, and return its format; raises as :meth:`decode`."""
        name = name or (source.name if isinstance(source, Path) else "the sound")
        head, size = _head(source, name)
        if size > self.limits.input_bytes:
            raise UnsafeInput(f"{name} is over {self.limits.input_bytes >> 20} MB", hint=_SPLIT_HINT)
        return formats.sniff(head, name)

    def _ask(self, source: Path | bytes, name: str, found: str) -> _Answers:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = _start_worker()
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        what = {"path": str(source.absolute())} if isinstance(source, Path) else {"bytes": len(source)}
        answers = _Answers(process, process.stdout, name, found, self.limits)
        try:
            request = {**asdict(self.limits), **what, "container": formats.CONTAINERS.get(found, "")}
            process.stdin.write(json.dumps(request).encode() + b"\n")
            if isinstance(source, bytes):
                process.stdin.write(source)
            process.stdin.flush()
        except BrokenPipeError:
            raise answers.died() from None
        return answers


class _Answers:
    """Reads what the worker says of one file, within the limits."""

    def __init__(
        self, process: subprocess.Popen[bytes], pipe: IO[bytes], name: str, format: str, limits: DecodeLimits
    ) -> None:
        self._process, self._pipe, self._name, self._limits = process, pipe, name, limits
        self._waited = 0.0
        self.format = format
        self.rate = self.channels = 0
        self.notes: tuple[str, ...] = ()

    def blocks(self) -> Iterator[Samples]:
        """The sound as it comes; afterwards ``notes`` says what was noticed."""
        received = 0
        while True:
            kind, payload = self._message()
            if kind == b"S":
                received += len(payload)
                if received > self._limits.output_bytes:
                    raise self._unsafe(f"it decodes to over {self._limits.output_bytes >> 20} MB")
                yield np.frombuffer(payload, dtype=np.float32)
            elif kind == b"H":
                header = json.loads(payload)
                self.rate, self.channels = int(header["rate"]), int(header["channels"])
            elif kind == b"X":
                refusal = json.loads(payload)
                raise self._unsafe(refusal["error"]) if refusal["kind"] == "unsafe" else self._damaged(refusal["error"])
            else:
                if json.loads(payload)["channels_differ"]:
                    self.notes = (f"its {self.channels} channels differ and were mixed into one",)
                return

    def _message(self) -> tuple[bytes, bytes]:
        lead = self._exactly(5)
        (length,) = struct.unpack("<I", lead[1:])
        return lead[:1], self._exactly(length)

    def _exactly(self, length: int) -> bytes:
        parts = bytearray()
        while len(parts) < length:
            left = self._limits.wall_seconds - self._waited
            if left <= 0:
                raise self._unsafe(f"decoding it took over {self._limits.wall_seconds:g} seconds")
            began = time.monotonic()
            ready = select.select([self._pipe], [], [], min(left, 0.25))[0]
            self._waited += time.monotonic() - began
            if not ready:
                self._watch_memory()
                continue
            part = os.read(self._pipe.fileno(), length - len(parts))
            if not part:
                raise self.died()
            parts += part
        return bytes(parts)

    def _watch_memory(self) -> None:
        """macOS does not enforce a limit on address space, so resident memory is looked at while waiting."""
        import psutil

        try:
            resident = psutil.Process(self._process.pid).memory_info().rss
        except psutil.Error:
            return
        if resident > self._limits.memory_bytes:
            raise self._unsafe("decoding it takes too much memory")

    def died(self) -> LikenessError:
        """What a worker that ended without an answer means: a limit that kills, or a decoder that crashed."""
        import signal

        code = self._process.wait()
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return self._unsafe(f"decoding it took over {self._limits.cpu_seconds} seconds of processor time")
        return self._damaged("the decoder failed on it")

    def _unsafe(self, reason: str) -> UnsafeInput:
        return UnsafeInput(f"{self._name} was refused: {reason}", hint=_SPLIT_HINT)

    def _damaged(self, reason: str) -> InputError:
        return InputError(f"{self._name} cannot be read: {reason}", hint="export or record it again")


def _head(source: Path | bytes, name: str) -> tuple[bytes, int]:
    """First bytes and size of a file or its content. Only regular files are opened (no pipe, device or folder)."""
    if isinstance(source, bytes):
        return source[: formats.HEAD_BYTES], len(source)
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        raise NotFound(f"there is no file {str(source)!r}", hint="check the path") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{name} cannot be opened: {getattr(error, 'strerror', '') or error}") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise InputError(f"{name} is not a regular file", hint="choose a sound file")
        return os.read(descriptor, formats.HEAD_BYTES), status.st_size
    finally:
        os.close(descriptor)


def _start_worker() -> subprocess.Popen[bytes]:
    single_thread = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM")}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "likeness.speak.decode_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **single_thread},
        bufsize=1 << 16,
    )


def decode(source: Path | str | bytes, limits: DecodeLimits | None = None) -> Audio:
    """Decode one sound file (a path, or the file's bytes) to mono float32 at its own rate.

    Raises :class:`NotFound`, :class:`UnknownFormat`, :class:`UnsafeInput` and :class:`InputError`, and nothing else.
    """
    with Decoder(limits) as decoder:
        return decoder.decode(Path(source) if isinstance(source, str) else source).audio


def decode_bytes(data: bytes, name: str = "the upload", limits: DecodeLimits = UPLOAD_LIMITS) -> Audio:
    """Decode an uploaded file to mono float32 at its own rate; raises as :func:`decode`."""
    with Decoder(limits) as decoder:
        return decoder.decode(data, name).audio
