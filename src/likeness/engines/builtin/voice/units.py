"""Units of the owner's own sound: half phones, chosen along the predicted trajectory (Hunt & Black 1996).

The cheapest chain of candidates wins, by Viterbi: a candidate costs its distance from what the network predicts
(spectrum at three points, pitch, length) and from the wanted neighbours and stress; a join costs its break in spectrum
and pitch, and nothing where both halves lie side by side in a recording. Where nothing recorded comes near, the
vocoder's rendering of the same half phone is taken, at a fixed cost.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likeness.engines.builtin.voice.examples import Utterance
from likeness.engines.builtin.voice.features import FRAMES_PER_SECOND, LOG_F0
from likeness.engines.builtin.voice.model import Trajectory
from likeness.engines.builtin.voice.symbols import INDEX, PAUSE
from likeness.engines.builtin.voice.tokens import Token

COMPARED = 24
CANDIDATES = 60
SHORTEST = 3
SILENCE, RENDERED = -1, -2
RENDERED_COST = 2.2
"""What it costs not to use the owner's own sound for half a phone."""
OTHER_EMOTION_COST = 1.2

_COLUMNS = ("symbol", "half", "start", "end", "before", "after", "stress")


@dataclass(frozen=True, slots=True)
class Target:
    """Half a token to be said, in frames of the trajectory."""

    token: int
    half: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """What stands for ``target``: unit number ``unit``, or :data:`SILENCE` or :data:`RENDERED`."""

    target: Target
    unit: int


