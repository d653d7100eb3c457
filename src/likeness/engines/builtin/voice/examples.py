"""From aligned recordings to what the networks learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from likeness.engines.builtin.voice import context
from likeness.engines.builtin.voice.english.phones import Word
from likeness.engines.builtin.voice.features import STATIC, Acoustics, with_deltas
from likeness.engines.builtin.voice.network import Scaling
from likeness.engines.builtin.voice.tokens import Token

EDGE = 20
"""Frames of silence kept at both ends of a recording: how much silence it came with says nothing of the voice."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A recording with its words and the tokens that cover all its frames; ``offset`` frames were cut before them."""

    id: str
    words: tuple[Word, ...]
    tokens: tuple[Token, ...]
    acoustics: Acoustics
    offset: int = 0
    emotion: str = "neutral"


@dataclass(frozen=True, slots=True)
class Statistics:
    """Mean and spread of a speaker's frames with differences, both (126,)."""

    mean: NDArray[np.float32]
    spread: NDArray[np.float32]

    @classmethod
    def of(cls, targets: NDArray[np.float32]) -> Statistics:
        """Those of ``targets`` (frames, 126)."""
        return cls(targets.mean(0), targets.std(0) + 1e-6)


@dataclass(frozen=True, slots=True)
class Examples:
    """``tokens`` with their ``rows`` (tokens, CONTEXT); ``inputs`` (frames, CONTEXT + WITHIN) and ``targets``
    (frames, 126), ``voiced`` (frames,); ``bounds`` are the first frames of the utterances and the end, and
    ``token_counts`` say how many tokens each utterance has.
    """

    tokens: list[Token]
    rows: NDArray[np.float32]
    inputs: NDArray[np.float32]
    targets: NDArray[np.float32]
    voiced: NDArray[np.bool_]
    bounds: tuple[int, ...]
    token_counts: tuple[int, ...]

    def statistics(self) -> Statistics:
        return Statistics.of(self.targets)

    @property
    def edges(self) -> NDArray[np.bool_]:
        """Which tokens are the first or last of their utterance."""
        ends = np.cumsum(self.token_counts)
        found = np.zeros(len(self.tokens), np.bool_)
        found[ends - 1] = True
        found[ends - np.array(self.token_counts)] = True
        return found

    def normalised(self, statistics: Statistics) -> NDArray[np.float32]:
        """What the acoustic network is asked for: scaled targets and voicing as +-2, (frames, 127)."""
        scaled = (self.targets - statistics.mean) / statistics.spread
        return np.column_stack([scaled, np.where(self.voiced, 2.0, -2.0)]).astype(np.float32)


def trimmed(utterance: Utterance) -> Utterance:
    """The utterance without the silence beyond :data:`EDGE` frames at both ends."""
    tokens = list(utterance.tokens)
    start = max(0, tokens[0].end - EDGE) if tokens[0].is_pause else 0
    end = min(tokens[-1].end, tokens[-1].start + EDGE) if tokens[-1].is_pause else tokens[-1].end
    tokens[0] = replace(tokens[0], start=start)
    tokens[-1] = replace(tokens[-1], end=end)
    moved = tuple(replace(token, start=token.start - start, end=token.end - start) for token in tokens)
    acoustics = Acoustics(utterance.acoustics.static[start:end], utterance.acoustics.voiced[start:end])
    return replace(utterance, tokens=moved, acoustics=acoustics, offset=utterance.offset + start)


def assemble(utterances: Sequence[Utterance], scaling: Scaling | None = None) -> Examples:
    """Stack ``utterances`` (already trimmed) of one speaker, with inputs scaled when there is a ``scaling``."""
    tokens: list[Token] = []
    rows, bounds = [], [0]
    total = sum(len(utterance.acoustics) for utterance in utterances)
    # Minutes of speech make hundreds of megabytes: filled in place, never held twice.
    inputs = np.empty((total, context.CONTEXT + context.WITHIN), np.float32)
    targets = np.empty((total, 3 * STATIC), np.float32)
    voiced = np.empty(total, np.bool_)
    for utterance in utterances:
        row = context.context(utterance.tokens, utterance.words)
        inside = slice(bounds[-1], bounds[-1] + len(utterance.acoustics))
        spread = context.frames(utterance.tokens, row)
        inputs[inside] = scaling(spread) if scaling else spread
        targets[inside] = with_deltas(utterance.acoustics.static)
        voiced[inside] = utterance.acoustics.voiced
        tokens += utterance.tokens
        rows.append(scaling(row) if scaling else row)
        bounds.append(inside.stop)
    counts = tuple(len(utterance.tokens) for utterance in utterances)
    return Examples(tokens, np.concatenate(rows), inputs, targets, voiced, tuple(bounds), counts)
