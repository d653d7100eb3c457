"""How long each phone lasts: a small network on the phone's context, in logarithms, relative to the speaker's tempo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from likeness.engines.builtin.voice.network import Matrix, Network, Schedule
from likeness.engines.builtin.voice.tokens import Token

HIDDEN = (64, 64)
SHORTEST, LONGEST = 4, 70
EDGE_PAUSE = 12
PAUSE_RANGE = (16, 80)


@dataclass(frozen=True, slots=True)
class DurationModel:
    """``network`` maps scaled context to the logarithm of frames minus ``tempo``, in units of ``spread``."""

    network: Network
    tempo: float
    spread: float

    def lengths(self, tokens: Sequence[Token], scaled: Matrix, rate: float) -> list[int]:
        """Frames for each token at ``rate`` times the usual tempo; pauses at the ends have a fixed length."""
        logs = self.network.predict(scaled)[:, 0] * self.spread + self.tempo
        found = []
        for number, (token, value) in enumerate(zip(tokens, logs, strict=True)):
            if token.is_pause and number in (0, len(tokens) - 1):
                found.append(EDGE_PAUSE)
                continue
            low, high = PAUSE_RANGE if token.is_pause else (SHORTEST, LONGEST)
            found.append(max(3, round(float(np.clip(np.exp(value), low, high)) / rate)))
        return found

    def adapted(self, scaled: Matrix, tokens: Sequence[Token], schedule: Schedule, seed: int) -> DurationModel:
        """A copy that follows the durations of ``tokens``."""
        logs = log_lengths(tokens)
        spoken = np.array([not token.is_pause for token in tokens])
        network = self.network.copy()
        tempo, spread = float(logs[spoken].mean()), max(0.2, float(logs[spoken].std()))
        for _ in fit(network, scaled, tokens, tempo, spread, schedule, seed):
            pass
        return DurationModel(network, tempo, spread)


def log_lengths(tokens: Sequence[Token]) -> NDArray[np.float32]:
    """Natural logarithm of each token's length in frames."""
    return np.log(np.array([max(1, token.frames) for token in tokens], np.float32))


def fit(
    network: Network,
    scaled: Matrix,
    tokens: Sequence[Token],
    tempo: float,
    spread: float,
    schedule: Schedule,
    seed: int,
) -> Iterator[float]:
    """Fit ``network`` in place to the lengths of ``tokens``, yielding the loss after each pass."""
    targets = ((log_lengths(tokens) - tempo) / spread)[:, None].astype(np.float32)
    yield from network.fit(scaled, targets, schedule, seed)
