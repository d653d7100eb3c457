"""A guess at what was said: the best path through a free loop of monophones with phone pairs from the prior's texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from likeness.engines.builtin.voice import alignment, tokens
from likeness.engines.builtin.voice.alignment import STATES
from likeness.engines.builtin.voice.english.phones import VOWELS, Word, phones_of
from likeness.engines.builtin.voice.prior import Prior
from likeness.engines.builtin.voice.symbols import INDEX, PAUSE, SCHWA, SYMBOLS
from likeness.engines.builtin.voice.tokens import Token

PAIR_WEIGHT = 6.0
"""How much the pairs count against the frames, which are not independent."""
VOWELS_PER_WORD = 2


def guess(seen: NDArray[np.float32], prior: Prior) -> tuple[tuple[Token, ...], tuple[Word, ...]]:
    """Tokens covering all frames of ``seen`` (see :func:`alignment.observations`), and made-up words that hold them."""
    emissions = alignment.log_likelihood(seen, prior.model.monophones)
    path = _best_path(emissions, prior.pairs * PAIR_WEIGHT)
    starts = np.flatnonzero(np.diff(path[:, 1], prepend=-1))
    ends = [*starts[1:], len(path)]
    spans = [(SYMBOLS[path[a, 0]], int(a), int(b)) for a, b in zip(starts, ends, strict=True)]
    if spans[0][0] != PAUSE:
        spans.insert(0, (PAUSE, 0, 0))
    if spans[-1][0] != PAUSE:
        spans.append((PAUSE, len(seen), len(seen)))
    words = _words([symbol for symbol, _, _ in spans])
    inside = iter(token for word in tokens.of_words(words) for token in word)
    placed = [
        replace(Token(PAUSE) if symbol == PAUSE else next(inside), start=start, end=end) for symbol, start, end in spans
    ]
    return tuple(placed), tuple(words)


def _words(symbols: Sequence[str]) -> list[Word]:
    """Group phones between pauses into words of two vowels, stressed on the first full vowel."""
    words: list[Word] = []
    marked: list[str] = []
    for symbol in symbols:
        if symbol == PAUSE or sum(phone[:2] in VOWELS for phone in marked) == VOWELS_PER_WORD:
            if marked:
                words.append(Word("?", phones_of(marked)))
            marked = []
        if symbol == SCHWA:
            marked.append("AH0")
        elif symbol in VOWELS:
            marked.append(f"{symbol}{0 if any('1' in phone for phone in marked) else 1}")
        elif symbol != PAUSE:
            marked.append(symbol)
    if marked:
        words.append(Word("?", phones_of(marked)))
    return words


def _best_path(emissions: NDArray[np.float32], pairs: NDArray[np.float32]) -> NDArray[np.int64]:
    """Per frame (symbol, number of the phone in the path): three states in a row, then any phone that may follow."""
    count = len(SYMBOLS)
    scores = np.full((count, STATES), -np.inf)
    scores[INDEX[PAUSE], 0] = 0.0
    scores[:, 0] = np.maximum(scores[:, 0], -20.0)
    scores += emissions[0].reshape(count, STATES)
    moves = np.zeros((len(emissions), count, STATES), np.int16)
    for frame in range(1, len(emissions)):
        entered = scores[:, -1][:, None] + pairs
        best = entered.argmax(0)
        onward = np.concatenate([entered[best, np.arange(count)][:, None], scores[:, :-1]], axis=1)
        moved = onward > scores
        # 0 stays, 1 comes from the state before, 2 + p from the last state of phone p.
        moves[frame] = moved
        moves[frame][moved[:, 0], 0] = 2 + best[moved[:, 0]]
        scores = np.where(moved, onward, scores) + emissions[frame].reshape(count, STATES)
    symbol, state = int(scores[:, -1].argmax()), STATES - 1
    path = np.zeros((len(emissions), 2), np.int64)
    number = 0
    for frame in range(len(emissions) - 1, -1, -1):
        path[frame] = symbol, number
        move = int(moves[frame, symbol, state])
        if move >= 2:
            symbol, state, number = move - 2, STATES - 1, number - 1
        elif move == 1:
            state -= 1
    path[:, 1] -= path[0, 1]
    return path
