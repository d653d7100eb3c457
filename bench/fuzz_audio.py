"""Damaged and hostile sound files through the decoder and the check: only our errors come out, memory stays bounded.

``python -m bench.fuzz_audio [cases] [seed]``. Every kind of damage is done to small files of every readable format, of
those that PyAV reads too where it is installed.
"""

from __future__ import annotations

import io
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
import soundfile

from bench.harness import finish
from likeness.core.errors import InputError, LikenessError, UnsafeInput
from likeness.speak.check import check
from likeness.speak.decode import UPLOAD_LIMITS, Decoder

FORMATS = (("WAV", "PCM_16"), ("WAV", "FLOAT"), ("WAV", "IMA_ADPCM"), ("FLAC", "PCM_16"), ("MP3", "MPEG_LAYER_III"),
           ("OGG", "VORBIS"), ("OGG", "OPUS"), ("AIFF", "PCM_24"), ("CAF", "ALAC_16"))  # fmt: skip
CONTAINERS = (("mp4", "aac"), ("adts", "aac"), ("matroska", "opus"), ("webm", "libopus"), ("asf", "wmav2"),
              ("mov", "pcm_s16le"), ("mov", "alac"), ("avi", "mp3"), ("matroska", "pcm_s16le"))  # fmt: skip
MAGIC = (b"RIFF\xff\xff\xff\xffWAVEfmt ", b"fLaC\0\0\0\x22", b"ID3\x04\0\0\x7f\x7f\x7f\x7f", b"OggS\0\2",
         b"FORM\xff\xff\xff\xffAIFF", b"caff\0\1\0\0", b"\xff\xfb\x90\x64", b"RF64\xff\xff\xff\xffWAVE",
         b"\0\0\0\x20ftypM4A \0\0\0\0", b"\x1aE\xdf\xa3\x01", b"0&\xb2u\x8ef\xcf\x11\xa6\xd9", b"#!AMR\n",
         b"#!AMR-WB\n", b"\xff\xf1\x50\x80", b"RIFF\xff\xff\xff\xffAVI LIST")  # fmt: skip
Damage = Callable[[bytes, np.random.Generator], bytes]
_BOMB_EVERY = 50
HEADER = ("kind", "cases", "decoded", "refused", "over limit", "escaped")


@dataclass(slots=True)
class Tally:
    """Outcomes of one kind of damage. ``escaped`` counts anything but a :class:`LikenessError` about the input."""

    cases: int = 0
    decoded: int = 0
    refused: int = 0
    over_limit: int = 0
    escaped: int = 0


def measure(cases: int, seed: int, bases: list[bytes] | None = None) -> list[tuple[str, int, int, int, int, int]]:
    """Rows under :data:`HEADER`, one per kind of damage; ``cases`` files, the same for the same ``seed``."""
    rng = np.random.default_rng(seed)
    bases = bases or whole_files()
    kinds = [kind for kind in DAMAGES if kind != "bomb"]
    tallies = {kind: Tally() for kind in DAMAGES}
    with Decoder(UPLOAD_LIMITS) as decoder:
        for number in range(cases):
            # one bomb takes as long as fifty of the others
            kind = "bomb" if number % _BOMB_EVERY == 0 else kinds[number % len(kinds)]
            data = DAMAGES[kind](bases[int(rng.integers(len(bases)))], rng)
            _decode(decoder, data, tallies[kind])
    return [(kind, t.cases, t.decoded, t.refused, t.over_limit, t.escaped) for kind, t in tallies.items()]


def _decode(decoder: Decoder, data: bytes, tally: Tally) -> None:
    tally.cases += 1
    try:
        audio = decoder.decode(data, "case").audio
        sound = audio.samples.dtype == np.float32 and bool(np.isfinite(audio.samples).all()) and audio.rate > 0
        check(audio)
        tally.decoded += sound
        tally.escaped += not sound
    except UnsafeInput:
        tally.over_limit += 1
    except InputError as error:
        tally.refused += 1
        tally.escaped += not str(error) or "Traceback" in str(error)
    except LikenessError:
        tally.escaped += 1
    except Exception as error:
        print(f"escaped: {type(error).__name__}: {error}")
        tally.escaped += 1


def whole_files() -> list[bytes]:
    rng = np.random.default_rng(0)
    sound = (0.2 * np.sin(np.arange(24_000) * 0.05) + 0.01 * rng.standard_normal(24_000)).astype(np.float32)
    made = []
    for format, subtype in FORMATS:
        target = io.BytesIO()
        soundfile.write(target, sound, 24_000, format=format, subtype=subtype)
        made.append(target.getvalue())
    return made + (_containers(sound) if find_spec("av") else [])


