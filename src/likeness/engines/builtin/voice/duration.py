"""How long each phone lasts: a small network on the phone's context, in logarithms, relative to the speaker's tempo."""

from __future__ import annotations

from collections.abc import Sequence
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
    """``network`` maps scaled context to the logarithm of frames minus ``tempo``, in units of ``spread``; ``pauses`` is
    added to that of pauses.
    """

    network: Network
    tempo: float
    spread: float
    pauses: float = 0.0

    def lengths(self, tokens: Sequence[Token], scaled: Matrix, rate: float, pauses: float = 1.0) -> list[int]:
        """Frames for each token at ``rate`` times the usual tempo, pauses ``pauses`` times as long besides; those at
        the ends have a fixed length.
        """
        logs = self.network.predict(scaled)[:, 0] * self.spread + self.tempo
        found = []
        for number, (token, value) in enumerate(zip(tokens, logs, strict=True)):
            if token.is_pause and number in (0, len(tokens) - 1):
                found.append(EDGE_PAUSE)
                continue
            low, high = PAUSE_RANGE if token.is_pause else (SHORTEST, LONGEST)
            longer = pauses * np.exp(self.pauses) if token.is_pause else 1.0
            found.append(max(3, round(float(np.clip(np.exp(value), low, high) * longer) / rate)))
        return found

    def adapted(
        self, scaled: Matrix, tokens: Sequence[Token], logs: Matrix, plan: Schedule, seed: int
    ) -> DurationModel:
        """A copy that follows ``logs``, the logarithms of the lengths of ``tokens``."""
        spoken = np.array([not token.is_pause for token in tokens])
        network = self.network.copy()
        tempo, spread = float(logs[spoken].mean()), max(0.2, float(logs[spoken].std()))
        targets = ((logs - tempo) / spread)[:, None].astype(np.float32)
        for _ in network.fit(scaled, targets, plan, seed):
            pass
        return DurationModel(network, tempo, spread)


def log_lengths(tokens: Sequence[Token]) -> NDArray[np.float32]:
    """Natural logarithm of each token's length in frames."""
    return np.log(np.array([max(1, token.frames) for token in tokens], np.float32))
