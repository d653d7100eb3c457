"""From chosen units to one waveform: side-by-side units are played through, others meet at the lag where their waves
agree best and fade into each other over 12 ms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from likeness.engines.builtin.voice import correction
from likeness.engines.builtin.voice.correction import CORRECTED
from likeness.engines.builtin.voice.features import FRAMES_PER_SECOND, Array
from likeness.engines.builtin.voice.model import Trajectory
from likeness.engines.builtin.voice.units import Chosen, Units

FADE_SECONDS = 0.012
SEARCH_SECONDS = 0.006
EDGE_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class _Placed:
    """A unit in the output: samples ``start`` to ``end``."""

    chosen: Chosen
    start: int
    end: int


class Joiner:
    """Renders choices of ``units`` from ``waveform`` (int16, any memory map), whose frame f begins at f x 5 ms."""

    def __init__(self, units: Units, waveform: NDArray[np.int16], rate: int) -> None:
        self.units = units
        self.waveform = waveform
        self.rate = rate
        self._fade = round(FADE_SECONDS * rate)
        self._search = round(SEARCH_SECONDS * rate)
        self._edge = round(EDGE_SECONDS * rate)

    def render(self, chosen: Sequence[Chosen], trajectory: Trajectory) -> Array:
        """The corrected waveform of ``chosen`` at :attr:`rate`, nominally in [-1, 1]."""
        out = np.zeros(0)
        placed: list[_Placed] = []
        for run in self._runs(chosen):
            if run[0].unit < 0:
                frames = sum(c.target.end - c.target.start for c in run)
                out = np.concatenate([self._faded_out(out), np.zeros(self._sample(frames))])
                continue
            out, begin = self._append(out, run)
            first = self._sample(int(self.units.start[run[0].unit]))
            for c in run:
                start = begin + self._sample(int(self.units.start[c.unit])) - first
                end = begin + self._sample(int(self.units.end[c.unit])) - first
                placed.append(_Placed(c, start, end))
        return correction.apply(self._faded_out(out), self.rate, self._difference(len(out), placed, trajectory))

    def _runs(self, chosen: Sequence[Chosen]) -> list[list[Chosen]]:
        """Group neighbours that lie side by side in a recording, and silences."""
        runs: list[list[Chosen]] = []
        for c in chosen:
            last = runs[-1][-1] if runs else None
            if last and (
                (c.unit < 0 and last.unit < 0)
                or (c.unit >= 0 and c.unit == last.unit + 1 and self.units.start[c.unit] == self.units.end[last.unit])
            ):
                runs[-1].append(c)
            else:
                runs.append([c])
        return runs

    def _append(self, out: Array, run: Sequence[Chosen]) -> tuple[Array, int]:
        """Add a run of units to ``out``; returns it with the sample at which the run's own first frame stands."""
        start = self._sample(int(self.units.start[run[0].unit]))
        end = self._sample(int(self.units.end[run[-1].unit]))
        half = self._fade // 2
        if len(out) < 2 * half or not np.any(out[-half:]):
            begin = max(0, start - self._edge)
            piece = self._sound(begin, end)
            rise = min(self._edge, len(piece))
            piece[:rise] *= np.linspace(0, 1, rise)
            return np.concatenate([out, piece]), len(out) + start - begin
        tail = out[-2 * half :]
        lag = self._best_lag(tail, start - half)
        begin = start - half + lag
        piece = self._sound(begin, max(end, begin + 2 * half + 8))
        weight = 0.5 - 0.5 * np.cos(np.pi * np.arange(2 * half) / (2 * half))
        mixed = tail * (1 - weight) + piece[: 2 * half] * weight
        return np.concatenate([out[: -2 * half], mixed, piece[2 * half :]]), len(out) - 2 * half + start - begin

    def _best_lag(self, tail: Array, begin: int) -> int:
        """Where around sample ``begin`` of the recordings the wave agrees best with ``tail``."""
        low = max(0, begin - self._search)
        around = self._sound(low, begin + self._search + len(tail))
        if len(around) <= len(tail):
            return 0
        product = np.correlate(around, tail, "valid")
        energy = np.convolve(around**2, np.ones(len(tail)), "valid")
        return int(np.argmax(product / np.sqrt(energy + 1e-6))) + low - begin

    def _sound(self, start: int, end: int) -> Array:
        """Samples of the recordings, silence beyond their ends."""
        inside = self.waveform[max(0, start) : max(0, end)].astype(np.float64) / 32768
        return np.pad(inside, (max(0, -start), max(0, end - max(0, start) - len(inside))))

    def _faded_out(self, out: Array) -> Array:
        length = min(2 * self._edge, len(out))
        if length:
            out = out.copy()
            out[-length:] *= np.linspace(1, 0, length)
        return out

    def _difference(self, samples: int, placed: Sequence[_Placed], trajectory: Trajectory) -> Array:
        """Wanted minus found coefficients for each 5 ms of the output, (frames, 20); zero in silences."""
        scale = FRAMES_PER_SECOND / self.rate
        difference = np.zeros((int(samples * scale) + 1, CORRECTED))
        for p in placed:
            first, last = max(0, round(p.start * scale)), min(len(difference), round(p.end * scale))
            target, unit = p.chosen.target, p.chosen.unit
            if last <= first or target.end <= target.start:
                continue
            share = (np.arange(last - first) + 0.5) / (last - first)
            wanted = target.start + (share * (target.end - target.start)).astype(int)
            start, end = int(self.units.start[unit]), int(self.units.end[unit])
            found = start + (share * (end - start)).astype(int)
            difference[first:last] = trajectory.static[wanted, :CORRECTED] - self.units.frames[found, :CORRECTED]
        return difference

    def _sample(self, frame: int) -> int:
        return round(frame * self.rate / FRAMES_PER_SECOND)
