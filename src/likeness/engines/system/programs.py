"""The programs that speak on a machine, each in a process of its own.

The text goes in by standard input, never on the command line, where every user of the machine could read it. On Linux
espeak-ng comes first and is called directly, without pyttsx3 between: it streams, lists its voices, and its licence
(GPL) stays on its own side of a process. pyttsx3 is for machines where only it finds a driver; it writes whole files.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Protocol, cast

import numpy as np

from likeness.core.errors import EngineFailed
from likeness.core.resample import StreamResampler, resample
from likeness.core.types import Audio, StockVoice

RATE = 22_050
LONGEST_SECONDS = 60.0
"""A sentence that takes longer than this is given up."""
_PIECE_BYTES = 8_192
_HEADER = 44


class Program(Protocol):
    """One way to speak. ``voice`` is the id of one of :meth:`voices`, or "" for the program's own choice."""

    def voices(self) -> tuple[StockVoice, ...]: ...
    def speak(self, text: str, voice: str) -> Iterator[Audio]: ...


def found() -> Program | None:
    """The program that speaks here, if any."""
    if sys.platform == "darwin" and (path := shutil.which("say")):
        return Say(path)
    if path := shutil.which("espeak-ng") or shutil.which("espeak"):
        return Espeak(path)
    if find_spec("pyttsx3") is not None:
        return Pyttsx3()
    return None


class Espeak:
    """espeak-ng, streamed: its WAV comes on standard output while it is made."""

    def __init__(self, path: str) -> None:
        self._path = path

    def voices(self) -> tuple[StockVoice, ...]:
        """One for each language it speaks by itself (those of MBROLA need files of their own)."""
        lines = _told([self._path, "--voices"]).splitlines()[1:]
        rows = [fields for line in lines if len(fields := line.split()) >= 5 and not fields[4].startswith("mb/")]
        found = {row[1]: StockVoice(row[1], row[3].replace("_", " "), row[1].partition("-")[0]) for row in rows}
        return tuple(found.values())

    def speak(self, text: str, voice: str) -> Iterator[Audio]:
        command = [self._path, "--stdin", "--stdout", "-b", "1", "-z", "-v", voice or "en-us"]
        heard = False
        with _running(command, text) as output:
            head = _read(output, _HEADER)
            if len(head) == _HEADER and head[:4] == b"RIFF":
                for piece in _streamed(output, int(struct.unpack("<I", head[24:28])[0])):
                    heard = True
                    yield piece
        if not heard:
            raise EngineFailed("espeak-ng gave no sound", hint="try it by itself: espeak-ng --voices")


class Say:
    """macOS ``say``, which writes a whole file."""

    def __init__(self, path: str) -> None:
        self._path = path

    def voices(self) -> tuple[StockVoice, ...]:
        """Those that are installed, as ``say -v '?'`` lists them."""
        listed = re.findall(
            r"^(\S.*?)\s+([a-z]{2,3}(?:[_-][A-Za-z0-9]+)*)\s+#", _told([self._path, "-v", "?"]), re.MULTILINE
        )
        return tuple(StockVoice(name, f"{name} ({code})", re.split("[_-]", code)[0]) for name, code in listed)

    def speak(self, text: str, voice: str) -> Iterator[Audio]:
        chosen = ["-v", voice] if voice else []
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "speech.wav"
            form = ["--file-format=WAVE", f"--data-format=LEI16@{RATE}", "-o", str(path)]
            with _running([self._path, *chosen, *form, "-f", "-"], text) as output:
                output.read()
            yield _sound_of(path, "say")


class Pyttsx3:
    """Whatever driver pyttsx3 finds, in a process of its own: its event loop wants the main thread."""

    _WORKER = "likeness.engines.system.pyttsx3_worker"

    def voices(self) -> tuple[StockVoice, ...]:
        rows = json.loads(_told([sys.executable, "-m", self._WORKER], json.dumps({"list": True})))
        return tuple(StockVoice(row["id"], row["title"], row["language"]) for row in rows)

    def speak(self, text: str, voice: str) -> Iterator[Audio]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "speech.wav"
            order = json.dumps({"text": text, "voice": voice, "file": str(path)})
            with _running([sys.executable, "-m", self._WORKER], order) as output:
                output.read()
            yield _sound_of(path, "pyttsx3")


def _streamed(output: IO[bytes], rate: int) -> Iterator[Audio]:
    """16-bit samples as they come, at :data:`RATE`."""
    resampler = StreamResampler(rate, RATE)
    while data := _read(output, _PIECE_BYTES):
        samples = np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float32) / np.float32(32768)
        yield Audio(resampler.feed(samples), RATE)
    yield Audio(resampler.finish(), RATE)


def _sound_of(path: Path, program: str) -> Audio:
    """The sound of a file that a program wrote, at :data:`RATE`; pyttsx3's driver on macOS writes AIFF."""
    import soundfile

    try:
        samples, rate = soundfile.read(io.BytesIO(path.read_bytes()), dtype="float32", always_2d=True)
    except (OSError, RuntimeError) as error:
        raise EngineFailed(f"{program} wrote no sound: {error}", hint="try it by itself") from None
    return resample(Audio(np.ascontiguousarray(samples.mean(axis=1), dtype=np.float32), int(rate)), RATE)


def _told(command: Sequence[str], given: str = "") -> str:
    """What a program prints. Raises :class:`EngineFailed` when it fails."""
    with _running(command, given) as output:
        return output.read().decode("utf-8", "replace")


@contextmanager
def _running(command: Sequence[str], given: str) -> Iterator[IO[bytes]]:
    """Run a program with ``given`` on its standard input; gives its standard output. It ends with the block.

    Raises :class:`EngineFailed` when it fails or takes too long; what it says of it may name a voice, never the text.
    """
    name = Path(command[0]).name
    with tempfile.TemporaryFile() as problems:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=problems)
        late = threading.Event()

        def give_up() -> None:
            late.set()
            process.kill()

        watch = threading.Timer(LONGEST_SECONDS, give_up)
        watch.daemon = True
        watch.start()
        try:
            _give(cast("IO[bytes]", process.stdin), given)
            yield cast("IO[bytes]", process.stdout)
            process.wait()
        finally:
            watch.cancel()
            process.kill()
            cast("IO[bytes]", process.stdout).close()
            process.wait()
        if late.is_set():
            raise EngineFailed(f"{name} took longer than {LONGEST_SECONDS:.0f} s", hint="speak it in shorter sentences")
        if process.returncode:
            problems.seek(0)
            lines = problems.read(4_000).decode("utf-8", "replace").strip().splitlines()
            told = f": {lines[-1]}" if lines else ""
            raise EngineFailed(f"{name} ended with {process.returncode}{told}", hint="try it by itself")


def _give(target: IO[bytes], text: str) -> None:
    try:
        target.write(text.encode("utf-8"))
        target.close()
    except BrokenPipeError:
        pass  # its exit code says why


def _read(source: IO[bytes], count: int) -> bytes:
    """Up to ``count`` bytes, fewer only at the end."""
    parts = b""
    while len(parts) < count and (data := source.read(count - len(parts))):
        parts += data
    return parts
