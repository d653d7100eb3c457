"""Sound into bytes: WAV, FLAC, MP3 and raw PCM, as whole files and as streams.

Whole files carry a note that the sound is synthetic and by which voice and engine (WAV ``LIST/INFO``, FLAC Vorbis
comment, MP3 ID3v2.3 comment). WAV, FLAC and MP3 are at 22,050 Hz, ``pcm`` is 24 kHz 16-bit little-endian mono.
"""

from __future__ import annotations

import io
import struct
from typing import Any, Literal, Protocol

import numpy as np

from likeness.core.errors import InputError
from likeness.core.types import Audio, Samples
from likeness.speak.resample import PCM_RATE, SPEECH_RATE, StreamResampler, resample

SoundFormat = Literal["wav", "flac", "mp3", "pcm"]
FORMATS: dict[str, str] = {"wav": "audio/wav", "flac": "audio/flac", "mp3": "audio/mpeg", "pcm": "audio/pcm"}
"""The formats there are, with their media types."""

MP3_BIT_RATE = 64
UNKNOWN_SIZE = 0xFFFFFFFF


def rate_of(format: str) -> int:
    """Sample rate that ``format`` is written at, in Hz. Raises :class:`InputError` for an unknown format."""
    if format not in FORMATS:
        raise InputError(
            f"{format!r} is not a format sound can be written in",
            hint=f"formats: {', '.join(FORMATS)}",
            param="response_format",
        )
    return PCM_RATE if format == "pcm" else SPEECH_RATE


def encode(audio: Audio, format: str = "wav", *, voice: str = "", engine: str = "") -> bytes:
    """A whole file of ``audio`` in ``format``, resampled to the format's rate.

    With a ``voice`` or ``engine`` its metadata say that it is synthetic and made with them; ``pcm`` has no place for
    that. Raises :class:`InputError` for an unknown format.
    """
    sound, note = resample(audio, rate_of(format)), _synthetic_note(voice, engine)
    if format == "flac":
        return _flac(sound, note)
    if format == "wav":
        data = pcm_bytes(sound.samples)
        info = _wav_info(note)
        return wav_header(sound.rate, len(data), len(info)) + data + info
    if format == "mp3":
        stream = _Mp3(sound.rate)
        return _id3(note) + stream.feed(sound.samples) + stream.finish()
    return pcm_bytes(sound.samples)


def _synthetic_note(voice: str, engine: str) -> str:
    if not voice and not engine:
        return ""
    made_with = [f"voice {voice!r}"] * bool(voice) + [f"engine {engine!r}"] * bool(engine)
    return f"Synthetic speech made by likeness with {', '.join(made_with)}"


class StreamEncoder:
    """Encodes a sound that comes in pieces: ``feed`` each, then ``finish``; the bytes joined are the file.

    ``rate`` is that of the pieces. A streamed WAV states the size 0xFFFFFFFF, since its end is not known at its start;
    FLAC needs its whole length and comes out at ``finish``. Raises :class:`InputError` for an unknown format.
    """

    def __init__(self, format: str, rate: int, *, voice: str = "", engine: str = "") -> None:
        note = _synthetic_note(voice, engine)
        self.rate = rate_of(format)
        self.source_rate = rate
        self._resampler = StreamResampler(rate, self.rate)
        makers: dict[str, type[_Wav | _Flac | _Mp3 | _Pcm]] = {"wav": _Wav, "flac": _Flac, "mp3": _Mp3, "pcm": _Pcm}
        self._stream: _Stream = makers[format](self.rate)
        self._head = _id3(note) if format == "mp3" else b""
        if isinstance(self._stream, _Flac):
            self._stream.note = note

    def feed(self, audio: Audio) -> bytes:
        """Take the next piece; returns the bytes that are ready, possibly none."""
        if audio.rate != self.source_rate:
            raise InputError(f"a piece has {audio.rate} Hz where {self.source_rate} Hz was said")
        head, self._head = self._head, b""
        return head + self._stream.feed(self._resampler.feed(audio.samples))

    def finish(self) -> bytes:
        """The last bytes. The encoder is spent afterwards."""
        head, self._head = self._head, b""
        return head + self._stream.feed(self._resampler.finish()) + self._stream.finish()


