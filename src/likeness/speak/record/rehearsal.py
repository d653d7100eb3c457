"""Sound files in the place of a microphone: to rehearse a session, and to test the real command.

For a line the folder's ``<line id>.wav`` is played where there is one, for the room ``room.wav``; else the next of the
other files in the order of their names, from the first again after the last.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from likeness.core.errors import InputError, NotFound
from likeness.core.types import Samples
from likeness.speak.decode import Decoder
from likeness.speak.record.microphone import BLOCK_SECONDS, RATE, Stream

_ROOM = "room"
_ROOM_SECONDS = 4.0
_SUFFIXES = (".wav", ".flac")


class Rehearsal:
    """A folder of WAV or FLAC files that acts as a microphone; ``paced`` as slow as speech is."""

    ends_itself = True

    def __init__(self, folder: Path, *, paced: bool = False) -> None:
        """Raises :class:`NotFound` without the folder, :class:`InputError` when no sound file is in it."""
        if not folder.is_dir():
            raise NotFound(f"there is no folder {str(folder)!r}", hint="give a folder with WAV files: file:FOLDER")
        self._files = {path.stem: path for path in sorted(folder.iterdir()) if path.suffix.lower() in _SUFFIXES}
        if not set(self._files) - {_ROOM}:
            raise InputError(
                f"there is no WAV or FLAC file in {str(folder)!r}", hint="put the takes to be played there"
            )
        self.name = f"the files in {folder.name}"
        self._paced = paced

    @contextmanager
    def open(self, rate: int = RATE) -> Iterator[Stream]:
        """The files come at the rate of the first of them, whatever is asked."""
        with Decoder() as decoder:
            yield _Files(self._files, decoder, self._paced)


class _Files:
    def __init__(self, files: dict[str, Path], decoder: Decoder, paced: bool) -> None:
        self._files, self._decoder, self._paced = files, decoder, paced
        self._others = [path for stem, path in files.items() if stem != _ROOM]
        self.rate = decoder.decode(self._others[0]).audio.rate
        self.lost = 0
        self._next = 0
        self._sound = np.zeros(0, dtype=np.float32)
        self._at = 0
        self._began = 0.0

    def cue(self, what: str) -> None:
        self._at, self._sound = 0, self._played(what)
        self._began = time.monotonic()

    def read(self) -> Samples:
        count = round(BLOCK_SECONDS * self.rate)
        block = self._sound[self._at : self._at + count]
        self._at += count
        if self._paced and len(block):
            time.sleep(max(0.0, self._began + self._at / self.rate - time.monotonic()))
        return block

    def _played(self, what: str) -> Samples:
        if what in self._files:
            path = self._files[what]
        elif what == _ROOM:
            return _quiet(self.rate)
        else:
            path, self._next = self._others[self._next % len(self._others)], self._next + 1
        audio = self._decoder.decode(path).audio
        if audio.rate != self.rate:
            raise InputError(
                f"{path.name} has {audio.rate:,} Hz where the others have {self.rate:,}", hint="convert it"
            )
        return audio.samples


def _quiet(rate: int) -> Samples:
    """A room at -75 dBFS."""
    noise = np.random.default_rng(0).standard_normal(round(_ROOM_SECONDS * rate)) * 10 ** (-75 / 20)
    return noise.astype(np.float32)
