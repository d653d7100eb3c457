"""Which sound format a file is in, told from its first bytes and never from its name."""

from __future__ import annotations

from importlib.util import find_spec

from likeness.core.errors import InputError, UnknownFormat

HEAD_BYTES = 64
"""How much of a file :func:`sniff` looks at."""

READABLE = ("WAV", "FLAC", "MP3", "OGG (Vorbis, Opus)", "AIFF", "CAF")
SUFFIXES = frozenset({".wav", ".wave", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".aif", ".aiff", ".aifc", ".caf"})
"""Names of files that are taken for sound when a folder is searched."""

CONTAINER_SUFFIXES = frozenset(
    {".m4a", ".aac", ".mp4", ".m4b", ".m4v", ".mov", ".webm", ".mkv", ".mka", ".wma", ".wmv", ".asf", ".amr", ".3gp",
     ".avi"}
)  # fmt: skip
"""Names of sound and video files that are read through PyAV, or counted and named where that is not installed."""

CONTAINERS = {"mp4": "mov", "aac": "aac", "webm": "matroska", "wma": "asf", "amr": "amr", "avi": "avi"}
"""Formats that are read through PyAV, with FFmpeg's names for them; no other reader is ever asked."""

_CONVERT = (
    "convert it first, on a Mac with `afconvert -f WAVE -d LEI16 in.m4a out.wav`, elsewhere with "
    "`ffmpeg -i in.m4a out.wav`"
)
CONVERT_HINT = f"readable: {', '.join(READABLE)}; {_CONVERT}"
CONTAINERS_HINT = f"pip install 'likeness[containers]' reads it; or {_CONVERT}"


def sniff(head: bytes, name: str = "the file") -> str:
    """The format of a file that begins with ``head``: "wav", "flac", "mp3", "ogg", "aiff", "caf", or where PyAV is
    installed one of :data:`CONTAINERS`.

    Raises :class:`InputError` for an empty file and :class:`UnknownFormat` for anything else, naming what it is
    where that can be told.
    """
    if not head:
        raise InputError(f"{name} is empty", hint="choose a sound file")
    found = _readable(head)
    if found:
        return found
    container, title = _container(head)
    if container and find_spec("av") is not None:
        return container
    other = title or _unreadable(head)
    what = f"{name} is {other}, which cannot be read here" if other else f"{name} is not a sound file that can be read"
    raise UnknownFormat(what, hint=CONTAINERS_HINT if container else CONVERT_HINT)


def _readable(head: bytes) -> str:
    if head[:4] in (b"RIFF", b"RIFX", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    for magic, name in ((b"fLaC", "flac"), (b"OggS", "ogg"), (b"caff", "caf"), (b"ID3", "mp3")):
        if head.startswith(magic):
            return name
    return "mp3" if _is_mpeg_audio_frame(head) else ""


def _is_mpeg_audio_frame(head: bytes) -> bool:
    """An MPEG-1/2 layer I-III frame header: 11 sync bits, a valid version, layer, bit rate and sampling rate."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = (head[1] >> 3) & 3, (head[1] >> 1) & 3
    return version != 1 and layer != 0 and head[2] >> 4 != 15 and (head[2] >> 2) & 3 != 3


def _container(head: bytes) -> tuple[str, str]:
    """(format, what a person calls it) of a file that PyAV reads; empty for others."""
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide"):
        return "mp4", "an MP4/M4A file (AAC)"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return "aac", "a raw AAC file"
    if head[:4] == b"RIFF" and head[8:11] == b"AVI":
        return "avi", "an AVI file"
    known = (
        (b"\x1aE\xdf\xa3", ("webm", "a WebM or Matroska file")),
        (b"0&\xb2u\x8ef\xcf\x11", ("wma", "a Windows Media file")),
        (b"#!AMR", ("amr", "an AMR file")),
    )
    return next((found for magic, found in known if head.startswith(magic)), ("", ""))


def _unreadable(head: bytes) -> str:
    known = (
        (b"MThd", "a MIDI file, which holds notes and no sound"),
        (b"RIFF", "a RIFF file without sound"),
        (b"PK\x03\x04", "a ZIP archive"),
    )
    return next((name for magic, name in known if head.startswith(magic)), "")
