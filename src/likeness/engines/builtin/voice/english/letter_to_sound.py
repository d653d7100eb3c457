"""Letter-to-sound: how a word that no lexicon holds is probably said.

Each letter becomes a *chunk* of zero to two phonemes. A small network (one-hot letters around it and the chunks already
chosen → two hidden layers → softmax over chunks) scores them and a beam search from the end of the word to its
beginning keeps the best sequence: endings decide an English word's stress, so they are settled first. Trained on the
shipped lexicon by ``scripts/train_letter_to_sound.py``; stored as int8 with one scale for each column.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from likeness.engines.builtin.voice.english.phones import is_vowel

LETTERS = "abcdefghijklmnopqrstuvwxyz'"
PAD = len(LETTERS)
"""Stands for what lies beyond the word's ends, in letters; in chunks the same is class 0."""
AROUND = 6
"""How many letters each side the network sees."""
HISTORY = 4
"""How many chunks to the right it sees."""
BEAM = 6

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]


def letter_ids(word: str) -> Ids:
    """Indices into :data:`LETTERS`; letters that are not there are left out."""
    return np.array([LETTERS.index(letter) for letter in word if letter in LETTERS], dtype=np.int64)


def letter_columns(ids: Ids) -> Ids:
    """Input columns that the letters around each position switch on: (n, 2 * AROUND + 1)."""
    padded = np.pad(ids, AROUND, constant_values=PAD)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * AROUND + 1)
    return windows + np.arange(2 * AROUND + 1) * (PAD + 1)


def history_columns(recent: Sequence[int], stressed: bool, classes: int) -> list[int]:
    """Input columns for the last :data:`HISTORY` chunks (nearest first) and for whether the primary stress is set."""
    start = (2 * AROUND + 1) * (PAD + 1)
    nearest = [*recent[:HISTORY], *[0] * (HISTORY - len(recent))]
    return [start + place * classes + chunk for place, chunk in enumerate(nearest)] + [
        start + HISTORY * classes + int(stressed)
    ]


def columns(classes: int) -> int:
    """Width of the input."""
    return (2 * AROUND + 1) * (PAD + 1) + HISTORY * classes + 2


class LetterToSound:
    """The network and its beam search."""

    def __init__(self, chunks: Sequence[tuple[str, ...]], layers: Sequence[tuple[Floats, Floats]]) -> None:
        """``chunks``: phonemes of each class, class 0 being the word's end. ``layers``: (weights, biases), three."""
        self._chunks = tuple(chunks)
        (self._first, self._first_bias), (self._second, self._second_bias), (self._last, self._last_bias) = layers
        self._stressing = [any(phone.endswith("1") for phone in chunk) for chunk in chunks]

    @classmethod
    def load(cls, packed: bytes) -> LetterToSound:
        """From the bytes of the ``.npz`` that the training script writes."""
        with np.load(BytesIO(packed)) as arrays:
            chunks = [tuple(chunk.split()) for chunk in str(arrays["chunks"]).split("|")]
            layers = [
                (arrays[f"weights{n}"].astype(np.float32) * arrays[f"scale{n}"], arrays[f"bias{n}"].astype(np.float32))
                for n in range(3)
            ]
        return cls(chunks, layers)

    def pronounce(self, word: str) -> tuple[str, ...]:
        """ARPAbet with stress digits for ``word`` (lower case a-z and apostrophes); () if it has no letter."""
        ids = letter_ids(word)
        if not len(ids):
            return ()
        from_letters = self._first[letter_columns(ids)].sum(axis=1) + self._first_bias
        beam: list[tuple[float, tuple[int, ...], bool]] = [(0.0, (), False)]
        for position in range(len(ids) - 1, -1, -1):
            beam = self._step(from_letters[position], beam)
        phones = [phone for chunk in beam[0][1] for phone in self._chunks[chunk]]
        return _one_primary_stress(phones)

    def _step(
        self, from_letters: Floats, beam: list[tuple[float, tuple[int, ...], bool]]
    ) -> list[tuple[float, tuple[int, ...], bool]]:
        rows = np.array([history_columns(path, stressed, len(self._chunks)) for _, path, stressed in beam])
        hidden = np.maximum(from_letters + self._first[rows].sum(axis=1), 0)
        hidden = np.maximum(hidden @ self._second + self._second_bias, 0)
        logits = hidden @ self._last + self._last_bias
        logits[:, 0] = -np.inf
        logits -= logits.max(axis=1, keepdims=True)
        scores = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        scores += np.array([score for score, _, _ in beam], dtype=np.float32)[:, None]
        found = []
        for flat in np.argsort(-scores, axis=None, kind="stable")[:BEAM]:
            index, chunk = divmod(int(flat), scores.shape[1])
            _, path, stressed = beam[index]
            found.append((float(scores[index, chunk]), (chunk, *path), stressed or self._stressing[chunk]))
        return found


def _one_primary_stress(phones: Sequence[str]) -> tuple[str, ...]:
    """Exactly one primary stress: the first of several, or the first of the strongest where there is none."""
    vowels = [index for index, phone in enumerate(phones) if is_vowel(phone)]
    if not vowels:
        return tuple(phones)
    primary = next((index for mark in "120" for index in vowels if phones[index].endswith(mark)), vowels[0])
    fixed = [phone.replace("1", "2") if index != primary else phone[:-1] + "1" for index, phone in enumerate(phones)]
    return tuple(fixed)


@cache
def letter_to_sound() -> LetterToSound:
    """The shipped model, read once."""
    return LetterToSound.load(
        files("likeness.engines.builtin.voice").joinpath("data", "letter_to_sound.npz").read_bytes()
    )
