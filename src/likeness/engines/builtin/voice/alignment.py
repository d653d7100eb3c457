"""When each phone is said: forced alignment with three-state monophone Gaussian models (diagonal covariance),
optional pauses between words, re-estimated on the speaker's own frames along the best path (Viterbi training).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from likeness.engines.builtin.voice.english.phones import Word
from likeness.engines.builtin.voice.features import Acoustics, speech_frames
from likeness.engines.builtin.voice.symbols import INDEX, PAUSE, SYMBOLS
from likeness.engines.builtin.voice.tokens import Token, of_words

STATES = 3
OBSERVED = 20
DIMENSIONS = 2 * OBSERVED + 1
SHORTEST_PAUSE = 6
"""Pauses between words that are shorter than this many frames are closures, and go to the phone before them."""

_BATCH = 16
_TABLE_BYTES = 48_000_000
_SKIP = STATES + 1
_IMPOSSIBLE = np.float32(-1e30)
_ANYTHING = np.float32(1e4)


@dataclass(frozen=True, slots=True)
class Monophones:
    """Gaussian per state: ``mean`` and ``variance`` of shape (symbols x 3, DIMENSIONS), speaker-normalised."""

    mean: NDArray[np.float32]
    variance: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Aligned:
    """The tokens of an utterance with their frames, covering all of it, and the mean log likelihood per frame."""

    tokens: tuple[Token, ...]
    score: float


def without_voicing(models: Monophones) -> Monophones:
    """Models that do not mind whether speech is voiced: for whispering."""
    variance = models.variance.copy()
    variance[:, OBSERVED] = _ANYTHING
    return Monophones(models.mean, variance)


def observations(recordings: Sequence[Acoustics]) -> list[NDArray[np.float32]]:
    """What the models see of each recording of one speaker: 20 coefficients, voicing and differences, scaled by the
    mean and spread of the speaker's speech; the level is relative to each recording's loud frames.
    """
    raw = []
    for acoustics in recordings:
        seen = acoustics.static[:, :OBSERVED].astype(np.float32).copy()
        seen[:, 0] -= np.percentile(seen[:, 0], 95)
        seen[:, 0] = np.maximum(seen[:, 0], -12.0)
        padded = np.pad(seen, ((2, 2), (0, 0)), "edge")
        raw.append(np.concatenate([seen, acoustics.voiced[:, None] * 1.0, (padded[4:] - padded[:-4]) / 2], axis=1))
    speech = np.concatenate([r[speech_frames(a.power)] for r, a in zip(raw, recordings, strict=True)])
    mean, spread = speech.mean(0), np.maximum(speech.std(0), 1e-3)
    mean[OBSERVED:], spread[OBSERVED] = 0.0, 0.5
    return [((r - mean) / spread).astype(np.float32) for r in raw]


def flat_start(seen: Sequence[NDArray[np.float32]], texts: Sequence[Sequence[Word]]) -> Monophones:
    """First models with nothing known: each text stretched evenly over the loud part of its recording."""
    labels = []
    for frames, words in zip(seen, texts, strict=True):
        label = np.full(len(frames), INDEX[PAUSE] * STATES + 1)
        loud = np.flatnonzero(frames[:, 0] > -2.0)
        phones = [INDEX[token.symbol] for inside in of_words(words) for token in inside]
        if len(loud) > len(phones) * STATES:
            span = np.arange(loud[0], loud[-1] + 1)
            place = (span - loud[0]) * len(phones) * STATES // len(span)
            label[span] = np.array(phones)[place // STATES] * STATES + place % STATES
            label[frames[:, 0] < -2.5] = INDEX[PAUSE] * STATES + 1
        labels.append(label)
    return estimate(seen, labels)


def estimate(
    seen: Sequence[NDArray[np.float32]],
    labels: Sequence[NDArray[np.int64]],
    prior: Monophones | None = None,
    weight: float = 10.0,
) -> Monophones:
    """Means and variances of the frames labelled with each state, drawn towards ``prior`` (or towards all frames) as
    if ``weight`` frames of it had been seen.
    """
    frames, states = np.concatenate(seen), np.concatenate(labels)
    total = len(SYMBOLS) * STATES
    count = np.bincount(states, minlength=total).astype(np.float64)[:, None]
    first, second = np.zeros((total, DIMENSIONS)), np.zeros((total, DIMENSIONS))
    order = np.argsort(states, kind="stable")
    present, starts = np.unique(states[order], return_index=True)
    first[present] = np.add.reduceat(frames[order], starts, axis=0)
    second[present] = np.add.reduceat(frames[order].astype(np.float64) ** 2, starts, axis=0)
    everything = frames.var(0)
    base_mean = prior.mean if prior else np.broadcast_to(frames.mean(0), first.shape)
    base_variance = prior.variance if prior else np.broadcast_to(everything, first.shape)
    mean = (first + weight * base_mean) / (count + weight)
    base_second = base_variance + base_mean.astype(np.float64) ** 2
    variance = (second + weight * base_second) / (count + weight) - mean**2
    return Monophones(mean.astype(np.float32), (np.maximum(variance, 0) + 0.02 * everything).astype(np.float32))


def train(
    seen: Sequence[NDArray[np.float32]],
    texts: Sequence[Sequence[Word]],
    start: Monophones,
    rounds: int,
    prior: Monophones | None = None,
) -> Iterator[Monophones]:
    """Viterbi re-estimation from ``start``: yields the models after each round."""
    models = start
    for _ in range(rounds):
        labels = [path.states for path in _best_paths(seen, texts, models)]
        used = [(s, label) for s, label in zip(seen, labels, strict=True) if len(label)]
        models = estimate([s for s, _ in used], [label for _, label in used], prior)
        yield models


def align(
    seen: Sequence[NDArray[np.float32]], texts: Sequence[Sequence[Word]], models: Monophones
) -> list[Aligned | None]:
    """Align each recording with its words; ``None`` where it is too short to hold them."""
    found: list[Aligned | None] = []
    for path, words in zip(_best_paths(seen, texts, models), texts, strict=True):
        if not len(path.states):
            found.append(None)
            continue
        slots = _slots(words)
        starts = np.flatnonzero(np.diff(path.slots, prepend=-1))
        ends = [*starts[1:], len(path.slots)]
        tokens = [replace(slots[path.slots[a]], start=int(a), end=int(b)) for a, b in zip(starts, ends, strict=True)]
        found.append(Aligned(tuple(_without_closures(tokens)), path.score))
    return found


@dataclass(frozen=True, slots=True)
class _Path:
    """Per frame the model state and the slot of the text; empty when there is no path."""

    states: NDArray[np.int64]
    slots: NDArray[np.int64]
    score: float


def _slots(words: Sequence[Word]) -> list[Token]:
    """The text with an optional pause at both ends and between words."""
    tokens = [Token(PAUSE)]
    for inside in of_words(words):
        tokens += [*inside, Token(PAUSE)]
    return tokens


def _without_closures(tokens: Sequence[Token]) -> list[Token]:
    kept: list[Token] = []
    for number, token in enumerate(tokens):
        inner = 0 < number < len(tokens) - 1
        if token.is_pause and inner and token.frames < SHORTEST_PAUSE:
            kept[-1] = replace(kept[-1], end=token.end)
        else:
            kept.append(token)
    return kept


def _best_paths(
    seen: Sequence[NDArray[np.float32]], texts: Sequence[Sequence[Word]], models: Monophones
) -> list[_Path]:
    """Viterbi over batches of recordings of similar length, in the order given."""
    found: dict[int, _Path] = {}
    everything = [_chain(words) for words in texts]
    for members in _batches([len(frames) for frames in seen], [len(chain) for chain in everything]):
        chains = [everything[number] for number in members]
        emissions = [log_likelihood(seen[number], models) for number in members]
        for number, chain, path in zip(members, chains, _viterbi(emissions, chains), strict=True):
            score = (
                float(emissions[members.index(number)][np.arange(len(path)), chain[path]].mean()) if len(path) else 0.0
            )
            found[number] = _Path(chain[path], path // STATES, score)
    return [found[number] for number in range(len(seen))]


def _chain(words: Sequence[Word]) -> NDArray[np.int64]:
    """The model states of :func:`_slots`, one after the other."""
    first = np.array([INDEX[token.symbol] * STATES for token in _slots(words)])
    return (first[:, None] + np.arange(STATES)).ravel()


def _batches(frames: Sequence[int], states: Sequence[int]) -> Iterator[list[int]]:
    """Group recordings of similar length so that a group's table of moves stays under :data:`_TABLE_BYTES`."""
    batch: list[int] = []
    for number in sorted(range(len(frames)), key=lambda n: frames[n]):
        grown = [*batch, number]
        size = len(grown) * max(frames[n] for n in grown) * max(states[n] for n in grown)
        if batch and (len(grown) > _BATCH or size > _TABLE_BYTES):
            yield batch
            grown = [number]
        batch = grown
    if batch:
        yield batch


