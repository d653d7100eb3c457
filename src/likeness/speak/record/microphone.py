"""Where the sound of a session comes from: a microphone through PortAudio (``sounddevice``, the extra ``record``).

For rehearsing, and for tests, ``file:FOLDER`` plays sound files in its place (``speak.record.rehearsal``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from likeness.core.errors import EngineMissing, NotFound, NotReady
from likeness.core.types import Samples

RATE = 48_000
"""What is asked for, in Hz; a device that cannot gives its own rate."""
LOWEST_RATE = 16_000
BLOCK_SECONDS = 0.05
_SILENT_SECONDS = 3.0
"""A device that has given nothing for so long was unplugged."""
_INSTALL = "pip install 'likeness[record]'"


class Stream(Protocol):
    """An open microphone."""

    rate: int
    """Samples per second of what :meth:`read` gives."""
    lost: int
    """How often sound was lost since :meth:`cue`, the computer being too slow to take it."""

    def cue(self, what: str) -> None:
        """A take of ``what`` (a line's id, or "room") begins: what is read next belongs to it."""
        ...

    def read(self) -> Samples:
        """Wait for the next block: float32 of shape (n,), about 50 ms. Empty once a sound that has an end is over.

        Raises :class:`NotReady` when the device is gone.
        """
        ...


class Microphone(Protocol):
    """Something that can be recorded from."""

    name: str
    ends_itself: bool
    """Whether each take has an end of its own (files), so that nobody has to stop it."""

    def open(self, rate: int = RATE) -> AbstractContextManager[Stream]:
        """Listen, at ``rate`` where the device can. Raises :class:`NotReady` when it cannot be opened."""
        ...


@dataclass(frozen=True, slots=True)
class Device:
    """An input as the system lists it. ``channels`` it has, its usual ``rate`` in Hz."""

    number: int
    name: str
    channels: int
    rate: int
    is_default: bool


def devices() -> tuple[Device, ...]:
    """The inputs of this machine. Raises :class:`EngineMissing` without sounddevice or PortAudio."""
    library = _sounddevice()
    try:
        default = library.default.device[0]
        listed = list(library.query_devices())
    except library.PortAudioError as error:
        raise NotReady(f"the sound devices cannot be listed: {error}", hint=_DEVICE_HINT) from None
    return tuple(
        Device(
            number,
            str(each["name"]),
            int(each["max_input_channels"]),
            round(each["default_samplerate"]),
            number == default,
        )
        for number, each in enumerate(listed)
        if each["max_input_channels"] > 0
    )


_DEVICE_HINT = "see what there is with: likeness record --list-devices"


def choose(device: str = "") -> Microphone:
    """The microphone that ``device`` names: "" for the system's own choice, a number, a part of a name,
    ``file:FOLDER`` for sound files as quick as they are read, ``play:FOLDER`` for the same at the pace of speech.

    Raises :class:`NotFound` for one that is not there, :class:`NotReady` when there is none at all.
    """
    kind, separator, folder = device.partition(":")
    if separator and kind in ("file", "play"):
        from likeness.speak.record.rehearsal import Rehearsal

        return Rehearsal(Path(folder), paced=kind == "play")
    found = devices()
    if not found:
        raise NotReady(
            "there is no microphone", hint="connect one; a telephone's recordings do as well: enrol voice PATH"
        )
    if not device:
        chosen = next((each for each in found if each.is_default), found[0])
        return SystemMicrophone(chosen)
    wanted = device.casefold()
    for each in found:
        if str(each.number) == device or wanted in each.name.casefold():
            return SystemMicrophone(each)
    raise NotFound(f"there is no microphone {device!r}", hint=_DEVICE_HINT, param="device")


class SystemMicrophone:
    """A :class:`Device` through PortAudio."""

    ends_itself = False

    def __init__(self, device: Device) -> None:
        self.device = device
        self.name = device.name

    @contextmanager
    def open(self, rate: int = RATE) -> Iterator[Stream]:
        library = _sounddevice()
        usable = self._rate(library, rate)
        if usable < LOWEST_RATE:
            raise NotReady(
                f"{self.name} gives only {usable:,} Hz, as a telephone does",
                hint="use the computer's own microphone, or one with a cable",
            )
        try:
            blocks: SimpleQueue[tuple[Samples, bool]] = SimpleQueue()
            stream = library.InputStream(
                samplerate=usable,
                device=self.device.number,
                channels=1,
                dtype="float32",
                blocksize=round(BLOCK_SECONDS * usable),
                # PortAudio's own thread takes the sound, so that none is lost while something is drawn or judged
                callback=lambda data, frames, at, status: blocks.put((data[:, 0].copy(), bool(status.input_overflow))),
            )
            stream.start()
        except library.PortAudioError as error:
            raise NotReady(f"{self.name} cannot be opened: {error}", hint=_DEVICE_HINT) from None
        try:
            yield _SystemStream(blocks, usable, self.name)
        finally:
            stream.close(ignore_errors=True)

    def _rate(self, library: Any, asked: int) -> int:
        try:
            library.check_input_settings(device=self.device.number, channels=1, dtype="float32", samplerate=asked)
        except (library.PortAudioError, ValueError):
            return self.device.rate
        return asked


class _SystemStream:
    def __init__(self, blocks: SimpleQueue[tuple[Samples, bool]], rate: int, name: str) -> None:
        self.rate = rate
        self.lost = 0
        self._blocks, self._name = blocks, name

    def cue(self, what: str) -> None:
        self.lost = 0

    def read(self) -> Samples:
        try:
            block, overflowed = self._blocks.get(timeout=_SILENT_SECONDS)
        except Empty:
            raise NotReady(
                f"{self._name} does not answer any more", hint="connect it again; the same command goes on"
            ) from None
        self.lost += overflowed
        return block


def _sounddevice() -> Any:
    """The library. PortAudio comes with its wheels on macOS and Windows; elsewhere the system has it."""
    try:
        return import_module("sounddevice")
    except ModuleNotFoundError:
        raise EngineMissing("recording needs sounddevice, which is not installed", hint=_INSTALL) from None
    except OSError:
        raise EngineMissing(
            "recording needs PortAudio, which is not installed", hint="on Debian and Ubuntu: apt install libportaudio2"
        ) from None
