"""A speech model in a process of its own: asked in JSON over its standard input, heard over its standard output.

A message is four bytes of length (big-endian) and that many of JSON; one with ``samples`` is followed by as many
float32 numbers. The program (``workers/serve.py``) imports nothing of ours. It ends when its standard input does.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np

from likeness.core.errors import EngineFailed, EngineMissing, InputError, LikenessError
from likeness.core.types import Samples

WORKERS = Path(__file__).parent / "workers"
_KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "SYSTEMROOT", "OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES")
_LONGEST_MESSAGE = 1 << 24
_ENDING_SECONDS = 2.0
_KINDS: dict[str, type[LikenessError]] = {"input": InputError, "environment": EngineMissing}
_AGAIN = "try again; if it stays, remove the model and get it again: its environment may be broken"


class ModelProcess:
    """One model, loaded in its environment. Not for two threads at once."""

    def __init__(self, python: Path, worker: str, model: Path) -> None:
        """Start ``workers/<worker>.py`` with the interpreter ``python`` on the folder ``model`` and wait until it is
        loaded. Raises :class:`InputError` when the model cannot be read, :class:`EngineFailed` when the program ends.
        """
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environment |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "COQUI_TOS_AGREED": "1"}
        self._name = Path(worker).name
        self._process = subprocess.Popen(
            [str(python), "-I", str(WORKERS / "serve.py"), str(WORKERS / f"{worker}.py"), str(model)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Libraries print what they are asked to say.
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        self._busy = False
        try:
            self.opened = self._heard()[0]
        except BaseException:
            self.close()
            raise

    def ask(self, what: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ask for something that has one answer, and return it."""
        self._send({"do": what, **values})
        return self._heard()[0]

    def sounds(self, values: Mapping[str, Any]) -> Iterator[Samples]:
        """Ask it to speak; yields pieces of sound. Closing the iteration ends the process: it cannot be interrupted."""
        self._send({"do": "speak", **values})
        self._busy = True
        try:
            while True:
                answer, samples = self._heard()
                if samples is not None:
                    yield samples
                if answer.get("end"):
                    self._busy = False
                    return
        finally:
            if self._busy:
                self.close()

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    pass  # it ended first, with something still on its way
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        data = json.dumps(message).encode()
        try:
            self._process.stdin.write(struct.pack(">I", len(data)) + data)
            self._process.stdin.flush()
        except (OSError, ValueError):
            raise self._ended() from None

    def _heard(self) -> tuple[dict[str, Any], Samples | None]:
        (length,) = struct.unpack(">I", self._read(4))
        if length > _LONGEST_MESSAGE:
            raise self._ended()
        answer: dict[str, Any] = json.loads(self._read(length))
        if "error" in answer:
            self._busy = False
            raise _KINDS.get(answer.get("kind", ""), EngineFailed)(f"{self._name}: {answer['error']}", hint=_AGAIN)
        count = int(answer.get("samples", 0))
        samples = np.frombuffer(self._read(4 * count), "<f4").astype(np.float32) if count else None
        return answer, samples

    def _read(self, count: int) -> bytes:
        assert self._process.stdout is not None
        try:
            data = self._process.stdout.read(count)
        except (OSError, ValueError):
            raise self._ended() from None
        if len(data) < count:
            raise self._ended()
        return data

    def _ended(self) -> EngineFailed:
        self._busy = False
        try:
            code = self._process.wait(_ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            code = None
        told = "" if code is None else f" (exit {code})"
        return EngineFailed(f"the program of {self._name} ended{told}", hint=_AGAIN)