def pcm_bytes(samples: Samples) -> bytes:
    """float32 in [-1, 1] as 16-bit signed little-endian; what lies beyond is clipped."""
    return (np.clip(samples, -1.0, 1.0) * 32767.0).round().astype("<i2").tobytes()


def wav_header(rate: int, data_bytes: int | None, info_bytes: int = 0) -> bytes:
    """The 44 bytes before the samples of a 16-bit mono WAV; ``data_bytes`` ``None`` for a stream of unknown length."""
    if data_bytes is None:
        riff_size = data_size = UNKNOWN_SIZE
    else:
        riff_size, data_size = 36 + data_bytes + info_bytes, data_bytes
    form = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", riff_size, b"WAVE", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16)
    return form + struct.pack("<4sI", b"data", data_size)


class _Stream(Protocol):
    def feed(self, samples: Samples) -> bytes: ...
    def finish(self) -> bytes: ...


class _Pcm:
    def __init__(self, rate: int) -> None:
        self.rate = rate

    def feed(self, samples: Samples) -> bytes:
        return pcm_bytes(samples)

    def finish(self) -> bytes:
        return b""


class _Wav(_Pcm):
    """16-bit WAV whose header goes out with the first piece."""

    def __init__(self, rate: int) -> None:
        super().__init__(rate)
        self._begun = False

    def feed(self, samples: Samples) -> bytes:
        head = b"" if self._begun else wav_header(self.rate, None)
        self._begun = True
        return head + pcm_bytes(samples)


class _Mp3:
    """Constant-rate mono MP3 through LAME."""

    def __init__(self, rate: int) -> None:
        import lameenc

        self._begun = False
        self._encoder: Any = lameenc.Encoder()
        self._encoder.set_bit_rate(MP3_BIT_RATE)
        self._encoder.set_in_sample_rate(rate)
        self._encoder.set_channels(1)
        self._encoder.set_quality(5)
        if hasattr(self._encoder, "silence"):
            self._encoder.silence()

    def feed(self, samples: Samples) -> bytes:
        if not len(samples):
            return b""
        self._begun = True
        return bytes(self._encoder.encode(pcm_bytes(samples)))

    def finish(self) -> bytes:
        return bytes(self._encoder.flush()) if self._begun else b""


class _Flac:
    """Gathers the pieces: a FLAC stream's header states its length and checksum."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.note = ""
        self._pieces: list[Samples] = []

    def feed(self, samples: Samples) -> bytes:
        self._pieces.append(samples)
        return b""

    def finish(self) -> bytes:
        joined = np.concatenate(self._pieces) if self._pieces else np.zeros(0, dtype=np.float32)
        return _flac(Audio(joined, self.rate), self.note)


def _flac(audio: Audio, note: str) -> bytes:
    import soundfile

    target = io.BytesIO()
    with soundfile.SoundFile(target, "w", audio.rate, 1, format="FLAC", subtype="PCM_16") as file:
        if note:
            file.comment = note
        file.write(np.clip(audio.samples, -1.0, 1.0))
    return target.getvalue()


def _wav_info(note: str) -> bytes:
    """A ``LIST`` chunk of type ``INFO`` with the note as comment (``ICMT``); none without a note."""
    if not note:
        return b""
    text = note.encode("utf-8") + b"\0"
    text += b"\0" * (len(text) % 2)
    body = b"INFO" + struct.pack("<4sI", b"ICMT", len(text)) + text
    return struct.pack("<4sI", b"LIST", len(body)) + body


def _id3(note: str) -> bytes:
    """An ID3v2.3 tag with the note as comment (``COMM``, UTF-16, language "eng"); none without a note."""
    if not note:
        return b""
    body = b"\x01eng" + b"\xff\xfe\0\0" + note.encode("utf-16")
    frame = struct.pack(">4sIH", b"COMM", len(body), 0) + body
    size = len(frame)
    synchsafe = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + synchsafe + frame
