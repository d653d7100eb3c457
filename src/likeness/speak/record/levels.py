"""The level meter: what a block of sound says of peak, loudness and clipping; and when somebody stops speaking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from likeness.core.types import Audio, Samples

FLOOR_DBFS = -100.0
CLIPPED_FROM = 0.999
"""Full scale, as sound cards give it back in float32."""
_HOLD_SECONDS = 1.5
_FALL_DB_PER_SECOND = 20.0
_SPEECH_OVER_NOISE_DB = 12.0
_QUIETEST_SPEECH_DBFS = -55.0


@dataclass(frozen=True, slots=True)
class Level:
    """Of one block: peak and RMS in dBFS, the highest peak of the last moments, and whether it reaches full scale."""

    peak_dbfs: float
    rms_dbfs: float
    held_dbfs: float
    clipped: bool


class Meter:
    """Level values from blocks. The held peak stays for 1.5 s, then falls by 20 dB a second (IEC 60268-18's manner)."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._held = FLOOR_DBFS
        self._since = 0.0

    def feed(self, block: Samples) -> Level:
        """The level of the next block (mono, full scale is 1.0)."""
        seconds = len(block) / self._rate
        size = np.abs(block)
        peak = dbfs(float(size.max(initial=0.0)))
        rms = dbfs(float(np.sqrt(np.mean(np.square(block, dtype=np.float64)))) if len(block) else 0.0)
        self._since += seconds
        if self._since > _HOLD_SECONDS:
            self._held = max(FLOOR_DBFS, self._held - _FALL_DB_PER_SECOND * seconds)
        if peak >= self._held:
            self._held, self._since = peak, 0.0
        return Level(peak, rms, self._held, bool(np.count_nonzero(size >= CLIPPED_FROM) >= 3))


class EndOfSpeech:
    """Tells when a line has been read: speech was heard, and then nothing for ``seconds``."""

    def __init__(self, seconds: float, noise_dbfs: float = FLOOR_DBFS) -> None:
        """``noise_dbfs`` is the room's own level; speech is 12 dB above it, and above -55 dBFS."""
        self._seconds = seconds
        self._threshold = max(noise_dbfs + _SPEECH_OVER_NOISE_DB, _QUIETEST_SPEECH_DBFS)
        self._spoken = 0.0
        self._silent = 0.0

    def feed(self, level: Level, seconds: float) -> bool:
        """Take the next block's level and length; true once the line seems to be over."""
        if level.rms_dbfs > self._threshold:
            self._spoken, self._silent = self._spoken + seconds, 0.0
        else:
            self._silent += seconds
        return self._spoken > 0.3 and self._silent >= self._seconds


class Capture:
    """Gathers the blocks of one take and says each one's level."""

    def __init__(self, rate: int, longest_seconds: float = 60.0) -> None:
        self.rate = rate
        self._meter = Meter(rate)
        self._longest = round(longest_seconds * rate)
        self._blocks: list[Samples] = []
        self._count = 0

    @property
    def seconds(self) -> float:
        return self._count / self.rate

    @property
    def full(self) -> bool:
        """Whether the longest take there may be is reached: somebody forgot to stop."""
        return self._count >= self._longest

    def feed(self, block: Samples) -> Level:
        """Keep a block; what is beyond the longest take is dropped."""
        kept = block[: max(0, self._longest - self._count)]
        self._blocks.append(kept)
        self._count += len(kept)
        return self._meter.feed(block)

    def audio(self) -> Audio:
        """All of it."""
        samples = np.concatenate(self._blocks) if self._blocks else np.zeros(0, dtype=np.float32)
        return Audio(samples.astype(np.float32, copy=False), self.rate)


def dbfs(amplitude: float) -> float:
    """An amplitude, full scale 1.0, in dBFS; not under -100."""
    return max(FLOOR_DBFS, 20 * float(np.log10(amplitude))) if amplitude > 1e-5 else FLOOR_DBFS
