"""What the networks know of a phone: its neighbours, stress, and place in syllable, word, phrase and sentence."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from likeness.engines.builtin.voice.english.phones import Word
from likeness.engines.builtin.voice.symbols import INDEX, PAUSE, SYMBOLS
from likeness.engines.builtin.voice.tokens import SENTENCE_ENDS, Token

NEIGHBOURS = (-2, -1, 0, 1, 2)
ONE_HOT = len(NEIGHBOURS) * len(SYMBOLS)
POSITIONS = 27
CONTEXT = ONE_HOT + POSITIONS
WITHIN = 5
"""Numbers added for each frame of a phone: how far in, how far to go, how long."""


def context(tokens: Sequence[Token], words: Sequence[Word]) -> NDArray[np.float32]:
    """Features of each token, float32 of shape (tokens, CONTEXT): the quinphone as one-hots, then positions."""
    rows = np.zeros((len(tokens), CONTEXT), np.float32)
    padded = [INDEX[PAUSE]] * 2 + [INDEX[token.symbol] for token in tokens] + [INDEX[PAUSE]] * 2
    for number in range(len(tokens)):
        for slot in range(len(NEIGHBOURS)):
            rows[number, slot * len(SYMBOLS) + padded[number + slot]] = 1
    rows[:, ONE_HOT:] = np.column_stack([_stresses(tokens), _in_word(tokens), _in_phrase(tokens, words)])
    return rows


def frames(tokens: Sequence[Token], rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Spread token features over the frames they last: (frames, CONTEXT + WITHIN)."""
    lengths = np.array([token.frames for token in tokens])
    which = np.repeat(np.arange(len(tokens)), lengths)
    inside = np.arange(len(which)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    total = lengths[which]
    share = (inside + 0.5) / total
    within = np.column_stack(
        [
            share,
            np.log1p(np.minimum(inside, 40)) / 3,
            np.log1p(np.minimum(total - 1 - inside, 40)) / 3,
            np.log(total) / 4,
            4 * share * (1 - share),
        ]
    )
    return np.concatenate([rows[which], within.astype(np.float32)], axis=1)


def _stresses(tokens: Sequence[Token]) -> NDArray[np.float32]:
    """Stress of the previous, this and the next phone, and of the previous, this and the next syllable (12 columns)."""
    primary = np.array([token.stress == 1 for token in tokens], np.float32)
    secondary = np.array([token.stress == 2 for token in tokens], np.float32)
    syllable = _runs([(token.word, token.syllable) for token in tokens])
    count = int(syllable[-1]) + 1 if len(tokens) else 0
    strong, weak = np.zeros(count, np.float32), np.zeros(count, np.float32)
    np.maximum.at(strong, syllable, primary)
    np.maximum.at(weak, syllable, secondary)
    columns = []
    for values in (primary, secondary):
        columns += [_shifted(values, offset) for offset in (-1, 0, 1)]
    for values in (strong, weak):
        columns += [_shifted(values, offset)[syllable] for offset in (-1, 0, 1)]
    return np.column_stack(columns)


def _in_word(tokens: Sequence[Token]) -> NDArray[np.float32]:
    """Phones before and after within the word, its length, whether first or last; the same in the syllable (8)."""
    word = _runs([(token.word, token.is_pause) for token in tokens])
    before, after = _places(word)
    syllable_before, syllable_after = _places(_runs([(token.word, token.syllable) for token in tokens]))
    speech = np.array([not token.is_pause for token in tokens], np.float32)
    columns = [before / 5, after / 5, (before + after + 1) / 8, before == 0, after == 0]
    columns += [syllable_before / 3, syllable_after / 3, (syllable_before + syllable_after + 1) / 4]
    return np.column_stack([column * speech for column in columns]).astype(np.float32)


def _in_phrase(tokens: Sequence[Token], words: Sequence[Word]) -> NDArray[np.float32]:
    """Words to both ends of the phrase (between pauses) and what ends phrase and sentence (7 columns)."""
    pauses = np.cumsum([token.is_pause for token in tokens])
    ends = _sentence_ends(words)
    rows = np.zeros((len(tokens), 7), np.float32)
    for phrase in np.unique(pauses):
        inside = [n for n in np.flatnonzero(pauses == phrase).tolist() if not tokens[n].is_pause]
        if not inside:
            continue
        first, last = tokens[inside[0]].word, tokens[inside[-1]].word
        end = words[last].pause_after
        final = float(end in SENTENCE_ENDS or (last == len(words) - 1 and not end))
        for number in inside:
            before, after = tokens[number].word - first, last - tokens[number].word
            question = float(ends[tokens[number].word] == "question")
            near = np.exp(-after / 2)
            rows[number] = (
                *(np.exp(-before / 2), near, min(before, 16) / 8, min(after, 16) / 8),
                *(final, question * final, question * near * final),
            )
    return rows


def _sentence_ends(words: Sequence[Word]) -> list[str]:
    ends, end = [], "period"
    for word in reversed(words):
        end = word.pause_after if word.pause_after in SENTENCE_ENDS else end
        ends.append(end)
    return ends[::-1]


def _runs(keys: Sequence[object]) -> NDArray[np.int64]:
    """Number the stretches of equal neighbours: a a b a -> 0 0 1 2."""
    changes = [0, *(int(a != b) for a, b in itertools.pairwise(keys))] if keys else []
    return np.cumsum(np.array(changes, np.int64))


def _places(runs: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How many members of its run come before and after each element."""
    sizes = np.bincount(runs)
    before = np.arange(len(runs)) - (np.cumsum(sizes) - sizes)[runs]
    return before, sizes[runs] - 1 - before


def _shifted(values: NDArray[np.float32], offset: int) -> NDArray[np.float32]:
    """``values[i + offset]`` at i, 0 outside."""
    padded = np.pad(values, 1)
    return padded[1 + offset : 1 + offset + len(values)]