class Units:
    """All half phones of the recordings. ``frames`` is (frames, 25): 24 coefficients and log F0 of every recording,
    one after the other; the columns of ``table`` are symbol, half, first frame, frame after the last, symbols before
    and after, stress; ``emotion`` (units,) numbers the voice's emotions.
    """

    def __init__(
        self,
        table: NDArray[np.int32],
        frames: NDArray[np.floating],
        spread: NDArray[np.floating],
        emotion: NDArray[np.int16],
    ) -> None:
        self.table = table
        self.emotion = emotion
        self.frames = np.asarray(frames, dtype=np.float32)
        self.spread = np.asarray(spread, dtype=np.float32)
        self.symbol, self.half, self.start, self.end, self.before, self.after, self.stress = table.T
        last = np.minimum(self.end, len(self.frames) - 1)
        scaled = self.frames[:, :COMPARED] / self.spread
        thirds = [self.start, (self.start + self.end - 1) // 2, self.end - 1]
        self._shape = np.concatenate([scaled[at] for at in thirds], axis=1)
        self._entry, self._exit = scaled[self.start], scaled[last]
        pitch = self.frames[:, COMPARED]
        summed = np.concatenate([[0.0], np.cumsum(pitch, dtype=np.float64)])
        self._pitch = ((summed[self.end] - summed[self.start]) / (self.end - self.start)).astype(np.float32)
        self._entry_pitch, self._exit_pitch = pitch[self.start], pitch[last]
        self._length = np.log(self.end - self.start).astype(np.float32)
        self._of = {
            (int(s), int(h)): np.flatnonzero((self.symbol == s) & (self.half == h))
            for s, h in np.unique(table[:, :2], axis=0)
        }

    @classmethod
    def of(cls, utterances: Sequence[Utterance], spread: NDArray[np.floating], emotions: Sequence[str]) -> Units:
        """Cut ``utterances`` into half phones; ``emotions`` are the voice's. Raises :class:`ValueError` when there is
        none.
        """
        rows: list[tuple[int, ...]] = []
        numbers: list[int] = []
        frames, offset = [], 0
        for utterance in utterances:
            rows += _rows(utterance.tokens, offset)
            numbers += [emotions.index(utterance.emotion)] * (len(rows) - len(numbers))
            static = utterance.acoustics.static
            frames.append(static[:, [*range(COMPARED), LOG_F0]])
            offset += len(static)
        if not rows:
            raise ValueError("no unit in these recordings")
        return cls(np.array(rows, np.int32), np.concatenate(frames), spread[:COMPARED], np.array(numbers, np.int16))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything as named arrays."""
        return {
            "table": self.table,
            "frames": self.frames.astype(np.float16),
            "spread": self.spread,
            "emotion": self.emotion,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Units:
        """The reverse of :meth:`arrays`. Raises :class:`KeyError` or :class:`ValueError` when they do not fit."""
        table, frames = arrays["table"], arrays["frames"]
        if table.ndim != 2 or table.shape[1] != len(_COLUMNS) or frames.shape[1] != COMPARED + 1:
            raise ValueError("the table of units has the wrong shape")
        if table[:, 3].max() > len(frames) or table[:, 2].min() < 0 or (table[:, 3] <= table[:, 2]).any():
            raise ValueError("the table of units points outside the recordings")
        # A voice learned before there were emotions has one.
        emotion = arrays["emotion"] if "emotion" in arrays else np.zeros(len(table), np.int16)
        if emotion.shape != (len(table),):
            raise ValueError("the units' emotions do not fit their table")
        return cls(table, frames, arrays["spread"], emotion)

    def seconds(self, emotions: int) -> NDArray[np.float64]:
        """How much sound there is of each of a voice's ``emotions``."""
        lengths = (self.end - self.start) / FRAMES_PER_SECOND
        return np.asarray(np.bincount(self.emotion, weights=lengths, minlength=emotions), dtype=np.float64)

    def select(self, trajectory: Trajectory, emotions: Mapping[int, float] | None = None) -> list[Chosen]:
        """The cheapest chain of units for ``trajectory``, with silence for pauses; units of the ``emotions`` (by their
        numbers, with weights) are preferred.
        """
        targets = _targets(trajectory.tokens)
        foreign = self._foreign(emotions)
        lists = [self._candidates(target, trajectory, foreign) for target in targets]
        if not lists:
            return []
        total, back = lists[0][1], []
        for target, ((left, _), (right, cost)) in zip(targets[1:], itertools.pairwise(lists), strict=True):
            joined = total[:, None] + self._joins(left, right, target, trajectory)
            best = joined.argmin(0)
            back.append(best)
            total = joined[best, np.arange(len(right))] + cost
        at = int(total.argmin())
        path = [at]
        for best in reversed(back):
            at = int(best[at])
            path.append(at)
        picks = zip(targets, lists, reversed(path), strict=True)
        return [Chosen(target, int(found[at])) for target, (found, _), at in picks]

    def _foreign(self, emotions: Mapping[int, float] | None) -> NDArray[np.float32]:
        """What each unit costs for being of an emotion that is not wanted, or wanted less than another."""
        if not emotions:
            return np.zeros(len(self.table), np.float32)
        most = max(emotions.values())
        return np.array([1 - emotions.get(int(n), 0.0) / most for n in self.emotion], np.float32) * OTHER_EMOTION_COST

    def _candidates(
        self, target: Target, trajectory: Trajectory, foreign: NDArray[np.float32]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        token = trajectory.tokens[target.token]
        if token.is_pause:
            return np.array([SILENCE]), np.zeros(1, np.float32)
        found = self._of.get((INDEX[token.symbol], target.half), np.zeros(0, np.int64))
        at = [target.start, (target.start + target.end - 1) // 2, target.end - 1]
        wanted = (trajectory.static[at, :COMPARED] / self.spread).ravel().astype(np.float32)
        cost = np.sqrt(((self._shape[found] - wanted) ** 2).mean(1))
        cost += foreign[found]
        if trajectory.voiced.any():
            pitch = trajectory.static[target.start : target.end, LOG_F0].mean()
            cost += 4 * np.abs(self._pitch[found] - np.float32(pitch))
        cost += 0.5 * np.abs(self._length[found] - np.float32(np.log(target.end - target.start)))
        before, after = _neighbours(trajectory.tokens, target.token)
        near, far = 0.5, 0.15
        cost += (near if target.half == 0 else far) * (self.before[found] != before)
        cost += (near if target.half == 1 else far) * (self.after[found] != after)
        cost += 0.15 * (self.stress[found] != token.stress)
        if len(found) > CANDIDATES:
            keep = np.argpartition(cost, CANDIDATES)[:CANDIDATES]
            found, cost = found[keep], cost[keep]
        return np.append(found, RENDERED), np.append(cost, np.float32(RENDERED_COST))

    def _joins(
        self, left: NDArray[np.int64], right: NDArray[np.int64], target: Target, trajectory: Trajectory
    ) -> NDArray[np.float32]:
        """Cost of each pair where ``target`` begins; a rendered unit ends and begins as the trajectory does."""
        if left[0] == SILENCE or right[0] == SILENCE:
            return np.zeros((len(left), len(right)), np.float32)
        here = (trajectory.static[target.start, :COMPARED] / self.spread).astype(np.float32)
        pitch = np.float32(trajectory.static[target.start, LOG_F0])
        a, b = np.vstack([self._exit[left[:-1]], here]), np.vstack([self._entry[right[:-1]], here])
        exit_pitch = np.append(self._exit_pitch[left[:-1]], pitch)
        entry_pitch = np.append(self._entry_pitch[right[:-1]], pitch)
        distance = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
        cost = np.sqrt(np.maximum(distance / COMPARED, 0)) + 0.15
        if trajectory.voiced.any():
            cost += 2 * np.abs(exit_pitch[:, None] - entry_pitch[None])
        side_by_side = (left[:, None] + 1 == right[None]) & (self.end[left][:, None] == self.start[right][None])
        side_by_side[-1, -1] = True
        return np.where(side_by_side, np.float32(0), cost)


def _rows(tokens: Sequence[Token], offset: int) -> list[tuple[int, ...]]:
    rows: list[tuple[int, ...]] = []
    for number, token in enumerate(tokens):
        if token.is_pause or token.frames < SHORTEST:
            continue
        before, after = _neighbours(tokens, number)
        middle = (token.start + token.end) // 2
        for half, (start, end) in enumerate(((token.start, middle), (middle, token.end))):
            rows.append((INDEX[token.symbol], half, offset + start, offset + end, before, after, token.stress))
    return rows


def _targets(tokens: Sequence[Token]) -> list[Target]:
    targets = []
    for number, token in enumerate(tokens):
        if token.is_pause:
            targets.append(Target(number, 0, token.start, token.end))
            continue
        middle = (token.start + token.end) // 2
        targets += [Target(number, 0, token.start, middle), Target(number, 1, middle, token.end)]
    return targets


def _neighbours(tokens: Sequence[Token], number: int) -> tuple[int, int]:
    before = tokens[number - 1].symbol if number else PAUSE
    after = tokens[number + 1].symbol if number + 1 < len(tokens) else PAUSE
    return INDEX[before], INDEX[after]
