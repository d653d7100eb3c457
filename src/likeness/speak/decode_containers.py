"""M4A, AAC, WebM, Windows Media, AMR and video through PyAV, inside the process that decodes.

FFmpeg is given open files and the name of one format, never a path or an address, so that a playlist or a reference
inside a file leads nowhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

Block = NDArray[np.float32]
_PROBE_BYTES = 4 << 20
_UNSTATED = ("aac", "amr")
_BAD_PACKETS = 20
"""So many packets in a row that cannot be decoded end a file."""


class Container:
    """The first sound track of a file, read the way ``soundfile.SoundFile`` is. Raises :class:`ValueError` for a file
    that has none, and :class:`OSError` for one that cannot be understood."""

    def __init__(self, data: int | BinaryIO, format: str) -> None:
        import av
        import av.logging

        av.logging.set_level(av.logging.PANIC)
        self._file = os.fdopen(data, "rb") if isinstance(data, int) else data
        self._av: Any = av
        options = {"probesize": str(_PROBE_BYTES), "analyzeduration": "5000000"}
        self._container: Any = _our_errors(
            lambda: av.open(self._file, "r", format=format, options=options, metadata_errors="replace")
        )
        if not self._container.streams.audio:
            raise ValueError("it has no sound track")
        self._stream = self._container.streams.audio[0]
        codec = self._stream.codec_context
        codec.thread_count = 1
        self.samplerate, self.channels = int(codec.sample_rate or 0), int(codec.channels or 0)
        self.frames = self._stated()
        self._blocks = self._decoded()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._container.close()

    def read(self, frames: int, *, dtype: str, always_2d: bool) -> Block:
        """The next of the sound, float32 of shape (n, channels) with about ``frames`` rows; none at the end."""
        gathered: list[Block] = []
        count = 0
        for block in self._blocks:
            gathered.append(block)
            count += len(block)
            if count >= frames:
                break
        return np.concatenate(gathered) if gathered else np.zeros((0, self.channels), np.float32)

    def _stated(self) -> int:
        """The length of the track where the file states it; what is guessed from a bit rate is not stated."""
        stream = self._stream
        if self._container.format.name in _UNSTATED or not stream.duration or not stream.time_base:
            return 0
        return max(0, round(float(stream.duration * stream.time_base) * self.samplerate))

    def _decoded(self) -> Iterator[Block]:
        resampler = self._av.AudioResampler(format="fltp", layout=self._stream.layout, rate=self.samplerate)
        bad = 0
        for packet in self._packets():
            try:
                decoded = packet.decode()
            except self._av.FFmpegError:
                # one damaged packet is a click; many are a damaged file, which the length will show
                bad += 1
                if bad > _BAD_PACKETS:
                    return
                continue
            bad = 0
            for frame in decoded:
                for same in _our_errors(lambda frame=frame: resampler.resample(frame)):
                    yield np.ascontiguousarray(same.to_ndarray().T, dtype=np.float32)

    def _packets(self) -> Iterator[Any]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, self._av.FFmpegError):
                return
            yield packet


def _our_errors(act: Any) -> Any:
    """What ``act`` gives; an error of FFmpeg's without its address of memory or file."""
    import av

    try:
        return act()
    except av.FFmpegError as error:
        raise ValueError(str(getattr(error, "strerror", "") or "it cannot be understood").lower()) from None
