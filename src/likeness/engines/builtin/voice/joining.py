"""From chosen units to one waveform: side-by-side units are played through, others meet at the lag where their waves
agree best and fade into each other over 12 ms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from likeness.engines.builtin.voice import correction, features, vocoder
from likeness.engines.builtin.voice.correction import CORRECTED
from likeness.engines.builtin.voice.features import FRAMES_PER_SECOND, Array
from likeness.engines.builtin.voice.model import Trajectory
from likeness.engines.builtin.voice.resampling import resample
from likeness.engines.builtin.voice.units import RENDERED, Chosen, Units

FADE_SECONDS = 0.012
SEARCH_SECONDS = 0.006
EDGE_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class _Run:
    """Choices that are played through: frames ``start`` to ``end`` of ``sound``, which is silence when ``None``."""

    chosen: tuple[Chosen, ...]
    sound: NDArray[np.number] | None
    start: int
    end: int


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
        for run in self._runs(chosen, trajectory):
            if run.sound is None:
                out = np.concatenate([self._faded_out(out), np.zeros(self._sample(run.end - run.start))])
                continue
            out, begin = self._append(out, run)
            for c in run.chosen:
                if c.unit != RENDERED:
                    start = begin + self._sample(int(self.units.start[c.unit])) - self._sample(run.start)
                    end = begin + self._sample(int(self.units.end[c.unit])) - self._sample(run.start)
                    placed.append(_Placed(c, start, end))
        return correction.apply(self._faded_out(out), self.rate, self._difference(len(out), placed, trajectory))

    def _runs(self, chosen: Sequence[Chosen], trajectory: Trajectory) -> list[_Run]:
        """Group neighbours that follow each other in the same sound."""
        groups: list[list[Chosen]] = []
        for c in chosen:
            if groups and self._follows(groups[-1][-1], c):
                groups[-1].append(c)
            else:
                groups.append([c])
        rendered: Array | None = None
        if any(c.unit == RENDERED for c in chosen):
            sound = resample(vocoder.render(trajectory.static, trajectory.voiced), features.RATE, self.rate)
            rendered = sound * 32768
        runs = []
        for group in groups:
            first, last = group[0], group[-1]
            if first.unit >= 0:
                start, end = int(self.units.start[first.unit]), int(self.units.end[last.unit])
                runs.append(_Run(tuple(group), self.waveform, start, end))
            else:
                sound_or_none = rendered if first.unit == RENDERED else None
                runs.append(_Run(tuple(group), sound_or_none, first.target.start, last.target.end))
        return runs

    def _follows(self, left: Chosen, right: Chosen) -> bool:
        if left.unit < 0 or right.unit < 0:
            return left.unit == right.unit
        return right.unit == left.unit + 1 and bool(self.units.start[right.unit] == self.units.end[left.unit])

    def _append(self, out: Array, run: _Run) -> tuple[Array, int]:
        """Add ``run`` to ``out``; returns it with the sample at which the run's own first frame stands."""
        start, end = self._sample(run.start), self._sample(run.end)
        half = self._fade // 2
        if len(out) < 2 * half or not np.any(out[-half:]):
            begin = max(0, start - self._edge)
            piece = _cut(run.sound, begin, end)
            rise = min(self._edge, len(piece))
            piece[:rise] *= np.linspace(0, 1, rise)
            return np.concatenate([out, piece]), len(out) + start - begin
        tail = out[-2 * half :]
        begin = start - half + self._best_lag(tail, run.sound, start - half)
        piece = _cut(run.sound, begin, max(end, begin + 2 * half + 8))
        weight = 0.5 - 0.5 * np.cos(np.pi * np.arange(2 * half) / (2 * half))
        mixed = tail * (1 - weight) + piece[: 2 * half] * weight
        return np.concatenate([out[: -2 * half], mixed, piece[2 * half :]]), len(out) - 2 * half + start - begin

    def _best_lag(self, tail: Array, sound: NDArray[np.number] | None, begin: int) -> int:
        """Where around sample ``begin`` of ``sound`` the wave agrees best with ``tail``."""
        low = max(0, begin - self._search)
        around = _cut(sound, low, begin + self._search + len(tail))
        if len(around) <= len(tail):
            return 0
        product = np.correlate(around, tail, "valid")
        energy = np.convolve(around**2, np.ones(len(tail)), "valid")
        return int(np.argmax(product / np.sqrt(energy + 1e-6))) + low - begin

    def _faded_out(self, out: Array) -> Array:
        length = min(2 * self._edge, len(out))
        if length:
            out = out.copy()
            out[-length:] *= np.linspace(1, 0, length)
        return out

    def _difference(self, samples: int, placed: Sequence[_Placed], trajectory: Trajectory) -> Array:
        """Wanted minus found coefficients for each 5 ms of the output, (frames, 20); 0 where nothing was recorded."""
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


def _cut(sound: NDArray[np.number] | None, start: int, end: int) -> Array:
    """Samples ``start`` to ``end`` of 16-bit ``sound`` in [-1, 1], silence beyond its ends."""
    if sound is None:
        return np.zeros(end - start)
    inside = sound[max(0, start) : max(0, end)].astype(np.float64) / 32768
    return np.pad(inside, (max(0, -start), max(0, end - max(0, start) - len(inside))))
