"""Whether a sound was an MP3 once: the grid that its encoder rounded on is still in it.

MPEG-1 layer III (ISO/IEC 11172-3) cuts a sound into granules of 576 samples, transforms each and rounds, much of it to
nothing. Whoever transforms the decoded sound again on the same grid meets those zeros; on any other grid they are
smeared over their neighbours (after Herre and Schug, "Analysis of decompressed audio: the inverse decoder", 2000). So
all 576 grids are tried, and the one that stands out tells, whatever the content, the rate and the level. A sound that
was resampled after decoding keeps no grid; there the encoder's low-pass is what is left.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from likeness.core.types import Audio

GRANULE = 576
_BANDS, _LINES, _TAPS = 32, 18, 512
_GRANULES = 40
_LEAST_GRANULES = 20
_AROUND = 12
_LEAST_POWER = 16.0
"""Lines under this mean power, in squared 16-bit steps, hold rounding noise only."""
_STEP = 2.0**-15
Array = NDArray[np.float32]


def mp3_evidence(audio: Audio) -> float:
    """How far the likeliest of the 576 grids stands out of those beside it, in robust deviations: under 6 for a sound
    that was never an MP3 (or was resampled since), far more for one that was. 0.0 for less than 20 granules of sound.
    """
    samples = _excerpt(audio)
    if len(samples) < _LEAST_GRANULES * GRANULE:
        return 0.0
    kept = _lines_with_sound(samples)
    if not kept.any():
        return 0.0
    # by where a grid begins: every sample of a band's hop within every sample of the band
    emptiness = np.stack([_emptiness(samples[shift:], kept) for shift in range(_BANDS)], axis=1).ravel()
    around = np.lib.stride_tricks.sliding_window_view(np.pad(emptiness, _AROUND, mode="wrap"), 2 * _AROUND + 1)
    depth = np.median(around, axis=1) - emptiness
    deviation = 1.4826 * float(np.median(np.abs(depth)))
    return round(float(depth.max()) / max(deviation, 1e-6), 1)


def _excerpt(audio: Audio) -> Array:
    """The stretch of 40 granules with the most sound, in 16-bit steps."""
    samples = audio.samples
    length = _GRANULES * GRANULE + _TAPS
    if len(samples) > length:
        energy = np.concatenate([[0.0], np.cumsum(samples.astype(np.float64) ** 2)])
        first = int(np.argmax(energy[length:] - energy[:-length]))
        samples = samples[first : first + length]
    return (samples / np.float32(_STEP)).astype(np.float32)


def _lines_with_sound(samples: Array) -> NDArray[np.bool_]:
    """Which (band, line) hold more than rounding noise; the lowest band, where hum lies, is left out."""
    spectrum = _transformed(samples)[:: _LINES // 2]
    kept: NDArray[np.bool_] = (spectrum**2).mean(axis=0) > _LEAST_POWER
    kept[0] = False
    return kept


def _emptiness(samples: Array, kept: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Mean log power over the lines that are ``kept`` for each of the 18 grids a band's sample apart; low where many
    lines are empty."""
    bands = np.flatnonzero(kept.any(axis=1))
    spectrum = _transformed(samples, int(bands[-1]) + 1)
    logs = np.log(spectrum**2 + np.float32(1.0))
    perstart = logs[:, kept[: spectrum.shape[1]]].mean(axis=1)
    whole = len(perstart) // _LINES * _LINES
    found: NDArray[np.float64] = perstart[:whole].reshape(-1, _LINES).mean(axis=0).astype(np.float64)
    return found


def _transformed(samples: Array, bands: int = _BANDS) -> Array:
    """The hybrid transform at every sample of the subbands, (starts, ``bands``, 18): long blocks, aliases reduced."""
    prototype, cosines = _filters()
    frames = np.lib.stride_tricks.sliding_window_view(samples, _TAPS)[::_BANDS]
    wide = min(bands + 1, _BANDS)
    folded = (frames[:, ::-1] * prototype).reshape(len(frames), 8, 64)
    folded = (folded * np.where(np.arange(8) % 2, -1.0, 1.0).astype(np.float32)[:, None]).sum(axis=1)
    subbands = folded @ cosines[:, :wide]
    windows = np.lib.stride_tricks.sliding_window_view(subbands, 2 * _LINES, axis=0)
    even, odd = _blocks()
    spectrum = np.empty((*windows.shape[:2], _LINES), dtype=np.float32)
    spectrum[:, ::2], spectrum[:, 1::2] = windows[:, ::2] @ even, windows[:, 1::2] @ odd
    return _unaliased(spectrum)[:, :bands]


