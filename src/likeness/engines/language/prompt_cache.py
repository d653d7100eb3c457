"""What the model has read of earlier prompts, so that the part a new prompt shares with them is not read again.

A prompt is read in steps of ``STEP`` tokens from its beginning, and only whole steps are kept. A step's arithmetic is
then the same whether what stands before it was read just now or for an earlier request: the same request gives the
same text to the bit, whatever was asked before. (Keeping single tokens would save up to a step's time more, and let
rounding, and with it now and then a word, depend on what somebody asked earlier.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from likeness.engines.language.runtime import State

STEP = 128
"""Tokens read at once. Fewer make better use of what is kept, more of the processor."""
MOST_PROMPTS = 4
MOST_TOKENS = 16_384
"""Kept in all: about 1 GB with a model of 7 billion parameters."""


@dataclass(frozen=True, slots=True)
class _Kept:
    adapter: str
    tokens: tuple[int, ...]
    state: State


class PromptCache:
    """States by the adapter they were read with and the tokens they have read."""

    def __init__(self) -> None:
        self._kept: list[_Kept] = []

    def take(
        self, adapter: str, prompt: Sequence[int], rewind: Callable[[State, int], State | None]
    ) -> tuple[State, int] | None:
        """The state that has read most of ``prompt`` with ``adapter``, and how many tokens of it; the caller owns it.

        ``rewind`` shortens a state. At least one token of the prompt is always left to be read.
        """
        most, best = 0, None
        for kept in self._kept:
            shared = whole_steps(_shared(kept.tokens, prompt[:-1])) if kept.adapter == adapter else 0
            if shared > most:
                most, best = shared, kept
        if best is None:
            return None
        self._kept.remove(best)
        state = rewind(best.state, most)
        return None if state is None else (state, most)

    def put(self, adapter: str, tokens: Sequence[int], state: State) -> None:
        """Keep a state that has read exactly ``tokens`` with ``adapter``."""
        if not tokens:
            return
        self._kept.append(_Kept(adapter, tuple(tokens), state))
        while len(self._kept) > MOST_PROMPTS or sum(len(kept.tokens) for kept in self._kept) > MOST_TOKENS:
            self._kept.pop(0)

    def clear(self) -> None:
        """Let go of everything."""
        self._kept.clear()


def whole_steps(tokens: int) -> int:
    """``tokens`` rounded down to whole steps."""
    return tokens - tokens % STEP


def _shared(one: Sequence[int], other: Sequence[int]) -> int:
    """Length of the longest common beginning."""
    for place, (first, second) in enumerate(zip(one, other, strict=False)):
        if first != second:
            return place
    return min(len(one), len(other))
