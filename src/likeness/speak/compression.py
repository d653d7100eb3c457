"""What a codec left in a sound: a ceiling above which nothing is, and the grid of an MP3's transform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from likeness.core.types import Audio
from likeness.speak import measures
from likeness.speak.mp3_grid import mp3_evidence

Kind = Literal["", "mp3", "telephone", "ceiling"]
_BAND_HZ = 250.0


@dataclass(frozen=True, slots=True)
class Compression:
    """``kind`` "" where nothing was found, "mp3" (its grid is in the sound), "telephone" (300-3,400 Hz) or "ceiling"
    (a cliff in the spectrum, as an encoder's low-pass makes it). ``ceiling_hz`` is the highest frequency there is,
    ``likely`` what would make such a ceiling ("MP3 at 64 kbit/s"), ``evidence`` how far the mark stands out (in dB for
    a cliff, in deviations for a grid)."""

    kind: Kind = ""
    ceiling_hz: float = 0.0
    likely: str = ""
    evidence: float = 0.0


_CEILINGS = (
    (3_750.0, "a telephone"),
    (6_250.0, "a sampling rate of 11 or 12 kHz"),
    (8_500.0, "a wide-band call, or a sampling rate of 16 kHz"),
    (10_250.0, "MP3 at 56 kbit/s"),
    (12_250.0, "MP3 at 64 kbit/s"),
    (14_300.0, "MP3 at 80 kbit/s"),
    (16_200.0, "MP3 at 96 to 112 kbit/s"),
    (17_250.0, "MP3 at 128 kbit/s, or AAC"),
    (18_300.0, "MP3 at 160 kbit/s, or AAC"),
    (20_000.0, "MP3 at 192 to 256 kbit/s"),
)
"""Up to where a low-pass is likeliest whose: LAME's for stereo at 44.1 and 48 kHz, which for mono lie half as high
again."""
_CLIFF_DB = 30.0
_NEAR_THE_TOP = 0.85
"""Share of half the rate from which a ceiling is the filter of the sampling rate itself."""
GRID_FROM = 8.0
"""Sounds that were never an MP3 stay under 6, those at 64 kbit/s were over 40 on ten voices."""


def compression(audio: Audio) -> Compression:
    """What a lossy encoder did to a sound that may have been unpacked since. Judge at the rate it was recorded with."""
    ceiling = measures.bandwidth_hz(audio)
    grid = mp3_evidence(audio)
    if grid >= GRID_FROM:
        return Compression("mp3", ceiling, likely(ceiling) if ceiling < 0.95 * audio.rate / 2 else "", grid)
    if ceiling >= _NEAR_THE_TOP * audio.rate / 2:
        return Compression(ceiling_hz=ceiling)
    steepness = _cliff(audio, ceiling)
    if ceiling <= 3_750.0:
        return Compression("telephone", ceiling, "a telephone", steepness)
    if steepness < _CLIFF_DB:
        return Compression(ceiling_hz=ceiling, evidence=steepness)
    return Compression("ceiling", ceiling, likely(ceiling), steepness)


def likely(ceiling_hz: float) -> str:
    """What commonly leaves nothing above ``ceiling_hz``."""
    return next((name for top, name in _CEILINGS if ceiling_hz <= top), "an encoder at a high rate")


def _cliff(audio: Audio, ceiling: float) -> float:
    """How far the loud moments fall within a kilohertz above ``ceiling``, in dB."""
    banded = measures.bands(measures.spectrogram(audio), width_hz=_BAND_HZ)
    loud = 10 * np.log10(np.percentile(banded, 95.0, axis=0) + 1e-14)
    at = round(ceiling / _BAND_HZ)
    below, above = loud[max(0, at - 4) : at], loud[at + 2 : at + 6]
    return round(float(np.median(below) - above.max()), 1) if len(above) and len(below) else 0.0
