"""Sound into bytes: WAV, FLAC, MP3, Opus and raw PCM, as whole files and as streams.

Files and streams carry a note that the sound is synthetic and by which voice and engine (WAV ``LIST/INFO``, FLAC and
Opus Vorbis comments, MP3 ID3v2.3 frames; ``pcm`` has no place for it). WAV, FLAC and MP3 are at 22,050 Hz, ``pcm`` is
24 kHz 16-bit little-endian mono, Opus (in Ogg, RFC 7845) is at 24 kHz, the nearest rate that it knows.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from likeness import __version__
from likeness.core.errors import InputError
from likeness.core.resample import PCM_RATE, SPEECH_RATE, StreamResampler, resample
from likeness.core.types import Audio, Samples

SoundFormat = Literal["wav", "flac", "mp3", "opus", "pcm"]
FORMATS: dict[str, str] = {
    "wav": "audio/wav",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "pcm": "audio/pcm",
}
"""The formats there are, with their media types."""

MP3_BIT_RATE = 64
OPUS_RATE = 24_000
UNKNOWN_SIZE = 0xFFFFFFFF
_RATES = {"pcm": PCM_RATE, "opus": OPUS_RATE}
_SUFFIXES = {"ogg": "opus", "oga": "opus", "wave": "wav"}
_REFUSED = {"aac": "AAC is not made here", "m4a": "AAC is not made here", "mp4": "AAC is not made here"}


def rate_of(format: str) -> int:
    """Sample rate that ``format`` is written at, in Hz. Raises :class:`InputError` for one that cannot be written."""
    if format not in FORMATS:
        raise InputError(
            _REFUSED.get(format, f"{format!r} is not a format sound can be written in"),
            hint=f"formats: {', '.join(FORMATS)}",
            param="response_format",
        )
    return _RATES.get(format, SPEECH_RATE)


def format_of(suffix: str) -> str:
    """The format that a file's suffix names (".ogg" is Opus). Raises :class:`InputError` for an unknown one."""
    name = suffix.lstrip(".").lower()
    name = _SUFFIXES.get(name, name)
    rate_of(name)
    return name


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose voice a sound is in, and by which engine it was made."""

    voice: str = ""
    engine: str = ""

    def __bool__(self) -> bool:
        return bool(self.voice or self.engine)

    @property
    def comment(self) -> str:
        """One sentence that says that the sound is synthetic."""
        made_with = [f"voice {self.voice!r}"] * bool(self.voice) + [f"engine {self.engine!r}"] * bool(self.engine)
        return f"Synthetic speech made by likeness with {', '.join(made_with)}" if self else ""

    @property
    def artist(self) -> str:
        """Who speaks."""
        return f"{self.voice or self.engine} (synthetic voice)" if self else ""


_SOFTWARE = f"likeness {__version__}"


def encode(audio: Audio, format: str = "wav", *, voice: str = "", engine: str = "") -> bytes:
    """A whole file of ``audio`` in ``format``, resampled to the format's rate.

    With a ``voice`` or ``engine`` its metadata say that it is synthetic and made with them; ``pcm`` has no place for
    that. Raises :class:`InputError` for an unknown format.
    """
    sound, origin = resample(audio, rate_of(format)), Origin(voice, engine)
    if format == "wav":
        data = pcm_bytes(sound.samples)
        info = _wav_info(origin)
        return wav_header(sound.rate, len(data), len(info)) + data + info
    stream = _STREAMS[format](sound.rate, origin)
    return stream.feed(sound.samples) + stream.finish()


class StreamEncoder:
    """Encodes a sound that comes in pieces: ``feed`` each, then ``finish``; the bytes joined are the file.

    ``rate`` is that of the pieces. A streamed WAV states the size 0xFFFFFFFF, since its end is not known at its start,
    and its metadata come before its sound; Opus comes in pages of a second; FLAC needs its whole length and comes out
    at ``finish``. Raises :class:`InputError` for an unknown format.
    """

    def __init__(self, format: str, rate: int, *, voice: str = "", engine: str = "") -> None:
        self.rate = rate_of(format)
        self.source_rate = rate
        self._resampler = StreamResampler(rate, self.rate)
        self._stream: _Stream = _STREAMS[format](self.rate, Origin(voice, engine))

    def feed(self, audio: Audio) -> bytes:
        """Take the next piece; returns the bytes that are ready, possibly none."""
        if audio.rate != self.source_rate:
            raise InputError(f"a piece has {audio.rate} Hz where {self.source_rate} Hz was said")
        return self._stream.feed(self._resampler.feed(audio.samples))

    def finish(self) -> bytes:
        """The last bytes. The encoder is spent afterwards."""
        return self._stream.feed(self._resampler.finish()) + self._stream.finish()


def pcm_bytes(samples: Samples) -> bytes:
    """float32 in [-1, 1] as 16-bit signed little-endian; what lies beyond is clipped."""
    return (np.clip(samples, -1.0, 1.0) * 32767.0).round().astype("<i2").tobytes()


def wav_header(rate: int, data_bytes: int | None, info_bytes: int = 0) -> bytes:
    """The 44 bytes before the samples of a 16-bit mono WAV; ``data_bytes`` ``None`` for a stream of unknown length."""
    if data_bytes is None:
        riff_size = data_size = UNKNOWN_SIZE
    else:
        riff_size, data_size = 36 + data_bytes + info_bytes, data_bytes
    return _wav_form(rate, riff_size) + struct.pack("<4sI", b"data", data_size)


def _wav_form(rate: int, riff_size: int) -> bytes:
    return struct.pack("<4sI4s4sIHHIIHH", b"RIFF", riff_size, b"WAVE", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16)


class _Stream(Protocol):
    def __init__(self, rate: int, origin: Origin) -> None: ...
    def feed(self, samples: Samples) -> bytes: ...
    def finish(self) -> bytes: ...


class _Pcm:
    def __init__(self, rate: int, origin: Origin) -> None:
        self.rate = rate

    def feed(self, samples: Samples) -> bytes:
        return pcm_bytes(samples)

    def finish(self) -> bytes:
        return b""


class _Wav(_Pcm):
    """16-bit WAV whose header, with what says that it is synthetic, goes out with the first piece."""

    def __init__(self, rate: int, origin: Origin) -> None:
        super().__init__(rate, origin)
        self._head = _wav_form(rate, UNKNOWN_SIZE) + _wav_info(origin) + struct.pack("<4sI", b"data", UNKNOWN_SIZE)

    def feed(self, samples: Samples) -> bytes:
        head, self._head = self._head, b""
        return head + pcm_bytes(samples)


class _Mp3:
    """Constant-rate mono MP3 through LAME, after an ID3 tag."""

    def __init__(self, rate: int, origin: Origin) -> None:
        import lameenc

        self._head = _id3(origin)
        self._begun = False
        self._encoder: Any = lameenc.Encoder()
        self._encoder.set_bit_rate(MP3_BIT_RATE)
        self._encoder.set_in_sample_rate(rate)
        self._encoder.set_channels(1)
        self._encoder.set_quality(5)
        if hasattr(self._encoder, "silence"):
            self._encoder.silence()

    def feed(self, samples: Samples) -> bytes:
        head, self._head = self._head, b""
        if not len(samples):
            return head
        self._begun = True
        return head + bytes(self._encoder.encode(pcm_bytes(samples)))

    def finish(self) -> bytes:
        return bytes(self._encoder.flush()) if self._begun else b""


class _Flac:
    """Gathers the pieces: a FLAC stream's header states its length and checksum."""

    def __init__(self, rate: int, origin: Origin) -> None:
        self.rate, self._origin = rate, origin
        self._pieces: list[Samples] = []

    def feed(self, samples: Samples) -> bytes:
        self._pieces.append(samples)
        return b""

    def finish(self) -> bytes:
        import soundfile

        target = io.BytesIO()
        with soundfile.SoundFile(target, "w", self.rate, 1, format="FLAC", subtype="PCM_16") as file:
            _vorbis_comments(file, self._origin)
            for piece in self._pieces:
                file.write(np.clip(piece, -1.0, 1.0))
        return target.getvalue()


