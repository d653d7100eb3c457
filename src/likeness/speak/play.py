"""Sound to the loudspeaker while the rest of it is made: through ``sounddevice``, or a player program that is here.

A thread of its own feeds the device, so that a full buffer never stops the engine. Nothing is stored, except by
``afplay``, which plays only files: there the sound starts when it is complete, from a file nobody else can read.
"""

from __future__ import annotations

import queue
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from likeness.core import files
from likeness.core.errors import EngineMissing, LikenessError
from likeness.core.types import Audio, Samples
from likeness.speak.encode import encode, pcm_bytes, wav_header

_STREAMING: dict[str, Callable[[int], list[str]]] = {
    "paplay": lambda rate: ["--raw", "--format=s16le", "--channels=1", f"--rate={rate}"],
    "aplay": lambda rate: ["-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", str(rate), "-"],
    "ffplay": lambda rate: ["-nodisp", "-autoexit", "-loglevel", "error", "-f", "wav", "-i", "pipe:0"],
}
_OF_FILES = "afplay"
_SAVE = "or save it with: -o hello.wav"


class Player:
    """Plays pieces in order: :meth:`feed` each, then :meth:`finish`. ``name`` says what plays."""

    def __init__(self, name: str, play: Callable[[Iterator[Samples]], None]) -> None:
        self.name = name
        self._pieces: queue.SimpleQueue[Samples | None] = queue.SimpleQueue()
        self._problem: Exception | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._run, args=(play,), name="play", daemon=True)
        self._thread.start()

    def feed(self, piece: Audio) -> None:
        """Take the next piece. Raises :class:`LikenessError` when the device or program has failed."""
        self._check()
        self._pieces.put(piece.samples)

    def finish(self) -> None:
        """Wait until everything was heard. Raises :class:`LikenessError` when it could not be played."""
        self._pieces.put(None)
        self._thread.join()
        self._check()

    def stop(self) -> None:
        """Be silent as soon as can be."""
        self._stopped = True
        self._pieces.put(None)
        self._thread.join(timeout=5)

    def _run(self, play: Callable[[Iterator[Samples]], None]) -> None:
        try:
            play(self._taken())
        except Exception as error:  # the thread's boundary: told by the next feed or finish
            self._problem = error

    def _taken(self) -> Iterator[Samples]:
        while (piece := self._pieces.get()) is not None:
            if self._stopped:
                return
            yield piece

    def _check(self) -> None:
        if self._problem is not None:
            raise LikenessError(f"{self.name} cannot play: {self._problem}", hint=f"look at the loudspeaker, {_SAVE}")


@contextmanager
def player(rate: int) -> Iterator[Player]:
    """What plays sound at ``rate`` Hz here; waited for at the end of the block, silenced when it is left by an error.

    Raises :class:`EngineMissing` when nothing here can play.
    """
    opened = _opened(rate)
    try:
        yield opened
    except BaseException:
        opened.stop()
        raise
    opened.finish()


def _opened(rate: int) -> Player:
    if find_spec("sounddevice") is not None and (device := _device()) is not None:
        return Player("sounddevice", partial(_by_device, device, rate))
    for name, arguments in _STREAMING.items():
        if program := shutil.which(name):
            command = [program, *arguments(rate)]
            head = wav_header(rate, None) if name == "ffplay" else b""
            return Player(name, partial(_by_program, command, head))
    if program := shutil.which(_OF_FILES):
        return Player(_OF_FILES, partial(_by_file, program, rate))
    raise EngineMissing(
        "nothing here can play sound: no sounddevice with a loudspeaker, and no "
        f"{', '.join([*_STREAMING, _OF_FILES])} on this machine",
        hint=f"pip install 'likeness[record]', {_SAVE}",
    )


def _device() -> Any | None:
    """The library, if it loads and knows a device to play on."""
    try:
        sounddevice: Any = import_module("sounddevice")

        sounddevice.query_devices(kind="output")
    except Exception:  # no PortAudio, no device: whatever it raises, a program may still play
        return None
    return sounddevice


def _by_device(sounddevice: Any, rate: int, pieces: Iterator[Samples]) -> None:
    with sounddevice.OutputStream(samplerate=rate, channels=1, dtype="float32") as stream:
        for samples in pieces:
            stream.write(samples)


def _by_program(command: list[str], head: bytes, pieces: Iterator[Samples]) -> None:
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        try:
            process.stdin.write(head)
            for samples in pieces:
                process.stdin.write(pcm_bytes(samples))
                process.stdin.flush()
            process.stdin.close()
        except BrokenPipeError:
            pass  # its exit says why
        told = process.stderr.read().decode(errors="replace").strip().splitlines()
    if process.returncode:
        raise LikenessError(told[-1] if told else f"it ended with {process.returncode}")


def _by_file(program: str, rate: int, pieces: Iterator[Samples]) -> None:
    import numpy as np

    heard = list(pieces)
    if not heard:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        files.write_bytes(path, encode(Audio(np.concatenate(heard), rate), "wav"))
        subprocess.run([program, str(path)], check=True, stdout=subprocess.DEVNULL)