def _unaliased(spectrum: Array) -> Array:
    """The butterflies between neighbouring bands, as an encoder does them (table B.9 of the standard)."""
    factors = np.array([-0.6, -0.535, -0.33, -0.185, -0.095, -0.041, -0.0142, -0.0037])
    straight = (1 / np.sqrt(1 + factors**2)).astype(np.float32)
    crossed = (factors / np.sqrt(1 + factors**2)).astype(np.float32)
    upper, lower = spectrum[:, :-1, ::-1][:, :, :8].copy(), spectrum[:, 1:, :8].copy()
    spectrum[:, :-1, ::-1][:, :, :8] = upper * straight + lower * crossed
    spectrum[:, 1:, :8] = lower * straight - upper * crossed
    return spectrum


@cache
def _filters() -> tuple[Array, Array]:
    """The prototype low-pass (512 taps; a band's filter has unit norm) and the 64 x 32 cosines of the bank."""
    half = np.array(_PROTOTYPE, dtype=np.float64)
    prototype = np.concatenate([half, half[-2:0:-1]])
    place, band = np.arange(64)[:, None], np.arange(_BANDS)[None]
    cosines = np.cos((2 * band + 1) * (place - 16) * np.pi / 64)
    one = prototype * np.cos(21 * (np.arange(_TAPS) - 16) * np.pi / 64)
    return (prototype / np.sqrt(np.sum(one**2))).astype(np.float32), cosines.astype(np.float32)


@cache
def _blocks() -> tuple[Array, Array]:
    """The transform of a long block, 36 x 18, for even and odd bands (whose spectrum lies the other way round)."""
    place, line = np.arange(36)[:, None], np.arange(_LINES)[None]
    cosines = np.cos(np.pi / 72 * (2 * place + 1 + 18) * (2 * line + 1)) * np.sin(np.pi / 36 * (place + 0.5))
    cosines *= np.sqrt(2.0 / _LINES)
    flipped = cosines * np.where(place % 2, -1.0, 1.0)
    return cosines.astype(np.float32), flipped.astype(np.float32)


# fmt: off
_PROTOTYPE = (
    0, -1, -1, -1, -1, -1, -1, -2, -2, -2, -2, -3, -3, -4, -4, -5, -5, -6, -7, -7, -8, -9, -10, -11, -13, -14, -16,
    -17, -19, -21, -24, -26, -29, -31, -35, -38, -41, -45, -49, -53, -58, -63, -68, -73, -79, -85, -91, -97, -104,
    -111, -117, -125, -132, -139, -147, -154, -161, -169, -176, -183, -190, -196, -202, -208, -213, -218, -222, -225,
    -227, -228, -228, -227, -224, -221, -215, -208, -200, -189, -177, -163, -146, -127, -106, -83, -57, -29, 2, 36,
    72, 111, 153, 197, 244, 294, 347, 401, 459, 519, 581, 645, 711, 779, 848, 919, 991, 1064, 1137, 1210, 1283, 1356,
    1428, 1498, 1567, 1634, 1698, 1759, 1817, 1870, 1919, 1962, 2001, 2032, 2057, 2075, 2085, 2087, 2080, 2063, 2037,
    2000, 1952, 1893, 1822, 1739, 1644, 1535, 1414, 1280, 1131, 970, 794, 605, 402, 185, -45, -288, -545, -814, -1095,
    -1388, -1692, -2006, -2330, -2663, -3004, -3351, -3705, -4063, -4425, -4788, -5153, -5517, -5879, -6237, -6589,
    -6935, -7271, -7597, -7910, -8209, -8491, -8755, -8998, -9219, -9416, -9585, -9727, -9838, -9916, -9959, -9966,
    -9935, -9863, -9750, -9592, -9389, -9139, -8840, -8492, -8092, -7640, -7134, -6574, -5959, -5288, -4561, -3776,
    -2935, -2037, -1082, -70, 998, 2122, 3300, 4533, 5818, 7154, 8540, 9975, 11455, 12980, 14548, 16155, 17799, 19478,
    21189, 22929, 24694, 26482, 28289, 30112, 31947, 33791, 35640, 37489, 39336, 41176, 43006, 44821, 46617, 48390,
    50137, 51853, 53534, 55178, 56778, 58333, 59838, 61289, 62684, 64019, 65290, 66494, 67629, 68692, 69679, 70590,
    71420, 72169, 72835, 73415, 73908, 74313, 74630, 74856, 74992, 75038,
)
# fmt: on
"""First half and middle of the standard's window (table B.3) without its alternating signs, in 1/65536."""