class _Opus:
    """Ogg Opus through libsndfile, page by page."""

    def __init__(self, rate: int, origin: Origin) -> None:
        import soundfile

        self._target = io.BytesIO()
        self._sent = 0
        self._begun = False
        self._file: Any = soundfile.SoundFile(self._target, "w", rate, 1, format="OGG", subtype="OPUS")
        _vorbis_comments(self._file, origin)

    def feed(self, samples: Samples) -> bytes:
        if len(samples):
            self._begun = True
            self._file.write(np.clip(samples, -1.0, 1.0))
        return self._ready()

    def finish(self) -> bytes:
        self._file.close()
        return self._ready() if self._begun else b""

    def _ready(self) -> bytes:
        whole = self._target.getbuffer()
        made = bytes(whole[self._sent :])
        self._sent += len(made)
        return made


def _vorbis_comments(file: Any, origin: Origin) -> None:
    if origin:
        file.comment, file.artist, file.software = origin.comment, origin.artist, _SOFTWARE


def _wav_info(origin: Origin) -> bytes:
    """A ``LIST`` chunk of type ``INFO``: comment, artist, software. None without an origin."""
    if not origin:
        return b""
    body = b"INFO"
    for tag, value in ((b"ICMT", origin.comment), (b"IART", origin.artist), (b"ISFT", _SOFTWARE)):
        text = value.encode("utf-8") + b"\0"
        body += struct.pack("<4sI", tag, len(text)) + text + b"\0" * (len(text) % 2)
    return struct.pack("<4sI", b"LIST", len(body)) + body


def _id3(origin: Origin) -> bytes:
    """An ID3v2.3 tag (UTF-16): comment, artist, encoder, and a flag of its own. None without an origin."""
    if not origin:
        return b""
    comment = b"\x01eng" + b"\xff\xfe\0\0" + origin.comment.encode("utf-16")
    frames = _frame(b"COMM", comment)
    frames += _frame(b"TPE1", b"\x01" + origin.artist.encode("utf-16"))
    frames += _frame(b"TSSE", b"\x01" + _SOFTWARE.encode("utf-16"))
    frames += _frame(b"TXXX", b"\x01" + "SYNTHETIC".encode("utf-16") + b"\0\0" + "1".encode("utf-16"))
    size = len(frames)
    synchsafe = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + synchsafe + frames


def _frame(name: bytes, body: bytes) -> bytes:
    return struct.pack(">4sIH", name, len(body), 0) + body


_STREAMS: dict[str, type[_Stream]] = {"wav": _Wav, "flac": _Flac, "mp3": _Mp3, "opus": _Opus, "pcm": _Pcm}
