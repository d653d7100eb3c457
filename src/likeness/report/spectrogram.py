"""A spectrogram as a picture inside the page: a PNG in a data: URI, small enough for hundreds on one page."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from likeness.core.types import Audio
from likeness.report.markup import Safe, tag
from likeness.speak import measures

WIDTH, HEIGHT = 420, 72
_RANGE_DB = 75.0
_PAPER, _INK = (251, 250, 247), (11, 60, 66)


def spectrogram(audio: Audio, label: str, *, width: int = WIDTH, height: int = HEIGHT) -> Safe:
    """Time to the right, frequency upwards to half the sampling rate, darker is louder; stretched to its column."""
    address = f"data:image/png;base64,{base64.b64encode(png(picture(audio, width, height))).decode('ascii')}"
    return tag("img", src=address, alt=label, class_="spectrogram", width=width, height=height)


def picture(audio: Audio, width: int, height: int) -> NDArray[np.uint8]:
    """Shades 0-255 of shape (height, width), high frequencies first; 255 is the loudest, 0 is 75 dB below it."""
    samples = audio.samples if len(audio.samples) else np.zeros(1, np.float32)
    hop = max(audio.seconds / width, 0.004)
    power = measures.spectrogram(Audio(samples, audio.rate), window_seconds=0.032, hop_seconds=hop)
    rows = _pooled(_pooled(power.T, height).T, width).T
    level = 10 * np.log10(rows + 1e-14)
    shade = np.clip(1 + (level - level.max()) / _RANGE_DB, 0, 1) if level.max() > -130 else np.zeros_like(level)
    shades: NDArray[np.uint8] = np.round(255 * shade[::-1]).astype(np.uint8)
    return shades


def _pooled(values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Rows brought to ``count``: the mean of those that fall together, or the nearest where there are fewer."""
    if len(values) < count:
        return values[np.arange(count) * len(values) // count]
    edges = np.arange(count) * len(values) // count
    pooled: NDArray[np.float64] = np.add.reduceat(values, edges, axis=0)
    return pooled / np.diff([*edges, len(values)])[:, None]


def png(shades: NDArray[np.uint8]) -> bytes:
    """A palette PNG (ISO/IEC 15948, 16 colours from paper to ink) of shades 0-255."""
    height, width = shades.shape
    sixteen = (shades.astype(np.uint16) * 15 // 255).astype(np.uint8)
    padded = np.pad(sixteen, ((0, 0), (0, width % 2)))
    packed = (padded[:, ::2] << 4) | padded[:, 1::2]
    data = b"".join(b"\0" + row.tobytes() for row in packed)
    steps = np.linspace(0, 1, 16)[:, None]
    colours = np.round(np.array(_PAPER) * (1 - steps) + np.array(_INK) * steps).astype(np.uint8)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 4, 3, 0, 0, 0)),
        (b"PLTE", colours.tobytes()),
        (b"IDAT", zlib.compress(data, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