def log_likelihood(seen: NDArray[np.float32], models: Monophones) -> NDArray[np.float32]:
    """Log density of each frame in each state, (frames, states)."""
    inverse = 1 / models.variance
    constant = (models.mean**2 * inverse).sum(1) + np.log(models.variance).sum(1)
    return np.asarray(-0.5 * ((seen**2) @ inverse.T - 2 * seen @ (models.mean * inverse).T + constant))


def _viterbi(emissions: Sequence[NDArray[np.float32]], chains: Sequence[NDArray[np.int64]]) -> list[NDArray[np.int64]]:
    """Best monotone path through each chain of states: stay, go on, or skip a pause. Pauses are every slot that
    :func:`_slots` put between words, so a skip enters a word's first state from the last state before the pause.
    """
    rows = len(chains)
    width = max(len(chain) for chain in chains)
    length = max(len(e) for e in emissions)
    padded = np.zeros((rows, width), np.int64)
    skippable = np.zeros((rows, width), bool)
    for row, chain in enumerate(chains):
        padded[row, : len(chain)] = chain
        pauses = np.flatnonzero(chain == INDEX[PAUSE] * STATES + STATES - 1)
        skippable[row, pauses[:-1] + 1] = True
    score = np.full((rows, width), _IMPOSSIBLE)
    first = np.stack([e[0] for e in emissions])
    score[:, 0] = np.take_along_axis(first, padded, 1)[:, 0]
    score[:, STATES] = np.take_along_axis(first, padded, 1)[:, STATES]
    moves = np.zeros((length, rows, width), np.int8)
    final: list[NDArray[np.float32]] = [score[row] for row in range(rows)]
    skip_bar = np.where(skippable, np.float32(0), _IMPOSSIBLE)[:, _SKIP:]
    for frame in range(1, length):
        best, move = score.copy(), moves[frame]
        onward = score[:, :-1] > best[:, 1:]
        best[:, 1:] = np.where(onward, score[:, :-1], best[:, 1:])
        move[:, 1:] = onward
        jumped = score[:, :-_SKIP] + skip_bar
        over = jumped > best[:, _SKIP:]
        best[:, _SKIP:] = np.where(over, jumped, best[:, _SKIP:])
        move[:, _SKIP:][over] = _SKIP
        now = np.stack([e[min(frame, len(e) - 1)] for e in emissions])
        score = best + np.take_along_axis(now, padded, 1)
        for row in range(rows):
            if frame == len(emissions[row]) - 1:
                final[row] = score[row]
    return [_trace(final[row], moves[: len(emissions[row]), row], len(chains[row])) for row in range(rows)]


def _trace(final: NDArray[np.float32], moves: NDArray[np.int8], states: int) -> NDArray[np.int64]:
    """Follow the moves back from the better of the two possible ends (with or without the last pause)."""
    end = max((states - 1, states - 1 - STATES), key=lambda state: final[state])
    if final[end] <= _IMPOSSIBLE / 2:
        return np.zeros(0, np.int64)
    path = np.zeros(len(moves), np.int64)
    for frame in range(len(moves) - 1, -1, -1):
        path[frame] = end
        end -= int(moves[frame, end])
    return path
