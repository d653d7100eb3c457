"""The process in which untrusted sound files are decoded: ``python -m likeness.speak.decode_worker``.

It limits itself before it reads anything, answers one request after the other on standard input and output, and ends
at the first one it refuses. Only ``soundfile`` and ``numpy`` are imported, so that it starts quickly; PyAV for a file
that needs it.

Request: one line of JSON with ``path`` or ``bytes`` (that many follow), the fields of ``DecodeLimits``, and
``container``, FFmpeg's name of the format for a file that PyAV reads, else "".
Answer: messages, each led by its kind (1 byte) and length (4 bytes, little-endian). ``H`` is JSON with ``rate`` and
``channels``; ``S`` a block of float32 mono samples; ``E`` ends the sound with JSON, ``channels_differ``; ``X`` is a
refusal, JSON with ``kind`` ("unsafe" or "malformed") and ``error``, and may come at any point.
"""

from __future__ import annotations

import io
import json
import os
import resource
import struct
import sys
from typing import Any, BinaryIO

import numpy as np
import soundfile

BLOCK_FRAMES = 1 << 16
UNKNOWN_FRAMES = 1 << 62
"""libsndfile reports a length beyond this when the header does not state one."""
LOUDEST = 8.0
"""Float samples beyond this are not sound in [-1, 1] at any sensible gain."""
SAME_WITHIN = 1e-3
"""Channels that differ by less than this (-60 dBFS) hold the same sound."""
TRUNCATED_BELOW = 0.9
EXPANSION_FREE_BYTES = 32 << 20
"""Below this much decoded sound, how strongly it was compressed does not matter."""


class RefusedFileError(Exception):
    """The file is over a limit ("unsafe") or damaged ("malformed")."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def main() -> None:
    """Serve requests until standard input ends or a file is refused."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while line := source.readline():
        request = json.loads(line)
        try:
            _limit_process(request)
            data: int | BinaryIO
            if "path" in request:
                data = os.open(request["path"], os.O_RDONLY | os.O_NONBLOCK)
                size = os.fstat(data).st_size
            else:
                size = request["bytes"]
                data = io.BytesIO(source.read(size))
            _decode(data, size, request, sink)
        except RefusedFileError as error:
            _refuse(sink, error.kind, str(error))
            break
        except MemoryError:
            _refuse(sink, "unsafe", "decoding it takes too much memory")
            break
        except (soundfile.LibsndfileError, OSError, ValueError, TypeError, RuntimeError) as error:
            _refuse(sink, "malformed", _reason(error))
            break


def _send(sink: BinaryIO, kind: bytes, payload: bytes) -> None:
    sink.write(kind + struct.pack("<I", len(payload)))
    sink.write(payload)


def _refuse(sink: BinaryIO, kind: str, error: str) -> None:
    _send(sink, b"X", json.dumps({"kind": kind, "error": error}).encode())
    sink.flush()


def _reason(error: Exception) -> str:
    text = getattr(error, "error_string", "") or str(error)
    return text.strip().rstrip(".") or type(error).__name__


def _limit_process(request: dict[str, Any]) -> None:
    """Bound memory, and the processor time of this one request; no core dumps and no file may be written."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = int(used.ru_utime + used.ru_stime) + 1 + int(request["cpu_seconds"])
    memory = int(request["memory_bytes"])
    wanted = ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, cpu), (resource.RLIMIT_CORE, 0))
    for which, soft in (*wanted, (resource.RLIMIT_FSIZE, 0)):
        try:
            resource.setrlimit(which, (soft, resource.getrlimit(which)[1]))
        except (ValueError, OSError):
            # macOS does not limit address space; the parent watches resident memory there.
            continue


def _decode(data: int | BinaryIO, size: int, request: dict[str, Any], sink: BinaryIO) -> None:
    if request["container"]:
        from likeness.speak import decode_containers

        with decode_containers.Container(data, request["container"]) as container:
            _read(container, size, request, sink)
        return
    with soundfile.SoundFile(data) as sound:
        _read(sound, size, request, sink)


def _read(sound: Any, size: int, request: dict[str, Any], sink: BinaryIO) -> None:
    """Send the sound of what reads like a ``soundfile.SoundFile``."""
    stated = _check_header(sound, size, request)
    _send(sink, b"H", json.dumps({"rate": sound.samplerate, "channels": sound.channels}).encode())
    differ, frames = False, 0
    while len(block := sound.read(BLOCK_FRAMES, dtype="float32", always_2d=True)):
        frames += len(block)
        _check_amount(frames, sound.channels, sound.samplerate, size, request)
        _check_samples(block)
        differ = differ or (sound.channels > 1 and bool(np.ptp(block, axis=1).max() > SAME_WITHIN))
        _send(sink, b"S", block.mean(axis=1, dtype=np.float32).tobytes())
    if frames == 0:
        raise RefusedFileError("malformed", "it holds no sound")
    if frames < TRUNCATED_BELOW * stated:
        raise RefusedFileError("malformed", f"it ends after {frames / stated:.0%} of the length it states")
    _send(sink, b"E", json.dumps({"channels_differ": differ}).encode())
    sink.flush()


def _check_header(sound: Any, size: int, request: dict[str, Any]) -> int:
    """Refuse what the header gives away already; returns the number of frames it states, 0 where it states none."""
    if not request["minimum_rate"] <= sound.samplerate <= request["maximum_rate"]:
        raise RefusedFileError("malformed", f"its sampling rate of {sound.samplerate} Hz is not one of sound")
    if sound.channels > request["channels"]:
        raise RefusedFileError("unsafe", f"it has {sound.channels} channels, over the limit of {request['channels']}")
    stated = sound.frames if sound.frames < UNKNOWN_FRAMES else 0
    _check_amount(stated, sound.channels, sound.samplerate, size, request)
    return int(stated)


def _check_amount(frames: int, channels: int, rate: int, size: int, request: dict[str, Any]) -> None:
    seconds, decoded = frames / rate, frames * channels * 4
    if seconds > request["seconds"]:
        raise RefusedFileError("unsafe", f"it lasts over {request['seconds']:g} seconds")
    if frames * 4 > request["output_bytes"]:
        raise RefusedFileError("unsafe", f"it decodes to over {request['output_bytes'] >> 20} MB")
    if decoded > EXPANSION_FREE_BYTES and decoded > request["expansion"] * max(size, 1):
        raise RefusedFileError("unsafe", f"it decodes to over {request['expansion']} times its size")


def _check_samples(block: Any) -> None:
    if not np.isfinite(block).all():
        raise RefusedFileError("malformed", "it contains samples that are not numbers")
    if np.abs(block).max() > LOUDEST:
        raise RefusedFileError("malformed", "its samples lie far beyond full scale")


if __name__ == "__main__":
    main()