def _containers(sound: np.ndarray) -> list[bytes]:
    import av

    made = []
    for container, codec in CONTAINERS:
        try:
            made.append(contained(sound, container, codec))
        except (av.FFmpegError, ValueError) as error:
            print(f"{container} with {codec} cannot be made here: {error}")
    return made


def contained(sound: np.ndarray, container: str, codec: str, rate: int = 24_000) -> bytes:
    """A file of FFmpeg's ``container`` with ``sound`` (float32) by ``codec``, at 48 kHz for Opus."""
    import av

    target = io.BytesIO()
    with av.open(target, "w", format=container) as file:
        stream = file.add_stream(codec, rate=48_000 if "opus" in codec else rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound[None], np.float32), format="flt", layout="mono")
        frame.sample_rate = rate
        context = stream.codec_context
        context.format = "s16" if codec.startswith("pcm") else context.codec.audio_formats[0].name
        context.open(strict=False)
        resampler = av.AudioResampler(context.format, "mono", context.sample_rate, context.frame_size or 1024)
        for part in (*resampler.resample(frame), *resampler.resample(None), None):
            for packet in stream.encode(part):
                file.mux(packet)
    return target.getvalue()


def _flip_bits(data: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    for place in rng.integers(0, len(data), size=int(rng.integers(1, 40))):
        changed[place] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def _scramble_header(data: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    for place in rng.integers(4, min(96, len(data)), size=int(rng.integers(1, 12))):
        changed[place] = int(rng.choice([0, 1, 0x7F, 0x80, 0xFF, int(rng.integers(256))]))
    return bytes(changed)


def _huge_numbers(data: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    place = int(rng.integers(4, 60))
    changed[place : place + 4] = bytes(rng.choice([0xFF, 0x7F, 0x80, 0], size=4).tolist())
    return bytes(changed)


def _truncate(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: int(rng.integers(0, len(data)))]


def _splice(data: bytes, rng: np.random.Generator) -> bytes:
    first, second, length = (int(value) for value in rng.integers(0, len(data), size=3))
    return data[:first] + data[second : second + length] * int(rng.integers(1, 5)) + data[first:]


def _random_after_magic(data: bytes, rng: np.random.Generator) -> bytes:
    return bytes(rng.choice(np.array(MAGIC, dtype=object))) + rng.bytes(int(rng.integers(0, 3000)))


def _noise(data: bytes, rng: np.random.Generator) -> bytes:
    return rng.bytes(int(rng.integers(0, 500)))


def _bomb(data: bytes, rng: np.random.Generator) -> bytes:
    """Seconds to minutes of silence that take next to no room, at a random rate and number of channels."""
    target = io.BytesIO()
    rate, channels = int(rng.choice([22_050, 96_000, 192_000])), int(rng.integers(1, 9))
    with soundfile.SoundFile(target, "w", rate, channels, format="FLAC", subtype="PCM_16") as file:
        block = np.zeros((1 << 18, channels), dtype=np.int16)
        for _ in range(int(rng.integers(1, 40))):
            file.write(block)
    return target.getvalue()


DAMAGES: dict[str, Damage] = {
    "flipped bits": _flip_bits,
    "scrambled header": _scramble_header,
    "huge numbers": _huge_numbers,
    "truncated": _truncate,
    "spliced": _splice,
    "random after magic": _random_after_magic,
    "noise": _noise,
    "bomb": _bomb,
}


def main() -> None:
    cases, seed = (int(value) for value in [*sys.argv[1:], *["400", "0"][len(sys.argv) - 1 :]][:2])
    bases = whole_files()
    before = _rss_mb(resource.RUSAGE_SELF)
    began = time.perf_counter()
    rows = measure(cases, seed, bases)
    figures = {
        "cases": sum(row[1] for row in rows),
        "escaped": sum(row[5] for row in rows),
        "worker_peak_mb": _rss_mb(resource.RUSAGE_CHILDREN),
        "own_growth_mb": _rss_mb(resource.RUSAGE_SELF) - before,
        "seconds": time.perf_counter() - began,
    }
    finish("fuzz_audio", HEADER, rows, figures)


def _rss_mb(whose: int) -> float:
    """Largest resident memory so far, in MB (kilobytes on Linux, bytes on macOS)."""
    return resource.getrusage(whose).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    main()
